"""Waypoints: when they are taken, what they are of, and that nothing is learned through them."""

from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from tf_interp.config import RewardConfig
from tf_interp.errors import InputError
from tf_interp.peers.waypoints import even_times, latent_waypoints, load_waypoints

FLAT = SimpleNamespace(  # its latents are the images themselves
    encode=lambda images: tf.reshape(images, [-1, 4]), decode=lambda latents: tf.reshape(latents, [-1, 2, 2, 1])
)


def test_times_are_close_together_half_way():
    t = even_times(5)
    np.testing.assert_allclose(
        t, [0, 0.5 - 0.6**1.3 / 2, 0.5 - 0.2**1.3 / 2, 0.5 + 0.2**1.3 / 2, 0.5 + 0.6**1.3 / 2, 1], rtol=1e-5
    )
    np.testing.assert_allclose(even_times(2), [0, 0.5, 1])
    assert t.dtype == np.float32


def test_waypoints_stand_between_the_latents_of_both_ends():
    start, goal = np.float32(np.random.RandomState(0).rand(2, 3, 2, 2, 1))
    found = latent_waypoints(FLAT)(tf.constant(start), tf.constant(goal), 3).numpy()
    t = even_times(3)[1:3, None, None, None]
    np.testing.assert_allclose(found, (1 - t) * start[:, None] + t * goal[:, None], rtol=1e-5)
    assert latent_waypoints(FLAT)(tf.constant(start), tf.constant(goal), 1).shape == (3, 0, 2, 2, 1)


def test_they_are_images_and_data():
    bright = SimpleNamespace(encode=FLAT.encode, decode=lambda latents: FLAT.decode(3.0 * latents - 1.0))
    start = tf.constant(np.float32([0, 0.4, 0.6, 1]).reshape(1, 2, 2, 1))
    with tf.GradientTape() as tape:
        tape.watch(start)
        found = latent_waypoints(bright)(start, start, 2)
    np.testing.assert_allclose(found.numpy().ravel(), [0, 0.2, 0.8, 1], atol=1e-6)
    assert tape.gradient(found, start) is None


def test_the_autoencoder_that_ships_lies_nearer_to_digits_than_a_cross_fade():
    from tf_interp.data import mnist
    from tf_interp.data.pixels import as_floats
    from tf_interp.evaluation.metrics import nearest_distance

    images = as_floats(mnist.load_split("test").images[:64])
    start, goal = images[:32], images[32:]
    middle = load_waypoints(RewardConfig(waypoint_weight=1.0), (28, 28, 1), "float32")(start, goal, 2)[:, 0].numpy()
    real = as_floats(mnist.load_split("train").images[:4000])
    found, faded = (nearest_distance(each, real).mean() for each in (middle, (start + goal) / 2))
    assert found < 0.9 * faded


def test_none_without_a_weight_and_a_sentence_for_other_images():
    assert load_waypoints(RewardConfig(), (28, 28, 1), "float32") is None
    with pytest.raises(InputError, match=r"waypoints: the autoencoder in .*mnist_acai knows images \(28, 28, 1\)"):
        load_waypoints(RewardConfig(waypoint_weight=1.0), (64, 64, 3), "float32")
