"""Draws walks of a model with what each transformation did in each step."""

from pathlib import Path

import numpy as np

from tf_interp.figures import maps_figure
from tf_interp.model.interpolator import Interpolator
from tf_interp.model.transforms import maps_of


def draw_maps(interpolator: Interpolator, start: np.ndarray, goal: np.ndarray, title: str, path: Path) -> None:
    """Walks, and writes the walks with a row for each map beneath them; see `figures.maps_figure`.

    Args:
        interpolator: the model.
        start, goal: float32 [B,H,W,C] in [0, 1].
        title: words above the picture.
        path: where to; the ending decides the format.
    """
    walks = interpolator.trajectory(start, goal)
    maps = {label: each.numpy() for label, each in maps_of(interpolator.config.model.transformations, walks).items()}
    maps_figure(walks.frames.numpy(), goal, maps, f"{title}; masks: white keeps", path, walks.lengths.numpy())
