"""Backpropagation through time (section 4.4, BPTT)."""

import tensorflow as tf

from tf_interp.structs import LossOutput, Trajectory


def bptt(trajectory: Trajectory, returns: tf.Tensor) -> LossOutput:
    """Minus the return, differentiated through the whole walk.

    pi and T are one feed-forward network: the gradient runs from the rewards through every state, every
    transformation and every reparameterised command back to the first step.

    Args:
        trajectory: a walk of fixed length.
        returns: float32 [B], rewards summed along the walk, NOT stop-gradiented.

    Returns:
        `LossOutput` with loss [B].
    """
    stddev = tf.reduce_mean(trajectory.command.policy.stddev, axis=[1, 2])
    return LossOutput(loss=-returns, diagnostics={"command_stddev": stddev})
