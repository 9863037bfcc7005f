"""The transformations of section 4.1, and their composition.

A transformation is a module with five functions: `heads(channels, flows)` says what the transformer network must
predict for it, `apply(image, params)` performs it, `compose(canvas, params)` performs it in a composed walk,
`part(params, t)` scales its parameters so that only a part of it is performed, `maps(image, params)` names what there
is to see of it. Raw zeros for all of its heads must leave the image as it is, because T begins with them. To add a
transformation, write such a file and give it a row here; docs/develop.md has an example.
"""

from typing import Callable, Dict, Sequence

import tensorflow as tf

from tf_interp.model.structs import FlowRange, Head, Trajectory, TransformParams
from tf_interp.model.transforms import blend, canvas, recolor, similarity, warp

TRANSFORMATIONS = {"similarity": similarity, "warp": warp, "recolor": recolor, "blend": blend}


def collect_heads(names: Sequence[str], channels: int, flows: FlowRange) -> Dict[str, Head]:
    """All that T must predict so that the transformations `names` can be applied.

    Args:
        names: keys of `TRANSFORMATIONS`.
        channels: C of the images.
        flows: what the flows of the warp may be.

    Returns:
        Name of a parameter, a key of `TransformParams` -> `Head`: a map [B,H,W,size] or a vector [B,size].
    """
    collected: Dict[str, Head] = {}
    for name in names:
        collected.update(TRANSFORMATIONS[name].heads(channels, flows))
    return collected


def compose(names: Sequence[str]) -> Callable[[tf.Tensor, TransformParams], tf.Tensor]:
    """Returns the function (image [B,H,W,C], params) -> image that applies the transformations in order."""

    def apply_all(image: tf.Tensor, params: TransformParams) -> tf.Tensor:
        for name in names:
            image = TRANSFORMATIONS[name].apply(image, params)
        return image

    return apply_all


def composed(names: Sequence[str], channels: int) -> Callable[[tf.Tensor, TransformParams], tf.Tensor]:
    """`compose` for composed walks: (packed canvas [B,H,W,*], params) -> packed canvas, see `canvas`."""

    def compose_all(tensor: tf.Tensor, params: TransformParams) -> tf.Tensor:
        fields = canvas.unpacked(tensor, channels)
        for name in names:
            fields = TRANSFORMATIONS[name].compose(fields, params)
        return canvas.packed(fields)

    return compose_all


def part_of(names: Sequence[str], params: TransformParams, t: float) -> TransformParams:
    """The parameters of the first part t in [0, 1] of a step: 0 leaves the image as it is, 1 is the whole step."""
    for name in names:
        params = TRANSFORMATIONS[name].part(params, t)
    return params


def maps_of(names: Sequence[str], trajectory: Trajectory) -> Dict[str, tf.Tensor]:
    """What each of the transformations `names` did in each step of some walks, in the order they are applied in.

    Returns:
        Label -> float32 [B,K,H,W,2] for flows in pixels, [B,K,H,W,1] for masks, [B,K,H,W,C] for images in [0, 1].
    """
    images = trajectory.frames[:, :-1]
    image, params = tf.nest.map_structure(
        lambda value: tf.reshape(value, [-1, *value.shape[2:]]), (images, trajectory.params)
    )
    found: Dict[str, tf.Tensor] = {}
    for name in names:
        found.update(TRANSFORMATIONS[name].maps(image, params))
        image = TRANSFORMATIONS[name].apply(image, params)
    return {label: tf.reshape(value, [*images.shape[:2], *value.shape[1:]]) for label, value in found.items()}
