"""The variational autoencoder (Kingma and Welling 2014): the autoencoder's networks with a Gaussian latent."""

from typing import List, Tuple

import tensorflow as tf

from tf_interp.model.structs import LossOutput
from tf_interp.peers.autoencoder import Autoencoder


class VariationalAutoencoder(Autoencoder):
    """Encodes to a mean and a log-variance; walks along the straight line between the two means.

    The decoder's output is always log-odds, whatever `settings.output` says. `settings.beta` weighs the divergence.
    """

    outputs_per_latent = 2

    def posterior(self, images: tf.Tensor) -> Tuple[tf.Tensor, tf.Tensor]:
        """float32 [B,H,W,C] -> mean and log-variance of q(z | x), float32 [B,D] each."""
        mean, log_variance = tf.split(self.encoder(images), 2, axis=-1)
        return mean, log_variance

    def encode(self, images: tf.Tensor) -> tf.Tensor:
        """float32 [B,H,W,C] in [0, 1] -> the posterior's mean, float32 [B,D]."""
        return self.posterior(images)[0]

    def decode(self, latents: tf.Tensor) -> tf.Tensor:
        """float32 [B,D] -> probabilities of white, float32 [B,H,W,C] in [0, 1]."""
        return tf.sigmoid(self.decoder(latents))

    def losses(self, images: tf.Tensor, seed: tf.Tensor) -> List[LossOutput]:
        """See `Autoencoder.losses`; the seed draws the latents."""
        mean, log_variance = self.posterior(images)
        noise = tf.random.stateless_normal(tf.shape(mean), seed)
        logits = self.decoder(mean + tf.exp(0.5 * log_variance) * noise)
        return [negative_elbo(images, logits, mean, log_variance, self.settings.beta)]


def negative_elbo(
    images: tf.Tensor, logits: tf.Tensor, mean: tf.Tensor, log_variance: tf.Tensor, beta: float
) -> LossOutput:
    """Minus the evidence lower bound: -log p(x | z) + beta KL(q(z | x) || p(z)), in nats an image.

    p(z) = N(0, I). p(x | z) is a Bernoulli for every pixel and channel, summed over them; a grey value stands for the
    probability of white, so for beta = 1 this is the exact bound for binary images drawn with those probabilities,
    averaged over the draws.

    Args:
        images: float32 [B,H,W,C] in [0, 1].
        logits: float32 [B,H,W,C], decoded from a sample of q.
        mean, log_variance: float32 [B,D] of q.
        beta: weight of the divergence.

    Returns:
        `LossOutput` with loss [B]; diagnostics: cross_entropy and kl, its two parts; reconstruction, ||x - x'||^2.
    """
    cross_entropy = tf.nn.sigmoid_cross_entropy_with_logits(labels=images, logits=logits)
    cross_entropy = tf.reduce_sum(cross_entropy, axis=[1, 2, 3])
    kl = divergence_from_prior(mean, log_variance)
    distance = tf.reduce_sum(tf.square(images - tf.sigmoid(logits)), axis=[1, 2, 3])
    diagnostics = {"reconstruction": distance, "cross_entropy": cross_entropy, "kl": kl}
    return LossOutput(loss=cross_entropy + beta * kl, diagnostics=diagnostics)


def divergence_from_prior(mean: tf.Tensor, log_variance: tf.Tensor) -> tf.Tensor:
    """KL(N(mean, variance) || N(0, I)) in nats, float32 [B], of tensors [B,D]."""
    return 0.5 * tf.reduce_sum(tf.square(mean) + tf.exp(log_variance) - 1.0 - log_variance, axis=-1)
