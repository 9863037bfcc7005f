"""A walk as a film: images between its frames, so that it changes evenly from one to the next."""

import numpy as np

from tf_interp.errors import InputError
from tf_interp.model.structs import Path

_SAMPLES = 8  # of a step, between which images are taken to change evenly


def film(path: Path, count: int) -> np.ndarray:
    """The first walk of a path as `count` images at equal distances ||.|| along the way, both ends among them.

    Args:
        path: what an `Interpolator` returned.
        count: at least 2.

    Returns:
        float32 [count,H,W,C] in [0, 1].

    Raises:
        InputError: fewer than 2 images.
    """
    if count < 2:
        raise InputError(f"frames: {count} is below the smallest allowed value 2")
    length = int(path.lengths[0])
    times = np.linspace(0, length, _SAMPLES * length + 1)
    images = np.stack([path.at(t)[0] for t in times])
    gone = np.r_[0.0, np.cumsum(np.sqrt(np.square(np.diff(images, axis=0)).sum(axis=(1, 2, 3))))]
    return np.stack([path.at(t)[0] for t in np.interp(np.linspace(0, gone[-1], count), gone, times)])
