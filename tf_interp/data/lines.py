"""Images of one line from the centre outwards: the data of the interpolation benchmark of ACAI.

"Understanding and Improving Interpolation in Autoencoders via an Adversarial Regularizer" (Berthelot, Raffel, Roy and
Goodfellow, 2018), section 3.1: 32 x 32 grey images, line of fixed length, angle uniform in [0, 2 pi). The angle is all
that differs between two images, so a path between them can be scored exactly; see `tf_interp.evaluation.lines`.

Convention: x grows to the right and y UPWARDS, so 0 points right, pi/2 points up (towards row 0) and a growing angle
turns counter-clockwise as `np.rot90` does. Positions are in pixels, those of pixel centres being whole numbers; the
line is the segment from the centre of the image, row and column 15.5, to distance 15. With d the distance of a pixel
centre from the segment, the intensity is 1 up to d = 0.5, falls linearly and is 0 from d = 1.5: a line two pixels wide
whose edge is smoothed over one pixel. Length, width and centre are those of the authors' code; the smoothing differs.
"""

import math

import numpy as np

from tf_interp.errors import InputError

SIZE = 32
LENGTH = 15.0
HALF_WIDTH = 1.0
_SPLITS = {"train": (20180701, 10000), "test": (20180702, 2000)}  # seed, number of lines
_CHUNK = 500


def draw_lines(angles: np.ndarray) -> np.ndarray:
    """Draws one line an image.

    Args:
        angles: float [N], in radians; any real number, of period 2 pi.

    Returns:
        uint8 [N,32,32,1] in 0..255.

    Raises:
        InputError: `angles` is not one axis of finite numbers.
    """
    angles = np.asarray(angles, np.float64)
    if angles.ndim != 1 or not np.isfinite(angles).all():
        raise InputError(f"angles: expected one axis of finite numbers, got shape {angles.shape}")
    images = np.empty([len(angles), SIZE, SIZE, 1], np.uint8)
    for first in range(0, len(angles), _CHUNK):
        images[first : first + _CHUNK] = _draw(angles[first : first + _CHUNK])
    return images


def split_angles(split: str) -> np.ndarray:
    """The angles behind `load_split`, float64 [N] in [0, 2 pi).

    Raises:
        InputError: `split` is neither "train" nor "test".
    """
    if split not in _SPLITS:
        raise InputError(f"split: {split!r} is not one of {', '.join(_SPLITS)}")
    seed, count = _SPLITS[split]
    # RandomState, because NumPy guarantees that its stream never changes.
    return 2 * math.pi * np.random.RandomState(seed).random_sample(count)


def load_split(split: str) -> np.ndarray:
    """The "train" (10,000) or "test" (2,000) lines, the same in every run; no angle is in both.

    Training angles lie 2 pi / 10,000 apart on average, which moves the tip of a line by a hundredth of a pixel. So
    about 1 test image in 20 equals a training image after rounding to bytes, as in any two samples of this family.

    Returns:
        uint8 [N,32,32,1] in 0..255; image i is at `split_angles(split)[i]`.

    Raises:
        InputError: `split` is neither "train" nor "test".
    """
    return draw_lines(split_angles(split))


def _draw(angles: np.ndarray) -> np.ndarray:
    """float64 [N] -> uint8 [N,32,32,1]."""
    offset = np.arange(SIZE) - (SIZE - 1) / 2
    x, y = (axis.ravel() for axis in np.meshgrid(offset, -offset))
    along = np.outer(np.cos(angles), x) + np.outer(np.sin(angles), y)
    nearest = np.clip(along, 0.0, LENGTH)  # where on the segment the point nearest to the pixel is
    # |p - t u|^2 with |u| = 1, p.u = along and t = nearest. float64, lest two machines round a pixel differently.
    squared = np.square(x) + np.square(y) - nearest * (2 * along - nearest)
    inner, outer = HALF_WIDTH - 0.5, HALF_WIDTH + 0.5
    intensity = outer - np.sqrt(np.clip(squared, inner**2, outer**2))
    return np.rint(255 * intensity).astype(np.uint8).reshape(-1, SIZE, SIZE, 1)
