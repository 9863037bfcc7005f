"""A loss or gradient that is not finite is noticed, on the host and on the device."""

import pytest
import tensorflow as tf

from tf_interp.errors import DivergedError
from tf_interp.training.divergence import DivergenceWatch, check_finite


@pytest.mark.parametrize("name", ["loss", "gradient_norm/all", "gradient_norm/mixture_critic"])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_loss_or_gradient_that_is_not_finite_stops(name, value):
    metrics = {"loss": 1.0, "gradient_norm/all": 1.0, "command_stddev_least": float("inf")}
    check_finite(metrics, 7)
    with pytest.raises(DivergedError, match=f"{name} is not finite at iteration 7; try a lower --learning-rate"):
        check_finite({**metrics, name: value}, 7)


@pytest.mark.parametrize(
    "bad, named",
    [
        (["gradient_norm/all", "loss", "gradient_norm/policy", "reward/pace"], "reward/pace"),
        (["gradient_norm/all", "loss", "gradient_norm/policy"], "loss"),
        (["gradient_norm/all", "gradient_norm/policy"], "gradient_norm/policy"),
    ],
)
def test_what_is_named_is_the_cause_and_not_what_it_has_spoilt(bad, named):
    with pytest.raises(DivergedError, match=f"^{named} is not finite"):
        check_finite({"reward/goal": -1.0, **dict.fromkeys(bad, float("nan"))}, 7)


def test_the_watch_names_the_first_scalar_that_was_not_finite_and_its_iteration():
    watch = DivergenceWatch()

    @tf.function
    def step(iteration, norm, loss):
        watch.note({"return": loss, "gradient_norm/all": norm, "loss": loss}, iteration)

    step(tf.constant(1, tf.int64), 1.0, 2.0)
    watch.check()
    step(tf.constant(2, tf.int64), 1.0, float("nan"))
    step(tf.constant(3, tf.int64), float("inf"), float("nan"))  # what comes of it later is not the cause
    with pytest.raises(DivergedError, match="^loss is not finite at iteration 2; try a lower"):
        watch.check()
