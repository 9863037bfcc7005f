"""Small trainers that learn to slide a bar: every method, and pi alone by policy gradients."""

import numpy as np
import pytest
from tiny_trainers import train, trainer_of, weights

# Policy gradients alone teach T too slowly for a test; test_policy_gradient.py holds their estimate against the truth.
VARIANTS = {
    "bptt": {},
    "bptt with critics": {"manifold_weight": 0.1, "mixture_weight": 1.0},
    "hybrid": {"method": "hybrid", "gradient_threshold": 5.0, "stddev_floor": 0.05, "initial_stddev": 0.3},
    "bptt_stop": {"method": "bptt_stop", "step_penalty": 0.01},
    "bptt_stop, exact": {"method": "bptt_stop", "stop_estimator": "exact", "step_penalty": 0.01},
}
# Commands and flows are drawn with enough noise for policy gradients to explore.
NOISY = dict(
    command_size=2, initial_stddev=0.5, stddev_floor=0.2, stochastic_flow=True, initial_sigma_flow=0.2,
    sigma_flow_floor=0.1, noise_size=2,
)  # fmt: skip


def remaining(rows):
    """What is left of the way to the goal, by iteration."""
    return [row["goal_distance"] / row["start_distance"] for row in rows]


@pytest.mark.parametrize("variant", VARIANTS)
def test_methods_that_backpropagate_learn_to_slide_a_bar_with_one_trace(bars, variant):
    trainer = trainer_of(**VARIANTS[variant])
    rows = train(trainer, bars, 80)
    assert trainer.train_step.experimental_get_tracing_count() == 1
    assert trainer.done == 80
    assert np.mean(remaining(rows)[-20:]) < 0.7 * np.mean(remaining(rows)[:5])


@pytest.fixture(scope="module")
def stochastic(bars):
    """Both agents with noise, trained by BPTT through the draws of both; and its rows."""
    trainer = trainer_of(**NOISY)
    return trainer, train(trainer, bars, 80)


def test_bptt_learns_through_a_drawn_flow(stochastic):
    trainer, rows = stochastic
    assert np.mean(remaining(rows)[-20:]) < 0.5 * np.mean(remaining(rows)[:5])
    norms = [name for name in rows[-1] if name.startswith("layer_gradient_norm/transformer/") and "_flow" in name]
    assert [name.split("/")[-1].split("_", 1)[1] for name in norms] == ["mu_flow", "sigma_flow"]
    assert all(row[name] > 0 for row in rows for name in norms)


@pytest.mark.parametrize("method", ["hybrid", "pg"])
def test_policy_gradients_teach_pi_to_command_a_t_that_can_move_already(bars, stochastic, method):
    """T is fixed, so nothing but the likelihood of pi's commands can bring the walks nearer to their goals."""
    changes = dict(method=method, trains="policy", normalize_advantages=True, batch_size=64, learning_rate=5e-3)
    trainer = trainer_of(**NOISY, **changes)
    trainer.networks["transformer"].set_weights(stochastic[0].networks["transformer"].get_weights())
    left = remaining(train(trainer, bars, 80))
    assert np.mean(left[-20:]) < 0.5 * np.mean(left[:3])
    for mine, given in zip(*(weights(each, "transformer")["transformer"] for each in (trainer, stochastic[0]))):
        np.testing.assert_array_equal(mine, given)
