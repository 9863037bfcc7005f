"""Monte-Carlo policy gradients with a value baseline (section 4.4, eq. 5 and 6)."""

from typing import Optional

import tensorflow as tf

from tf_interp.model.distributions import flow_log_prob
from tf_interp.model.structs import LossOutput
from tf_interp.training.episodes import Episode
from tf_interp.training.strategies.advantage import AdvantageSettings, advantages, value_loss
from tf_interp.training.strategies.log_prob import command_log_prob, stop_log_prob


def policy_gradient(
    episode: Episode, use_stop: bool, settings: AdvantageSettings, threshold: Optional[float] = None
) -> LossOutput:
    """REINFORCE for both agents: eq. 6 with the advantage G_k - V(s_k; s_goal) in place of G_k; and V's regression.

    Args:
        episode: walks rolled out with gradients passing nowhere, so that each log-likelihood is that of one agent at
            one step given what it saw. T must be stochastic.
        use_stop: whether STOP was obeyed, so that it is an action to be credited too.
        settings: of the advantages.
        threshold: tau of eq. 9 for pi, or None.

    Returns:
        `LossOutput` with loss [B], whose gradient is minus eq. 6 for pi and for T, and the regression's for V.
    """
    advantage, diagnostics = advantages(episode, settings)
    by_policy = advantage * policy_log_prob(episode, use_stop, threshold)
    by_transformer = advantage * transformer_log_prob(episode)
    loss = -tf.reduce_sum(by_policy + by_transformer, axis=1)
    regression = value_loss(episode, settings)
    return LossOutput(loss + regression, {**diagnostics, "value_loss": regression})


def policy_log_prob(episode: Episode, use_stop: bool, threshold: Optional[float] = None) -> tf.Tensor:
    """log pi(a_k, stop_k | s_k; s_goal), float32 [B,K]; a command that STOP kept from being carried out has no part."""
    command, taken = episode.trajectory.command, tf.cast(episode.trajectory.active, tf.float32)
    log_prob = taken * command_log_prob(command, threshold)
    return log_prob + stop_log_prob(command) if use_stop else log_prob


def transformer_log_prob(episode: Episode) -> tf.Tensor:
    """log p_T(F_k | s_k, a_k) of the drawn flows, float32 [B,K], zero where no step was taken."""
    params, taken = episode.trajectory.params, tf.cast(episode.trajectory.active, tf.float32)
    return taken * flow_log_prob(tf.stop_gradient(params["flow"]), params["mu_flow"], params["sigma_flow"])
