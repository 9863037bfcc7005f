"""Log-likelihoods of actions, and eq. 9."""

import numpy as np
import oracles
import pytest
import tensorflow as tf
from hand_worked import STOP, episode_of

from tf_interp.model.structs import PolicyOutput
from tf_interp.training.strategies.log_prob import command_log_prob, stop_log_prob


@pytest.mark.parametrize("threshold", [None, 0.1, 1.0, 1e6])
def test_equation_9_bounds_each_gradient_and_leaves_the_value(parts, threshold):
    command = episode_of(parts).trajectory.command
    with tf.GradientTape() as tape:
        tape.watch(parts)
        policy = PolicyOutput(parts["mean"], parts["stddev"], parts["logit"])
        value = command_log_prob(command._replace(policy=policy, sample=parts["sample"]), threshold)
        weighted = tf.reduce_sum(value * tf.constant([[2.0, -1.0, 0.5]]))
    found = tape.gradient(weighted, parts)
    mean, stddev, sample = (parts[name].numpy().astype(float) for name in ("mean", "stddev", "sample"))
    np.testing.assert_allclose(value, oracles.gaussian_log_prob(sample, mean, stddev), rtol=1e-4)
    assert found["sample"] is None  # an action is data, however it was drawn
    z = (sample - mean) / stddev
    for name, exact in (("mean", z / stddev), ("stddev", (z**2 - 1) / stddev)):
        norm = np.linalg.norm(exact, axis=-1, keepdims=True)
        bounded = norm if threshold is None else np.minimum(norm, threshold)
        expected = np.array([2.0, -1.0, 0.5])[:, None] * exact / norm * bounded
        np.testing.assert_allclose(found[name], expected, rtol=1e-3, atol=1e-6)


def test_the_log_probability_of_stop_and_of_going_on(parts):
    probability = 1 / (1 + np.exp(-parts["logit"].numpy()))
    found = stop_log_prob(episode_of(parts).trajectory.command)
    np.testing.assert_allclose(found, np.log(np.where(STOP, probability, 1 - probability)), rtol=1e-5)
