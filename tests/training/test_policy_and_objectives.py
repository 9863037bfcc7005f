"""Actions, rewards and objectives on problems small enough to solve by hand."""

import numpy as np
import oracles
import pytest
import tensorflow as tf

from tf_interp.errors import InputError
from tf_interp.model.distributions import act, command_distribution, stop_distribution
from tf_interp.model.rollout import Walker, rollout
from tf_interp.model.structs import Episode, PolicyOutput
from tf_interp.training import rewards
from tf_interp.training.strategies.bptt import bptt


def policy_output(mean, stddev, stop_logit):
    return PolicyOutput(*(tf.constant(value, tf.float32) for value in (mean, stddev, stop_logit)))


def test_without_a_seed_the_action_is_the_mean_and_stop_is_the_likelier_outcome():
    command = act(policy_output([[1.0, -2.0]] * 2, [[3.0, 4.0]] * 2, [0.1, -0.1]), None, use_stop=True)
    np.testing.assert_array_equal(command.sample, [[1.0, -2.0]] * 2)
    np.testing.assert_array_equal(command.stop, [True, False])


def test_samples_have_the_distribution_they_claim():
    count = 20000
    policy = policy_output([[1.0, -2.0]] * count, [[0.5, 2.0]] * count, [1.0] * count)
    command = act(policy, tf.constant([1, 2]), use_stop=True)
    sample, stop = command.sample.numpy(), command.stop.numpy()
    error = np.array([0.5, 2.0]) / np.sqrt(count)
    assert np.all(np.abs(sample.mean(0) - [1.0, -2.0]) < 5 * error)
    np.testing.assert_allclose(sample.std(0), [0.5, 2.0], rtol=5 / np.sqrt(2 * count))
    assert abs(stop.mean() - 1 / (1 + np.exp(-1.0))) < 5 * 0.5 / np.sqrt(count)
    assert abs(np.corrcoef(sample[:, 0], stop)[0, 1]) < 5 / np.sqrt(count)  # two streams of random numbers
    assert not act(policy, tf.constant([1, 2]), use_stop=False).stop.numpy().any()


def test_log_probabilities(random):
    mean, stddev, sample = random.normal(size=[3, 4]), random.uniform(0.2, 2, [3, 4]), random.normal(size=[3, 4])
    policy = policy_output(mean, stddev, [0.0, 2.0, -1.0])
    found = command_distribution(policy).log_prob(tf.constant(sample, tf.float32))
    np.testing.assert_allclose(found, oracles.gaussian_log_prob(sample, mean, stddev), rtol=1e-5)
    stops = stop_distribution(policy).log_prob([1.0, 1.0, 0.0])
    np.testing.assert_allclose(stops, -np.log1p(np.exp([-0.0, -2.0, -1.0])), rtol=1e-5)


def test_a_sampled_command_carries_gradients_to_mean_and_stddev_and_stop_none():
    mean, stddev = tf.constant([[0.5]]), tf.constant([[2.0]])
    logit = tf.constant([0.3])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([mean, stddev, logit])
        command = act(PolicyOutput(mean, stddev, logit), tf.constant([5, 6]), use_stop=True)
        stop = tf.cast(command.stop, tf.float32)
    assert float(tape.gradient(command.sample, mean)) == 1.0
    noise = (float(command.sample) - 0.5) / 2.0
    assert float(tape.gradient(command.sample, stddev)) == pytest.approx(noise, rel=1e-5)
    assert tape.gradient(command.sample, logit) is None
    assert tape.gradient(stop, logit) is None


def test_distances_by_hand():
    image, goal = tf.constant([0.0, 0.5, 1.0, 0.25], shape=[1, 2, 2, 1]), tf.ones([1, 2, 2, 1])
    assert rewards.distance(image, goal, "l2").numpy() == [1 + 0.25 + 0.5625]
    assert rewards.distance(image, goal, "l1").numpy() == [1 + 0.5 + 0.75]
    with pytest.raises(InputError, match="norm: 'L2' is not one of l2, l1"):
        rewards.distance(image, goal, "L2")
    with pytest.raises(InputError, match=r"image \(1, 2, 2, 1\) and goal \(1, 2, 2, 3\) must be of the same"):
        rewards.distance(image, tf.ones([1, 2, 2, 3]), "l2")


def test_bptt_differentiates_through_every_step():
    """One-pixel images; the policy says a = w (g - s) and T adds the command to the image.

    s_K = g - (1 - w)^K (g - s_0), so the loss is (1 - w)^2K (g - s_0)^2 and its derivative in w is
    -2K (1 - w)^(2K - 1) (g - s_0)^2.
    """
    w, steps = tf.Variable(0.3), 3

    def policy(state, goal):
        mean = w * (goal - state)[:, 0, 0]
        return PolicyOutput(mean, tf.zeros_like(mean) + 1e-6, tf.zeros_like(mean[:, 0]))

    walker = Walker(policy, lambda s, a: {"shift": a[:, None, None]}, lambda s, p: s + p["shift"], ("shift",))
    start, goal = tf.constant([0.2, 0.9], shape=[2, 1, 1, 1]), tf.constant([1.0, 0.4], shape=[2, 1, 1, 1])
    with tf.GradientTape() as tape:
        trajectory = rollout(walker, start, goal, steps)
        left = rewards.distance(trajectory.frames[:, -1], goal, "l2")
        earned = rewards.step_rewards(trajectory, left, tf.zeros([2, steps]), step_penalty=0.0, budget_penalty=0.0)
        nothing = tf.zeros([2, steps])
        output = bptt(Episode(trajectory, earned["goal"], nothing, nothing))
        loss = tf.reduce_sum(output.loss)
    gap = np.array([0.8, -0.5])
    np.testing.assert_allclose(output.loss, 0.7 ** (2 * steps) * gap**2, rtol=1e-5)
    expected = np.sum(-2 * steps * 0.7 ** (2 * steps - 1) * gap**2)
    assert float(tape.gradient(loss, w)) == pytest.approx(expected, rel=1e-5)
