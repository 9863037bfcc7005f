"""The critic that guesses how far a frame is from the nearer end of its rollout."""

import numpy as np
import pytest
import tensorflow as tf

from tf_interp.config import CriticConfig
from tf_interp.model.structs import Command, PolicyOutput, Trajectory
from tf_interp.training.critics.mixture import MixtureCritic, mixing_coefficients, mixture_loss

SHAPE = (8, 8, 1)


def test_coefficients_are_shares_of_the_way_to_the_nearer_end():
    start, goal = np.zeros([1, 2, 2, 1]), np.full([1, 2, 2, 1], 0.8)
    shares = [0.25, 0.5, 0.9, 1.0]
    line = np.stack([start + share * (goal - start) for share in [0.0, *shares]], axis=1)
    far = np.full([1, 1, 2, 2, 1], -5.0)  # further from both ends than they are apart
    frames = tf.constant(np.concatenate([line, far], axis=1), tf.float32)
    found = mixing_coefficients(frames, tf.constant(goal, tf.float32))
    np.testing.assert_allclose(found, [[0.25, 0.5, 0.1, 0.0, 1.0]], atol=1e-4)
    np.testing.assert_array_equal(mixing_coefficients(tf.zeros([1, 3, 2, 2, 1]), tf.zeros([1, 2, 2, 1])), [[0.0, 0.0]])


def test_mixture_loss_by_hand():
    guesses, answers = tf.constant([[0.5, 0.0, 9.0]]), tf.constant([[0.1, 0.2, 0.0]])
    output = mixture_loss(guesses, answers, tf.constant([[1.0, 1.0, 0.0]]), tf.constant([0.3]), tf.constant([-0.1]))
    # the mean of 0.16 and 0.04, and the squares of 0.3 and 0.1
    assert float(output.loss) == pytest.approx(0.1 + 0.09 + 0.01, rel=1e-5)
    assert float(output.diagnostics["mixture_critic/guess"]) == pytest.approx(0.25)
    assert float(output.diagnostics["mixture_critic/answer"]) == pytest.approx(0.15)


def trajectory_of(frames, goal, active):
    zeros = tf.zeros([*active.shape, 1])
    command = Command(PolicyOutput(zeros, zeros + 1.0, zeros[..., 0]), zeros, ~active)
    return Trajectory(tf.constant(frames), tf.constant(goal), command, {}, active)


def test_loss_and_reward_ask_the_network_about_the_right_images():
    """The network is the mean intensity m. Images are of one intensity: s_0 = 0, s_1 = .2, s_2 = .8 and g = 1."""
    critic = MixtureCritic(CriticConfig(), (4,), SHAPE, "float32")
    seen = []

    def network(images):
        seen.append(images.numpy())
        return tf.reduce_mean(images, axis=[1, 2, 3])

    critic.network = network
    frames = np.tile(np.float32([0.0, 0.2, 0.8]).reshape(1, 3, 1, 1, 1), [5, 1, *SHAPE])
    goal = np.ones([5, *SHAPE], np.float32)
    np.testing.assert_allclose(critic.reward(tf.constant(frames[0, 1:])), [-(0.2**2), -(0.8**2)], rtol=1e-5)
    seen.clear()
    output = critic.loss(trajectory_of(frames, goal, tf.ones([5, 2], tf.bool)), tf.constant([3, 4]))
    asked, start, blends = seen
    np.testing.assert_allclose(asked[:, 0, 0, 0], [0.2, 0.8] * 5)
    np.testing.assert_array_equal(start, frames[:, 0])
    drawn = blends.mean(axis=(1, 2, 3))  # between s_2 and g, and not all the same
    assert 0.8 <= drawn.min() < drawn.max() <= 1.0
    # It guesses .2 and .8 where .2 is right both times; 0 on a start is right, and so would 0 on a blend be.
    np.testing.assert_allclose(output.loss, 0.5 * (0.8 - 0.2) ** 2 + drawn**2, rtol=1e-4)


def test_it_learns_how_far_frames_are_and_that_starts_are_real(bars):
    critic = MixtureCritic(CriticConfig(), (4, 8), SHAPE, "float32")
    start, goal = bars[:8].astype(np.float32).reshape(2, 4, *SHAPE) / 255
    torn = np.random.RandomState(1).uniform(size=[4, 2, *SHAPE]).astype(np.float32)  # not like a bar, far from both
    trajectory = trajectory_of(np.concatenate([start[:, None], torn], axis=1), goal, tf.ones([4, 2], tf.bool))
    optimizer, variables = tf.keras.optimizers.Adam(1e-2), critic.network.trainable_variables

    @tf.function
    def learn():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(critic.loss(trajectory, tf.constant([3, 4])).loss)
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))

    for _ in range(150):
        learn()
    answers = mixing_coefficients(trajectory.frames, trajectory.goal)
    assert float(tf.reduce_min(answers)) > 0.5
    np.testing.assert_allclose(critic.network(torn[:, 0]), answers[:, 0], atol=0.15)
    np.testing.assert_allclose(critic.network(start), np.zeros(4), atol=0.15)
