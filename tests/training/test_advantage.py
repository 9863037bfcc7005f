"""Advantages and the regression of the value network, over decisions alone."""

import numpy as np
import pytest
from hand_worked import COUNTS, DECIDING, episode_of, gradients_of, returns_and_advantages

from tf_interp.model.structs import LossOutput
from tf_interp.training.strategies.advantage import AdvantageSettings, advantages, value_loss

PLAIN = AdvantageSettings()


def test_advantages_are_returns_minus_values_where_something_was_decided(parts):
    _, by_hand = returns_and_advantages(parts)
    found, diagnostics = advantages(episode_of(parts), PLAIN)
    np.testing.assert_allclose(found, by_hand, rtol=1e-4, atol=1e-6)
    decided = by_hand[DECIDING > 0]
    assert len(decided) == 7  # of nine: the third walk stops at once
    assert float(diagnostics["advantage/mean"]) == pytest.approx(decided.mean(), rel=1e-4)
    assert float(diagnostics["advantage/stddev"]) == pytest.approx(decided.std(), rel=1e-4)
    assert float(diagnostics["advantage/largest"]) == pytest.approx(np.abs(decided).max(), rel=1e-4)


def test_normalised_advantages_have_mean_0_and_deviation_1_over_the_decisions(parts):
    _, by_hand = returns_and_advantages(parts)
    decided = by_hand[DECIDING > 0]
    found = advantages(episode_of(parts), PLAIN._replace(normalize=True))[0]
    np.testing.assert_allclose(found, DECIDING * (by_hand - decided.mean()) / decided.std(), rtol=1e-4, atol=1e-6)


def test_clipping_bounds_the_advantage_after_normalising(parts):
    _, by_hand = returns_and_advantages(parts)
    clipped = advantages(episode_of(parts), PLAIN._replace(clip=0.3))[0]
    np.testing.assert_allclose(clipped, np.clip(by_hand, -0.3, 0.3), rtol=1e-4, atol=1e-6)
    both = advantages(episode_of(parts), PLAIN._replace(clip=0.3, normalize=True))[0]
    normalised = advantages(episode_of(parts), PLAIN._replace(normalize=True))[0]
    np.testing.assert_allclose(both, np.clip(normalised, -0.3, 0.3), rtol=1e-5)


@pytest.mark.parametrize("gae_lambda", [0.0, 0.5])
def test_generalized_advantages_by_hand(parts, gae_lambda):
    """Errors are r_k + V_{k+1} - V_k; after the last decision there is nothing to expect, whatever V says there."""
    r, v = parts["rewards"].numpy(), parts["values"].numpy() * DECIDING
    found = advantages(episode_of(parts), PLAIN._replace(gae_lambda=gae_lambda))[0].numpy()
    last = r[:2, 2] - v[:2, 2]
    middle = r[:2, 1] + v[:2, 2] - v[:2, 1] + gae_lambda * last
    first = r[:2, 0] + v[:2, 1] - v[:2, 0] + gae_lambda * middle
    np.testing.assert_allclose(found[:2], np.stack([first, middle, last], axis=1), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(found[2], [r[2, 0] - v[2, 0], 0.0, 0.0], rtol=1e-5, atol=1e-7)


def test_advantages_are_data(parts):
    def objective(episode):
        return LossOutput(advantages(episode, PLAIN._replace(normalize=True, gae_lambda=0.5))[0], {})

    assert set(gradients_of(objective, parts).values()) == {None}


def test_the_squared_error_of_values_is_averaged_over_the_decisions_of_each_walk(parts):
    returns, _ = returns_and_advantages(parts)
    error = (parts["values"].numpy() - returns) * DECIDING
    found = value_loss(episode_of(parts), PLAIN)
    np.testing.assert_allclose(found, 0.5 * (error**2).sum(axis=1) / COUNTS, rtol=1e-5)


def test_the_huber_loss_is_linear_far_off_and_quadratic_near(parts):
    returns, _ = returns_and_advantages(parts)
    huber = PLAIN._replace(huber=True)
    far = {**parts, "values": parts["values"] + 10.0}
    error = far["values"].numpy() - returns
    np.testing.assert_allclose(
        value_loss(episode_of(far), huber), (DECIDING * (np.abs(error) - 0.5)).sum(axis=1) / COUNTS, rtol=1e-5
    )
    near = {**parts, "values": (returns + 0.5).astype(np.float32)}
    np.testing.assert_allclose(value_loss(episode_of(near), huber), [0.125] * 3, rtol=1e-4)


def test_the_regression_teaches_the_value_network_alone(parts):
    returns, _ = returns_and_advantages(parts)
    found = gradients_of(lambda episode: LossOutput(value_loss(episode, PLAIN), {}), parts)
    by_hand = DECIDING * (parts["values"].numpy() - returns) / COUNTS[:, None]
    np.testing.assert_allclose(found.pop("values"), by_hand, rtol=1e-4, atol=1e-6)
    assert set(found.values()) == {None}
