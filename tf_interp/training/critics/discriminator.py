"""The discriminator's loss (section 3, third reward; Goodfellow et al. 2014) and the reward it gives."""

import tensorflow as tf

from tf_interp.model.structs import LossOutput
from tf_interp.training.rewards import mean_over_steps


def manifold_reward(logits: tf.Tensor) -> tf.Tensor:
    """log D(s), the non-saturating generator objective, <= 0, of the discriminator's logits of any shape."""
    return tf.math.log_sigmoid(logits)


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
