"""Draws walks of a model with what each transformation did in each step."""

from pathlib import Path
from typing import Dict

import numpy as np

from tf_interp.figures import labelled_figure
from tf_interp.model.interpolator import Interpolator
from tf_interp.model.transforms import maps_of
from tf_interp.report.words import words_of
from tf_interp.strips import flow_colors, strips
from tf_interp.system.files import replaced_file

_WHEEL_PIXELS = 101


def draw_maps(interpolator: Interpolator, start: np.ndarray, goal: np.ndarray, title: str, path: Path) -> None:
    """Walks, and writes the walks with a row for each map beneath them; see `maps_figure`.

    Args:
        interpolator: the model.
        start, goal: float32 [B,H,W,C] in [0, 1].
        title: words above the picture.
        path: where to; the ending decides the format.
    """
    walks = interpolator.trajectory(start, goal)
    maps = {label: each.numpy() for label, each in maps_of(interpolator.config.model.transformations, walks).items()}
    maps_figure(walks.frames.numpy(), goal, maps, title, path, walks.lengths.numpy())


def maps_figure(
    frames: np.ndarray, goal: np.ndarray, maps: Dict[str, np.ndarray], title: str, path: Path, lengths: np.ndarray
) -> None:
    """Writes walks, each with rows beneath it of what each transformation did in each step, and how to read them.

    Args:
        frames: [B,K+1,H,W,C] in [0, 1].
        goal: [B,H,W,C].
        maps: label -> [B,K,H,W,*]; see `figures.map_colors`.
        title: line above the picture.
        path: where to; the ending decides the format.
        lengths: int [B], see `strips`.
    """
    picture = strips(frames, goal, list(maps.values()), lengths)
    names = ["walk", *(_named(label, values) for label, values in maps.items())]
    figure = labelled_figure(picture, names * len(frames), frames.shape, title)
    (axes,) = figure.axes
    rows, columns = len(names) * len(frames), frames.shape[1] + 1
    for row, values in enumerate([frames, *maps.values()] * len(frames)):
        if values.shape[-1] == 2:  # a flow; the cell before its first has room for its key
            key = axes.inset_axes([0.1 / columns, 1 - (row + 0.9) / rows, 0.8 / columns, 0.8 / rows])
            key.imshow(color_wheel())
            key.set_axis_off()
    with replaced_file(path) as temporary:
        figure.savefig(temporary, dpi=110, bbox_inches="tight")


def color_wheel() -> np.ndarray:
    """The key to `flow_colors`, RGB [S,S,3]: the colour at a place is that of pixels that came from there."""
    along = np.linspace(-1, 1, _WHEEL_PIXELS)
    flow = np.stack(np.meshgrid(along, along), axis=-1)
    outside = np.linalg.norm(flow, axis=-1) > 1
    flow[outside] = 0.0  # white
    return flow_colors(flow)


def _named(label: str, values: np.ndarray) -> str:
    """What stands beside a row: label, meaning, reading."""
    words = words_of(label)
    if values.shape[-1] == 2:
        longest = float(np.linalg.norm(values, axis=-1).max())
        return f"{label}: {words.shows}\nthe wheel says from which side;\nfull colour: {longest:.2g} pixels"
    return f"{label}: {words.shows}\n{words.reading}" if words.reading else label
