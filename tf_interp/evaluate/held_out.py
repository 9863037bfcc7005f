"""How close walks come to their goals, on the fixed list of held-out pairs."""

from typing import Any, Callable, Dict, Tuple

import numpy as np

from tf_interp.data.pairs import held_out_pairs

Walk = Callable[[np.ndarray, np.ndarray], Tuple[np.ndarray, np.ndarray]]
"""(start, goal) float32 [B,H,W,C] in [0, 1] -> (frames [B,K+1,H,W,C], lengths int [B])."""

_BATCH = 250


def images_of_pairs(images: np.ndarray, pairs: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """Start and goal images, float32 [N,H,W,C] in [0, 1], of index pairs [N,2] into uint8 `images`."""
    chosen = images[pairs].astype(np.float32) / 255.0
    return chosen[:, 0], chosen[:, 1]


def squared_distance(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """||a - b||^2 summed over pixels and channels, [N], of images [N,H,W,C]."""
    return np.sum(np.square(a - b), axis=(1, 2, 3), dtype=np.float64)


def measure_goal(walk: Walk, images: np.ndarray) -> Dict[str, Any]:
    """Walks all held-out pairs of the test images and measures what is left of the way to the goal.

    Args:
        walk: the model to measure.
        images: uint8 [N,H,W,C], the test split.

    Returns:
        pairs: number of pairs; start_distance and goal_distance: means of ||s_0 - g||^2 and ||s_K - g||^2;
        goal_relative: their ratio; goal_relative_median: median over pairs of the ratio of the two;
        mean_length: transformations applied.
    """
    pairs = held_out_pairs(len(images))
    before, after, steps = [], [], []
    for first in range(0, len(pairs), _BATCH):
        start, goal = images_of_pairs(images, pairs[first : first + _BATCH])
        frames, lengths = walk(start, goal)
        before.append(squared_distance(start, goal))
        after.append(squared_distance(np.asarray(frames)[:, -1], goal))
        steps.append(np.asarray(lengths))
    start_distance, goal_distance = np.concatenate(before), np.concatenate(after)
    return {
        "pairs": len(pairs),
        "start_distance": float(start_distance.mean()),
        "goal_distance": float(goal_distance.mean()),
        "goal_relative": float(goal_distance.mean() / start_distance.mean()),
        "goal_relative_median": float(np.median(goal_distance / start_distance)),
        "mean_length": float(np.concatenate(steps).mean()),
    }
