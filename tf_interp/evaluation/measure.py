"""All metrics of one method on the fixed held-out pairs: measure(method, data) -> dictionary."""

from typing import Any, Dict, List, NamedTuple, Optional, Sequence

import numpy as np
from scipy import stats

from tf_interp.data.pairs import HELD_OUT_PAIRS, held_out_pairs
from tf_interp.data.pixels import as_floats
from tf_interp.data.sources import Source, load_images
from tf_interp.evaluation import metrics
from tf_interp.evaluation.activations import Activations, Extract
from tf_interp.evaluation.gradualness import of_walks
from tf_interp.evaluation.held_out import goal_metrics, images_of_pairs, milliseconds_per_path, walk_in_batches
from tf_interp.evaluation.maps import of_maps
from tf_interp.evaluation.method import WalkMethod

_NEIGHBOUR_BYTES = 20000 * 28 * 28  # of training images among which the nearest is looked for; 20,000 of MNIST


class Benchmark(NamedTuple):
    """Data that all methods are measured on; see `prepare`.

    Attributes:
        start, goal: the held-out pairs, float32 [N,H,W,C] in [0, 1].
        neighbours: training images, float32 [M,H,W,C] in [0, 1].
        real: activations of all test images.
        real_likeness: `metrics.likeness_within` their features.
        real_sharpness: mean `metrics.gradient_magnitude` of all test images.
        extract: the feature network.
        second, second_real: another feature network, trained apart, and its features of all test images; None for none.
    """

    start: np.ndarray
    goal: np.ndarray
    neighbours: np.ndarray
    real: Activations
    real_likeness: float
    real_sharpness: float
    extract: Extract
    second: Optional[Extract] = None
    second_real: Optional[np.ndarray] = None


class Walked(NamedTuple):
    """Walks of one method between the pairs of a `Benchmark`.

    Attributes:
        frames: float32 [N,K+1,H,W,C] in [0, 1].
        lengths: int [N], steps taken.
        activations: K+1 entries, of the frames of each step, N images each.
    """

    frames: np.ndarray
    lengths: np.ndarray
    activations: Sequence[Activations]


