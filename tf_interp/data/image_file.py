"""Any image file as the array that a model takes."""

from pathlib import Path
from typing import Tuple

import numpy as np
from PIL import Image

from fuel_compat.pixels import opaque, open_picture, picture_guard, upright
from tf_interp.data.pixels import as_floats
from tf_interp.errors import FileError

_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")  # Pillow's others are rare, and some start other programs


def read_image(file: Path, image_shape: Tuple[int, int, int]) -> np.ndarray:
    """Reads an image as float32 [H,W,C] in [0, 1] of the model's shape, and says so on stdout if it had to change it.

    Transparent parts become black; a photograph's orientation tag is obeyed.

    Args:
        file: PNG, JPEG, GIF, WebP, BMP or TIFF.
        image_shape: (H, W, C); C is 1 or 3.

    Raises:
        FileError: missing, no image, damaged, or of absurd size.
    """
    height, width, channels = image_shape
    if not file.exists():
        raise FileError(f"{file} does not exist")
    with picture_guard(f"{file} cannot be read as an image", kind=FileError), open_picture(file, _FORMATS) as opened:
        image = opaque(_eight_bits(upright(opened), file)).convert("RGB")
    if channels == 1:
        image = image.convert("L")
    if image.size != (width, height):
        print(f"{file}: resized from {image.width} x {image.height} to {width} x {height}")
        image = image.resize((width, height), Image.LANCZOS)
    return as_floats(np.asarray(image).reshape(height, width, channels))


def _eight_bits(image: Image.Image, file: Path) -> Image.Image:
    """Scales 16-bit grey, which Pillow would clip to white, and refuses what has no fixed range."""
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image, np.uint16) // 257).astype(np.uint8))
    if image.mode in ("I", "F"):
        raise FileError(f"{file}: pixels of mode {image.mode} have no fixed range; convert the image to 8 bits")
    return image
