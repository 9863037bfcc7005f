"""What the two agents draw: pi a Gaussian command and a Bernoulli STOP, a stochastic T a flow (sections 4 and 4.4)."""

from typing import TYPE_CHECKING, Optional, Sequence

import tensorflow as tf

from tf_interp.model.structs import Command, PolicyOutput
from tf_interp.system.replicas import own_part

if TYPE_CHECKING:
    from tensorflow_probability import distributions as tfd

_COMMAND_STREAM, _STOP_STREAM, _FLOW_STREAM = 0, 1, 2  # independent random numbers from one seed


def command_distribution(policy: PolicyOutput) -> "tfd.Distribution":
    """N(mean, diag(stddev^2)) over commands [...,D]; its log_prob is [...]. Samples are reparameterised."""
    return _tfd().MultivariateNormalDiag(policy.mean, policy.stddev)


def stop_distribution(policy: PolicyOutput) -> "tfd.Distribution":
    """Bernoulli over STOP [...]."""
    return _tfd().Bernoulli(logits=policy.stop_logit, dtype=tf.float32)


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
        commands, stops = _fold_in(seed, _COMMAND_STREAM), _fold_in(seed, _STOP_STREAM)
        sample = own_part(lambda policy: command_distribution(policy).sample(seed=commands), policy)
        stop = own_part(lambda policy: stop_distribution(policy).sample(seed=stops), policy) > 0.5
    return Command(policy, sample, stop if use_stop else tf.zeros_like(stop))


def sample_flow(
    mu_flow: tf.Tensor, sigma_flow: tf.Tensor, seed: tf.Tensor, noise_size: Optional[Sequence[int]]
) -> tf.Tensor:
    """Draws a flow field, eq. 7, or with spatially correlated noise, eq. 8.

    Eq. 7: F = mu_F + sigma_F * eps, an independent displacement for every pixel; it tears the image apart.
    Eq. 8: F = mu_F + upsample(downsample(sigma_F) * eps) with eps drawn at H' x W'; it bends the image.

    Args:
        mu_flow, sigma_flow: float32 [B,H,W,2] in pixels.
        seed: int32 [2], a stateless seed.
        noise_size: (H', W') of eq. 8; None for eq. 7.

    Returns:
        float32 [B,H,W,2], with gradients to both parameters.
    """
    key = _fold_in(seed, _FLOW_STREAM)
    if noise_size is None:
        return mu_flow + sigma_flow * _noise_like(sigma_flow, key)
    small = tf.image.resize(sigma_flow, noise_size, antialias=True)
    return mu_flow + tf.image.resize(small * _noise_like(small, key), mu_flow.shape[1:3])


def flow_log_prob(flow: tf.Tensor, mu_flow: tf.Tensor, sigma_flow: tf.Tensor) -> tf.Tensor:
    """log N(flow; mu_F, diag(sigma_F^2)), float32 [...] of fields [...,H,W,2].

    Also for the correlated noise of eq. 8, "pretending" that it was drawn with this diagonal covariance (section 4.4).
    """
    return tf.reduce_sum(_tfd().Normal(mu_flow, sigma_flow).log_prob(flow), axis=[-3, -2, -1])


def _tfd():
    """TensorFlow Probability's distributions. Loaded here, because a walk that draws nothing need not wait for them."""
    from tensorflow_probability import distributions

    return distributions


def _noise_like(tensor: tf.Tensor, key: tf.Tensor) -> tf.Tensor:
    """Standard normal numbers of the shape of a tensor [B,...]."""
    return own_part(lambda whole: tf.random.stateless_normal(tf.shape(whole), key), tensor)


def _fold_in(seed: tf.Tensor, stream: int) -> tf.Tensor:
    return tf.random.experimental.stateless_fold_in(seed, stream)
