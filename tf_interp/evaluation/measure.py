"""All metrics of one method on the fixed held-out pairs: measure(method, data) -> dictionary."""

import time
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

import numpy as np
from scipy import stats

from tf_interp.data.pairs import HELD_OUT_PAIRS, held_out_pairs
from tf_interp.data.sources import load_images
from tf_interp.evaluation import metrics
from tf_interp.evaluation.held_out import BATCH, Walk, goal_metrics, images_of_pairs, walk_in_batches
from tf_interp.features.classifier import Activations

_NEIGHBOUR_BYTES = 20000 * 28 * 28  # of training images among which the nearest is looked for; 20,000 of MNIST
_TIMING_REPEATS = 3

Extract = Callable[[np.ndarray], Activations]
"""A feature network: images float32 [N,H,W,C] in [0, 1] -> `Activations`."""


class Method(NamedTuple):
    """Something that walks.

    Attributes:
        name: as shown in tables.
        walk: see `held_out.Walk`.
        parameters: number of trained weights; with none, the fields below do not matter.
        obeys_stop: whether walks may end before the budget.
        image_shape: (H, W, C) it was trained on; None for any.
        data_dir: folder of the data it was trained on; None for the embedded MNIST.
        train_seconds, iterations: its training.
    """

    name: str
    walk: Walk
    parameters: int
    obeys_stop: bool = False
    image_shape: Optional[Tuple[int, int, int]] = None
    data_dir: Optional[str] = None
    train_seconds: float = 0.0
    iterations: int = 0


class Benchmark(NamedTuple):
    """Data that all methods are measured on; see `prepare`."""

    start: np.ndarray
    goal: np.ndarray
    neighbours: np.ndarray
    real: Activations
    real_sharpness: float
    extract: Extract


def prepare(
    extract: Extract, data: str = "mnist", data_dir: Optional[str] = None, pairs: int = HELD_OUT_PAIRS
) -> Benchmark:
    """Reads the data and computes what is real.

    Args:
        extract: the feature network, see `Extract`.
        data, data_dir: see `data.sources.load_images`.
        pairs: how many of the held-out pairs.

    Raises:
        FileError, InputError: data cannot be read, or do not suit the feature network.
    """
    train, test = load_images(data, data_dir)
    start, goal = images_of_pairs(test, held_out_pairs(len(test), pairs))
    neighbours = train[: _NEIGHBOUR_BYTES // int(np.prod(train.shape[1:]))].astype(np.float32) / 255.0
    scaled = test.astype(np.float32) / 255.0
    sharpness = float(metrics.gradient_magnitude(scaled).mean())
    return Benchmark(start, goal, neighbours, extract(scaled), sharpness, extract)


def measure(method: Method, data: Benchmark) -> Dict[str, Any]:
    """Walks all held-out pairs and measures goal, manifold, gradualness, stop and cost.

    Returns:
        JSON-ready numbers. Lists have an entry a step, 0 (the start) to K. Frechet distances are between all frames of
        that step and all test images, `kernel` distances too (see `metrics`); `nearest_real` is the mean distance to
        the nearest of the first 20,000 training images (fewer, if larger than MNIST's); `sharpness` is relative to
        real images; `largest_step_ratio` is relative to the even share, 1 is ideal. None: it does not apply.
    """
    frames, lengths = walk_in_batches(method.walk, data.start, data.goal)
    pairs, points = frames.shape[:2]
    activations = [data.extract(frames[:, k]) for k in range(points)]
    manifold = _manifold(frames, activations, data)
    pixel_share, pixel_ratio = metrics.largest_share(frames, lengths)
    features = np.stack([step.features for step in activations], axis=1)
    feature_share, feature_ratio = metrics.largest_share(features, lengths)
    return {
        "method": method.name,
        "pairs": pairs,
        "steps": points - 1,
        **goal_metrics(data.start, frames, data.goal),
        **_perceptual(activations, data),
        "worst_frechet": max(manifold["frechet"]),
        "worst_frechet_step": int(np.argmax(manifold["frechet"])),
        **manifold,
        "largest_step_share": float(np.nanmean(pixel_share)),
        "largest_step_ratio": float(np.nanmean(pixel_ratio)),
        "largest_step_share_features": float(np.nanmean(feature_share)),
        "largest_step_ratio_features": float(np.nanmean(feature_ratio)),
        "straightness": float(np.nanmean(metrics.straightness(frames))),
        "straightness_features": float(np.nanmean(metrics.straightness(features))),
        "mean_length": float(np.mean(lengths)),
        **(_stopping(method, data, lengths, points - 1) if method.obeys_stop else {"budget_hits": None}),
        "ms_per_path": _milliseconds_per_path(method.walk, data),
        "parameters": method.parameters,
    }


def _stopping(method: Method, data: Benchmark, lengths: np.ndarray, budget: int) -> Dict[str, float]:
    """Whether STOP comes at reasonable moments (section 4.5).

    Returns:
        budget_hits: share of walks that the budget ended; length_rank_correlation: Spearman's rho of length and
        ||s_0 - g||^2; identity_stops: share of walks of at most one step among those whose goal is their start.
    """
    _, idle = walk_in_batches(method.walk, data.start, data.start)
    correlation = stats.spearmanr(lengths, metrics.squared_distance(data.start, data.goal)).statistic
    return {
        "budget_hits": float(np.mean(lengths == budget)),
        "length_rank_correlation": float(np.nan_to_num(correlation)),  # undefined where all lengths are equal
        "identity_stops": float(np.mean(idle <= 1)),
    }


def _perceptual(activations, data: Benchmark) -> Dict[str, float]:
    goal = data.extract(data.goal).perceptual
    begun, reached = (float(metrics.squared_distance(activations[k].perceptual, goal).mean()) for k in (0, -1))
    return {"goal_perceptual": reached, "goal_perceptual_relative": reached / begun}


def _manifold(frames: np.ndarray, activations, data: Benchmark) -> Dict[str, Any]:
    steps = range(frames.shape[1])
    return {
        "frechet": [metrics.frechet_distance(activations[k].features, data.real.features) for k in steps],
        "kernel": [metrics.kernel_distance(activations[k].features, data.real.features) for k in steps],
        "confidence": _confidence(activations),
        "nearest_real": _nearest(frames, data.neighbours),
        "sharpness": [float(metrics.gradient_magnitude(frames[:, k]).mean()) / data.real_sharpness for k in steps],
    }


def _confidence(activations) -> Optional[List[float]]:
    values = [step.confidence for step in activations]
    return None if values[0] is None else [float(value.mean()) for value in values]


def _nearest(frames: np.ndarray, neighbours: np.ndarray) -> Optional[List[float]]:
    if not len(neighbours):
        return None
    return [float(metrics.nearest_distance(frames[:, k], neighbours).mean()) for k in range(frames.shape[1])]


def _milliseconds_per_path(walk: Walk, data: Benchmark) -> float:
    """Median over repeats of one batch, after the warm-up that measuring has been."""
    start, goal = data.start[:BATCH], data.goal[:BATCH]
    seconds = [_seconds(lambda: walk(start, goal)) for _ in range(_TIMING_REPEATS)]
    return 1e3 * float(np.median(seconds)) / len(start)


def _seconds(action: Callable[[], Tuple]) -> float:
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun
