"""Critics of frames: networks that learn beside the agents and reward what looks real to them.

One file a critic: network, reward and loss. To add one, write such a file, give its weight a field in `RewardConfig`
and a row in `rewards.TERMS`, and give it a row here.
"""

from typing import Callable, Dict, Protocol, Sequence

import tensorflow as tf

from tf_interp.config import CriticConfig, RewardConfig
from tf_interp.model.structs import ImageShape, LossOutput, Trajectory
from tf_interp.system.keras2 import keras
from tf_interp.training.critics.discriminator import Discriminator
from tf_interp.training.critics.mixture import MixtureCritic


class Critic(Protocol):
    """What training asks of a critic.

    Attributes:
        network: its Keras model, with its variables created; its name is the critic's in logs and checkpoints.
    """

    network: keras.Model

    def reward(self, frames: tf.Tensor) -> tf.Tensor:
        """float32 [N], <= 0, of frames float32 [N,H,W,C] in [0, 1]; differentiable in the frames."""

    def loss(self, trajectory: Trajectory, seed: tf.Tensor) -> LossOutput:
        """Its loss on rollouts and on their start images, which are real; int32 seed [2]. The frames are data to it."""


CRITICS: Dict[str, Callable[..., Critic]] = {"manifold_weight": Discriminator, "mixture_weight": MixtureCritic}
"""Weight in `RewardConfig` -> the critic that it pays for."""


def build_critics(
    weights: RewardConfig, config: CriticConfig, features: Sequence[int], image_shape: ImageShape, precision: str
) -> Dict[str, Critic]:
    """The critics whose reward has a weight, by that weight's name.

    Args:
        weights: of the rewards.
        config: how critics learn.
        features: channels of their networks.
        image_shape: (H, W, C).
        precision: Keras dtype policy.
    """
    wanted = [name for name in CRITICS if getattr(weights, name)]
    return {name: CRITICS[name](config, features, image_shape, precision) for name in wanted}
