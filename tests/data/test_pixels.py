"""Bytes as floats."""

import numpy as np
import tensorflow as tf

from tf_interp.data.pixels import as_floats


def test_bytes_become_floats_in_the_unit_interval_arrays_and_tensors_alike():
    bytes_ = np.arange(256, dtype=np.uint8).reshape(16, 16)
    found = as_floats(bytes_)
    assert isinstance(found, np.ndarray) and found.dtype == np.float32
    assert found[0, 0] == 0.0 and found[15, 15] == 1.0
    np.testing.assert_allclose(found, np.arange(256).reshape(16, 16) / 255.0, rtol=1e-7)
    tensor = as_floats(tf.constant(bytes_))
    assert tf.is_tensor(tensor)
    np.testing.assert_array_equal(tensor, found)
