"""The cross-fade: every pixel goes in a straight line from its old value to its new one, and nothing moves."""

from typing import Tuple

import numpy as np

from tf_interp.errors import InputError


def step_times(steps: int) -> np.ndarray:
    """The times k / K at which a straight walk of K steps stands, float32 [K+1] from 0 to 1.

    Raises:
        InputError: less than one step.
    """
    if steps < 1:
        raise InputError(f"steps: a walk needs at least 1, got {steps}")
    return np.arange(steps + 1, dtype=np.float32) / np.float32(steps)


def full_lengths(images: np.ndarray, steps: int) -> np.ndarray:
    """Lengths int32 [B] of walks that never stop early."""
    return np.full(len(images), steps, np.int32)


def cross_fade(start: np.ndarray, goal: np.ndarray, steps: int) -> Tuple[np.ndarray, np.ndarray]:
    """frames[:, k] = (1 - k/K) start + (k/K) goal.

    Args:
        start, goal: float32 [B,H,W,C] in [0, 1].
        steps: K.

    Returns:
        frames float32 [B,K+1,H,W,C] in [0, 1], both ends exact; lengths int32 [B], all K.

    Raises:
        InputError: the shapes differ, or less than one step.
    """
    start, goal = np.asarray(start, np.float32), np.asarray(goal, np.float32)
    if start.shape != goal.shape:
        raise InputError(f"start {start.shape} and goal {goal.shape} must have the same shape")
    t = step_times(steps)[:, np.newaxis, np.newaxis, np.newaxis]
    frames = (1 - t) * start[:, np.newaxis] + t * goal[:, np.newaxis]
    return frames, full_lengths(start, steps)
