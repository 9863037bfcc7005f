"""From walks to episodes: every reward of section 3 with its weight, and the value baseline's prediction."""

from typing import Callable, Optional, Tuple

import tensorflow as tf

from tf_interp.config import Config
from tf_interp.features.perception import Perceive
from tf_interp.model.agents import Models
from tf_interp.model.structs import Episode, Trajectory
from tf_interp.training import rewards
from tf_interp.training.critics.discriminator import manifold_reward
from tf_interp.training.critics.mixture import mixture_rewards
from tf_interp.training.diagnostics import Metrics


class EpisodeMaker:
    """Pays walks.

    Args:
        config: weights of the rewards.
        models: for the critics of images and the value network, where there are any.
        perceive: see `perception`; None unless the goal reward is perceptual.
    """

    def __init__(self, config: Config, models: Models, perceive: Optional[Perceive]):
        self._config, self._models, self._perceive = config, models, perceive

    def __call__(self, trajectory: Trajectory) -> Tuple[Episode, Metrics]:
        """Returns what an objective sees of the walks, and each reward float32 [B,K] by name."""
        config = self._config
        distances, edges = self._distances(trajectory), self._edge_distances(trajectory)
        parts = self._rewards(trajectory, distances, edges)
        to_pay = config.goal_weight * distances + config.gradient_weight * edges
        ending = rewards.ending_returns(to_pay, config.step_penalty, config.budget_penalty)
        total = tf.add_n(list(parts.values()))
        return Episode(trajectory, total, ending, self._values(trajectory, -to_pay)), parts

    def _distances(self, trajectory: Trajectory) -> tf.Tensor:
        """How far every state is from the goal, float32 [B,K+1] (section 3, fourth reward)."""
        frames, goal = trajectory.frames, trajectory.goal[:, tf.newaxis]
        if self._perceive is None:
            return rewards.distance(frames, goal, self._config.goal_norm)
        seen = [per_frame(self._perceive, images) for images in (frames, goal)]
        return tf.reduce_sum(tf.square(seen[0] - seen[1]), axis=-1)

    def _edge_distances(self, trajectory: Trajectory) -> tf.Tensor:
        """`rewards.edge_distance` of every state, float32 [B,K+1]; zero where it has no weight."""
        if not self._config.gradient_weight:
            return tf.zeros(tf.shape(trajectory.frames)[:2])
        return rewards.edge_distance(trajectory.frames, trajectory.goal[:, tf.newaxis])

    def _rewards(self, trajectory: Trajectory, distances: tf.Tensor, edges: tf.Tensor) -> Metrics:
        config, taken = self._config, tf.cast(trajectory.active, tf.float32)
        realism = tf.zeros(tf.shape(taken))
        if self._models.discriminator is not None:
            realism = config.manifold_weight * manifold_reward(
                per_frame(self._models.discriminator, trajectory.frames[:, 1:])
            )
        parts = rewards.step_rewards(
            trajectory, config.goal_weight * distances[:, -1], realism, config.step_penalty, config.budget_penalty
        )
        if self._models.mixture_critic is not None:
            guesses = per_frame(self._models.mixture_critic, trajectory.frames[:, 1:])
            parts["mixture"] = taken * mixture_rewards(guesses, config.mixture_weight)
        if config.gradient_weight:
            last = tf.cast(rewards.masks(trajectory.active).last, tf.float32)
            parts["gradient"] = -config.gradient_weight * last * edges[:, -1:]
        if config.frame_goal_weight:
            parts["frame_goal"] = taken * rewards.frame_goal_rewards(distances[:, 1:], config.frame_goal_weight)
        if config.motion_cost or config.departure_cost:
            parts["motion"] = rewards.motion_rewards(trajectory.frames, config.motion_cost, config.departure_cost)
        if "warp" in config.transformations and (config.flow_cost or config.roughness_cost):
            flow = trajectory.params["mu_flow"]
            parts["flow"] = taken * rewards.flow_rewards(flow, config.flow_cost, config.roughness_cost)
        if "blend" in config.transformations and config.painting_cost:
            painted = rewards.painting_rewards(trajectory.params["alpha_blend"], config.painting_cost)
            parts["painting"] = taken * painted
        return parts

    def _values(self, trajectory: Trajectory, stopping: tf.Tensor) -> tf.Tensor:
        """V(s_k; s_goal), float32 [B,K]; zero where a method has no V.

        V begins at what stopping here would still earn, [B,K+1], minus the distance from the goal, and learns the
        rest: what the walk can still gain. The states are data to it.
        """
        if self._models.value is None:
            return tf.zeros(tf.shape(trajectory.active))
        states, steps = trajectory.frames[:, :-1], trajectory.active.shape[1]
        goals = tf.repeat(trajectory.goal[:, tf.newaxis], steps, axis=1)
        gained = per_frame(self._models.value, tf.stop_gradient(states), tf.stop_gradient(goals))
        return gained + tf.stop_gradient(stopping[:, :-1])


def per_frame(network: Callable[..., tf.Tensor], *images: tf.Tensor) -> tf.Tensor:
    """Applies a network of images [B,H,W,C] -> [B,...] to images [B,K,H,W,C] -> [B,K,...]."""
    batch, steps = tf.shape(images[0])[0], images[0].shape[1]
    found = network(*(tf.reshape(image, [-1, *image.shape[2:]]) for image in images))
    return tf.reshape(found, [batch, steps, *found.shape[1:]])
