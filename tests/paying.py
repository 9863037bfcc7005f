"""Pays rollouts that a test made by hand, whose steps nobody measured while they were taken."""

import tensorflow as tf

from tf_interp.training.episodes import goal_distance, make_episode
from tf_interp.training.rewards import rewards_of_steps


def measured(trajectory, measure):
    """A trajectory with what `measure` says of its own steps."""
    by_step = []
    for k in range(trajectory.active.shape[1]):
        params = {name: value[:, k] for name, value in trajectory.params.items()}
        ends = trajectory.frames[:, k], trajectory.frames[:, k + 1]
        by_step.append(measure.of_step(tf.constant(k), *ends, trajectory.goal, params))
        assert set(by_step[-1]) == set(measure.names)
    return trajectory._replace(measured={n: tf.stack([each[n] for each in by_step], axis=1) for n in measure.names})


def paid_episode(trajectory, weights, critics=None, value=None, perceive=None, waypoints=None):
    """`make_episode` of a trajectory whose steps are measured first."""
    distance = goal_distance(weights.goal_norm, perceive)
    measure = rewards_of_steps(weights, critics or {}, distance, trajectory.active.shape[1])
    return make_episode(measured(trajectory, measure), weights, distance, value, waypoints)
