"""The policy network pi (Fig. 2a): looks at the current image and the goal, emits a command and a STOP."""

import math
from typing import Optional, Sequence

import tensorflow as tf

from tf_interp.model.networks.blocks import ConvBody, stacked_channels
from tf_interp.model.structs import PolicyOutput
from tf_interp.system.keras2 import keras


class Policy(keras.Model):
    """pi(a, stop | s; s_goal): a diagonal Gaussian over D numbers and a Bernoulli unit (section 4).

    Args:
        command_size: D.
        features: channels of the body's convolutions.
        initial_stddev: standard deviation that a zero output stands for, above the floor.
        stddev_floor: least standard deviation.
        stop_bias: log-odds of STOP before training.
        dtype: Keras dtype policy of the body.
        cells: None mixes the whole image into every number of the command; n > 0 makes the command a map of n cells,
            those of the body's last resolution, each of command_size / n numbers read from what is there.
        counts_steps: whether it is told which share of the steps is left; else it sees the two images alone.
    """

    def __init__(
        self,
        command_size: int,
        features: Sequence[int],
        initial_stddev: float,
        stddev_floor: float = 0.0,
        stop_bias: float = 0.0,
        dtype: str = "float32",
        cells: Optional[int] = None,
        counts_steps: bool = False,
    ):
        super().__init__(name="policy")
        self.body = ConvBody(features, dtype)
        self.cells, self.counts_steps = cells, counts_steps
        self.mean = _command_head(command_size, cells, "mean", "glorot_uniform")
        # Zeros, so that every command begins with initial_stddev.
        self.raw_stddev = _command_head(command_size, cells, "stddev", "zeros")
        self.stop = keras.layers.Dense(
            1, kernel_initializer="zeros", bias_initializer=keras.initializers.Constant(stop_bias),
            dtype="float32", name="stop",
        )  # fmt: skip
        self.floor = stddev_floor
        self.scale = initial_stddev / math.log(2.0)  # softplus(0) = log 2

    def call(self, state: tf.Tensor, goal: tf.Tensor, remaining: tf.Tensor) -> PolicyOutput:
        """Looks at where the walk is and where it should go.

        Args:
            state, goal: float32 [B,H,W,C] in [0, 1].
            remaining: float32 [B], the share of the steps that is left, (K - k) / K.

        Returns:
            `PolicyOutput` in float32: mean [B,D], stddev [B,D] above the floor, stop_logit [B]. A command that is a
            map has its cells in the order of rows, each with D / cells numbers.

        Raises:
            InputError: the shapes differ.
        """
        maps = self.body.maps(stacked_channels(state, goal, remaining if self.counts_steps else None))
        h = self.body.flatten(maps)
        mean, raw = (head(maps if self.cells else h) for head in (self.mean, self.raw_stddev))
        if self.cells:
            mean, raw = (tf.reshape(each, [tf.shape(h)[0], mean.shape[-1] * self.cells]) for each in (mean, raw))
        return PolicyOutput(mean, self.floor + self.scale * tf.nn.softplus(raw), self.stop(h)[:, 0])


def _command_head(command_size: int, cells: Optional[int], name: str, initializer: str) -> keras.layers.Layer:
    if cells is None:
        return keras.layers.Dense(command_size, kernel_initializer=initializer, dtype="float32", name=name)
    return keras.layers.Conv2D(
        command_size // cells, 3, padding="same", kernel_initializer=initializer, dtype="float32", name=name
    )
