"""A walk as a film: images between its frames, so that it changes evenly from one to the next, and ends on its goal."""

import numpy as np

from tf_interp.errors import InputError
from tf_interp.model.structs import Path

_SAMPLES = 2  # for each image of the film, by which the way is measured


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
    end = path.frames[0, length]

    def image(t: float) -> np.ndarray:
        return path.at(t)[0] if t <= length else end + np.float32(t - length) * (goal - end)

    walked = np.linspace(0, length, max(_SAMPLES * count, 2 * length + 1)) if length else [0.0]
    times = np.append(walked, length + 1)
    sampled = np.stack([image(t) for t in times])
    gone = np.append(0.0, np.cumsum(np.sqrt(np.square(np.diff(sampled, axis=0)).sum(axis=(1, 2, 3)))))
    chosen = np.interp(np.linspace(0, gone[-1], count), gone, times)
    return np.stack([sampled[0], *(image(t) for t in chosen[1:-1]), goal])
