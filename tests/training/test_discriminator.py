"""The discriminator: its loss, its R1 penalty and its reward, by hand."""

import math

import numpy as np
import pytest
import tensorflow as tf

from tf_interp.config import CriticConfig
from tf_interp.model.structs import Command, PolicyOutput, Trajectory
from tf_interp.training.critics.discriminator import Discriminator, discriminator_loss

FRAMES = np.float32([[[1, 2], [3, 5], [7, 9]], [[0, 1], [1, 1], [1, 1]]]).reshape(2, 3, 1, 2, 1)  # s_0, s_1, s_2
SEED = tf.constant([1, 2])


def rollouts():
    """Two rollouts of one-row images; the second stops at s_1."""
    zeros = tf.zeros([2, 2, 1])
    command = Command(PolicyOutput(zeros, zeros + 1.0, zeros[..., 0]), zeros, tf.zeros([2, 2], tf.bool))
    return Trajectory(
        tf.constant(FRAMES), tf.zeros([2, 1, 2, 1]), command, {}, tf.constant([[True, True], [True, False]])
    )


@pytest.fixture
def quadratic():
    """A discriminator with gamma = 4 whose logit is w . x^2 for w = (1, -2) / 10, so that its slope at x is 2 w x."""
    discriminator = Discriminator(CriticConfig(r1_weight=4.0), (4,), (1, 2, 1), "float32")
    weight = tf.Variable([0.1, -0.2])
    discriminator.network = lambda image: tf.reduce_sum(weight * tf.square(image[:, 0, :, 0]), axis=-1)
    return discriminator, weight


def test_discriminator_loss_by_hand():
    real, fake = tf.constant([math.log(3.0)]), tf.constant([[0.0, math.log(3.0), 100.0]])
    output = discriminator_loss(real, fake, tf.constant([[1.0, 1.0, 0.0]]), tf.fill([1, 2, 2, 1], 0.5), r1_weight=4.0)
    # -log 3/4, the mean of -log 1/2 and -log 1/4, and 4/2 * 4 * 0.25
    assert float(output.loss) == pytest.approx(math.log(4 / 3) + 0.5 * (math.log(2) + math.log(4)) + 2.0, rel=1e-5)
    assert float(output.diagnostics["discriminator/fake"]) == pytest.approx(0.625)
    assert float(output.diagnostics["discriminator/real"]) == pytest.approx(0.75)


def test_r1_is_the_squared_slope_at_the_real_images(quadratic):
    """gamma / 2 |2 w x|^2 at s_0, not at the frames that were made; x = (1, 2) and (0, 1)."""
    discriminator, _ = quadratic
    found = discriminator.loss(rollouts(), SEED).diagnostics["discriminator/penalty"]
    np.testing.assert_allclose(found, [2 * (0.2**2 + 0.8**2), 2 * (0.0 + 0.4**2)], rtol=1e-5)


def test_the_discriminator_learns_from_real_images_frames_and_r1(quadratic):
    """The derivative of its loss in w. softplus' is the sigmoid; a frame after STOP does not count."""
    discriminator, weight = quadratic
    trajectory = rollouts()
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(trajectory.frames)
        loss = discriminator.loss(trajectory, SEED).loss
    w, x = np.array([0.1, -0.2]), FRAMES[:, :, 0, :, 0].astype(float)

    def by_hand(w):
        def softplus(logit):
            return np.log1p(np.exp(logit))

        logits = (w * x**2).sum(axis=-1)
        on_fake = np.array([softplus(logits[0, 1:]).mean(), softplus(logits[1, 1])])
        return (softplus(-logits[:, 0]) + on_fake + 0.5 * 4.0 * ((2 * w * x[:, 0]) ** 2).sum(axis=-1)).sum()

    assert float(tf.reduce_sum(loss)) == pytest.approx(by_hand(w), rel=1e-5)
    steps = 1e-5 * np.eye(2)
    slopes = [(by_hand(w + step) - by_hand(w - step)) / 2e-5 for step in steps]
    np.testing.assert_allclose(tape.gradient(loss, weight), slopes, rtol=1e-4)
    assert tape.gradient(loss, trajectory.frames) is None  # frames are data to the discriminator


def test_the_reward_is_log_d_and_teaches_the_frames(quadratic):
    discriminator, _ = quadratic
    frames = tf.constant(FRAMES[:, 1])
    with tf.GradientTape() as tape:
        tape.watch(frames)
        reward = discriminator.reward(frames)
    logits = 0.1 * FRAMES[:, 1, 0, 0, 0] ** 2 - 0.2 * FRAMES[:, 1, 0, 1, 0] ** 2
    np.testing.assert_allclose(reward, -np.log1p(np.exp(-logits)), rtol=1e-5)
    by_frame = (1 / (1 + np.exp(logits)))[..., None] * [0.2, -0.4] * FRAMES[:, 1, 0, :, 0]
    np.testing.assert_allclose(tape.gradient(reward, frames)[:, 0, :, 0], by_frame, rtol=1e-4)
