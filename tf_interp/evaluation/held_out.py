"""How close walks come to their goals, on the fixed list of held-out pairs."""

import time
from typing import Any, Callable, Dict, Tuple

import numpy as np

from tf_interp.data.pairs import held_out_pairs
from tf_interp.data.pixels import as_floats
from tf_interp.evaluation.gradualness import of_walks
from tf_interp.evaluation.metrics import share, squared_distance

Walk = Callable[[np.ndarray, np.ndarray], Tuple[np.ndarray, np.ndarray]]
"""(start, goal) float32 [B,H,W,C] in [0, 1] -> (frames [B,K+1,H,W,C], lengths int [B])."""

BATCH = 250
_TIMING_REPEATS = 3


def images_of_pairs(images: np.ndarray, pairs: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """Start and goal images, float32 [N,H,W,C] in [0, 1], of index pairs [N,2] into uint8 `images`."""
    chosen = as_floats(images[pairs])
    return chosen[:, 0], chosen[:, 1]


def walk_in_batches(walk: Walk, start: np.ndarray, goal: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """`walk` on any number of pairs [N,H,W,C], a batch at a time; frames float32 [N,K+1,H,W,C], lengths int [N]."""
    parts = [walk(start[first : first + BATCH], goal[first : first + BATCH]) for first in range(0, len(start), BATCH)]
    frames, lengths = zip(*parts)
    return np.concatenate(frames), np.concatenate(lengths)


def goal_metrics(start: np.ndarray, frames: np.ndarray, goal: np.ndarray) -> Dict[str, float]:
    """What is left of the way to the goal.

    Args:
        start, goal: [N,H,W,C].
        frames: [N,K+1,H,W,C].

    Returns:
        start_distance and goal_distance: means of ||s_0 - g||^2 and ||s_K - g||^2; goal_relative: their ratio;
        goal_relative_median: median over pairs of the ratio of the two, pairs of equal images left out. Both are 0
        where all pairs are equal.
    """
    start_distance, goal_distance = squared_distance(start, goal), squared_distance(frames[:, -1], goal)
    apart = start_distance > 0
    return {
        "start_distance": float(start_distance.mean()),
        "goal_distance": float(goal_distance.mean()),
        "goal_relative": share(goal_distance.mean(), start_distance.mean()),
        "goal_relative_median": float(np.median(goal_distance[apart] / start_distance[apart])) if apart.any() else 0.0,
    }


def watched(frames: np.ndarray, goal: np.ndarray, lengths: np.ndarray) -> Dict[str, float]:
    """What is watched of a few held-out pairs while a model learns, by names that begin with held_out/.

    Args:
        frames: [N,K+1,H,W,C].
        goal: [N,H,W,C].
        lengths: int [N].

    Returns:
        goal_relative, mean_length, and largest_step_ratio if a walk moves; as `evaluate` has them.
    """
    ratio = of_walks(frames, goal, lengths)["largest_step_ratio"]
    found = {
        "goal_relative": goal_metrics(frames[:, 0], frames, goal)["goal_relative"],
        "largest_step_ratio": ratio,
        "mean_length": float(np.mean(lengths)),
    }
    return {f"held_out/{name}": value for name, value in found.items() if value is not None}


def measure_goal(walk: Walk, images: np.ndarray) -> Dict[str, Any]:
    """Walks all held-out pairs of `images`, uint8 [N,H,W,C], the test split.

    Returns:
        `goal_metrics`, the number of pairs, and mean_length, the transformations applied.
    """
    start, goal = images_of_pairs(images, held_out_pairs(len(images)))
    frames, lengths = walk_in_batches(walk, start, goal)
    return {"pairs": len(start), **goal_metrics(start, frames, goal), "mean_length": float(np.mean(lengths))}


def milliseconds_per_path(walk: Walk, start: np.ndarray, goal: np.ndarray) -> float:
    """Median over repeats of one batch of the pairs, after the warm-up that measuring has been."""
    seconds = []
    for _ in range(_TIMING_REPEATS):
        begun = time.perf_counter()
        walk(start[:BATCH], goal[:BATCH])
        seconds.append(time.perf_counter() - begun)
    return 1e3 * float(np.median(seconds)) / len(start[:BATCH])
