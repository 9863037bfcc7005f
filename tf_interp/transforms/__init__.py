"""The transformations of section 4.1, and their composition.

A transformation is a module with two functions: `heads(channels, max_flow, initial_sigma_flow)` says what the
transformer network must predict for it, `apply(image, params)` performs it. To add one, write such a file and give it
a row here.
"""

from typing import Callable, Dict, Optional, Sequence

import tensorflow as tf

from tf_interp.structs import Head, TransformParams
from tf_interp.transforms import blend, recolor, warp

TRANSFORMATIONS = {"warp": warp, "recolor": recolor, "blend": blend}


def collect_heads(
    names: Sequence[str], channels: int, max_flow: float, initial_sigma_flow: Optional[float] = None
) -> Dict[str, Head]:
    """All that T must predict so that the transformations `names` can be applied."""
    collected: Dict[str, Head] = {}
    for name in names:
        collected.update(TRANSFORMATIONS[name].heads(channels, max_flow, initial_sigma_flow))
    return collected


def compose(names: Sequence[str]) -> Callable[[tf.Tensor, TransformParams], tf.Tensor]:
    """Returns the function (image [B,H,W,C], params) -> image that applies the transformations in order."""

    def apply_all(image: tf.Tensor, params: TransformParams) -> tf.Tensor:
        for name in names:
            image = TRANSFORMATIONS[name].apply(image, params)
        return image

    return apply_all