def prepare(
    extract: Extract, source: Source, pairs: int = HELD_OUT_PAIRS, second: Optional[Extract] = None
) -> Benchmark:
    """Reads the data and computes what is real.

    Args:
        extract: the feature network.
        source: the data.
        pairs: how many of the held-out pairs.
        second: another feature network, see `Benchmark`.

    Raises:
        FileError, InputError: data cannot be read, or do not suit the feature network.
    """
    train, test = load_images(*source)
    start, goal = images_of_pairs(test, held_out_pairs(len(test), pairs))
    neighbours = as_floats(train[: _NEIGHBOUR_BYTES // int(np.prod(train.shape[1:]))])
    images = as_floats(test)
    real, sharpness = extract(images), float(metrics.gradient_magnitude(images).mean())
    likeness, second_real = metrics.likeness_within(real.features), None if second is None else second(images).features
    return Benchmark(start, goal, neighbours, real, likeness, sharpness, extract, second, second_real)


def measure(method: WalkMethod, data: Benchmark) -> Dict[str, Any]:
    """Walks all held-out pairs and measures goal, manifold, gradualness, stop and cost.

    Returns:
        JSON-ready numbers: `goal_metrics`, and what each function below says. Lists have an entry a step, 0 (the
        start) to K. None: it does not apply.
    """
    frames, lengths = walk_in_batches(method.walk, data.start, data.goal)
    walked = Walked(frames, lengths, [data.extract(frames[:, k]) for k in range(frames.shape[1])])
    return {
        "method": method.name,
        "pairs": len(frames),
        "steps": frames.shape[1] - 1,
        **goal_metrics(data.start, frames, data.goal),
        **_perceptual_goal(walked, data),
        **_manifold(walked, data),
        **_second_opinion(walked, data),
        **_gradualness(walked, data),
        **_mixing(method, walked, data),
        **_stopping(method, walked, data),
        "ms_per_path": milliseconds_per_path(method.walk, data.start, data.goal),
        "parameters": method.parameters,
    }


def _perceptual_goal(walked: Walked, data: Benchmark) -> Dict[str, float]:
    """Mean perceptual distance of the last frame from the goal, and its share of the start's; see `Activations`."""
    goal = data.extract(data.goal).perceptual
    begun, reached = (float(metrics.squared_distance(walked.activations[k].perceptual, goal).mean()) for k in (0, -1))
    return {"goal_perceptual": reached, "goal_perceptual_relative": metrics.share(reached, begun)}


def _manifold(walked: Walked, data: Benchmark) -> Dict[str, Any]:
    """How real the frames of each step look.

    Returns:
        frechet and kernel: distances (see `metrics`) between all frames of a step and all test images, and the worst
        of the former with its step; confidence: mean, of the feature network; nearest_real: mean distance to the
        nearest of the first 20,000 training images (fewer, if larger than MNIST's); sharpness, relative to real images.
    """
    features = [step.features for step in walked.activations]
    frechet = [metrics.frechet_distance(step, data.real.features) for step in features]
    steps = [walked.frames[:, k] for k in range(walked.frames.shape[1])]
    return {
        "worst_frechet": max(frechet),
        "mean_frechet": float(np.mean(frechet[1:])),
        "worst_frechet_step": int(np.argmax(frechet)),
        "frechet": frechet,
        "kernel": [metrics.kernel_distance(step, data.real.features, data.real_likeness) for step in features],
        "confidence": _confidence(walked.activations),
        "nearest_real": _nearest(steps, data.neighbours),
        "sharpness": [metrics.share(metrics.gradient_magnitude(step).mean(), data.real_sharpness) for step in steps],
    }


def _second_opinion(walked: Walked, data: Benchmark) -> Dict[str, Any]:
    """The Frechet distance by step in the features of the second network, and the worst; None without one."""
    if data.second is None:
        return {"frechet_second": None, "worst_frechet_second": None}
    steps = (data.second(walked.frames[:, k]).features for k in range(walked.frames.shape[1]))
    found = [metrics.frechet_distance(step, data.second_real) for step in steps]
    return {"frechet_second": found, "worst_frechet_second": max(found)}


def _gradualness(walked: Walked, data: Benchmark) -> Dict[str, Optional[float]]:
    """How even and how straight walks are, in pixels and in features.

    Returns:
        largest_step_share: of the walk's length; largest_step_ratio: that relative to the even share, 1 is ideal;
        straightness and the rest: see `gradualness.of_walks`. Names that end in _features are of the penultimate layer,
        in _perceptual of perceptual vectors.
    """
    steps, goal = walked.activations, data.extract(data.goal)
    spaces = {
        "": (walked.frames, data.goal),
        "_features": (np.stack([step.features for step in steps], axis=1), goal.features),
        "_perceptual": (np.stack([step.perceptual for step in steps], axis=1), goal.perceptual),
    }
    found = {}
    for suffix, (points, end) in spaces.items():
        found.update({f"{name}{suffix}": value for name, value in of_walks(points, end, walked.lengths).items()})
    return found


def _mixing(method: WalkMethod, walked: Walked, data: Benchmark) -> Dict[str, Optional[float]]:
    """Whether frames are moved or mixed.

    Returns:
        ghost_share: of the middle frame, s_k with k half of the steps taken, rounded down; round_trip: what is left of
        the way back from s_K to s_0; and what `maps.of_maps` says, None for methods without maps.
    """
    frames = walked.frames
    middle = frames[np.arange(len(frames)), walked.lengths // 2]
    back, _ = walk_in_batches(method.walk, frames[:, -1], data.start)
    missed = metrics.squared_distance(back[:, -1], data.start).mean()
    found = {
        "ghost_share": float(np.mean(metrics.ghost_share(middle, data.start, data.goal))),
        "round_trip": metrics.share(missed, metrics.squared_distance(data.start, data.goal).mean()),
    }
    if method.accumulate is None:
        return {**found, **dict.fromkeys(("kept_share", "warp_share", "folding", "mean_shift"))}
    return {**found, **of_maps(method.accumulate(data.start, data.goal), data.start, data.goal)}


def _stopping(method: WalkMethod, walked: Walked, data: Benchmark) -> Dict[str, Optional[float]]:
    """Whether STOP comes at reasonable moments (section 4.5).

    Returns:
        mean_length: transformations applied; budget_hits: share of walks that the budget ended, None without STOP.
        With STOP also length_rank_correlation: Spearman's rho of length and ||s_0 - g||^2; identity_stops: share of
        walks of at most one step among those whose goal is their start.
    """
    lengths, budget = walked.lengths, walked.frames.shape[1] - 1
    mean = float(np.mean(lengths))
    if not method.obeys_stop:
        return {"mean_length": mean, "budget_hits": None}
    _, idle = walk_in_batches(method.walk, data.start, data.start)
    distances = metrics.squared_distance(data.start, data.goal)
    varied = np.ptp(lengths) > 0 and np.ptp(distances) > 0  # else there is no correlation
    return {
        "mean_length": mean,
        "budget_hits": float(np.mean(lengths == budget)),
        "length_rank_correlation": float(stats.spearmanr(lengths, distances).statistic) if varied else 0.0,
        "identity_stops": float(np.mean(idle <= 1)),
    }


def _confidence(activations: Sequence[Activations]) -> Optional[List[float]]:
    values = [step.confidence for step in activations]
    return None if values[0] is None else [float(value.mean()) for value in values]


def _nearest(steps: Sequence[np.ndarray], neighbours: np.ndarray) -> Optional[List[float]]:
    """Of images float32 [N,H,W,C] of each step; None if there are no neighbours."""
    if not len(neighbours):
        return None
    return [float(metrics.nearest_distance(step, neighbours).mean()) for step in steps]
