"""Noticing that training has diverged: a loss or the norm of a gradient that is not finite."""

import math
from typing import Dict, Mapping

import tensorflow as tf

from tf_interp.errors import DivergedError


def check_finite(metrics: Mapping[str, float], iteration: int) -> None:
    """Raises DivergedError if the loss or a gradient norm of an iteration is NaN or infinite."""
    for name, value in metrics.items():
        if _must_be_finite(name) and not math.isfinite(float(value)):
            raise DivergedError(_message(name, iteration))


class DivergenceWatch(tf.Module):
    """Remembers on the device which scalar was the first not to be finite, so that no step waits for the host."""

    def __init__(self):
        super().__init__(name="divergence_watch")
        self._first_bad = tf.Variable([0, 0], trainable=False, dtype=tf.int64, name="first_bad")  # iteration, scalar
        self._names = []

    def note(self, metrics: Dict[str, tf.Tensor], iteration: tf.Tensor) -> None:
        """Looks at the scalars of one iteration, int64 [] and above 0; part of the compiled step."""
        self._names = [name for name in metrics if _must_be_finite(name)]
        bad = ~tf.math.is_finite(tf.stack([metrics[name] for name in self._names]))
        found = tf.stack([iteration, tf.argmax(bad)])
        is_first = tf.reduce_any(bad) & (self._first_bad[0] == 0)
        self._first_bad.assign(tf.where(is_first, found, self._first_bad))

    def check(self) -> None:
        """Raises DivergedError if anything so far was not finite; names the first."""
        iteration, index = self._first_bad.numpy()
        if iteration:
            raise DivergedError(_message(self._names[index], iteration))


def _must_be_finite(name: str) -> bool:
    return name == "loss" or name.startswith("gradient_norm/")


def _message(name: str, iteration: int) -> str:
    return f"{name} is not finite at iteration {iteration}; try a lower --learning-rate, or --precision float32"
