"""A critic that guesses how far a frame is from the nearer end of its walk, and what the walk pays for its guess.

After ACAI (Berthelot, Raffel, Roy and Goodfellow 2018), whose critic guesses how strongly two latents were mixed. What
looks like any real image gives no hint of how far it is from two particular ones, so the walk hides it there. Unlike a
discriminator's verdict the guess has a scale: a torn digit half way costs more than one that is nearly there.
"""

import tensorflow as tf

from tf_interp.model.structs import LossOutput
from tf_interp.training.rewards import mean_over_steps


def mixtures(frames: tf.Tensor, goal: tf.Tensor) -> tf.Tensor:
    """min(||s_k - s_0||, ||s_k - g||) / ||s_0 - g||, what the critic is to guess.

    Args:
        frames: float32 [B,K+1,H,W,C], s_0 ... s_K.
        goal: float32 [B,H,W,C].

    Returns:
        float32 [B,K], for s_1 ... s_K: 0 at either end, at most 1; on a straight line 1/2 half way. 0 where start and
        goal are one image. Not to be differentiated: at the ends the slope is infinite.
    """
    start, goal = frames[:, :1], goal[:, tf.newaxis]
    nearer = tf.minimum(_length(frames[:, 1:] - start), _length(frames[:, 1:] - goal))
    return tf.minimum(tf.math.divide_no_nan(nearer, _length(start - goal)), 1.0)


def mixture_rewards(guesses: tf.Tensor, weight: float) -> tf.Tensor:
    """-weight d(s)^2 for guesses d of any shape: the walk wants the critic to say that a frame is an end of a walk."""
    return -weight * tf.square(guesses)


def mixture_loss(
    guesses: tf.Tensor, answers: tf.Tensor, taken: tf.Tensor, on_real: tf.Tensor, on_blends: tf.Tensor
) -> LossOutput:
    """The critic's squared error, plus those on real images and on blends of s_K and g, where the answer is 0 (eq. 1
    of the ACAI paper).

    Args:
        guesses, answers: float32 [B,K], for s_1 ... s_K.
        taken: float32 [B,K], 1 where the step was taken; other frames repeat an image and do not count.
        on_real, on_blends: float32 [B], guesses on them.

    Returns:
        `LossOutput` with loss [B].
    """
    error = mean_over_steps(tf.square(guesses - answers), taken)
    diagnostics = {
        "mixture_critic/guess": mean_over_steps(guesses, taken),
        "mixture_critic/answer": mean_over_steps(answers, taken),
        "mixture_critic/on_real": on_real,
    }
    return LossOutput(error + tf.square(on_real) + tf.square(on_blends), diagnostics)


def _length(difference: tf.Tensor) -> tf.Tensor:
    return tf.sqrt(tf.reduce_sum(tf.square(difference), axis=[-3, -2, -1]))
