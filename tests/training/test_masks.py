"""Which steps count, and sums and means over them."""

import numpy as np
import tensorflow as tf

from tf_interp.training.masks import masks, mean_over_steps, returns_to_go


def test_masks_tell_stop_from_the_budget():
    mask = masks(tf.constant([[1, 1, 0], [1, 1, 1], [0, 0, 0], [1, 0, 0]]) > 0)
    np.testing.assert_array_equal(mask.deciding, [[1, 1, 1], [1, 1, 1], [1, 0, 0], [1, 1, 0]])
    np.testing.assert_array_equal(mask.last, [[0, 0, 1], [0, 0, 1], [1, 0, 0], [0, 1, 0]])
    np.testing.assert_array_equal(mask.truncated, [0, 1, 0, 0])


def test_means_leave_out_what_was_not_walked_and_are_zero_of_nothing():
    values = tf.constant([[1.0, 3.0, 99.0], [99.0, 99.0, 99.0], [2.0, 4.0, 6.0]])
    taken = tf.constant([[1.0, 1.0, 0.0], [0.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
    np.testing.assert_allclose(mean_over_steps(values, taken), [2.0, 0.0, 4.0])


def test_returns_to_go_by_hand():
    np.testing.assert_allclose(returns_to_go(tf.constant([[1.0, 2.0, -4.0]])), [[-1.0, -2.0, -4.0]])
