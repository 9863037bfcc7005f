"""From a picture's bytes to the pixels of a row.

Fuel's rule for aligned faces of 178 x 218 pixels: Lanczos to 64 x 78, then rows 7 to 71. Decoding never uses the
JPEG decoder's own scaling, which is faster and gives other pixels.
"""

import contextlib
import io
import warnings
from pathlib import Path
from typing import Any, Callable, Iterator, NamedTuple, Optional, Sequence, Tuple, Type

import numpy as np
from PIL import Image, ImageOps

from fuel_compat.errors import FileError
from fuel_compat.guard import guard

ALIGNED = (178, 218)  # width, height
_FORMATS = ("JPEG", "PNG", "BMP", "WEBP")  # not all of Pillow's: some of its readers start other programs
_MOST_PIXELS = 2**26  # four times those of a good camera; decoding and turning them takes 1 GB
_COLOURS = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr")  # modes with 8 bits or less a channel


class Geometry(NamedTuple):
    """What becomes of an aligned face.

    Fields:
        resized: width and height after resizing; None to leave it as it is.
        top: first row that is kept.
        size: width and height of the result.
    """

    resized: Optional[Tuple[int, int]]
    top: int
    size: Tuple[int, int]


def geometry_of(size: Optional[int]) -> Geometry:
    """Fuel's rule at any size: a square of 64 pixels gives 64 x 78 and row 7. None keeps aligned faces whole."""
    if size is None:
        return Geometry(None, 0, ALIGNED)
    height = round(size * ALIGNED[1] / ALIGNED[0])
    return Geometry((size, height), (height - size) // 2, (size, size))


def decode_batch(
    read: Callable[[Path, Sequence[Any]], Iterator[bytes]],
    origin: Path,
    geometry: Geometry,
    fit: bool,
    entries: Sequence[Any],
) -> np.ndarray:
    """Reads and decodes some pictures.

    Args:
        read, origin, entries: see `pictures.Pictures`.
        geometry: what becomes of an aligned face.
        fit: whether to take pictures of any size and mode, see `_fitted`.

    Returns:
        uint8 [N,3,H,W].

    Raises:
        FileError: a picture cannot be used; the message names it.
    """
    width, height = geometry.size
    block = np.empty([len(entries), 3, height, width], np.uint8)
    for row, (entry, content) in enumerate(zip(entries, read(origin, entries))):
        try:
            block[row] = decode(content, geometry, fit).transpose(2, 0, 1)
        except FileError as error:
            raise FileError(f"{origin}: {entry.name} {error}") from None
    return block


def decode(content: bytes, geometry: Geometry, fit: bool) -> np.ndarray:
    """Decodes one picture to uint8 [H,W,3].

    Raises:
        FileError: see `decode_batch`; the message lacks the picture's name.
    """
    with picture_guard("cannot be decoded", "; replace or remove it"):
        image = open_picture(io.BytesIO(content), _FORMATS)
        if not fit:
            _require_aligned(image)
        image.load()
        return np.asarray(_fitted(image, geometry) if fit else cut(image, geometry))


@contextlib.contextmanager
def picture_guard(complaint: str, remedy: str = "", kind: Type[OSError] = FileError) -> Iterator[None]:
    """`guard` for what Pillow does with a picture, whose warnings are kept from the screen."""
    with guard(complaint, remedy, kind), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def open_picture(source: Any, formats: Sequence[str]) -> Image.Image:
    """Reads a picture's header; nothing is decoded yet.

    Args:
        source: a path or a file.
        formats: Pillow's names of those that are tried.

    Raises:
        FileError: the picture has more than 2^26 pixels.
        Exception: it is of no such format, or damaged, which makes Pillow raise anything; see `picture_guard`.
    """
    try:
        image = Image.open(source, formats=formats)
    except Image.DecompressionBombError as error:
        raise FileError(f"has implausibly many pixels ({error})") from None
    except Image.UnidentifiedImageError:
        raise ValueError(f"no picture of a known format: {', '.join(formats)}") from None
    if image.width * image.height > _MOST_PIXELS:
        raise FileError(f"has implausibly many pixels ({image.width} x {image.height}, more than {_MOST_PIXELS:,})")
    return image


def _require_aligned(image: Image.Image) -> None:
    if image.size != ALIGNED:
        raise FileError(
            f"is {image.width} x {image.height} pixels, not the {ALIGNED[0]} x {ALIGNED[1]} of aligned faces; "
            "--fit crops and resizes pictures of any size"
        )
    if image.mode != "RGB":
        raise FileError(f"has mode {image.mode}, not RGB; --fit converts it")


def cut(image: Image.Image, geometry: Geometry) -> Image.Image:
    """What is kept of an aligned face."""
    if geometry.resized is None:
        return image
    width, height = geometry.size
    resized = image.resize(geometry.resized, Image.LANCZOS)
    return resized.crop((0, geometry.top, width, geometry.top + height))


def _fitted(image: Image.Image, geometry: Geometry) -> Image.Image:
    """The largest centred part that has the result's shape, resized by Lanczos. An aligned face is cut as ever.

    As with aligned faces, the filter also sees what lies just beyond the cut. A photograph's orientation tag is obeyed;
    what is transparent becomes black; grey becomes RGB.
    """
    if image.mode not in _COLOURS:
        raise FileError(f"has mode {image.mode}, whose range is not that of 8 bits; save it with 8 bits a channel")
    image = opaque(upright(image)).convert("RGB")
    return cut(image, geometry) if image.size == ALIGNED else ImageOps.fit(image, geometry.size, Image.LANCZOS)


def upright(image: Image.Image) -> Image.Image:
    """The image turned as its orientation tag says, if it has one."""
    return ImageOps.exif_transpose(image)


def opaque(image: Image.Image) -> Image.Image:
    """The image on black, if any of it is transparent."""
    if not image.has_transparency_data:
        return image
    image = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "black"), image)
