"""Adam for every network, each at its own learning rate."""

from typing import Dict

import tensorflow as tf

from tf_interp.config import CriticConfig, OptimizerConfig, PolicyGradientConfig

AGENTS = ("policy", "transformer")


def build_optimizers(
    networks: Dict[str, tf.keras.Model],
    config: OptimizerConfig,
    policy_gradient: PolicyGradientConfig,
    critic: CriticConfig,
) -> Dict[str, tf.keras.optimizers.Optimizer]:
    """Optimisers, by the names of their networks.

    The agents' rates fall along a half cosine; those of the value network and of the critics are constant.

    Args:
        networks: every network there is; what is neither an agent nor the value network is a critic.
        config: of the agents.
        policy_gradient: of the value network.
        critic: of the critics.
    """
    found = {}
    for name, net in networks.items():
        constant = policy_gradient.value_learning_rate if name == "value" else critic.critic_learning_rate
        rate = _falling_rate(config, name) if name in AGENTS else constant
        found[name] = tf.keras.optimizers.Adam(rate, jit_compile=False)
        found[name].build(net.trainable_variables)
    return found


def _falling_rate(config: OptimizerConfig, name: str) -> tf.keras.optimizers.schedules.LearningRateSchedule:
    """An agent's learning rate, which falls along a half cosine; pi's may begin elsewhere and falls in proportion."""
    first = config.learning_rate
    if name == "policy" and config.policy_learning_rate is not None:
        first = config.policy_learning_rate
    share = config.final_learning_rate / config.learning_rate
    return tf.keras.optimizers.schedules.CosineDecay(first, config.iterations, alpha=share)
