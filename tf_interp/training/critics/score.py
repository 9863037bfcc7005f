"""A critic that knows where a frame should move to look real: the difference of two denoisers.

After distribution matching distillation (Yin et al. 2024). One network learns to remove noise from real images and
from the frames of rollouts, told which is which. Where both would restore a noisy frame alike, frames are as likely as
real images; where they differ, the frame is pulled to what a real image would have there. The difference is the
gradient of the Kullback-Leibler divergence between the two, so frames go to where real images are, and do not all go
to the likeliest one.
"""

from typing import Sequence

import tensorflow as tf

from tf_interp.config import CriticConfig
from tf_interp.model.networks.denoiser import SIGMA_DATA, Denoiser
from tf_interp.model.structs import ImageShape, LossOutput, Trajectory

SIGMAS = (0.1, 1.0)
"""Noise that the network learns to remove."""
JUDGED = (0.15, 0.6)
"""Noise at which frames are judged: with less, only edges count, with more every digit becomes the mean one."""


class ScoreCritic:
    """Denoisers of real images and of frames, as one network.

    Args:
        config: not used.
        features: channels of the network.
        image_shape: (H, W, C).
        precision: Keras dtype policy.
    """

    def __init__(self, config: CriticConfig, features: Sequence[int], image_shape: ImageShape, precision: str):
        self.network = Denoiser(image_shape[-1], features[:2], precision)
        self.network(tf.zeros([1, *image_shape]), tf.ones([1]), tf.zeros([1, 2]))

    def reward(self, frames: tf.Tensor, remaining: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """-|u|^2 / 2, whose gradient in the frame is -u, u = (D_frames - D_real) / mean |s - D_real| (eq. 8 there)."""
        state = tf.stop_gradient(frames)
        noisy, sigma = _noised(state, seed, JUDGED)
        of_frames = self.network(noisy, sigma, tf.stack([tf.zeros_like(remaining), remaining], axis=1))
        real = self.network(noisy, sigma, tf.stack([tf.ones_like(remaining), remaining], axis=1))
        size = tf.reduce_mean(tf.abs(state - real), axis=[1, 2, 3], keepdims=True)
        pull = tf.stop_gradient((of_frames - real) / (size + 1e-3))
        return -0.5 * tf.reduce_sum(tf.square(frames - state + pull), axis=[1, 2, 3])

    def loss(self, trajectory: Trajectory, seed: tf.Tensor) -> LossOutput:
        """Squared error of both denoisers, over real images and one frame of each rollout."""
        frames = tf.stop_gradient(trajectory.frames)
        batch, steps = tf.shape(frames)[0], trajectory.active.shape[1]
        k = tf.random.stateless_uniform([batch], seed, 1, steps + 1, tf.int32)
        shown = tf.gather(frames, k, batch_dims=1)
        images = tf.concat([frames[:, 0], trajectory.goal, shown], axis=0)
        share = 1.0 - tf.cast(k, tf.float32) / steps
        any_share = tf.random.stateless_uniform([2 * batch], tf.random.experimental.stateless_fold_in(seed, 1))
        is_real = tf.concat([tf.ones([2 * batch]), tf.zeros([batch])], axis=0)
        noisy, sigma = _noised(images, tf.random.experimental.stateless_fold_in(seed, 2), SIGMAS)
        restored = self.network(noisy, sigma, tf.stack([is_real, tf.concat([any_share, share], axis=0)], axis=1))
        weight = (tf.square(sigma) + SIGMA_DATA**2) / tf.square(sigma * SIGMA_DATA)
        error = weight * tf.reduce_mean(tf.square(restored - images), axis=[1, 2, 3])
        real, of_frames = tf.reduce_mean(tf.reshape(error[: 2 * batch], [2, batch]), axis=0), error[2 * batch :]
        return LossOutput(real + of_frames, {"denoiser/real": real, "denoiser/frames": of_frames})


def _noised(images: tf.Tensor, seed: tf.Tensor, sigmas):
    """Images with noise, and its standard deviation, drawn log-uniformly."""
    low, high = (tf.math.log(tf.constant(each)) for each in sigmas)
    sigma = tf.exp(tf.random.stateless_uniform(tf.shape(images)[:1], seed, low, high))
    noise = tf.random.stateless_normal(tf.shape(images), tf.random.experimental.stateless_fold_in(seed, 7))
    return images + sigma[:, tf.newaxis, tf.newaxis, tf.newaxis] * noise, sigma
