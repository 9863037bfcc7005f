"""What the agents draw: commands, STOP and flows, and how likely they were."""

import numpy as np
import oracles
import pytest
import tensorflow as tf

from tf_interp.model.distributions import (
    act,
    command_distribution,
    flow_log_prob,
    sample_flow,
    stop_distribution,
)
from tf_interp.model.structs import PolicyOutput

SEED = tf.constant([1, 2])


def policy_output(mean, stddev, stop_logit):
    return PolicyOutput(*(tf.constant(value, tf.float32) for value in (mean, stddev, stop_logit)))


def test_without_a_seed_the_action_is_the_mean_and_stop_is_the_likelier_outcome():
    command = act(policy_output([[1.0, -2.0]] * 2, [[3.0, 4.0]] * 2, [0.1, -0.1]), None, use_stop=True)
    np.testing.assert_array_equal(command.sample, [[1.0, -2.0]] * 2)
    np.testing.assert_array_equal(command.stop, [True, False])


def test_samples_have_the_distribution_they_claim():
    count = 20000
    policy = policy_output([[1.0, -2.0]] * count, [[0.5, 2.0]] * count, [1.0] * count)
    command = act(policy, SEED, use_stop=True)
    sample, stop = command.sample.numpy(), command.stop.numpy()
    error = np.array([0.5, 2.0]) / np.sqrt(count)
    assert np.all(np.abs(sample.mean(0) - [1.0, -2.0]) < 5 * error)
    np.testing.assert_allclose(sample.std(0), [0.5, 2.0], rtol=5 / np.sqrt(2 * count))
    assert abs(stop.mean() - 1 / (1 + np.exp(-1.0))) < 5 * 0.5 / np.sqrt(count)
    assert abs(np.corrcoef(sample[:, 0], stop)[0, 1]) < 5 / np.sqrt(count)  # two streams of random numbers
    assert not act(policy, SEED, use_stop=False).stop.numpy().any()


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


def test_noise_of_equation_7_is_independent_in_every_pixel():
    mu, sigma = tf.fill([400, 8, 8, 2], 1.5), tf.fill([400, 8, 8, 2], 0.5)
    noise = sample_flow(mu, sigma, SEED, None).numpy() - 1.5
    assert noise.std() == pytest.approx(0.5, rel=0.02) and abs(noise.mean()) < 0.01
    for shifted in (np.roll(noise, 1, axis=1), np.roll(noise, 1, axis=2), noise[..., ::-1]):
        assert abs(np.corrcoef(noise.ravel(), shifted.ravel())[0, 1]) < 0.02
    # Where the noise of eq. 8 has as many pixels as the image, the two are one.
    np.testing.assert_allclose(sample_flow(mu, sigma, SEED, (8, 8)) - 1.5, noise, atol=1e-5)


@pytest.mark.parametrize("noise_size", [None, (2, 2)])
def test_drawn_flows_carry_gradients_to_both_parameters(noise_size):
    """F = mu + sigma eps, so dF/dmu is 1 and, in sum, sigma . dF/dsigma is F - mu."""
    mu = tf.constant(np.random.RandomState(0).normal(size=[3, 6, 6, 2]), tf.float32)
    sigma = tf.fill([3, 6, 6, 2], 0.5)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([mu, sigma])
        flow = sample_flow(mu, sigma, SEED, noise_size)
        total = tf.reduce_sum(flow)
    np.testing.assert_allclose(tape.gradient(total, mu), np.ones(mu.shape))
    by_sigma = tape.gradient(total, sigma)
    assert float(tf.reduce_sum(by_sigma * sigma)) == pytest.approx(float(tf.reduce_sum(flow - mu)), rel=1e-3)
    assert float(tf.reduce_max(tf.abs(by_sigma))) > 0.1


def enlarging(small, factor):
    """Matrix [large,small] of bilinear enlargement by an odd factor; pixels are squares, the border is repeated."""
    centres = (np.arange(small * factor) + 0.5) / factor - 0.5
    near = np.clip(np.floor(centres), 0, small - 1).astype(int)
    weights = np.zeros([small * factor, small])
    for row, (centre, left) in enumerate(zip(centres, near)):
        right = min(left + 1, small - 1)
        share = min(max(centre - left, 0.0), 1.0)
        weights[row, left] += 1 - share
        weights[row, right] += share
    return weights


def reducing(small, factor):
    """Matrix [small,large] of antialiased reduction: a triangle as wide as `factor` pixels, cut off at the border."""
    centres, places = (np.arange(small) + 0.5) * factor - 0.5, np.arange(small * factor)
    weights = np.maximum(0.0, 1 - np.abs(places[None] - centres[:, None]) / factor)
    return weights / weights.sum(axis=1, keepdims=True)


def test_noise_of_equation_8_is_drawn_small_and_enlarged_bilinearly():
    """With sigma = 1 the noise shows its small self at every third pixel, where enlarging by 3 keeps it; between
    those it is bilinear."""
    ones, zeros = tf.ones([400, 12, 9, 2]), tf.zeros([400, 12, 9, 2])
    noise = sample_flow(zeros, ones, SEED, (4, 3)).numpy()
    small = noise[:, 1::3, 1::3]
    assert small.std() == pytest.approx(1.0, rel=0.05) and abs(small.mean()) < 0.03
    assert abs(np.corrcoef(small[:, :-1].ravel(), small[:, 1:].ravel())[0, 1]) < 0.05
    by_hand = np.einsum("yi,xj,bijc->byxc", enlarging(4, 3), enlarging(3, 3), small)
    np.testing.assert_allclose(noise, by_hand, atol=1e-5)


def test_noise_of_equation_8_is_scaled_by_the_reduced_sigma(random):
    """The same draws as with sigma = 1, times what antialiased reduction makes of a sigma that varies."""
    sigma = random.uniform(0.1, 2.0, [5, 12, 9, 2]).astype(np.float32)
    mu = random.normal(size=sigma.shape).astype(np.float32)
    eps = sample_flow(0.0 * mu, np.ones_like(sigma), SEED, (4, 3)).numpy()[:, 1::3, 1::3]
    small = np.einsum("iy,jx,byxc->bijc", reducing(4, 3), reducing(3, 3), sigma)
    by_hand = mu + np.einsum("yi,xj,bijc->byxc", enlarging(4, 3), enlarging(3, 3), small * eps)
    np.testing.assert_allclose(sample_flow(mu, sigma, SEED, (4, 3)), by_hand, atol=1e-4)


def test_flow_likelihood_is_that_of_a_diagonal_gaussian(random):
    flow, mu = random.normal(size=[2, 2, 3, 2, 2, 2])
    sigma = random.uniform(0.3, 2.0, size=[2, 3, 2, 2, 2])
    found = flow_log_prob(*(tf.constant(each, tf.float32) for each in (flow, mu, sigma)))
    flat = [each.reshape(2, 3, -1) for each in (flow, mu, sigma)]
    np.testing.assert_allclose(found, oracles.gaussian_log_prob(*flat), rtol=1e-5)
