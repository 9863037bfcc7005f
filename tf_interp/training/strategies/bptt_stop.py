"""BPTT with a stop action (section 4.4, BPTT+STOP), and the same objective with the stop time summed out."""

import tensorflow as tf

from tf_interp.model.structs import LossOutput
from tf_interp.training.episodes import Episode
from tf_interp.training.strategies.advantage import AdvantageSettings, advantages, value_loss
from tf_interp.training.strategies.log_prob import stop_log_prob


def bptt_stop(episode: Episode, settings: AdvantageSettings) -> LossOutput:
    """Minus the return, differentiated through the walk, and eq. 6 for the Bernoulli STOP alone.

    "In this setting we use PG only for the binary output." The log-probability of STOP is differentiated through the
    states it was read from. The sum is an unbiased estimate of the expected return's gradient if advantages are neither
    normalised nor clipped and lambda is 1. Normalising rescales STOP's part against that of the rewards, so the sum is
    then the gradient of nothing; settings can ask for it, because STOP learns faster by it.

    Args:
        episode: walks rolled out with STOP obeyed and gradients passing everywhere.
        settings: of the advantages.

    Returns:
        `LossOutput` with loss [B].
    """
    advantage, diagnostics = advantages(episode, settings)
    credit = advantage * stop_log_prob(episode.trajectory.command)
    regression = value_loss(episode, settings)
    loss = -tf.reduce_sum(episode.rewards + credit, axis=1) + regression
    return LossOutput(loss, {**diagnostics, "value_loss": regression})


def bptt_exact_stop(episode: Episode) -> LossOutput:
    """Minus the expected return over all stop times, differentiated exactly; nothing is estimated.

    The states do not depend on the draws of STOP except through truncation, so one rollout of the whole budget shows
    what every stop time would have earned, all rewards counted (the device of PonderNet, Banino et al. 2021, eq. 2):

        E[return] = sum_{k<K} p_k prod_{j<k} (1 - p_j) R_k + prod_{j<K} (1 - p_j) R_K

    Args:
        episode: walks rolled out with STOP ignored and gradients passing everywhere.

    Returns:
        `LossOutput` with loss [B]; diagnostics: expected_length, the mean stop time.
    """
    weights = stop_time_distribution(episode.trajectory.command.policy.stop_logit)
    lengths = tf.cast(tf.range(tf.shape(weights)[1]), tf.float32)
    expected = tf.reduce_sum(weights * episode.ending_returns, axis=1)
    return LossOutput(-expected, {"expected_length": tf.reduce_sum(weights * lengths, axis=1)})


def stop_time_distribution(stop_logit: tf.Tensor) -> tf.Tensor:
    """Probability that a walk ends at s_k: by STOP for k < K, by the budget for k = K.

    Args:
        stop_logit: float32 [B,K].

    Returns:
        float32 [B,K+1], rows sum to 1. Computed in logarithms, so that certain decisions keep finite gradients.
    """
    going_on = tf.cumsum(tf.math.log_sigmoid(-stop_logit), axis=1)
    survived = tf.pad(going_on, [[0, 0], [1, 0]])  # log-probability of reaching decision k
    return tf.exp(survived + tf.pad(tf.math.log_sigmoid(stop_logit), [[0, 0], [0, 1]]))
