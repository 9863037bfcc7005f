"""Walks between two images in pixel space: "Transformation-based Image Interpolation" (Y. Ganin).

    from tf_interp import load_interpolator, prepare_image
    from tf_interp.pretrained import MNIST_BPTT
    model = load_interpolator(MNIST_BPTT)
    start, goal = (prepare_image(file, model)[None] for file in ("A.png", "B.png"))
    path = model(start, goal)   # path.frames [B, K+1, H, W, C]

The public names are imported on first use, so that ``--help`` and a mistyped option answer at once
instead of waiting for TensorFlow.
"""

import importlib

__version__ = "0.1.0"
__all__ = ["Interpolator", "Path", "load_interpolator", "prepare_image", "__version__"]

_HOMES = {
    "Interpolator": "tf_interp.model.interpolator",
    "load_interpolator": "tf_interp.model.interpolator",
    "prepare_image": "tf_interp.model.own_pictures",
    "Path": "tf_interp.model.structs",
}


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError(f"module 'tf_interp' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
