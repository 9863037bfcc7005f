"""What makes a walk good, as plain functions of NumPy arrays.

Letters as in `structs`: frames [B,K+1,H,W,C] in [0, 1], features [N,F].
"""

from typing import Optional, Tuple

import numpy as np


def squared_distance(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """||a - b||^2 summed over all axes but the first, float64 [N], of two arrays [N,...]."""
    difference = (np.asarray(a, np.float64) - b).reshape(len(a), -1)
    return np.einsum("nf,nf->n", difference, difference)


def share(part: float, whole: float) -> float:
    """part / whole, and 0 of nothing, as where all pairs are of equal images."""
    return float(part / whole) if whole > 0 else 0.0


def frechet_distance(features: np.ndarray, reference: np.ndarray) -> float:
    """Frechet distance between Gaussians fitted to two sets of features (Heusel et al. 2017, eq. 6).

    ||m - m'||^2 + Tr(S + S' - 2 (S S')^{1/2}), with the trace of the root taken from the eigenvalues of the symmetric
    S^{1/2} S' S^{1/2}, which stays real where features are constant.

    Args:
        features: float [N,F], N at least 2.
        reference: float [M,F], M at least 2.
    """
    mean, covariance = _gaussian(features)
    other_mean, other_covariance = _gaussian(reference)
    values, vectors = np.linalg.eigh(covariance)
    root = (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T
    cross = np.linalg.eigvalsh(root @ other_covariance @ root)
    trace = np.trace(covariance) + np.trace(other_covariance) - 2 * np.sum(np.sqrt(np.clip(cross, 0, None)))
    return float(np.sum((mean - other_mean) ** 2) + trace)


def kernel_distance(features: np.ndarray, reference: np.ndarray, likeness: Optional[float] = None) -> float:
    """Kernel distance of two sets of features (KID, Binkowski et al. 2018): the unbiased estimate of the squared MMD.

    The kernel is (x.y / F + 1)^3. Unlike the Frechet distance its mean does not depend on how many images there are,
    so it can be trusted where they are few; it may come out a little below 0.

    Args:
        features: float [N,F], N at least 2.
        reference: float [M,F], M at least 2.
        likeness: `likeness_within` the reference, if it is known: it takes M^2 steps.
    """
    if likeness is None:
        likeness = likeness_within(reference)
    return likeness_within(features) + likeness - 2 * float(_kernel(features, reference).mean())


def likeness_within(features: np.ndarray) -> float:
    """Mean of the kernel of `kernel_distance` over all pairs of different rows of features float [N,F]."""
    kernel = _kernel(features, features)
    return float((kernel.sum() - np.trace(kernel)) / (len(kernel) * (len(kernel) - 1)))


def nearest_distance(images: np.ndarray, reference: np.ndarray, chunk: int = 500) -> np.ndarray:
    """Euclidean distance ||x - r|| of each image to the nearest reference image, float32 [N].

    Args:
        images: float32 [N,...].
        reference: float32 [M,...], images of the same shape.
        chunk: images compared at once.
    """
    flat, other = (a.reshape(len(a), -1).astype(np.float32) for a in (images, reference))
    squares = np.einsum("mf,mf->m", other, other)
    nearest = [
        np.min(squares - 2 * part @ other.T, axis=1) + np.einsum("nf,nf->n", part, part)
        for part in (flat[first : first + chunk] for first in range(0, len(flat), chunk))
    ]
    return np.sqrt(np.clip(np.concatenate(nearest), 0, None))


def gradient_magnitude(images: np.ndarray) -> np.ndarray:
    """Sharpness: mean over pixels and channels of the length of the forward-difference gradient, [N].

    Args:
        images: float [N,H,W,C].
    """
    down = images[:, 1:, :-1] - images[:, :-1, :-1]
    right = images[:, :-1, 1:] - images[:, :-1, :-1]
    return np.sqrt(down**2 + right**2).mean(axis=(1, 2, 3))


def ghost_share(frames: np.ndarray, start: np.ndarray, goal: np.ndarray) -> np.ndarray:
    """How much of what sets a frame apart from the nearer end is a mixture of both ends, in [0, 1]; [N].

    1 - min_{a,b} ||s - a s_0 - b g||^2 / min(||s - s_0||^2, ||s - g||^2): 1 for every cross-fade, 0 for a frame that no
    mixture explains better than an end does, and for an end itself.

    Args:
        frames, start, goal: [N,...].
    """
    shares = []
    for s, first, last in zip(*(np.asarray(each, np.float64).reshape(len(each), -1) for each in (frames, start, goal))):
        ends = np.stack([first, last], axis=1)
        mixture = ends @ np.linalg.lstsq(ends, s, rcond=None)[0]
        nearer = min(np.sum((s - first) ** 2), np.sum((s - last) ** 2))
        shares.append(1 - np.sum((s - mixture) ** 2) / nearer if nearer > 0 else 0.0)
    return np.array(shares)


def _kernel(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (np.asarray(a, np.float64) @ np.asarray(b, np.float64).T / a.shape[1] + 1) ** 3


def _gaussian(features: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    features = np.asarray(features, np.float64)
    return features.mean(axis=0), np.cov(features, rowvar=False)
