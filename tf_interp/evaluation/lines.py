"""How well walks rotate a line: Mean Distance and Smoothness of the interpolation benchmark of ACAI.

"Understanding and Improving Interpolation in Autoencoders via an Adversarial Regularizer" (Berthelot, Raffel, Roy and
Goodfellow, 2018), section 3.1. Every frame of a path is replaced by the nearest, in cosine distance, of 10,000 lines
at evenly spaced angles. Mean Distance says how far the frames are from being lines, Smoothness how far their angles are
from turning evenly; a perfect rotation along the shorter arc scores 0 and 0, and lower is better.

Equal to the paper and its code: the 10,000 lines, the cosine distance, the mean over frames, the largest step relative
to the total turn less 1/(n-1), 16 frames with both ends. Different:

  - Pixels are in [0, 1], where the black background counts for nothing. The authors' code scales them to [-1, 1],
    where the background agrees in all frames and makes distances smaller many times over: their published distances
    are to be compared with `signed=True` alone. The angles hardly depend on it.
  - The total turn is the shorter arc between the first and the last line, as the paper wants the shortest way. The
    authors' code adds up the steps, so an even turn along the longer arc scores 0 there and more than 0 here. Whenever
    a path turns along the shorter arc the two are equal; ours is never below theirs.
  - A path that hardly turns has no Smoothness (NaN). Pairs of the benchmark differ by at least `MIN_PAIR_ANGLE`, so
    such a path missed its goal, and `score_lines` counts it as a jump. The authors' code counts it as 0.
  - Staying at the start would have a Mean Distance of 0, so `score_lines` also reports how far the goal was missed.
  - The first frame of a walk is the start itself; an autoencoder's is a reconstruction of it.
"""

import functools
import math
from typing import Dict, Tuple

import numpy as np

from tf_interp.data.lines import SIZE, draw_lines
from tf_interp.data.pixels import as_floats
from tf_interp.errors import InputError
from tf_interp.evaluation.held_out import Walk

REFERENCE_LINES = 10000
BENCHMARK_PAIRS = 500
MIN_PAIR_ANGLE = math.pi / 16
"""Pairs closer than this (1 random pair in 16) are left out: Smoothness divides by the angle between the two."""
_LEAST_TURN = MIN_PAIR_ANGLE / 2
_PAIRS_SEED = 20180718
_BATCH = 100
_CHUNK = 500


def benchmark_pairs(count: int = BENCHMARK_PAIRS) -> np.ndarray:
    """The fixed list of pairs of lines behind every evaluation.

    Args:
        count: number of pairs; a shorter list is the head of a longer one.

    Returns:
        float64 [count,2], angles of start and goal in [0, 2 pi). They are independent and uniform, given that the
        shorter arc between them is at least `MIN_PAIR_ANGLE`.
    """
    random = np.random.RandomState(_PAIRS_SEED).random_sample([count, 2])
    start = 2 * math.pi * random[:, 0]
    turn = MIN_PAIR_ANGLE + 2 * (math.pi - MIN_PAIR_ANGLE) * random[:, 1]
    return np.stack([start, np.mod(start + turn, 2 * math.pi)], axis=1)


def shorter_arc(turn: np.ndarray) -> np.ndarray:
    """The same rotation in [-pi, pi), of any angles in radians."""
    return np.mod(turn + math.pi, 2 * math.pi) - math.pi


def nearest_lines(images: np.ndarray, signed: bool = False) -> Tuple[np.ndarray, np.ndarray]:
    """Finds the nearest of the 10,000 reference lines.

    Args:
        images: float [N,32,32,1] in [0, 1].
        signed: takes pixels to [-1, 1] before comparing, as the authors' code does.

    Returns:
        Distance float32 [N], 1 - cosine similarity; angle float64 [N], a multiple of 2 pi / 10,000 in [0, 2 pi). A
        black image has no direction: its distance is 1 by definition, and its angle, which nothing decides, is 0.

    Raises:
        InputError: wrong shape, or numbers that are not finite floats.
    """
    _check(images, "images", axes=4)
    lines = _reference_lines(signed)
    distances, indices = np.empty(len(images), np.float32), np.empty(len(images), np.int64)
    for first in range(0, len(images), _CHUNK):
        chunk = slice(first, first + _CHUNK)
        vectors = _vectors(images[chunk], signed)
        products, norms = vectors @ lines.T, np.linalg.norm(vectors, axis=1)
        indices[chunk] = products.argmax(axis=1)
        similarity = products.max(axis=1) / np.where(norms == 0, 1, norms)
        distances[chunk] = np.maximum(1 - similarity, 0)  # rounding can lift a cosine above 1
    return distances, indices * (2 * math.pi / REFERENCE_LINES)


def smoothness(angles: np.ndarray) -> np.ndarray:
    """Smoothness of paths of lines: max_i |phi_{i+1} - phi_i| / |phi_n - phi_1| - 1/(n-1).

    Differences of angles are shorter arcs, so a path may cross 0 and turn either way.

    Args:
        angles: float [B,n] in radians, n >= 2.

    Returns:
        float64 [B]: 0 for an even turn, 1 - 1/(n-1) for a single jump, more if the path turns back or goes the long
        way round; NaN if first and last angle are less than MIN_PAIR_ANGLE / 2 apart.
    """
    steps = np.abs(shorter_arc(np.diff(angles, axis=1)))
    total = np.abs(shorter_arc(angles[:, -1] - angles[:, 0]))
    total = np.where(total < _LEAST_TURN, np.nan, total)
    return steps.max(axis=1) / total - 1 / steps.shape[1]


