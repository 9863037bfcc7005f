"""Noticing that training has diverged: a reward, the loss or the norm of a gradient that is not finite."""

import math
from typing import Dict, Iterable, List, Mapping

import tensorflow as tf

from tf_interp.errors import DivergedError

_TOGETHER = "gradient_norm/all"


def check_finite(metrics: Mapping[str, float], iteration: int) -> None:
    """Raises DivergedError if a reward, the loss or a gradient norm of an iteration is NaN or infinite."""
    for name in _watched(metrics):
        if not math.isfinite(float(metrics[name])):
            raise DivergedError(_message(name, iteration))


class DivergenceWatch(tf.Module):
    """Remembers on the device which scalar was the first not to be finite, so that no step waits for the host."""

    def __init__(self):
        super().__init__(name="divergence_watch")
        self._first_bad = tf.Variable([0, 0], trainable=False, dtype=tf.int64, name="first_bad")  # iteration, scalar
        self._names = []

    def note(self, metrics: Dict[str, tf.Tensor], iteration: tf.Tensor) -> None:
        """Looks at the scalars of one iteration, int64 [] and above 0; part of the compiled step."""
        self._names = _watched(metrics)
        bad = ~tf.math.is_finite(tf.stack([metrics[name] for name in self._names]))
        found = tf.stack([iteration, tf.argmax(bad)])
        is_first = tf.reduce_any(bad) & (self._first_bad[0] == 0)
        self._first_bad.assign(tf.where(is_first, found, self._first_bad))

    def check(self) -> None:
        """Raises DivergedError if anything so far was not finite; names the first."""
        iteration, index = self._first_bad.numpy()
        if iteration:
            raise DivergedError(_message(self._names[index], iteration))


def _watched(names: Iterable[str]) -> List[str]:
    """The scalars that must be finite, each before those that it makes infinite too: first is what is to blame."""
    parts = ("reward/", "loss", "gradient_norm/")
    found = [name for part in parts for name in names if name.startswith(part)]
    return sorted(found, key=_TOGETHER.__eq__)


def _message(name: str, iteration: int) -> str:
    return f"{name} is not finite at iteration {iteration}; try a lower --learning-rate, or --precision float32"
