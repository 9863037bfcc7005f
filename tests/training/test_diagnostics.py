"""What is logged of a batch: means over what was walked and decided, and over nothing else."""

import numpy as np
import pytest
import tensorflow as tf
from paying import measured

from tf_interp.model.structs import Command, LossOutput, PolicyOutput, Trajectory
from tf_interp.training.diagnostics import (
    layer_gradient_norms,
    maps_measure,
    means,
    reward_metrics,
    rollout_metrics,
)

JUNK = 1e4  # what networks say after STOP, where nobody asked


def rollouts():
    """k          0    1    2       One rollout stops at s_1, one at once, one is ended by the budget.
    stop          0    1    .       Numbers stand at the steps that count, junk at the others.
    stop          1    .    .
    stop          0    0    0"""
    active = np.array([[1, 0, 0], [0, 0, 0], [1, 1, 1]], bool)
    deciding = np.array([[1, 1, 0], [1, 0, 0], [1, 1, 1]], bool)
    stddev = np.where(deciding, [[0.1, 0.2, 0], [0.3, 0, 0], [0.4, 0.5, 0.6]], JUNK)
    stddev[1, 2] = 1e-6  # a deviation that nothing was drawn from
    chance = np.where(deciding, [[0.1, 0.9, 0], [0.6, 0, 0], [0.2, 0.3, 0.4]], 0.999)
    taken = np.where(active, [[1, 0, 0], [0, 0, 0], [2, 3, 4]], JUNK)
    at = np.array([[0, 0.5, 0.5, 0.5], [0, 0, 0, 0], [0, 0.25, 0.5, 0.75]])
    frames = tf.constant(np.tile(at[..., None, None, None], [1, 1, 2, 2, 1]), tf.float32)
    ones = np.ones([1, 1, 2, 2, 1])
    maps = tf.constant(taken[..., None, None, None] * ones, tf.float32)
    params = {
        "alpha_blend": maps,
        "alpha_recolor": 2 * maps,
        "sigma_flow": tf.repeat(3 * maps, 2, axis=-1),
        "mu_flow": tf.concat([3 * maps, 4 * maps], axis=-1),  # of length 5
    }
    logit = np.log(chance / (1 - chance))
    policy = PolicyOutput(
        *(tf.constant(x, tf.float32) for x in (np.zeros([3, 3, 2]), stddev[..., None] * [1, 1], logit))
    )
    command = Command(policy, policy.mean, tf.constant(~active))
    trajectory = Trajectory(frames, tf.ones([3, 2, 2, 1]), command, params, tf.constant(active))
    return measured(trajectory, maps_measure(tuple(params)))


def test_logged_means_are_over_steps_taken_and_decisions_taken():
    found = rollout_metrics(rollouts())
    deviations = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    expected = {
        "alpha_blend": (1 + 2 + 3 + 4) / 4,
        "alpha_recolor": 2 * (1 + 2 + 3 + 4) / 4,
        "sigma_flow": 3 * (1 + 2 + 3 + 4) / 4,
        "flow_magnitude": 5 * (1 + 2 + 3 + 4) / 4,
        "command_stddev": deviations.mean(),
        "command_log_stddev": np.log(deviations).mean(),
        "command_stddev_least": 0.1,
        "stop_probability": (0.1 + 0.9 + 0.6 + 0.2 + 0.3 + 0.4) / 6,
        "episode_length": (1 + 0 + 3) / 3,
        "budget_hits": 1 / 3,
        "start_distance": 4.0,
        "goal_distance": 4 * (0.25 + 1 + 0.0625) / 3,
    }
    assert set(found) == set(expected)
    for name, value in expected.items():
        assert float(found[name]) == pytest.approx(value, rel=1e-4), name


def test_a_batch_of_rollouts_that_all_stop_at_once_has_means_of_zero():
    stopped = rollouts()._replace(active=tf.zeros([3, 3], tf.bool))
    found = rollout_metrics(stopped)
    assert float(found["flow_magnitude"]) == float(found["alpha_blend"]) == 0.0
    assert float(found["stop_probability"]) == pytest.approx((0.1 + 0.6 + 0.2) / 3, rel=1e-4)


def test_the_return_is_the_sum_of_its_parts():
    rewards = {"goal": tf.constant([[0.0, -4.0], [-2.0, 0.0]]), "motion": tf.constant([[-1.0, -1.0], [-0.5, 0.0]])}
    found = {name: float(value) for name, value in reward_metrics(rewards).items()}
    assert found == {"return": -4.25, "reward/goal": -3.0, "reward/motion": -1.25}
    assert float(reward_metrics({})["return"]) == 0.0
    assert float(means(LossOutput(tf.zeros([2]), {"x": tf.constant([1.0, 2.0])}))["x"]) == 1.5


def test_gradient_norms_of_layers_by_hand():
    net = tf.keras.Sequential(
        [tf.keras.layers.Dense(1, name="mean"), tf.keras.layers.Dense(2, name="head_3")], name="pi"
    )
    net(tf.zeros([1, 1]))
    gradients = [tf.constant([[3.0]]), tf.constant([4.0]), tf.constant([[1.0, 2.0]]), tf.constant([2.0, 0.0])]
    found = {name: float(value) for name, value in layer_gradient_norms(net, gradients).items()}
    assert found == {"layer_gradient_norm/pi/0_mean": 5.0, "layer_gradient_norm/pi/1_head": 3.0}
