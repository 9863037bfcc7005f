"""What T did along walks: how much was kept, how much the flows alone explain, and whether they tear. In NumPy."""

from typing import Dict, NamedTuple

import numpy as np

from tf_interp.evaluation.metrics import share, squared_distance


class Accumulated(NamedTuple):
    """What the steps of walks add up to.

    Attributes:
        flow: float32 [N,H,W,2], Phi in pixels: where each pixel of the last frame came from in s_0.
        kept: float32 [N,H,W,1] in [0, 1], the share of each pixel that was never painted over.
        warped: float32 [N,H,W,C], s_0 moved by Phi, nothing painted or recoloured.
        drift: float32 [K,2], mean over walks and pixels of the flow of each step.
    """

    flow: np.ndarray
    kept: np.ndarray
    warped: np.ndarray
    drift: np.ndarray


def folding(flow: np.ndarray) -> np.ndarray:
    """Share of pixels, [N], at which the map x + F(x) folds or collapses: det(I + dF) <= 0, by forward differences.

    Args:
        flow: float [N,H,W,2] in pixels, x before y.
    """
    along_x = flow[:, :-1, 1:] - flow[:, :-1, :-1]
    along_y = flow[:, 1:, :-1] - flow[:, :-1, :-1]
    determinant = (1 + along_x[..., 0]) * (1 + along_y[..., 1]) - along_x[..., 1] * along_y[..., 0]
    return np.mean(determinant <= 0, axis=(1, 2))


def of_maps(found: Accumulated, start: np.ndarray, goal: np.ndarray) -> Dict[str, float]:
    """The shares of what was done.

    Args:
        found: what the steps of N walks add up to.
        start, goal: float32 [N,H,W,C], s_0 and g.

    Returns:
        kept_share: mean of `kept`; warp_share: 1 - ||s_0 moved - g||^2 / ||s_0 - g||^2, of means, what flows alone
        explain of the way; folding: mean of `folding`; mean_shift: the longest drift of a step, in pixels.
    """
    left = share(squared_distance(found.warped, goal).mean(), squared_distance(start, goal).mean())
    return {
        "kept_share": float(found.kept.mean()),
        "warp_share": float(1 - left),
        "folding": float(folding(found.flow).mean()),
        "mean_shift": float(np.linalg.norm(found.drift, axis=-1).max()),
    }
