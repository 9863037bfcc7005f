"""Log-likelihoods of the policy's drawn actions, with the gradients that policy gradients use.

Trap: the action inside a log-likelihood is data. A reparameterised sample that is not stop-gradiented there cancels
the gradient in the mean exactly, because a - mu = sigma * eps is then a constant. `command_log_prob` stops it itself.
"""

import math
from typing import Optional

import tensorflow as tf

from tf_interp.model.distributions import command_distribution, stop_distribution
from tf_interp.model.structs import Command

_LOG_TWO_PI = math.log(2.0 * math.pi)


def command_log_prob(command: Command, threshold: Optional[float] = None) -> tf.Tensor:
    """log pi(a | s; s_goal) of the Gaussian commands, float32 [B,K].

    Args:
        command: tensors [B,K,...].
        threshold: tau of eq. 9, which bounds the norm of the gradient in mu, and likewise in sigma, of every single
            log-likelihood; None leaves the gradients as they are.
    """
    sample = tf.stop_gradient(command.sample)
    if threshold is None:
        return command_distribution(command.policy).log_prob(sample)
    return _restricted_log_prob(command.policy.mean, command.policy.stddev, sample, threshold)


def stop_log_prob(command: Command) -> tf.Tensor:
    """log-probability of the drawn STOP, or of going on, float32 [B,K]."""
    return stop_distribution(command.policy).log_prob(tf.cast(command.stop, tf.float32))


def _restricted_log_prob(mean: tf.Tensor, stddev: tf.Tensor, sample: tf.Tensor, threshold: float) -> tf.Tensor:
    """The Gaussian log-likelihood with the gradients of eq. 9: delta = (g / |g|) min(|g|, tau)."""

    @tf.custom_gradient
    def log_prob(mean, stddev):
        z = (sample - mean) / stddev
        value = tf.reduce_sum(-0.5 * tf.square(z) - tf.math.log(stddev) - 0.5 * _LOG_TWO_PI, axis=-1)

        def gradient(upstream):
            scale = upstream[..., tf.newaxis]
            by_mean, by_stddev = z / stddev, (tf.square(z) - 1.0) / stddev
            return scale * _restrict(by_mean, threshold), scale * _restrict(by_stddev, threshold)

        return value, gradient

    return log_prob(mean, stddev)


def _restrict(gradient: tf.Tensor, threshold: float) -> tf.Tensor:
    norm = tf.norm(gradient, axis=-1, keepdims=True)
    return gradient * tf.minimum(1.0, threshold / tf.maximum(norm, 1e-12))
