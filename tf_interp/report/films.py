"""Walks of a model at many times: as the page of the gallery shows them, and as one film of several."""

import numpy as np

from tf_interp.model.film import film
from tf_interp.model.interpolator import Interpolator

_COLUMNS = 4


def at_times(interpolator: Interpolator, start: np.ndarray, goal: np.ndarray, times: int) -> np.ndarray:
    """The walks at `times` equal times from s_0 to s_K, float32 [B,times,H,W,C], of start and goal [B,H,W,C]."""
    path = interpolator(start, goal)
    return np.moveaxis(path.at(np.linspace(0, path.commands.shape[1], times)), 0, 1)


def side_by_side(interpolator: Interpolator, start: np.ndarray, goal: np.ndarray, count: int) -> np.ndarray:
    """The walks as one film of `count` images, float32 [count,H',W',C]: rows of four that arrive together."""
    films = [film(interpolator(s[np.newaxis], g[np.newaxis]), g, count) for s, g in zip(start, goal)]
    columns = min(_COLUMNS, len(films))
    films += [np.zeros_like(films[0])] * (-len(films) % columns)
    rows = [np.concatenate(films[i : i + columns], axis=2) for i in range(0, len(films), columns)]
    return np.concatenate(rows, axis=1)
