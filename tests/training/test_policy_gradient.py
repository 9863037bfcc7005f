"""Policy gradients (eq. 5 and 6): each gradient by hand, and the estimate against the true gradient."""

from functools import partial

import numpy as np
import pytest
import tensorflow as tf
from hand_worked import ACTIVE, COUNTS, DECIDING, STOP, gradients_of, returns_and_advantages

from tf_interp.model.structs import Command, PolicyOutput, Trajectory
from tf_interp.training.episodes import Episode
from tf_interp.training.strategies.advantage import AdvantageSettings
from tf_interp.training.strategies.policy_gradient import policy_gradient

PLAIN = AdvantageSettings()


def test_policy_gradient_is_equation_6(parts):
    """Minus advantage times the gradient of each log-likelihood; nothing reaches actions, rewards or, but for its own
    regression, V. A command or flow that STOP kept from being carried out has no part."""
    found = gradients_of(partial(policy_gradient, use_stop=True, settings=PLAIN), parts)
    returns, advantage = returns_and_advantages(parts)
    taken = advantage * ACTIVE
    z = (parts["sample"] - parts["mean"]).numpy() / parts["stddev"].numpy()
    weight = -taken[..., None]
    np.testing.assert_allclose(found["mean"], weight * z / parts["stddev"], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(found["stddev"], weight * (z**2 - 1) / parts["stddev"], rtol=1e-4, atol=1e-6)
    probability = 1 / (1 + np.exp(-parts["logit"].numpy()))
    np.testing.assert_allclose(found["logit"], -advantage * (STOP - probability), rtol=1e-4, atol=1e-6)
    z = (parts["flow"] - parts["mu_flow"]).numpy() / parts["sigma_flow"].numpy()
    weight = -taken[..., None, None, None]
    np.testing.assert_allclose(found["mu_flow"], weight * z / parts["sigma_flow"], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(found["sigma_flow"], weight * (z**2 - 1) / parts["sigma_flow"], rtol=1e-4, atol=1e-5)
    by_values = DECIDING * (parts["values"].numpy() - returns) / COUNTS[:, None]
    np.testing.assert_allclose(found["values"], by_values, rtol=1e-4, atol=1e-6)
    assert found["sample"] is None and found["flow"] is None and found["rewards"] is None and found["ending"] is None
    assert not np.any(found["mean"][2]) and np.any(found["logit"][2, 0])  # it stopped at once


def test_without_stop_the_logit_gets_nothing(parts):
    assert gradients_of(partial(policy_gradient, use_stop=False, settings=PLAIN), parts)["logit"] is None


def test_the_threshold_bounds_pi_and_not_t(parts):
    free, bound = (
        gradients_of(partial(policy_gradient, use_stop=True, settings=PLAIN, threshold=tau), parts)
        for tau in (None, 0.1)
    )
    _, advantage = returns_and_advantages(parts)
    longest = 0.1 * np.abs(advantage * ACTIVE)
    np.testing.assert_allclose(np.linalg.norm(bound["mean"], axis=-1), longest, rtol=1e-3, atol=1e-6)
    for name in ("mu_flow", "sigma_flow", "logit", "values"):
        np.testing.assert_array_equal(bound[name], free[name])


def test_policy_gradient_estimates_the_true_gradient():
    """One step, return -(a - 1)^2 for a ~ N(m, s^2): the true gradients are -2 (m - 1) and -2 s."""
    m, s, count = 0.4, 0.5, 200000
    mean, stddev = tf.constant(m), tf.constant(s)
    noise = tf.random.stateless_normal([count, 1, 1], [3, 4])
    with tf.GradientTape() as tape:
        tape.watch([mean, stddev])
        means, stddevs = (tf.fill([count, 1, 1], x) for x in (mean, stddev))
        sample = means + stddevs * noise  # reparameterised on purpose: the objective has to treat it as data
        policy = PolicyOutput(means, stddevs, tf.zeros([count, 1]))
        command = Command(policy, sample, tf.zeros([count, 1], tf.bool))
        frames = tf.zeros([count, 2, 1, 1, 1])
        still = {name: tf.ones([count, 1, 1, 1, 2]) for name in ("flow", "mu_flow", "sigma_flow")}
        trajectory = Trajectory(frames, frames[:, 0], command, still, tf.ones([count, 1], tf.bool))
        paid = -tf.square(sample[:, :, 0] - 1.0)
        episode = Episode(trajectory, paid, tf.zeros([count, 2]), tf.fill([count, 1], -0.6))
        loss = tf.reduce_mean(policy_gradient(episode, use_stop=False, settings=PLAIN).loss)
    by_mean, by_stddev = tape.gradient(loss, [mean, stddev])
    # Standard errors at this count are 0.005 and 0.009.
    assert float(by_mean) == pytest.approx(2 * (m - 1), abs=0.03)
    assert float(by_stddev) == pytest.approx(2 * s, abs=0.05)
