"""The policy's action distribution: a diagonal Gaussian command and a Bernoulli STOP (section 4)."""

from typing import Optional

import tensorflow as tf
import tensorflow_probability as tfp

from tf_interp.structs import Command, PolicyOutput

tfd = tfp.distributions

_COMMAND_STREAM, _STOP_STREAM = 0, 1  # independent random numbers from one seed


def command_distribution(policy: PolicyOutput) -> tfd.Distribution:
    """N(mean, diag(stddev^2)) over commands [B,D]; its log_prob is [B]. Samples are reparameterised."""
    return tfd.MultivariateNormalDiag(policy.mean, policy.stddev)


def stop_distribution(policy: PolicyOutput) -> tfd.Distribution:
    """Bernoulli over STOP [B]."""
    return tfd.Bernoulli(logits=policy.stop_logit)


def act(policy: PolicyOutput, seed: Optional[tf.Tensor], use_stop: bool) -> Command:
    """Draws the action of one step, or takes its most likely value.

    Args:
        policy: parameters [B,...] of the distribution.
        seed: int32 [2], a stateless seed; None takes the mean command, and STOP where its probability exceeds 0.5.
        use_stop: False never stops (section 4.5: the Bernoulli unit disabled).

    Returns:
        `Command`; `sample` carries gradients to mean and stddev (the reparameterisation trick), `stop` carries none.
    """
    if seed is None:
        sample, stop = policy.mean, policy.stop_logit > 0.0
    else:
        fold_in = tf.random.experimental.stateless_fold_in
        sample = command_distribution(policy).sample(seed=fold_in(seed, _COMMAND_STREAM))
        stop = tf.cast(stop_distribution(policy).sample(seed=fold_in(seed, _STOP_STREAM)), tf.bool)
    return Command(policy, sample, stop if use_stop else tf.zeros_like(stop))
