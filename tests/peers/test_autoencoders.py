"""The trained peers: their losses by hand, where gradients stop, their networks and walks."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from tf_interp.errors import InputError
from tf_interp.peers.acai import acai_losses
from tf_interp.peers.autoencoder import squared_error
from tf_interp.peers.saved import KINDS, build
from tf_interp.peers.settings import PeerSettings
from tf_interp.peers.vae import divergence_from_prior, negative_elbo

SMALL = PeerSettings(latent_size=3, features=(4, 8), batch_size=16, iterations=5, precision="float32")


def test_squared_error_by_hand():
    output = squared_error(tf.constant([0.0, 0.5, 1.0, 1.0], shape=[2, 2, 1, 1]), tf.fill([2, 2, 1, 1], 0.5))
    np.testing.assert_allclose(output.loss, [0.25, 0.5])


def test_divergence_equals_its_integral(random):
    """KL = integral of q (log q - log p), summed over independent latents."""
    mean, log_variance = random.normal(size=[2, 3]), random.uniform(-2, 1, [2, 3])
    z, step = np.linspace(-15, 15, 30001, retstep=True)
    stddev = np.exp(0.5 * log_variance)[..., None]
    log_q = -0.5 * ((z - mean[..., None]) / stddev) ** 2 - np.log(stddev * np.sqrt(2 * np.pi))
    log_p = -0.5 * z**2 - 0.5 * np.log(2 * np.pi)
    expected = np.sum(np.exp(log_q) * (log_q - log_p) * step, axis=(1, 2))
    found = divergence_from_prior(tf.constant(mean, tf.float32), tf.constant(log_variance, tf.float32))
    np.testing.assert_allclose(found, expected, rtol=1e-4)
    assert divergence_from_prior(tf.zeros([1, 4]), tf.zeros([1, 4])).numpy() == [0.0]


def test_elbo_sums_over_pixels_and_weighs_the_divergence():
    images, logits = tf.constant([0.0, 1.0, 0.25, 1.0], shape=[1, 2, 1, 2]), tf.constant([0.0, 2.0, -1.0, 0.0])
    white = 1 / (1 + np.exp([-0.0, -2.0, 1.0, -0.0]))
    expected = -np.log(0.5) - np.log(white[1]) - 0.25 * np.log(white[2]) - 0.75 * np.log(1 - white[2]) - np.log(0.5)
    mean, log_variance = tf.constant([[2.0, 0.0]]), tf.zeros([1, 2])  # KL = 2^2 / 2
    output = negative_elbo(images, tf.reshape(logits, [1, 2, 1, 2]), mean, log_variance, beta=3.0)
    np.testing.assert_allclose(output.diagnostics["cross_entropy"], [expected], rtol=1e-6)
    np.testing.assert_allclose(output.loss, [expected + 3.0 * 2.0], rtol=1e-6)
    distance = np.sum((white - [0.0, 1.0, 0.25, 1.0]) ** 2)
    np.testing.assert_allclose(output.diagnostics["reconstruction"], [distance], rtol=1e-6)


def acai_by_hand(encoder_weight, decoder_weight, critic_weight):
    """Two images of two equal pixels; f doubles, g multiplies by 0.3, d is twice the mean plus 0.1.

    x = 0.5, 1.0: z = 1, 2 and x' = 0.3, 0.6. With alpha = 0.25, 0.5 the mixtures of each image with the other are
    z = 0.25 * 1 + 0.75 * 2 = 1.75 and 0.5 * 2 + 0.5 * 1 = 1.5, decoded 0.525 and 0.45.
    """
    images = tf.constant([0.5, 0.5, 1.0, 1.0], shape=[2, 1, 2, 1])
    return acai_losses(
        lambda x: encoder_weight * tf.reduce_mean(x, axis=[1, 2]),
        lambda z: decoder_weight * tf.tile(z[:, None, None], [1, 1, 2, 1]),
        lambda x: critic_weight * tf.reduce_mean(x, axis=[1, 2, 3]) + 0.1,
        images, alpha=tf.constant([0.25, 0.5]), critic_weight=0.5, realism=0.2,
    )  # fmt: skip


def test_acai_losses_by_hand():
    autoencoder, critic = acai_by_hand(2.0, 0.3, 2.0)
    guess = np.array([2 * 0.525 + 0.1, 2 * 0.45 + 0.1])
    nearly_real = 2 * np.array([0.2 * 0.5 + 0.8 * 0.3, 0.2 * 1.0 + 0.8 * 0.6]) + 0.1
    np.testing.assert_allclose(autoencoder.loss, 4 * np.array([0.2, 0.4]) ** 2 + 0.5 * guess**2, rtol=1e-5)
    np.testing.assert_allclose(critic.loss, (guess - [0.25, 0.5]) ** 2 + nearly_real**2, rtol=1e-5)
    np.testing.assert_allclose(autoencoder.diagnostics["reconstruction"], [2 * 0.2**2, 2 * 0.4**2], rtol=1e-5)
    np.testing.assert_allclose(critic.diagnostics["guess_error"], guess - [0.25, 0.5], rtol=1e-5)


def test_the_critics_loss_does_not_reach_the_autoencoder():
    weights = [tf.Variable(2.0), tf.Variable(0.3), tf.Variable(2.0)]
    with tf.GradientTape(persistent=True) as tape:
        autoencoder, critic = acai_by_hand(*weights)
    assert tape.gradient(critic.loss, weights[:2]) == [None, None]
    assert abs(float(tape.gradient(critic.loss, weights[2]))) > 0.1
    # Through the critic into the mixtures: d/dw_g of 4 (x - x')^2 + 0.5 guess^2 with x' = w_g z, guess = 2 w_g z + 0.1.
    by_hand = -8 * (0.2 * 1 + 0.4 * 2) + 1.15 * 2 * 1.75 + 1.0 * 2 * 1.5
    assert float(tape.gradient(autoencoder.loss, weights[1])) == pytest.approx(by_hand, rel=1e-4)


@pytest.mark.parametrize("shape", [(8, 8, 1), (7, 10, 3), (13, 5, 1), (2, 2, 1)])
@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_any_image_size_goes_through(shape, precision, random):
    images = random.uniform(size=[3, *shape]).astype(np.float32)
    model = build("autoencoder", SMALL, shape, precision)
    latents = model.encode(images)
    decoded = model.decode(latents).numpy()
    assert latents.shape == (3, 3) and decoded.shape == images.shape and decoded.dtype == np.float32
    assert decoded.min() > 0.0 and decoded.max() < 1.0
    assert all(variable.dtype == tf.float32 for variable in model.trainable_variables)


@pytest.mark.parametrize("kind", ["autoencoder", "acai"])
def test_a_linear_output_is_bounded_by_the_walk_alone(kind, random):
    images = random.uniform(size=[3, 8, 8, 1]).astype(np.float32)
    model = build(kind, dataclasses.replace(SMALL, output="linear"), (8, 8, 1))
    assert model.decode(5.0 * model.encode(images)).numpy().min() < 0.0
    walked = model.walk(images, images[::-1], steps=2)[0]
    assert walked.min() >= 0.0 and walked.max() <= 1.0


@pytest.mark.parametrize("output", ["sigmoid", "linear"])
def test_the_vae_decodes_probabilities_whatever_the_output_setting(output, random):
    latents = tf.constant(random.normal(scale=5.0, size=[4, 3]), tf.float32)
    model = build("vae", dataclasses.replace(SMALL, output=output), (8, 8, 1))
    np.testing.assert_allclose(model.decode(latents), 1 / (1 + np.exp(-model.decoder(latents).numpy())), rtol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_on_mnist_the_autoencoders_are_as_large_as_the_projects_model(kind):
    counts = build(kind, PeerSettings(), (28, 28, 1)).parameter_counts()
    critic = counts.pop("discriminator", 0)
    assert 400_000 <= sum(counts.values()) <= 460_000 and (critic > 0) == (kind == "acai")


@pytest.mark.parametrize("kind", KINDS)
def test_a_walk_is_the_start_and_then_decoded_points_of_a_straight_line(kind, random):
    start, goal = random.uniform(size=[2, 3, 7, 6, 1]).astype(np.float32)
    model = build(kind, SMALL, (7, 6, 1))
    frames, lengths = model.walk(start, goal, steps=4)
    assert frames.shape == (3, 5, 7, 6, 1) and frames.dtype == np.float32
    assert lengths.tolist() == [4, 4, 4] and lengths.dtype == np.int32
    np.testing.assert_array_equal(frames[:, 0], start)
    first, last = model.encode(start), model.encode(goal)
    np.testing.assert_allclose(frames[:, 1], np.clip(model.decode(0.75 * first + 0.25 * last), 0, 1), atol=1e-6)
    np.testing.assert_allclose(frames[:, 4], np.clip(model.decode(last), 0, 1), atol=1e-6)


def test_the_vae_walks_between_means_and_samples_around_them_in_training(random):
    images = tf.constant(random.uniform(size=[2, 6, 6, 1]), tf.float32)
    model = build("vae", SMALL, (6, 6, 1))
    mean, log_variance = model.posterior(images)
    np.testing.assert_array_equal(model.encode(images), mean)
    assert np.abs(mean - log_variance).min() > 0
    decoded = []
    model.decoder = lambda latents: decoded.append(latents) or tf.zeros_like(images)
    for seed in ([1, 2], [1, 2], [1, 3]):
        model.losses(images, tf.constant(seed, tf.int64))
    np.testing.assert_array_equal(decoded[0], decoded[1])
    for latents, seed in ((decoded[0], [1, 2]), (decoded[2], [1, 3])):
        noise = tf.random.stateless_normal([2, 3], tf.constant(seed, tf.int64))
        np.testing.assert_allclose(latents, mean + np.exp(0.5 * log_variance) * noise, rtol=1e-5)


def test_images_of_different_shapes_are_refused():
    images = np.zeros([2, 4, 4, 1], np.float32)
    with pytest.raises(InputError, match=r"start \(2, 4, 4, 1\) and goal \(1, 4, 4, 1\) must have the same shape"):
        build("autoencoder", SMALL, (4, 4, 1)).walk(images, images[:1], 3)
