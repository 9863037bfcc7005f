"""Walks of a model at many times: as the page of the gallery shows them, and as one film of several."""

import numpy as np

from tf_interp.model.film import film
from tf_interp.model.interpolator import Interpolator

_COLUMNS = 4


def at_times(interpolator: Interpolator, start: np.ndarray, goal: np.ndarray, times: int) -> np.ndarray:
    """The walks at `times` equal times from their start to their end, float32 [B,times,H,W,C].

    Args:
        interpolator: the model.
        start, goal: float32 [B,H,W,C] in [0, 1]. Walks that STOP ends early are slower, so that all arrive together.
        times: at least 2.
    """
    path = interpolator(start, goal)
    shares = np.linspace(0, 1, times)
    return np.stack([path.at(length * shares)[:, pair] for pair, length in enumerate(path.lengths)])


def side_by_side(interpolator: Interpolator, start: np.ndarray, goal: np.ndarray, count: int) -> np.ndarray:
    """The walks as one film of `count` images, float32 [count,H',W',C]: rows of four that arrive together."""
    films = [film(interpolator(s[np.newaxis], g[np.newaxis]), g, count) for s, g in zip(start, goal)]
    columns = min(_COLUMNS, len(films))
    films += [np.zeros_like(films[0])] * (-len(films) % columns)
    rows = [np.concatenate(films[i : i + columns], axis=2) for i in range(0, len(films), columns)]
    return np.concatenate(rows, axis=1)
