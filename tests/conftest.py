"""Shared fixtures. Two logical CPUs stand in for two GPUs where tf.distribute is tested."""

import numpy as np
import pytest

import tf_interp  # noqa: F401  (first: it quietens TensorFlow)

import tensorflow as tf  # isort: skip

tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)


@pytest.fixture
def random():
    """A seeded NumPy generator."""
    return np.random.RandomState(7)
