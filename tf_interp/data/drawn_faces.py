"""Cartoon faces that the project draws itself: something to walk between before any photograph is downloaded.

A face is twenty-odd numbers: skin, hair, eyes, mouth, background, light and pose. It is painted back to front with
soft-edged ellipses in the coordinates of the head, x to the right and y downwards, in which the face is an ellipse of
about (0.55, 0.72) around (0, 0) and the image reaches from -1 to 1. Turning the head shifts its features sideways.
"""

from typing import Dict

import numpy as np

from tf_interp.errors import InputError

SIZE = 64
_SPLITS = {"train": (20150914, 3000), "test": (20150915, 500)}  # seed, number of faces
_CHUNK = 100
_EDGE = 1.2 / SIZE  # half the width of a soft edge

_SKIN = np.array([[0.98, 0.86, 0.76], [0.91, 0.73, 0.60], [0.72, 0.52, 0.38], [0.42, 0.28, 0.20]])
_HAIR = np.array([[0.08, 0.07, 0.07], [0.30, 0.18, 0.10], [0.62, 0.38, 0.16], [0.90, 0.77, 0.45], [0.55, 0.55, 0.56]])
_IRIS = np.array([[0.25, 0.15, 0.08], [0.20, 0.40, 0.65], [0.25, 0.45, 0.25]])
_WHITE, _BLACK, _RED = np.float32([[0.96, 0.96, 0.96], [0.04, 0.04, 0.04], [0.75, 0.25, 0.25]])

Traits = Dict[str, np.ndarray]
"""Trait -> float64 [N] or, for colours, [N,3]."""


def load_split(split: str) -> np.ndarray:
    """The "train" (3,000) or "test" (500) faces, the same in every run; none is in both.

    Returns:
        uint8 [N,64,64,3] in 0..255.

    Raises:
        InputError: `split` is neither "train" nor "test".
    """
    if split not in _SPLITS:
        raise InputError(f"split: {split!r} is not one of {', '.join(_SPLITS)}")
    seed, count = _SPLITS[split]
    return draw_faces(count, seed)


def draw_faces(count: int, seed: int) -> np.ndarray:
    """Draws `count` different faces; the same seed gives the same ones. uint8 [count,64,64,3]."""
    traits = draw_traits(count, np.random.RandomState(seed))  # because NumPy guarantees that its stream never changes
    images = np.empty([count, SIZE, SIZE, 3], np.uint8)
    for first in range(0, count, _CHUNK):
        part = slice(first, first + _CHUNK)
        images[part] = paint({name: values[part] for name, values in traits.items()})
    return images


def draw_traits(count: int, random: np.random.RandomState) -> Traits:
    """Draws what tells `count` faces apart, each trait independently of the others."""

    def between(low: float, high: float) -> np.ndarray:
        return random.uniform(low, high, count)

    return {
        "skin": _mixture(_SKIN, count, random),
        "hair": _mixture(_HAIR, count, random),
        "iris": _mixture(_IRIS, count, random),
        "clothes": random.uniform(0.05, 0.95, [count, 3]),
        "above": random.uniform(0.25, 0.95, [count, 3]),
        "below": random.uniform(0.25, 0.95, [count, 3]),
        "x": between(-0.10, 0.10),
        "y": between(-0.06, 0.10),
        "scale": between(0.90, 1.12),
        "turn": between(-0.16, 0.16),
        "light": between(-0.35, 0.35),
        "width": between(0.48, 0.60),
        "hair_length": between(-0.5, 1.2),
        "hairline": between(-0.48, -0.28),
        "eye_gap": between(0.20, 0.26),
        "eye_open": between(0.045, 0.085),
        "brow": between(-0.06, 0.06),
        "mouth_width": between(0.14, 0.26),
        "smile": between(-0.5, 1.3),
        "lips": between(0.025, 0.055),
        "redness": between(0.1, 0.9),
    }


