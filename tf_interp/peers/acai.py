"""ACAI, "Understanding and Improving Interpolation in Autoencoders via an Adversarial Regularizer" (Berthelot, Raffel,
Roy and Goodfellow 2018): a critic guesses how strongly two latents were mixed, the autoencoder hides it.

    z_1 = f(x_1) ─┐
                  ├─ alpha z_1 + (1 - alpha) z_2 ──► g ──► mixture ──► critic d ──► guess of alpha
    z_2 = f(x_2) ─┘        alpha in [0, 0.5]
"""

from typing import Callable, List, Tuple

import tensorflow as tf

from tf_interp.model.networks.critic import CriticNetwork
from tf_interp.model.structs import ImageShape, LossOutput
from tf_interp.peers.autoencoder import Autoencoder
from tf_interp.peers.settings import PeerSettings

Network = Callable[[tf.Tensor], tf.Tensor]

_STRONGEST_MIX = 0.5  # alpha and 1 - alpha mix alike, so a larger alpha would have two right answers


class Acai(Autoencoder):
    """The plain autoencoder and a critic of the encoder's architecture.

    Args:
        settings, image_shape, dtype: see `Autoencoder`; settings.critic_weight is the paper's lambda, settings.realism
            its gamma.

    Attributes:
        critic: images [B,H,W,C] -> guesses [B]; used in training alone.
    """

    def __init__(self, settings: PeerSettings, image_shape: ImageShape, dtype: str = "float32"):
        super().__init__(settings, image_shape, dtype)
        self.critic = CriticNetwork(settings.features, dtype)
        self.critic(tf.zeros([1, *image_shape]))

    def losses(self, images: tf.Tensor, seed: tf.Tensor) -> List[LossOutput]:
        """See `Autoencoder.losses`; the seed draws alpha."""
        alpha = tf.random.stateless_uniform([tf.shape(images)[0]], seed, maxval=_STRONGEST_MIX)
        nets = (self.encode, self.decode, self.critic)
        return list(acai_losses(*nets, images, alpha, self.settings.critic_weight, self.settings.realism))

    @property
    def players(self) -> List[List[tf.keras.Model]]:
        return [*super().players, [self.critic]]


def acai_losses(
    encode: Network,
    decode: Network,
    critic: Network,
    images: tf.Tensor,
    alpha: tf.Tensor,
    critic_weight: float,
    realism: float,
) -> Tuple[LossOutput, LossOutput]:
    """The two losses of section 2 of the ACAI paper.

    The autoencoder's is its reconstruction error plus lambda times the square of the critic's guess on a mixture
    (eq. 2): it wants the critic to say that nothing was mixed. The critic's is the squared error of that guess, plus
    the square of its guess on gamma x + (1 - gamma) g(f(x)), where the right answer is 0 (eq. 1).

    lambda weighs a guess against a reconstruction error, so the scale of the latter matters. It is that of the authors'
    program: the mean over pixels and channels for values in [-1, 1], which is 4 times the mean for values in [0, 1].

    Gradients: the critic's loss reaches the critic alone. The autoencoder's runs through the critic to the images it
    judges, and reaches the critic's weights too; they must not be updated by it.

    Args:
        encode, decode: f and g; images [B,H,W,C] in [0, 1] to latents [B,D] and back.
        critic: images to guesses [B].
        images: float32 [B,H,W,C]; each is mixed with its predecessor in the batch, the first with the last.
        alpha: float32 [B] in [0, 0.5], weight of each image's own latent.
        critic_weight: lambda.
        realism: gamma.

    Returns:
        The autoencoder's and the critic's `LossOutput`, losses [B]. Diagnostics: reconstruction, ||x - x'||^2 summed;
        guess, the critic's on mixtures; guess_error, its absolute error there (0.125 for the best constant guess).
    """
    latents = encode(images)
    weight = alpha[:, tf.newaxis]
    decoded = decode(latents)
    mixture = decode(weight * latents + (1.0 - weight) * tf.roll(latents, shift=1, axis=0))

    squares = tf.square(images - decoded)
    fooling = tf.square(critic(mixture))
    autoencoder = 4.0 * tf.reduce_mean(squares, axis=[1, 2, 3]) + critic_weight * fooling

    guess = critic(tf.stop_gradient(mixture))
    nearly_real = critic(tf.stop_gradient(realism * images + (1.0 - realism) * decoded))
    regression = tf.square(guess - alpha) + tf.square(nearly_real)
    return (
        LossOutput(autoencoder, {"reconstruction": tf.reduce_sum(squares, axis=[1, 2, 3])}),
        LossOutput(regression, {"guess": guess, "guess_error": tf.abs(guess - alpha)}),
    )
