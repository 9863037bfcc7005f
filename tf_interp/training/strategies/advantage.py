"""The advantage G_k - V(s_k; s_goal) (section 4.4) and the regression that trains V. Shared by all uses of eq. 6."""

from typing import Dict, NamedTuple, Optional, Tuple

import tensorflow as tf

from tf_interp.system.replicas import largest, total
from tf_interp.training.episodes import Episode
from tf_interp.training.masks import masks, returns_to_go

_HUBER_DELTA = 1.0


class AdvantageSettings(NamedTuple):
    """How advantages are made.

    Attributes:
        normalize: subtract the mean over the batch's decisions and divide by the standard deviation.
        clip: bound on the absolute (normalised) advantage; None for none.
        huber: V is trained on the Huber loss instead of the squared error; the paper tried both.
        gae_lambda: see `generalized_advantages`.
    """

    normalize: bool = False
    clip: Optional[float] = None
    huber: bool = False
    gae_lambda: float = 1.0


def advantages(episode: Episode, settings: AdvantageSettings) -> Tuple[tf.Tensor, Dict[str, tf.Tensor]]:
    """float32 [B,K], zero where no decision was taken, with gradient to nothing; and diagnostics."""
    decided = tf.cast(masks(episode.trajectory.active).deciding, tf.float32)
    raw = decided * generalized_advantages(episode.rewards, decided * episode.values, settings.gae_lambda)
    advantage, count = raw, total(tf.reduce_sum(decided))
    mean = total(tf.reduce_sum(raw)) / count
    deviation = tf.sqrt(total(tf.reduce_sum(decided * tf.square(raw - mean))) / count)
    if settings.normalize:
        advantage = decided * (raw - mean) / (deviation + 1e-6)
    if settings.clip is not None:
        advantage = tf.clip_by_value(advantage, -settings.clip, settings.clip)
    diagnostics = {
        "advantage/mean": mean,
        "advantage/stddev": deviation,
        "advantage/largest": largest(tf.reduce_max(tf.abs(raw))),
    }
    return advantage, diagnostics


def generalized_advantages(rewards: tf.Tensor, values: tf.Tensor, gae_lambda: float) -> tf.Tensor:
    """sum_l lambda^l (r_{k+l} + V_{k+l+1} - V_{k+l}), with gradient to nothing (Schulman et al. 2016, eq. 16).

    lambda = 1 is G_k - V_k, which carries the noise of all later draws. lambda = 0 credits an action with what it
    changed at once, as far as V tells.

    Args:
        rewards, values: float32 [B,K], zero after the last decision.
        gae_lambda: lambda in [0, 1].

    Returns:
        float32 [B,K].
    """
    steps = rewards.shape[1]
    errors = rewards + tf.pad(values[:, 1:], [[0, 0], [0, 1]]) - values
    decay = [[gae_lambda ** (later - k) if later >= k else 0.0 for k in range(steps)] for later in range(steps)]
    return tf.stop_gradient(errors @ tf.constant(decay))


def value_loss(episode: Episode, settings: AdvantageSettings) -> tf.Tensor:
    """||V(s_k; s_goal) - G_k||^2 / 2, or Huber, averaged over the decisions of each walk, float32 [B].

    Its gradient reaches V alone: G is data.
    """
    decided = tf.cast(masks(episode.trajectory.active).deciding, tf.float32)
    error = episode.values - tf.stop_gradient(returns_to_go(episode.rewards))
    size = tf.abs(error)
    loss = 0.5 * tf.square(error)
    if settings.huber:
        loss = tf.where(size < _HUBER_DELTA, loss, _HUBER_DELTA * (size - 0.5 * _HUBER_DELTA))
    return tf.reduce_sum(decided * loss, axis=1) / tf.reduce_sum(decided, axis=1)
