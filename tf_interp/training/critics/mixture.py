"""A critic that guesses how far a frame is from the nearer end of its rollout, which is rewarded for a low guess.

After ACAI (Berthelot, Raffel, Roy and Goodfellow 2018), whose critic guesses how strongly two latents were mixed. A
frame that could be any real image shows nothing of the two ends, so the guess is low. Unlike a discriminator's verdict
the guess has a scale: a torn digit half way costs more than one that is nearly there.
"""

from typing import Sequence

import tensorflow as tf

from tf_interp.config import CriticConfig
from tf_interp.model.networks.critic import CriticNetwork
from tf_interp.model.structs import ImageShape, LossOutput, Trajectory
from tf_interp.system.replicas import own_part
from tf_interp.training.frames import per_frame
from tf_interp.training.masks import mean_over_steps


class MixtureCritic:
    """d, which guesses `mixing_coefficients`.

    Args:
        config: not used.
        features: channels of the network.
        image_shape: (H, W, C).
        precision: Keras dtype policy.
    """

    def __init__(self, config: CriticConfig, features: Sequence[int], image_shape: ImageShape, precision: str):
        self.network = CriticNetwork(features, precision, "mixture_critic")
        self.network(tf.zeros([1, *image_shape]))

    def reward(self, frames: tf.Tensor) -> tf.Tensor:
        """-d(s)^2, float32 [N] of frames [N,H,W,C]: best where the critic takes a frame for an end."""
        return -tf.square(self.network(frames))

    def loss(self, trajectory: Trajectory, seed: tf.Tensor) -> LossOutput:
        """`mixture_loss`; the seed draws how much of s_K a blend of s_K and the goal has."""
        goal, frames = trajectory.goal, tf.stop_gradient(trajectory.frames)
        taken = tf.cast(trajectory.active, tf.float32)
        share = own_part(lambda whole: tf.random.stateless_uniform([tf.shape(whole)[0], 1, 1, 1], seed), goal)
        blends = share * frames[:, -1] + (1.0 - share) * goal
        guesses, answers = per_frame(self.network, frames[:, 1:]), mixing_coefficients(frames, goal)
        return mixture_loss(guesses, answers, taken, self.network(frames[:, 0]), self.network(blends))


def mixing_coefficients(frames: tf.Tensor, goal: tf.Tensor) -> tf.Tensor:
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
