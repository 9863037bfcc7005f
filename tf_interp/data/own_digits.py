"""A picture of a handwritten digit as MNIST would have it (LeCun et al. 1998): white ink on black, fit into a box of
20 x 20 pixels and centred by its mass in 28 x 28.

MNIST was made from black and white scans. Photographs have shades of paper, uneven light and specks, so ink is what
differs from the paper around it, in any colour, and small bits of it are left out.
"""

from typing import Tuple

import numpy as np
from PIL import Image
from scipy import ndimage

from tf_interp.data.pixels import as_floats
from tf_interp.errors import InputError

SIDE, BOX = 28, 20
SHAPE = (SIDE, SIDE, 1)
_LARGEST = 240  # pixels along a side; more would show nothing that 20 can
_PAPER = 48  # pixels along a side of the picture whose medians are the paper
_LEAST_CONTRAST = 0.08  # of ink and paper, in [0, 1]; a shadow or noise has less
_COLOURED = 0.5  # of the difference in colour, the largest share that is one in brightness
_LEAST_BIT = 0.05  # of the largest piece of ink
_OFF_CENTRE = 0.55  # pixels; MNIST's digits were moved by whole ones
_THINNEST = 2.0  # pixels of a stroke in the box; MNIST's pens are wider


def like_mnist(image: Image.Image) -> Tuple[np.ndarray, str]:
    """The digit in a picture.

    Args:
        image: RGB or RGBA, of any size.

    Returns:
        float32 [28,28,1] in [0, 1], and what was done, in words; a picture that MNIST could have made is left as it
        is.

    Raises:
        InputError: there is no ink; the message lacks the picture's name.
    """
    grey = as_floats(np.asarray(image.convert("RGB").convert("L")))
    if _is_mnists(image, grey):
        return grey[..., np.newaxis], ""
    ink, colour = _ink(_smaller(image))
    if ink.max() < _LEAST_CONTRAST:
        raise InputError("no ink that differs from the paper was found")
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
    alpha = as_floats(np.asarray(image.getchannel("A"))) if image.mode == "RGBA" else np.ones([1, 1])
    if np.ptp(alpha) > 0 and alpha.mean() < 0.5:
        return alpha, "drawn"
    colours = as_floats(np.asarray(_on_paper(image) if np.ptp(alpha) > 0 else image.convert("RGB")))
    above_paper = colours - np.stack([_paper(channel) for channel in np.moveaxis(colours, -1, 0)], axis=-1)
    differences = above_paper.reshape(-1, 3)
    # The direction in which most pixels of ink differ, [3] of length 1. What differs elsewise is noise.
    direction = np.linalg.eigh(differences.T @ differences)[1][:, -1]
    along = above_paper @ direction / np.sqrt(3)  # as large as a difference in grey
    if np.sum(np.minimum(along, 0) ** 2) > np.sum(np.maximum(along, 0) ** 2):
        along, direction = -along, -direction
    brighter = direction.sum() / np.sqrt(3)  # from -1 to 1
    colour = "coloured" if abs(brighter) < _COLOURED else "light" if brighter > 0 else "dark"
    return np.maximum(along - 0.3 * np.percentile(along, 99.5), 0.0), colour


def _on_paper(image: Image.Image) -> Image.Image:
    """RGBA as RGB, on the median colour of what is opaque."""
    pixels = np.asarray(image)
    paper = np.median(pixels[pixels[..., 3] > 127, :3], axis=0).astype(int)
    return Image.alpha_composite(Image.new("RGBA", image.size, (*paper, 255)), image).convert("RGB")


def _paper(channel: np.ndarray) -> np.ndarray:
    """The paper everywhere in one channel, float [H,W]: medians over half of the picture, which no stroke fills."""
    height, width = channel.shape
    scale = min(1.0, _PAPER / max(height, width))
    size = [max(1, round(side * scale)) for side in (width, height)]
    small = np.asarray(Image.fromarray(channel).resize(size, Image.BOX))
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
    """The ink with its centre of mass where MNIST's digits have theirs, as far as it fits; float [28,28].

    That is pixel 14, counted from 0: all 70,000 have it within half a pixel, and on average at 14.00.
    """
    placed, place = np.zeros([SIDE, SIDE], ink.dtype), []
    for axis, length in enumerate(ink.shape):
        mass = ink.sum(axis=1 - axis)
        centre = np.sum(mass * np.arange(length)) / mass.sum()
        place.append(int(np.clip(round(SIDE / 2 - centre), 0, SIDE - length)))
    placed[place[0] : place[0] + ink.shape[0], place[1] : place[1] + ink.shape[1]] = ink
    return placed
