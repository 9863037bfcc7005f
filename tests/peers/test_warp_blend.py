"""The classical morph: a dot that moved is carried, not faded."""

import numpy as np
import tensorflow as tf

from tf_interp.data import mnist
from tf_interp.data.pixels import as_floats
from tf_interp.model.transforms.warp import warp
from tf_interp.peers.warp_blend import registration, warp_blend


def dot(column):
    rows, columns = np.mgrid[:20, :20]
    return np.exp(-((rows - 10) ** 2 + (columns - column) ** 2) / 8)[np.newaxis, ..., np.newaxis].astype(np.float32)


def test_registration_finds_a_shift_and_its_sign():
    flow = registration(tf.constant(dot(8)), tf.constant(dot(11))).numpy()[0, 8:13, 9:14]
    np.testing.assert_allclose(flow[..., 0], -3.0, atol=0.7)  # the pixel at column 11 comes from column 8
    np.testing.assert_allclose(flow[..., 1], 0.0, atol=0.5)


def test_half_way_the_dot_is_half_way_and_as_bright():
    start, goal = dot(8), dot(12)
    frames, lengths = warp_blend(start, goal, 2)
    np.testing.assert_array_equal(frames[:, 0], start)
    np.testing.assert_array_equal(frames[:, 2], goal)
    assert lengths.tolist() == [2]
    middle = frames[0, 1, 10, :, 0]
    assert middle.argmax() == 10 and middle.max() > 0.9
    assert 0.5 * (start + goal)[0, 10, 10, 0] < 0.7  # which a cross-fade has there


def test_dots_that_hardly_touch_find_each_other():
    start, goal = dot(7), dot(13)
    assert np.sum(start * goal) < 0.12 * np.sum(start * start)
    middle = warp_blend(start, goal, 2)[0][0, 1, 10, :, 0]
    assert middle.argmax() in (9, 10, 11) and middle.max() > 0.8


def test_flows_explain_most_of_what_sets_digits_apart_and_are_found_again():
    digits = as_floats(mnist.load_split("test").images[:40])
    start, goal = tf.constant(digits[:20]), tf.constant(digits[20:])
    flow = registration(start, goal)
    left = np.sum(np.square(warp(start, flow) - goal)) / np.sum(np.square(start - goal))
    assert left < 0.25  # 0.32 from flows of exactly 0, where nothing pulls at first
    np.testing.assert_array_equal(registration(start, goal), flow)


def test_an_image_hardly_changes_on_the_way_to_itself():
    """Adam makes steps even of rounding errors; they stay below what can be seen."""
    frames, _ = warp_blend(dot(9), dot(9), 3)
    np.testing.assert_allclose(frames, np.repeat(dot(9)[:, np.newaxis], 4, axis=1), atol=0.01)
