"""The four reward signals of section 3, as per-step rewards, and their sums. Rewards are to be maximised.

A walk takes a decision at every step until it draws STOP; the reward of step k belongs to the decision taken at s_k.
STOP is the agent's own act; the budget is a limit. They end a walk in different ways and are paid differently:

    k             0   1   2   3          k             0   1   2   3
    stop          0   0   1   .          stop          0   0   0   0
    active        1   1   0   0          active        1   1   1   1     steps taken
    deciding      1   1   1   0          deciding      1   1   1   1     decisions taken
    last          0   0   1   0          last          0   0   0   1     the goal reward falls here
    truncated             0              truncated             1         and here the budget penalty too
"""

from typing import Dict, Literal, NamedTuple

import tensorflow as tf

from tf_interp.errors import InputError
from tf_interp.model.structs import Trajectory

Norm = Literal["l2", "l1"]


class Masks(NamedTuple):
    """Which steps count for what: `deciding` and `last` bool [B,K], `truncated` bool [B]."""

    deciding: tf.Tensor
    last: tf.Tensor
    truncated: tf.Tensor


def masks(active: tf.Tensor) -> Masks:
    """Derives the masks of the table above from `Trajectory.active`, bool [B,K]."""
    deciding = tf.concat([tf.ones_like(active[:, :1]), active[:, :-1]], axis=1)
    goes_on = tf.concat([deciding[:, 1:], tf.zeros_like(active[:, :1])], axis=1)
    return Masks(deciding, deciding & ~goes_on, active[:, -1])


def mean_over_steps(values: tf.Tensor, taken: tf.Tensor) -> tf.Tensor:
    """Mean of float32 [B,K] over the steps that were taken, float32 [B,K] of 0 and 1. Returns [B]; 0 for no step."""
    return tf.math.divide_no_nan(tf.reduce_sum(taken * values, axis=1), tf.reduce_sum(taken, axis=1))


def distance(image: tf.Tensor, goal: tf.Tensor, norm: Norm) -> tf.Tensor:
    """Distance between images, summed over pixels and channels.

    Args:
        image, goal: float32 [...,H,W,C] in [0, 1], of shapes that broadcast.
        norm: "l2" for ||image - goal||^2, "l1" for ||image - goal||_1.

    Returns:
        float32 [...], >= 0.

    Raises:
        InputError: another norm, or images of different sizes.
    """
    if norm not in ("l2", "l1"):
        raise InputError(f"norm: {norm!r} is not one of l2, l1")
    if image.shape[-3:] != goal.shape[-3:]:
        shapes = f"image {tuple(image.shape)} and goal {tuple(goal.shape)}"
        raise InputError(f"{shapes} must be of the same height, width and channels")
    difference = image - goal
    return tf.reduce_sum(tf.square(difference) if norm == "l2" else tf.abs(difference), axis=[-3, -2, -1])


def edge_distance(image: tf.Tensor, goal: tf.Tensor) -> tf.Tensor:
    """||grad image - grad goal||_1, summed over pixels and channels: what blurs or misplaces an edge pays for it.

    Args:
        image, goal: float32 [...,H,W,C] in [0, 1], of shapes that broadcast.

    Returns:
        float32 [...], >= 0. grad is the pair of differences between neighbours along x and along y.
    """
    difference = image - goal
    right = difference[..., 1:, :] - difference[..., :-1, :]
    down = difference[..., 1:, :, :] - difference[..., :-1, :, :]
    return sum(tf.reduce_sum(tf.abs(part), axis=[-3, -2, -1]) for part in (right, down))


def step_rewards(
    trajectory: Trajectory,
    goal_distance: tf.Tensor,
    realism: tf.Tensor,
    step_penalty: float,
    budget_penalty: float,
) -> Dict[str, tf.Tensor]:
    """The four rewards of section 3, each float32 [B,K] and differentiable in what it is made of.

    Args:
        trajectory: the walks.
        goal_distance: float32 [B], weighted distance of the last state from the goal.
        realism: float32 [B,K], weighted discriminator reward of s_1 ... s_K.
        step_penalty: paid for every transformation, >= 0.
        budget_penalty: paid when the budget ends the walk instead of STOP, >= 0.

    Returns:
        "step", "budget", "manifold" and "goal".
    """
    mask = masks(trajectory.active)
    taken, last = tf.cast(trajectory.active, tf.float32), tf.cast(mask.last, tf.float32)
    truncated = tf.cast(mask.truncated, tf.float32)
    return {
        "step": -step_penalty * taken,
        "budget": -budget_penalty * last * truncated[:, tf.newaxis],
        "manifold": realism * taken,
        "goal": -last * goal_distance[:, tf.newaxis],
    }


