"""Which steps of a rollout count for what.

A rollout takes a decision at every step until it draws STOP; the reward of step k belongs to the decision taken at s_k.
STOP is the agent's own act; the budget is a limit. They end a rollout in different ways and are paid differently:

    k             0   1   2   3          k             0   1   2   3
    stop          0   0   1   .          stop          0   0   0   0
    active        1   1   0   0          active        1   1   1   1     steps taken
    deciding      1   1   1   0          deciding      1   1   1   1     decisions taken
    last          0   0   1   0          last          0   0   0   1     the rewards for ending fall here
    truncated             0              truncated             1         the budget ended it
"""

from typing import NamedTuple

import tensorflow as tf


class Masks(NamedTuple):
    """`deciding` and `last` bool [B,K], `truncated` bool [B]; see the table above."""

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


def returns_to_go(rewards: tf.Tensor) -> tf.Tensor:
    """G_k, the sum of the rewards from step k on (no discount), float32 [B,K] of rewards [B,K]."""
    return tf.cumsum(rewards, axis=1, reverse=True)
