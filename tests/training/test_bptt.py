"""Backpropagation through time, on a walk whose gradient has a closed form."""

import numpy as np
import pytest
import tensorflow as tf
from hand_worked import gradients_of
from paying import paid_episode

from tf_interp.config import RewardConfig
from tf_interp.model.rollout import Walker, rollout
from tf_interp.model.structs import PolicyOutput
from tf_interp.training.strategies.bptt import bptt


def test_the_loss_is_minus_the_return_and_nothing_else(parts):
    found = gradients_of(bptt, parts)
    np.testing.assert_array_equal(found.pop("rewards"), -np.ones([3, 3]))
    assert set(found.values()) == {None}


def test_bptt_differentiates_through_every_step():
    """One-pixel images; the policy says a = w (g - s) and T adds the command to the image.

    s_K = g - (1 - w)^K (g - s_0), so the loss is (1 - w)^2K (g - s_0)^2 and its derivative in w is
    -2K (1 - w)^(2K - 1) (g - s_0)^2.
    """
    w, steps = tf.Variable(0.3), 3

    def policy(state, goal, remaining):
        mean = w * (goal - state)[:, 0, 0]
        return PolicyOutput(mean, tf.zeros_like(mean) + 1e-6, tf.zeros_like(mean[:, 0]))

    walker = Walker(policy, lambda s, a: {"shift": a[:, None, None]}, lambda s, p: s + p["shift"], ("shift",))
    start, goal = tf.constant([0.2, 0.9], shape=[2, 1, 1, 1]), tf.constant([1.0, 0.4], shape=[2, 1, 1, 1])
    with tf.GradientTape() as tape:
        episode, _ = paid_episode(rollout(walker, start, goal, steps), RewardConfig())
        output = bptt(episode)
        loss = tf.reduce_sum(output.loss)
    gap = np.array([0.8, -0.5])
    np.testing.assert_allclose(output.loss, 0.7 ** (2 * steps) * gap**2, rtol=1e-5)
    expected = np.sum(-2 * steps * 0.7 ** (2 * steps - 1) * gap**2)
    assert float(tape.gradient(loss, w)) == pytest.approx(expected, rel=1e-5)
