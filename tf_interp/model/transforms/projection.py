"""Clipping that can be undone by learning."""

import tensorflow as tf


def projected(x: tf.Tensor, low: float, high: float) -> tf.Tensor:
    """`x` clipped to [low, high], with the gradient of a projection instead of that of clipping.

    Clipping has no gradient outside the bounds, so what has once left them would never learn to return. Here the
    gradient is lost only where following it down would lead farther out, and passes where it leads back.

    Args:
        x: float32 of any shape.
        low, high: the bounds. At a bound, too, only the gradient that leads inwards passes.

    Returns:
        float32 of the same shape, in [low, high].
    """

    @tf.custom_gradient
    def clip(x: tf.Tensor):
        def gradient(upstream: tf.Tensor) -> tf.Tensor:
            outwards = ((x >= high) & (upstream < 0.0)) | ((x <= low) & (upstream > 0.0))
            return tf.where(outwards, tf.zeros_like(upstream), upstream)

        return tf.clip_by_value(x, low, high), gradient

    return clip(x)
