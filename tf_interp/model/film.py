"""A walk as a film: images between its frames, so that it changes evenly from one to the next, and ends on its goal."""

import numpy as np

from tf_interp.errors import InputError
from tf_interp.model.structs import Path

_SAMPLES = 4  # for each image of the film, by which the way is measured; with 2 a pair in 50 is uneven


def film(path: Path, goal: np.ndarray, count: int) -> np.ndarray:
    """The first walk of a path as `count` images at equal distances ||.||, from its start to its goal.

    A walk ends near its goal and not on it. Over what it leaves of the way, the film fades to the goal.

    Args:
        path: what an `Interpolator` returned.
        goal: [H,W,C] in [0, 1], what the first walk was to reach.
        count: at least 2.

    Returns:
        float32 [count,H,W,C] in [0, 1]; the first is the start, the last is the goal.

    Raises:
        InputError: fewer than 2 images.
    """
    if count < 2:
        raise InputError(f"frames: {count} is below the smallest allowed value 2")
    length = int(path.lengths[0])

    def images(times: np.ndarray) -> np.ndarray:
        """float32 [T,H,W,C]; from `length` on they fade to the goal, which is at `length` + 1."""
        faded = np.maximum(times - length, 0).astype(np.float32).reshape(-1, 1, 1, 1)
        walked = path.at(np.minimum(times, length))[:, 0]
        return walked + faded * (goal - walked)

    times = np.append(np.linspace(0, length, max(_SAMPLES * count, 2 * length)), length + 1)
    gone = np.append(0.0, np.cumsum(np.sqrt(np.square(np.diff(images(times), axis=0)).sum(axis=(1, 2, 3)))))
    even = images(np.interp(np.linspace(0, gone[-1], count), gone, times))
    return np.stack([path.frames[0, 0], *even[1:-1], goal])
