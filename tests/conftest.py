"""Shared fixtures. Two logical CPUs stand in for two GPUs where tf.distribute is tested."""

import numpy as np
import pytest

from tf_interp.system import startup

startup.prepare_tensorflow()  # before TensorFlow is imported

import tensorflow as tf  # noqa: E402

tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)


@pytest.fixture
def random():
    """A seeded NumPy generator."""
    return np.random.RandomState(7)