def paint(traits: Traits) -> np.ndarray:
    """Paints the faces that `draw_traits` describes, uint8 [N,64,64,3]."""
    t = {name: values.astype(np.float32).reshape(len(values), 1, 1, -1) for name, values in traits.items()}
    rows, columns = (np.mgrid[:SIZE, :SIZE].astype(np.float32) + 0.5) * 2 / SIZE - 1
    frame_y = rows[..., np.newaxis]
    image = t["above"] + (t["below"] - t["above"]) * (frame_y + 1) / 2
    x, y = (columns[..., np.newaxis] - t["x"]) / t["scale"], (frame_y - t["y"]) / t["scale"]
    image = _body_and_long_hair(image, x, y, t)
    head = _ellipse(x, y, t["width"], 0.72)
    image = _over(image, t["skin"] * (1 + t["light"] * x / 0.6), head)
    image = _features(image, x - t["turn"], y, t)
    image = _fringe(image, x, y, t)
    return np.rint(255 * np.clip(image, 0, 1)).astype(np.uint8)


def _body_and_long_hair(image: np.ndarray, x: np.ndarray, y: np.ndarray, t: Traits) -> np.ndarray:
    long_hair = _ellipse(x, y + 0.12, t["width"] + 0.13, 0.78) * _above(y, t["hair_length"])
    image = _over(image, t["hair"] * 0.85, long_hair)
    image = _over(image, t["clothes"], _ellipse(x, y - 1.35, 0.95, 0.55))
    return _over(image, t["skin"] * 0.82, _ellipse(x, y - 0.72, 0.22, 0.34))


def _features(image: np.ndarray, x: np.ndarray, y: np.ndarray, t: Traits) -> np.ndarray:
    """Eyes, brows, nose and mouth, in coordinates that turn with the head."""
    for side in (-1, 1):
        to_eye = x - side * t["eye_gap"]
        eye = _ellipse(to_eye, y + 0.08, 0.105, t["eye_open"])
        image = _over(image, _WHITE, eye)
        gaze = to_eye - t["turn"] / 5
        image = _over(image, t["iris"], eye * _ellipse(gaze, y + 0.08, 0.055, 0.06))
        image = _over(image, _BLACK, eye * _ellipse(gaze, y + 0.08, 0.026, 0.03))
        slope = t["brow"] * side * to_eye / 0.12
        image = _over(image, t["hair"] * 0.7, _ellipse(to_eye, y + 0.24 + slope, 0.13, 0.03))
    image = _over(image, t["skin"] * 0.80, _ellipse(x - t["turn"] / 3, y - 0.12, 0.055, 0.13))
    lips = _over(t["skin"] * 0.8, _RED, t["redness"])
    bent = y - 0.38 + 2 * t["smile"] * (np.square(x) - np.square(t["mouth_width"]) / 2)
    return _over(image, lips, _ellipse(x, bent, t["mouth_width"], t["lips"]))


def _fringe(image: np.ndarray, x: np.ndarray, y: np.ndarray, t: Traits) -> np.ndarray:
    """Hair above the forehead, lower at the temples."""
    hairline = t["hairline"] + 0.9 * np.square(x - t["turn"] / 2)
    shine = 1 + 0.3 * np.maximum(0, 1 - np.square((y + 0.68 - 0.3 * np.square(x)) / 0.1))
    return _over(image, t["hair"] * shine, _ellipse(x, y + 0.08, t["width"] + 0.07, 0.76) * _above(y, hairline))


def _mixture(palette: np.ndarray, count: int, random: np.random.RandomState) -> np.ndarray:
    """Colours [count,3] on the line between two of the palette's, near one of them."""
    chosen = palette[random.randint(len(palette), size=[2, count])]
    return chosen[0] + (chosen[1] - chosen[0]) * 0.4 * random.random_sample([count, 1])


def _ellipse(x: np.ndarray, y: np.ndarray, width: np.ndarray, height: np.ndarray) -> np.ndarray:
    """Cover in [0, 1] of the ellipse of these half axes around 0, with a soft edge."""
    length = np.sqrt(np.square(x / width) + np.square(y / height))
    narrower = np.minimum(width, height, dtype=np.float32)  # of two numbers float64, which NumPy 2 would pass on
    return np.clip(0.5 + (1 - length) * narrower / (2 * _EDGE), 0, 1)


def _above(y: np.ndarray, bound: np.ndarray) -> np.ndarray:
    """Cover in [0, 1] of what lies above the line or curve y = bound, with a soft edge."""
    return np.clip(0.5 + (bound - y) / (2 * _EDGE), 0, 1)


def _over(image: np.ndarray, color: np.ndarray, cover: np.ndarray) -> np.ndarray:
    """`image` painted over with `color` where `cover` is 1."""
    return image + cover * (color - image)
