"""Reward signals of section 3. Rewards are to be maximised."""

from typing import Literal

import tensorflow as tf


def distance(image: tf.Tensor, goal: tf.Tensor, norm: Literal["l2", "l1"]) -> tf.Tensor:
    """Distance between images, summed over pixels and channels.

    Args:
        image, goal: float32 [B,H,W,C] in [0, 1].
        norm: "l2" for ||image - goal||^2, "l1" for ||image - goal||_1.

    Returns:
        float32 [B], >= 0.
    """
    difference = image - goal
    return tf.reduce_sum(tf.square(difference) if norm == "l2" else tf.abs(difference), axis=[1, 2, 3])


def goal_reward(final: tf.Tensor, goal: tf.Tensor, norm: Literal["l2", "l1"]) -> tf.Tensor:
    """The fourth reward of section 3: how close the agent is to the goal after its last step.

    Args:
        final: float32 [B,H,W,C], s_K.
        goal: float32 [B,H,W,C].
        norm: see `distance`.

    Returns:
        float32 [B], minus the distance.
    """
    return -distance(final, goal, norm)
