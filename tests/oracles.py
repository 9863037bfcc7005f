"""Slow, plain NumPy versions of the project's formulas, written from the paper and not from the project's code."""

import math

import numpy as np


def bilinear(image: np.ndarray, x: float, y: float) -> np.ndarray:
    """Intensity [C] of `image` [H,W,C] at column x and row y, positions clamped to the border."""
    height, width, _ = image.shape
    x, y = min(max(x, 0.0), width - 1.0), min(max(y, 0.0), height - 1.0)
    left, top = min(math.floor(x), width - 2), min(math.floor(y), height - 2)
    u, v = x - left, y - top
    upper = (1 - u) * image[top, left] + u * image[top, left + 1]
    lower = (1 - u) * image[top + 1, left] + u * image[top + 1, left + 1]
    return (1 - v) * upper + v * lower


def warp(image: np.ndarray, flow: np.ndarray) -> np.ndarray:
    """Eq. 2 pixel by pixel. image [B,H,W,C], flow [B,H,W,2] = (F_x, F_y)."""
    output = np.empty_like(image)
    for b, y, x in np.ndindex(*image.shape[:3]):
        output[b, y, x] = bilinear(image[b], x + flow[b, y, x, 0], y + flow[b, y, x, 1])
    return output


def recolor(image: np.ndarray, alpha: np.ndarray, matrix: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Eq. 3 pixel by pixel; the recoloured value is clipped to [0, 1]."""
    output = np.empty_like(image)
    for b, y, x in np.ndindex(*image.shape[:3]):
        pixel, a = image[b, y, x], alpha[b, y, x, 0]
        output[b, y, x] = a * pixel + (1 - a) * np.clip(matrix[b] @ pixel + bias[b], 0, 1)
    return output


def central_difference(function, point: np.ndarray, step: float = 1e-3) -> np.ndarray:
    """Gradient of a scalar `function` at `point`, in float64, one coordinate at a time."""
    gradient = np.zeros(point.shape, np.float64)
    for index in np.ndindex(*point.shape):
        ahead, behind = point.astype(np.float64), point.astype(np.float64)
        ahead[index] += step
        behind[index] -= step
        gradient[index] = (function(ahead) - function(behind)) / (2 * step)
    return gradient


def gaussian_log_prob(sample: np.ndarray, mean: np.ndarray, stddev: np.ndarray) -> np.ndarray:
    """log N(sample; mean, diag(stddev^2)), summed over the last axis."""
    z = (sample - mean) / stddev
    return np.sum(-0.5 * z**2 - np.log(stddev) - 0.5 * np.log(2 * np.pi), axis=-1)
