"""Pictures of the user's own as what a model takes."""

from pathlib import Path
from typing import Union

import numpy as np

from tf_interp.data import own_digits
from tf_interp.data.image_file import read_image
from tf_interp.data.sources import Source
from tf_interp.model.interpolator import Interpolator


def prepare_image(file: Union[str, Path], model: Interpolator, as_is: bool = False) -> np.ndarray:
    """Reads a picture as the model's training data were made, and says on stdout how it had to change it.

    For a model of MNIST the digit is found, cut out and centred; for one of faces the face is found and aligned, if
    dlib is installed; else the largest part in the middle is taken. docs/own_pictures.md says more.

    Args:
        file: PNG, JPEG, GIF, WebP, BMP or TIFF, of any size.
        model: what `load_interpolator` returned.
        as_is: only resizes the picture.

    Returns:
        float32 [H,W,C] in [0, 1], of the model's shape. Put a batch axis before it to walk: `model(start[None],
        goal[None])`.

    Raises:
        FileError: the file is missing, no picture, damaged, or of absurd size.
        InputError: a digit is looked for, and there is no ink.
    """
    shape, config = tuple(model.image_shape), model.config
    digits = shape == own_digits.SHAPE and Source(config.data, config.data_dir).same_as(Source("mnist"))
    return read_image(Path(file), shape, digits, as_is, faces=config.data in ("celeba", "faces"))
