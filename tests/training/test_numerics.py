"""Numbers at the edge of their range, in every strategy. benchmarks/numerics.py has more of them."""

import contextlib
import math

import numpy as np
import pytest
import tensorflow as tf
from tiny_trainers import trainer_of, weights

from tf_interp.errors import DivergedError

LIGHT = dict(policy_features=(4,), transformer_features=(4, 4), batch_size=2, step_penalty=0.0, pace_cost=0.1, pace=1.0)
STRATEGIES = {
    "bptt": {},
    "pg": dict(stochastic_flow=True, noise_size=3, use_stop=True, normalize_advantages=True),
    "hybrid": dict(use_stop=True, normalize_advantages=True, gradient_threshold=1.0),
    "bptt_stop": dict(normalize_advantages=True),
}
CASES = {
    # settings, shape, grey of the start and of the goal
    "black, start = goal, least sigma, one pair, one step": (
        dict(initial_stddev=1e-6, batch_size=1, steps=1),
        (6, 6, 1),
        (0.0, 0.0),
    ),
    "white, 1 x 1, STOP at once": (dict(stop_bias=20.0, transformer_features=(4,)), (1, 1, 1), (1.0, 1.0)),
    "black to white, 5 x 3, STOP never": (dict(stop_bias=-20.0), (5, 3, 3), (0.0, 1.0)),
}


@pytest.fixture(autouse=True)
def eagerly():
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("method", STRATEGIES)
def test_scalars_weights_and_walks_stay_finite(method, case):
    changes, shape, greys = CASES[case]
    trainer = trainer_of(shape, method=method, **{**LIGHT, **STRATEGIES[method], **changes})
    size = [trainer.config.optimizer.batch_size, *shape]
    start, goal = (tf.fill(size, grey) for grey in greys)
    for _ in range(2):
        metrics = trainer.train_step(start, goal)
        assert not_finite(metrics) == []
    assert all(np.all(np.isfinite(each)) for own in weights(trainer).values() for each in own)
    frames = trainer.walk(start, goal).frames.numpy()
    assert np.all(np.abs(frames - 0.5) <= 0.5 + 1e-5)  # a warp may leave [0, 1] by one rounding


@pytest.mark.parametrize("method", STRATEGIES)
def test_at_a_learning_rate_of_1_all_is_finite_or_training_stops_before_it_says_otherwise(method):
    fast = dict(learning_rate=1.0, final_learning_rate=1.0, clip_norm=1e9, steps=1)
    trainer = trainer_of((5, 3, 1), method=method, **{**LIGHT, **STRATEGIES[method], **fast})
    with contextlib.suppress(DivergedError):
        for grey in (0.0, 0.3, 1.0):
            metrics = trainer.train_step(tf.fill([2, 5, 3, 1], grey), tf.fill([2, 5, 3, 1], 1.0 - grey))
            trainer.divergence.check()
            assert not_finite(metrics) == []


def not_finite(metrics):
    return [name for name, value in metrics.items() if not math.isfinite(float(value))]
