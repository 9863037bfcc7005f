"""Episodes: rollouts with what they earned and what the value network expected; all that an objective sees."""

from functools import partial, reduce
from operator import add
from typing import Dict, NamedTuple, Optional, Tuple

import tensorflow as tf

from tf_interp.config import RewardConfig
from tf_interp.features.perception import Perceive
from tf_interp.model.structs import Trajectory
from tf_interp.system.keras2 import keras
from tf_interp.training.frames import per_frame
from tf_interp.training.measures import distance as pixel_distance
from tf_interp.training.rewards import Distance, pay


class Episode(NamedTuple):
    """A batch of rollouts and what they earned.

    Attributes:
        trajectory: the rollouts.
        rewards: float32 [B,K], summed over all rows of `rewards.TERMS`; differentiable.
        ending_returns: float32 [B,K+1], what ending at s_k would have earned in all, every reward counted;
            differentiable.
        values: float32 [B,K], V(s_k; s_goal); differentiable in V's weights alone. Zero where a method has no V.
    """

    trajectory: Trajectory
    rewards: tf.Tensor
    ending_returns: tf.Tensor
    values: tf.Tensor


def make_episode(
    trajectory: Trajectory,
    weights: RewardConfig,
    distance: Distance,
    value: Optional[keras.Model] = None,
    waypoints: Optional[tf.Tensor] = None,
) -> Tuple[Episode, Dict[str, tf.Tensor]]:
    """Pays rollouts.

    Args:
        trajectory: rollouts that `rewards.rewards_of_steps` was measured of.
        weights: of the rewards.
        distance: of the goal reward, see `goal_distance`.
        value: the value network, where the method has one.
        waypoints: float32 [B,K-1,H,W,C], see `waypoints.Waypoints`; needed where they have a weight.

    Returns:
        The episode, and each reward float32 [B,K] by name.
    """
    paid = pay(trajectory, weights, distance, waypoints)
    total = reduce(add, paid.rewards.values(), tf.zeros(tf.shape(trajectory.active)))
    values = expected_returns(trajectory, value, paid.ending)
    return Episode(trajectory, total, paid.ending_returns, values), paid.rewards


def expected_returns(trajectory: Trajectory, value: Optional[keras.Model], ending: tf.Tensor) -> tf.Tensor:
    """V(s_k; s_goal), float32 [B,K]; zero without a value network.

    V is the network's output plus what stopping at s_k would earn there and then, so that the network learns only what
    a rollout can still gain. The states are data to it.

    Args:
        trajectory: the rollouts.
        value: (state, goal) [B,H,W,C], share of the steps that is left [B] -> [B].
        ending: float32 [B,K+1], what ending at s_k earns.
    """
    if value is None:
        return tf.zeros(tf.shape(trajectory.active))
    states, steps = trajectory.frames[:, :-1], trajectory.active.shape[1]
    goals = tf.repeat(trajectory.goal[:, tf.newaxis], steps, axis=1)
    remaining = tf.repeat(1.0 - tf.range(steps, dtype=tf.float32)[tf.newaxis] / steps, tf.shape(states)[0], axis=0)
    gained = per_frame(value, tf.stop_gradient(states), tf.stop_gradient(goals), remaining)
    return gained + tf.stop_gradient(ending[:, :-1])


def goal_distance(norm: str, perceive: Optional[Perceive] = None) -> Distance:
    """The distance from the goal (section 3, fourth reward), of images [...,H,W,C] that broadcast.

    Args:
        norm: "l2", "l1" or "perceptual".
        perceive: see `perception`; needed for "perceptual".
    """
    if perceive is None:
        return partial(pixel_distance, norm=norm)

    def perceived(image: tf.Tensor, goal: tf.Tensor) -> tf.Tensor:
        seen = [_vectors(perceive, each) for each in (image, goal)]
        return tf.reduce_sum(tf.square(seen[0] - seen[1]), axis=-1)

    return perceived


def _vectors(perceive: Perceive, images: tf.Tensor) -> tf.Tensor:
    """Perceptual vectors [...,P] of images [...,H,W,C]."""
    return per_frame(perceive, images) if len(images.shape) == 5 else perceive(images)
