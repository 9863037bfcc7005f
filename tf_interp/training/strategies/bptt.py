"""Backpropagation through time (section 4.4, BPTT)."""

import tensorflow as tf

from tf_interp.model.structs import LossOutput
from tf_interp.training.episodes import Episode


def bptt(episode: Episode) -> LossOutput:
    """Minus the return, differentiated through the whole walk.

    pi and T are one feed-forward network: the gradient runs from the rewards through every state, every
    transformation and every reparameterised command back to the first step.

    Args:
        episode: walks of fixed length, rolled out with gradients passing everywhere.

    Returns:
        `LossOutput` with loss [B].
    """
    return LossOutput(loss=-tf.reduce_sum(episode.rewards, axis=1), diagnostics={})
