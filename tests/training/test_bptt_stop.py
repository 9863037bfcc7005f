"""BPTT with a stop action: the credit of STOP estimated, and the stop time summed out."""

from functools import partial

import numpy as np
import oracles
import pytest
import tensorflow as tf
from hand_worked import STOP, gradients_of, numbers, returns_and_advantages

from tf_interp.model.structs import Command, PolicyOutput, Trajectory
from tf_interp.training.episodes import Episode
from tf_interp.training.masks import masks
from tf_interp.training.strategies.advantage import AdvantageSettings
from tf_interp.training.strategies.bptt_stop import bptt_exact_stop, bptt_stop, stop_time_distribution

PLAIN = AdvantageSettings()


def test_bptt_stop_is_bptt_and_the_credit_of_stop(parts):
    found = gradients_of(partial(bptt_stop, settings=PLAIN), parts)
    assert {name for name, value in found.items() if value is not None} == {"rewards", "logit", "values"}
    np.testing.assert_array_equal(found["rewards"], -np.ones([3, 3]))
    _, advantage = returns_and_advantages(parts)
    probability = 1 / (1 + np.exp(-parts["logit"].numpy()))
    np.testing.assert_allclose(found["logit"], -advantage * (STOP - probability), rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(found["logit"][2, 1:], [0.0, 0.0])  # no decision after STOP


def test_stop_times_by_hand():
    half = stop_time_distribution(tf.zeros([1, 3]))
    np.testing.assert_allclose(half, [[0.5, 0.25, 0.125, 0.125]])
    quarter = stop_time_distribution(tf.fill([1, 2], -np.log(3.0).astype(np.float32)))  # STOP has probability 1/4
    np.testing.assert_allclose(quarter, [[1 / 4, 3 / 16, 9 / 16]], rtol=1e-6)
    certain = stop_time_distribution(tf.constant([[-200.0, 200.0, 0.0]]))
    np.testing.assert_allclose(certain, [[0, 1, 0, 0]], atol=1e-6)
    whole = tf.reduce_sum(stop_time_distribution(numbers(0, 5, 7, low=-9, high=9)), axis=1)
    np.testing.assert_allclose(whole, np.ones(5), rtol=1e-5)


def test_certain_decisions_keep_finite_gradients():
    logits = tf.constant([[-200.0, 200.0, 50.0]])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        expected = tf.reduce_sum(stop_time_distribution(logits) * tf.constant([[-3.0, -1.0, -0.5, -2.0]]))
    assert np.all(np.isfinite(tape.gradient(expected, logits)))


LOGITS, ENDING = np.array([-0.5, 0.3, 0.2]), np.array([-3.0, -1.0, -0.5, -2.0])


def expected_return(logits):
    """Over four endings of known return, by the definition."""
    stop = 1 / (1 + np.exp(-logits))
    going_on = np.concatenate([[1], np.cumprod(1 - stop)])
    return np.sum(going_on * np.append(stop, 1) * ENDING)


def drawn_episode(logit, stop):
    """Rollouts that end as drawn, with all of the return at the last decision."""
    count = len(stop)
    active = tf.math.cumsum(tf.cast(stop, tf.int32), axis=1) == 0
    lengths = tf.reduce_sum(tf.cast(active, tf.int32), axis=1)
    last = tf.cast(masks(active).last, tf.float32)
    paid = last * tf.gather(tf.constant(ENDING, tf.float32), lengths)[:, tf.newaxis]
    zeros = tf.zeros([count, 3, 1])
    command = Command(PolicyOutput(zeros, zeros + 1, logit), zeros, stop)
    frames = tf.zeros([count, 4, 1, 1, 1])
    whole = tf.tile(tf.constant(ENDING, tf.float32)[tf.newaxis], [count, 1])
    trajectory = Trajectory(frames, frames[:, 0], command, {}, active)
    return Episode(trajectory, paid, whole, tf.zeros([count, 3]) - 1.5)


def test_exact_stop_is_the_expectation_and_the_estimator_agrees_on_average():
    """The exact gradient in the logits against finite differences, and the mean of the policy-gradient estimate over
    100,000 drawn rollouts against the exact one."""
    exact, count = oracles.central_difference(expected_return, LOGITS), 100000
    row = tf.constant(LOGITS[None], tf.float32)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(row)
        summed = bptt_exact_stop(drawn_episode(row, tf.zeros([1, 3], tf.bool)))
        logit = tf.tile(row, [count, 1])
        drawn = tf.random.stateless_uniform([count, 3], [1, 2]) < tf.sigmoid(logit)
        estimate = tf.reduce_mean(bptt_stop(drawn_episode(logit, drawn), PLAIN).loss)
    assert float(summed.loss) == pytest.approx(-expected_return(LOGITS), rel=1e-5)
    np.testing.assert_allclose(tape.gradient(summed.loss, row)[0], -exact, rtol=1e-3)
    # The standard error of each component is below 0.005 at this count.
    np.testing.assert_allclose(tape.gradient(estimate, row)[0], -exact, atol=0.02)


def test_the_expected_length_is_the_mean_stop_time():
    output = bptt_exact_stop(drawn_episode(tf.zeros([1, 3]), tf.zeros([1, 3], tf.bool)))
    np.testing.assert_allclose(output.diagnostics["expected_length"], [0.25 + 2 * 0.125 + 3 * 0.125])