def mean_distance_and_smoothness(frames: np.ndarray, signed: bool = False) -> Tuple[np.ndarray, np.ndarray]:
    """The benchmark's two metrics of each path.

    Args:
        frames: float [B,n,32,32,1] in [0, 1], n >= 2, both ends included.
        signed: see `nearest_lines`.

    Returns:
        mean_distance float64 [B] and smoothness float64 [B], which is NaN where a path hardly turns.

    Raises:
        InputError: wrong shape, or numbers that are not finite floats.
    """
    distances, angles = _nearest_of_paths(frames, signed)
    return distances.mean(axis=1, dtype=np.float64), smoothness(angles)


def score_lines(walk: Walk, count: int = BENCHMARK_PAIRS) -> Dict[str, float]:
    """Walks the benchmark's pairs and scores the paths.

    Args:
        walk: the model to score. All its frames count, those repeated after STOP too; the paper's n = 16 frames are
            K = 15 steps.
        count: number of pairs, at least 2.

    Returns:
        pairs; frames: n; mean_distance and smoothness, each with its standard error over pairs in <name>_error;
        mean_distance_signed (and _error): pixels in [-1, 1], to compare with the paper's table; goal_angle (and
        _error): radians between the goal and the line nearest to the last frame; unturned: number of paths without
        Smoothness, each of which counts as a jump, 1 - 1/(n-1).

    Raises:
        InputError: fewer than 2 pairs, or the walk returned frames that cannot be scored.
    """
    if count < 2:
        raise InputError(f"count: a standard error needs at least 2 pairs, got {count}")
    pairs = benchmark_pairs(count)
    batches = [_score_pairs(walk, pairs[first : first + _BATCH]) for first in range(0, count, _BATCH)]
    scores = {name: np.concatenate([batch[name] for batch in batches]) for name in batches[0]}
    frames = int(scores.pop("frames")[0])
    unturned = np.isnan(scores["smoothness"])
    scores["smoothness"] = np.where(unturned, 1 - 1 / (frames - 1), scores["smoothness"])
    summary = {"pairs": count, "frames": frames, "unturned": int(unturned.sum())}
    for name, values in scores.items():
        summary[name] = float(values.mean())
        summary[f"{name}_error"] = float(values.std(ddof=1) / math.sqrt(count))
    return summary


def _score_pairs(walk: Walk, pairs: np.ndarray) -> Dict[str, np.ndarray]:
    """Scores, each [B], of the paths between pairs of angles [B,2]."""
    start, goal = (as_floats(draw_lines(angles)) for angles in pairs.T)
    frames = np.asarray(walk(start, goal)[0])
    distances, angles = _nearest_of_paths(frames, signed=False)
    return {
        "frames": np.full(len(pairs), frames.shape[1]),
        "mean_distance": distances.mean(axis=1, dtype=np.float64),
        "smoothness": smoothness(angles),
        "mean_distance_signed": mean_distance_and_smoothness(frames, signed=True)[0],
        "goal_angle": np.abs(shorter_arc(angles[:, -1] - pairs[:, 1])),
    }


def _nearest_of_paths(frames: np.ndarray, signed: bool) -> Tuple[np.ndarray, np.ndarray]:
    """`nearest_lines` of paths [B,n,32,32,1]: distance and angle, each [B,n]."""
    _check(frames, "frames", axes=5)
    if frames.shape[1] < 2:
        raise InputError(f"frames: a path needs at least 2 frames, got shape {frames.shape}")
    distances, angles = nearest_lines(frames.reshape(-1, *frames.shape[2:]), signed)
    return distances.reshape(frames.shape[:2]), angles.reshape(frames.shape[:2])


@functools.lru_cache(maxsize=2)
def _reference_lines(signed: bool) -> np.ndarray:
    """Unit vectors of the reference lines, float32 [10000,1024], read-only because it is shared."""
    angles = np.arange(REFERENCE_LINES) * (2 * math.pi / REFERENCE_LINES)
    vectors = _vectors(as_floats(draw_lines(angles)), signed)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors.setflags(write=False)
    return vectors


def _vectors(images: np.ndarray, signed: bool) -> np.ndarray:
    """[N,32,32,1] in [0, 1] -> float32 [N,1024], in [-1, 1] if signed."""
    vectors = images.reshape(len(images), -1).astype(np.float32)
    return 2 * vectors - 1 if signed else vectors


def _check(images: np.ndarray, name: str, axes: int) -> None:
    if images.ndim != axes or images.shape[-3:] != (SIZE, SIZE, 1):
        expected = {4: "[N,32,32,1]", 5: "[B,n,32,32,1]"}[axes]
        raise InputError(f"{name}: expected {expected}, got shape {images.shape}")
    if not np.issubdtype(images.dtype, np.floating) or not np.isfinite(images).all():
        raise InputError(f"{name}: expected finite floats in [0, 1], got {images.dtype} or numbers that are not finite")