def frame_goal_rewards(distances: tf.Tensor, weight: float) -> tf.Tensor:
    """Goal rewards of s_1 ... s_K whose weight rises evenly, reaching `weight` at s_K; float32 [B,K].

    Args:
        distances: float32 [B,K], of s_1 ... s_K from the goal.
        weight: of the reward of s_K.
    """
    steps = distances.shape[1]
    return -weight * tf.range(1, steps + 1, dtype=tf.float32) / steps * distances


def flow_rewards(flow: tf.Tensor, size_cost: float, roughness_cost: float) -> tf.Tensor:
    """What each step pays for its flow, as image registration does, float32 [B,K].

    Args:
        flow: float32 [B,K,H,W,2] in pixels.
        size_cost: paid for the mean over pixels of |F|^2.
        roughness_cost: paid for the mean of |F(x+1, y) - F(x, y)|^2 + |F(x, y+1) - F(x, y)|^2.
    """
    right, down = flow[..., 1:, :] - flow[..., :-1, :], flow[..., 1:, :, :] - flow[..., :-1, :, :]

    def mean_square(field: tf.Tensor) -> tf.Tensor:
        return tf.reduce_mean(tf.reduce_sum(tf.square(field), axis=-1), axis=[-2, -1])

    return -size_cost * mean_square(flow) - roughness_cost * (mean_square(right) + mean_square(down))


def motion_rewards(frames: tf.Tensor, cost: float, departure_cost: float) -> tf.Tensor:
    """What each step pays for how far it goes, -cost ||s_{k+1} - s_k||^2, float32 [B,K].

    The sum is the energy of the path. Of all paths of one length the one with even steps has the least, so that this
    cost is against walks that rush to the goal and then stand still.

    Args:
        frames: float32 [B,K+1,H,W,C].
        cost: of a step with ||s_{k+1} - s_k||^2 = 1.
        departure_cost: what the first step pays on top: where walks rush, it is the one that goes too far.
    """
    moved = tf.reduce_sum(tf.square(frames[:, 1:] - frames[:, :-1]), axis=[-3, -2, -1])
    return -(cost + departure_cost * tf.one_hot(0, moved.shape[1])) * moved


def painting_rewards(alpha: tf.Tensor, cost: float) -> tf.Tensor:
    """What each step pays for painting: `cost` times the mean over pixels of 1 - alpha, float32 [B,K].

    Without it the cheapest walk may shut the mask, go dark, and paint a blurred goal by eq. 4.

    Args:
        alpha: float32 [B,K,H,W,1], alpha_blend.
        cost: of painting the whole image.
    """
    return -cost * tf.reduce_mean(1.0 - alpha, axis=[-3, -2, -1])


def returns_to_go(rewards: tf.Tensor) -> tf.Tensor:
    """G_k, the sum of the rewards from step k on (no discount), float32 [B,K] of rewards [B,K]."""
    return tf.cumsum(rewards, axis=1, reverse=True)


def ending_returns(distances: tf.Tensor, step_penalty: float, budget_penalty: float) -> tf.Tensor:
    """What a walk would earn in all if it ended at s_k, for every k: k = 0 ... K-1 by STOP, k = K by the budget.

    Args:
        distances: float32 [B,K+1], weighted distances of the states from the goal.
        step_penalty, budget_penalty: see `step_rewards`.

    Returns:
        float32 [B,K+1].
    """
    steps = distances.shape[1] - 1
    ended = -distances - step_penalty * tf.range(steps + 1, dtype=tf.float32)
    return ended - budget_penalty * tf.one_hot(steps, steps + 1)
