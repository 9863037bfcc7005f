"""Waypoints: when they are taken, what they are of, and that nothing is learned through them."""

from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from tf_interp.config import RewardConfig
from tf_interp.data import mnist
from tf_interp.data.pixels import as_floats
from tf_interp.data.sources import Source
from tf_interp.errors import InputError
from tf_interp.evaluation.metrics import frechet_distance
from tf_interp.features.classifier import load_classifier
from tf_interp.peers.waypoints import even_times, latent_waypoints, load_waypoints
from tf_interp.pretrained import MNIST_ACAI

MNIST = Source("mnist")
FLAT = SimpleNamespace(  # its latents are the images themselves
    encode=lambda images: tf.reshape(images, [-1, 4]), decode=lambda latents: tf.reshape(latents, [-1, 2, 2, 1])
)


def test_times_are_close_together_half_way():
    t = even_times(5)
    np.testing.assert_allclose(
        t, [0, 0.5 - 0.6**1.25 / 2, 0.5 - 0.2**1.25 / 2, 0.5 + 0.2**1.25 / 2, 0.5 + 0.6**1.25 / 2, 1], rtol=1e-5
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


def test_the_waypoints_that_ship_look_more_like_digits_than_a_cross_fade():
    images = as_floats(mnist.load_split("test").images[:1200])
    start, goal, real = images[:400], images[400:800], images[800:]
    middle = load_waypoints(RewardConfig(waypoint_weight=1.0), MNIST, (28, 28, 1), "float32")(start, goal, 2)[:, 0]
    features = [load_classifier(None)(each).features for each in (middle.numpy(), (start + goal) / 2, real)]
    waypoints, faded = (frechet_distance(each, features[2]) for each in features[:2])
    assert waypoints < 0.25 * faded


def test_none_without_a_weight_and_a_sentence_for_other_images():
    assert load_waypoints(RewardConfig(), MNIST, (28, 28, 1), "float32") is None
    with pytest.raises(InputError, match=r"waypoints: the autoencoder in .*mnist_acai knows images \(28, 28, 1\)"):
        load_waypoints(RewardConfig(waypoint_weight=1.0), MNIST, (64, 64, 3), "float32")


def test_digits_are_no_waypoints_of_other_data_unless_someone_says_so():
    clothes = Source("mnist", "fashion")
    with pytest.raises(InputError, match="knows mnist, not mnist in fashion; train another with tf-interp peer acai"):
        load_waypoints(RewardConfig(waypoint_weight=1.0), clothes, (28, 28, 1), "float32")
    named = RewardConfig(waypoint_weight=1.0, waypoints=str(MNIST_ACAI))
    assert load_waypoints(named, clothes, (28, 28, 1), "float32") is not None
