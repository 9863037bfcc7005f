"""The discriminator (section 3, third reward; Goodfellow et al. 2014): how close a frame is to the image manifold."""

from typing import Sequence

import tensorflow as tf

from tf_interp.config import CriticConfig
from tf_interp.model.networks.critic import CriticNetwork
from tf_interp.model.structs import ImageShape, LossOutput, Trajectory
from tf_interp.training.frames import per_frame
from tf_interp.training.masks import mean_over_steps


class Discriminator:
    """D, which tells real images from the frames of rollouts.

    Args:
        config: `r1_weight` is gamma of R1.
        features: channels of the network.
        image_shape: (H, W, C).
        precision: Keras dtype policy.
    """

    def __init__(self, config: CriticConfig, features: Sequence[int], image_shape: ImageShape, precision: str):
        self._r1_weight = config.r1_weight
        self.network = CriticNetwork(features, precision, "discriminator")
        self.network(tf.zeros([1, *image_shape]))

    def reward(self, frames: tf.Tensor) -> tf.Tensor:
        """log D(s), the non-saturating generator objective, float32 [N] of frames [N,H,W,C]."""
        return tf.math.log_sigmoid(self.network(frames))

    def loss(self, trajectory: Trajectory, seed: tf.Tensor) -> LossOutput:
        """`discriminator_loss` of the start images, which are real, and of s_1 ... s_K; nothing is drawn."""
        frames, taken = tf.stop_gradient(trajectory.frames), tf.cast(trajectory.active, tf.float32)
        real = frames[:, 0]
        with tf.GradientTape() as slope:
            slope.watch(real)
            real_logits = self.network(real)
        gradient = slope.gradient(real_logits, real)
        fake_logits = per_frame(self.network, frames[:, 1:])
        return discriminator_loss(real_logits, fake_logits, taken, gradient, self._r1_weight)


def discriminator_loss(
    real: tf.Tensor, fake: tf.Tensor, taken: tf.Tensor, real_gradient: tf.Tensor, r1_weight: float
) -> LossOutput:
    """-log D(real) - log(1 - D(fake)) + R1, which keeps D's slope at real images small (Mescheder et al. 2018, eq. 9).

    Args:
        real: float32 [B], logits of real images.
        fake: float32 [B,K], logits of s_1 ... s_K.
        taken: float32 [B,K], 1 where the step was taken; other frames repeat an image and do not count.
        real_gradient: float32 [B,H,W,C], gradient of each real logit in its image.
        r1_weight: gamma of R1; the penalty is gamma / 2 |gradient|^2.

    Returns:
        `LossOutput` with loss [B].
    """
    on_fake = mean_over_steps(tf.nn.softplus(fake), taken)
    penalty = 0.5 * r1_weight * tf.reduce_sum(tf.square(real_gradient), axis=[1, 2, 3])
    diagnostics = {
        "discriminator/real": tf.sigmoid(real),
        "discriminator/fake": mean_over_steps(tf.sigmoid(fake), taken),
        "discriminator/penalty": penalty,
    }
    return LossOutput(tf.nn.softplus(-real) + on_fake + penalty, diagnostics)
