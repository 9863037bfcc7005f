"""Draws walks with what each transformation did in each step."""

from pathlib import Path

import numpy as np

from tf_interp.figures import maps_figure
from tf_interp.model.interpolator import Interpolator
from tf_interp.model.transforms import maps_of


def draw_maps(interpolator: Interpolator, start: np.ndarray, goal: np.ndarray, title: str, path: Path) -> None:
    """Walks from `start` to `goal`, [B,H,W,C] in [0, 1], and writes the picture of `figures.maps_figure` to `path`."""
    walks = interpolator.trajectory(start, goal)
    maps = {label: each.numpy() for label, each in maps_of(interpolator.config.model.transformations, walks).items()}
    maps_figure(walks.frames.numpy(), goal, maps, f"{title}; masks: white keeps", path)
