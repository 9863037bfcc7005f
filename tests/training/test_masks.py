"""Which steps count, and sums and means over them."""

import numpy as np
import tensorflow as tf

from tf_interp.training.masks import masks, mean_over_steps, per_frame, returns_to_go


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


def test_per_frame_keeps_walks_and_steps_in_their_places():
    frames = tf.reshape(tf.range(12.0), [2, 3, 1, 2, 1])
    found = per_frame(lambda image: tf.reduce_sum(image, axis=[1, 2, 3]), frames)
    np.testing.assert_array_equal(found, [[1, 5, 9], [13, 17, 21]])
    vectors = per_frame(lambda a, b: (a - 2 * b)[:, 0, :, 0], frames, frames)
    np.testing.assert_array_equal(vectors[1, 2], [-10, -11])
