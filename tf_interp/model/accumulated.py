"""What the steps of a walk add up to, whether the walk was composed or not."""

from typing import Sequence, Tuple

import tensorflow as tf

from tf_interp.model.structs import Canvas, Trajectory
from tf_interp.model.transforms import TRANSFORMATIONS, canvas
from tf_interp.model.transforms.similarity import similarity_flow


def accumulated(names: Sequence[str], trajectory: Trajectory) -> Tuple[Canvas, tf.Tensor]:
    """Composes the steps that were taken; recolouring is left out, so that the gain is what was kept.

    Args:
        names: transformations, in the order in which they are applied.
        trajectory: walks, with all of T's parameters.

    Returns:
        The canvas after the last step, whose gain is float32 [B,H,W,C*C], what is left of each pixel times the
        identity; and the mean flow of each step over walks and pixels, float32 [K,2], 0 where no walk took it.
    """
    fields, drifts = canvas.begun(trajectory.frames[:, 0]), []
    height, width = trajectory.frames.shape[2:4]
    for k in range(trajectory.active.shape[1]):
        params = {name: value[:, k] for name, value in trajectory.params.items()}
        taken, after = trajectory.active[:, k, tf.newaxis, tf.newaxis, tf.newaxis], fields
        for name in names:
            if name != "recolor":
                after = TRANSFORMATIONS[name].compose(after, params)
        fields = Canvas(*(tf.where(taken, new, old) for new, old in zip(after, fields)))
        flow = params.get("flow", params.get("mu_flow"))
        if "similarity" in params:
            turned = similarity_flow(params["similarity"], height, width)
            flow = turned if flow is None else flow + turned
        drifts.append(_mean(flow, taken) if flow is not None else tf.zeros([2]))
    return fields, tf.stack(drifts)


def _mean(flow: tf.Tensor, taken: tf.Tensor) -> tf.Tensor:
    """Mean over the walks that took the step, and over pixels."""
    weights = tf.cast(taken, tf.float32) * tf.ones_like(flow[..., :1])
    return tf.math.divide_no_nan(tf.reduce_sum(weights * flow, axis=[0, 1, 2]), tf.reduce_sum(weights))
