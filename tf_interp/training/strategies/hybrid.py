"""Hybrid training (section 4.4): T by backpropagation through time, pi by policy gradients."""

from typing import Optional

import tensorflow as tf

from tf_interp.model.structs import LossOutput
from tf_interp.training.episodes import Episode
from tf_interp.training.strategies.advantage import AdvantageSettings, advantages, value_loss
from tf_interp.training.strategies.policy_gradient import policy_log_prob


def hybrid(
    episode: Episode, use_stop: bool, settings: AdvantageSettings, threshold: Optional[float] = None
) -> LossOutput:
    """Minus the return for T, eq. 6 for pi, and V's regression.

    The walk must be rolled out with the command as a constant, so that the return's gradient reaches T alone. If pi
    sees the states as constants, its log-likelihood trains pi alone; otherwise the signal of the policy gradient is
    sent through time too, into T, as the paper notes one can.

    Args:
        episode: the walks.
        use_stop: whether STOP was obeyed.
        settings: of the advantages; their clip is one of the paper's remedies.
        threshold: tau of eq. 9, the remedy the paper could not try; None for none.

    Returns:
        `LossOutput` with loss [B].
    """
    advantage, diagnostics = advantages(episode, settings)
    by_policy = advantage * policy_log_prob(episode, use_stop, threshold)
    regression = value_loss(episode, settings)
    loss = -tf.reduce_sum(episode.rewards + by_policy, axis=1) + regression
    return LossOutput(loss, {**diagnostics, "value_loss": regression})
