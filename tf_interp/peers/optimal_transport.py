"""Displacement interpolation: the ink of one image travels to that of the other along the cheapest plan (McCann 1997).

Positions are (row, column) in pixels; a plan's cost is mass times squared Euclidean distance. An image's mass is the
sum of its pixels. Plans are between normalised masses, and the total mass changes linearly from one image's to the
other's, so that a thin stroke can become a thick one.
"""

from typing import Any, Tuple

import numpy as np

from tf_interp.errors import InputError
from tf_interp.peers.cross_fade import cross_fade, full_lengths, step_times

_EMPTY = 1e-6  # a pixel this dark holds no mass: far below 1/255
_MOST_PIVOTS = 10**7  # of the network simplex; POT's own limit is too low for images without black pixels


def optimal_transport(start: np.ndarray, goal: np.ndarray, steps: int) -> Tuple[np.ndarray, np.ndarray]:
    """Moves the mass of each start to its goal in a straight line and at constant speed.

    Where one of the two images is all black there is nothing to transport; the other then fades in or out in place.

    Args:
        start, goal: float32 [B,H,W,1] in [0, 1].
        steps: K.

    Returns:
        frames float32 [B,K+1,H,W,1] in [0, 1], the ends being the two images exactly. In between, mass that piles up
        above 1 on a pixel is cut off. lengths int32 [B], all K.

    Raises:
        InputError: more than one channel, shapes that differ, less than one step, or POT is not installed.
    """
    solver = _import_solver()
    frames, lengths = cross_fade(start, goal, steps)  # checks the shapes, has the right ends and fades black images
    if frames.shape[-1] != 1:
        raise InputError(f"optimal transport is between one-channel images, got {frames.shape[-1]} channels")
    for walk in frames[..., 0]:
        if walk[0].max() > _EMPTY and walk[-1].max() > _EMPTY:
            walk[1:-1] = _displaced(solver, walk[0], walk[-1], steps)
    return frames, full_lengths(start, steps)


def _displaced(solver: Any, start: np.ndarray, goal: np.ndarray, steps: int) -> np.ndarray:
    """The images between `start` and `goal`, both [H,W] with mass: [K-1,H,W]."""
    (here, start_mass), (there, goal_mass) = _mass(start), _mass(goal)
    cost = np.sum(np.square(here[:, np.newaxis] - there[np.newaxis]), axis=-1)
    plan = solver.emd(start_mass / start_mass.sum(), goal_mass / goal_mass.sum(), cost, numItermax=_MOST_PIVOTS)
    source, target = np.nonzero(plan)
    share = plan[source, target]
    between = []
    for t in step_times(steps)[1:-1].astype(np.float64):
        total = (1 - t) * start_mass.sum() + t * goal_mass.sum()
        places = (1 - t) * here[source] + t * there[target]
        between.append(np.clip(splat(places, total * share, start.shape), 0.0, 1.0))
    return np.reshape(between, [-1, *start.shape])


def _mass(image: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """Positions float64 [N,2] and masses float64 [N] of the pixels that are not black."""
    places = np.argwhere(image > _EMPTY)
    return places.astype(np.float64), image[tuple(places.T)].astype(np.float64)


def splat(places: np.ndarray, masses: np.ndarray, size: Tuple[int, int]) -> np.ndarray:
    """Drops masses on a pixel grid; each is shared among the four pixels around it, as bilinear sampling would read it.

    Args:
        places: float64 [N,2], (row, column) within the grid.
        masses: float64 [N].
        size: (H, W).

    Returns:
        float64 [H,W] with the same total.
    """
    corner = np.floor(places).astype(np.int64)
    beyond = places - corner
    image = np.zeros(size)
    for down in (0, 1):
        for right in (0, 1):
            weights = np.abs(1 - down - beyond[:, 0]) * np.abs(1 - right - beyond[:, 1])
            # On the last row or column the far neighbour is off the grid, and its weight is 0.
            rows = np.minimum(corner[:, 0] + down, size[0] - 1)
            columns = np.minimum(corner[:, 1] + right, size[1] - 1)
            np.add.at(image, (rows, columns), weights * masses)
    return image


def _import_solver() -> Any:
    try:
        import ot
    except ImportError:
        raise InputError("optimal transport needs the package POT; install it with: pip install POT==0.9.5") from None
    return ot
