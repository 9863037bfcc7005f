"""A picture of a handwritten digit as MNIST would have it (LeCun et al. 1998): white ink on black, fit into a box of
20 x 20 pixels and centred by its mass in 28 x 28.

MNIST was made from black and white scans. Photographs have shades of paper, uneven light and specks, so ink is what
differs from the paper around it, darker or lighter, and small bits of it are left out.
"""

from typing import Tuple

import numpy as np
from PIL import Image
from scipy import ndimage

from tf_interp.data.pixels import as_floats

SIDE, BOX = 28, 20
SHAPE = (SIDE, SIDE, 1)
_LARGEST = 240  # pixels along a side; more would show nothing that 20 can
_PAPER = 48  # pixels along a side of the picture whose medians are the paper
_LEAST_CONTRAST = 0.08  # of ink and paper, in [0, 1]; a shadow or noise has less
_LEAST_BIT = 0.05  # of the largest piece of ink
_OFF_CENTRE = 0.55  # pixels; MNIST's digits were moved by whole ones
_THINNEST = 2.0  # pixels of a stroke in the box; MNIST's pens are wider


def like_mnist(image: Image.Image) -> Tuple[np.ndarray, str]:
    """The digit in a picture.

    Args:
        image: RGB or RGBA, of any size.

    Returns:
        float32 [28,28,1] in [0, 1], and what was done, in words; a picture that MNIST could have made is left as it
        is, and one without ink becomes black.
    """
    grey = as_floats(np.asarray(image.convert("RGB").convert("L")))
    if _is_mnists(image, grey):
        return grey[..., np.newaxis], ""
    ink, colour = _ink(_smaller(image))
    if ink.max() < _LEAST_CONTRAST:
        return np.zeros(SHAPE, np.float32), "no ink found, so the picture is black"
    ink = _without_specks(np.clip(ink / np.percentile(ink[ink > 0.5 * ink.max()], 50), 0.0, 1.0))
    words = f"{colour} ink, cut out, fit into {BOX} x {BOX} pixels and centred, as MNIST was made"
    return _centred(_fit(ink))[..., np.newaxis].astype(np.float32), words


def _is_mnists(image: Image.Image, grey: np.ndarray) -> bool:
    """Whether a picture is as MNIST's are: of its size, light ink on black, in the box, and centred by its mass."""
    if image.size != (SIDE, SIDE) or image.mode != "RGB" or grey.max() <= 0.5:
        return False
    masses = [grey.sum(axis=axis) for axis in (0, 1)]
    box = max(np.ptp(np.flatnonzero(mass)) + 1 for mass in masses)
    # MNIST counts from the middle of the first pixel.
    off = max(abs(np.sum(mass * np.arange(SIDE)) / mass.sum() - SIDE / 2) for mass in masses)
    return box <= BOX and off <= _OFF_CENTRE


def _smaller(image: Image.Image) -> Image.Image:
    image = image.copy()
    image.thumbnail((_LARGEST, _LARGEST), Image.BOX)
    return image


def _ink(image: Image.Image) -> Tuple[np.ndarray, str]:
    """How much ink is where, float [H,W] from 0, and its colour: "drawn" where the paper is transparent."""
    if image.mode == "RGBA" and np.ptp(np.asarray(image)[..., 3]) > 0:
        return as_floats(np.asarray(image)[..., 3]), "drawn"
    grey = as_floats(np.asarray(image.convert("RGB").convert("L")))
    above_paper = grey - _paper(grey)
    dark, light = np.maximum(-above_paper, 0.0), np.maximum(above_paper, 0.0)
    (ink, colour) = (dark, "dark") if np.sum(dark**2) >= np.sum(light**2) else (light, "light")
    return np.maximum(ink - 0.3 * np.percentile(ink, 99.5), 0.0), colour


def _paper(grey: np.ndarray) -> np.ndarray:
    """The shade of the paper everywhere, float [H,W]: medians over half of the picture, which no stroke fills."""
    height, width = grey.shape
    scale = min(1.0, _PAPER / max(height, width))
    size = [max(1, round(side * scale)) for side in (width, height)]
    small = np.asarray(Image.fromarray(grey).resize(size, Image.BOX))
    medians = ndimage.median_filter(small, size=max(3, max(small.shape) // 2), mode="nearest")
    return np.asarray(Image.fromarray(medians.astype(np.float32)).resize((width, height), Image.BILINEAR))


def _without_specks(ink: np.ndarray) -> np.ndarray:
    pieces, count = ndimage.label(ink > 0.2, structure=np.ones((3, 3)))
    sizes = ndimage.sum_labels(ink, pieces, np.arange(1, count + 1))
    kept = 1 + np.flatnonzero(sizes >= _LEAST_BIT * sizes.max())
    return np.where(ndimage.binary_dilation(np.isin(pieces, kept)), ink, 0.0)


def _fit(ink: np.ndarray) -> np.ndarray:
    """The ink cut out and resized, its longer side to BOX, its strokes not too thin to see; float [h,w]."""
    rows, columns = (np.flatnonzero(np.any(ink > 0.2, axis=axis)) for axis in (1, 0))
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    longest = max(cut.shape)
    wanted = _THINNEST * longest / BOX  # pixels of a stroke before resizing
    inside = ndimage.distance_transform_edt(np.pad(cut > 0.5, 1))
    ridge = inside[(inside > 0) & (inside == ndimage.maximum_filter(inside, 3))]
    stroke = 2 * np.median(ridge) if len(ridge) else 1.0
    if stroke < wanted:
        cut = ndimage.grey_dilation(np.pad(cut, 1), size=[1 + round(wanted - stroke)] * 2)
    size = [max(1, round(side * BOX / max(cut.shape))) for side in cut.shape[::-1]]
    return np.clip(np.asarray(Image.fromarray(cut.astype(np.float32)).resize(size, Image.BOX)), 0.0, 1.0)


def _centred(ink: np.ndarray) -> np.ndarray:
    """The ink in the middle of SIDE x SIDE by its centre of mass, as far as it fits; float [28,28]."""
    placed, place = np.zeros([SIDE, SIDE], ink.dtype), []
    for axis, length in enumerate(ink.shape):
        mass = ink.sum(axis=1 - axis)
        centre = np.sum(mass * (np.arange(length) + 0.5)) / mass.sum()
        place.append(int(np.clip(round(SIDE / 2 - centre), 0, SIDE - length)))
    placed[place[0] : place[0] + ink.shape[0], place[1] : place[1] + ink.shape[1]] = ink
    return placed
