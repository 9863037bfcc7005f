"""How gradual walks are: how even and how straight. Functions of step lengths d_k = ||p_{k+1} - p_k||, in NumPy.

The points p_k are images, or features of them. docs/yardsticks.md has each measure with an example.
"""

from typing import Dict, Optional, Tuple

import numpy as np

from tf_interp.evaluation.metrics import squared_distance


def of_walks(points: np.ndarray, goal: np.ndarray, lengths: np.ndarray) -> Dict[str, Optional[float]]:
    """Means over the walks that move; None if none does.

    Args:
        points: float [B,K+1,...], states of each path.
        goal: float [B,...], the goals'.
        lengths: int [B], steps taken.

    Returns:
        largest_step_share and largest_step_ratio, straightness, step_variance (PDV), step_variation (CV) and
        relative_length (PPL).
    """
    share, ratio = largest_share(points, lengths)
    variance, variation = spread_of_steps(points, lengths)
    found = {
        "largest_step_share": share,
        "largest_step_ratio": ratio,
        "straightness": straightness(points),
        "step_variance": variance,
        "step_variation": variation,
        "relative_length": relative_length(points, goal),
    }
    return {name: _mean(value[~np.isnan(value)]) for name, value in found.items()}


def _mean(values: np.ndarray) -> Optional[float]:
    return float(values.mean()) if len(values) else None


def largest_share(points: np.ndarray, lengths: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """How gradual paths are: the longest step's share of the path, and that share times the number of steps.

    Args:
        points: float [B,K+1,...], states of each path (images or features).
        lengths: int [B], steps taken; later points repeat.

    Returns:
        share [B], 1/length is ideal and 1 is one jump; ratio [B], the share relative to the even one, 1 is ideal.
        Paths that do not move are NaN.
    """
    steps = _step_lengths(points)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = steps.max(axis=1) / steps.sum(axis=1)
    return share, share * lengths


def straightness(points: np.ndarray) -> np.ndarray:
    """Distance between the ends over the length of the path, [B], 1 for a straight line; NaN for one that stands still.

    Args:
        points: float [B,K+1,...].
    """
    ends = np.sqrt(squared_distance(points[:, 0], points[:, -1]))
    with np.errstate(invalid="ignore", divide="ignore"):
        return ends / _step_lengths(points).sum(axis=1)


def spread_of_steps(points: np.ndarray, lengths: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """Variance of the lengths of the steps that were taken, and their coefficient of variation, deviation / mean.

    Args:
        points: float [B,K+1,...], states of each path.
        lengths: int [B], steps taken.

    Returns:
        variance [B] and coefficient [B], 0 for even steps, NaN for paths that do not move.
    """
    steps = _step_lengths(points)
    taken = np.arange(steps.shape[1]) < np.asarray(lengths)[:, np.newaxis]
    count = np.maximum(taken.sum(axis=1), 1)
    mean = (steps * taken).sum(axis=1) / count
    variance = (taken * (steps - mean[:, np.newaxis]) ** 2).sum(axis=1) / count
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(mean > 0, variance, np.nan), np.sqrt(variance) / mean


def relative_length(points: np.ndarray, goal: np.ndarray) -> np.ndarray:
    """sum_k d_k / ||p_0 - p_goal||, [B]: what morphing papers call PPL, as a share of the way; NaN for equal ends.

    Args:
        points: float [B,K+1,...].
        goal: float [B,...], the goal's.
    """
    way = np.sqrt(squared_distance(points[:, 0], goal))
    return np.where(way > 0, _step_lengths(points).sum(axis=1) / np.where(way > 0, way, 1), np.nan)


def _step_lengths(points: np.ndarray) -> np.ndarray:
    return np.stack([np.sqrt(squared_distance(points[:, k], points[:, k + 1])) for k in range(points.shape[1] - 1)], 1)
