"""Distances between images and sizes of flows, by hand."""

import numpy as np
import pytest
import tensorflow as tf

from tf_interp.data.lines import draw_lines
from tf_interp.errors import InputError
from tf_interp.evaluation.maps import folding
from tf_interp.training.measures import (
    distance,
    edge_distance,
    flow_energy,
    flow_folds,
    flow_roughness,
    painted_share,
    pyramid_distance,
    step_spread,
)


def test_distances_by_hand():
    image, goal = tf.constant([0.0, 0.5, 1.0, 0.25], shape=[1, 2, 2, 1]), tf.ones([1, 2, 2, 1])
    assert distance(image, goal, "l2").numpy() == [1 + 0.25 + 0.5625]
    assert distance(image, goal, "l1").numpy() == [1 + 0.5 + 0.75]
    with pytest.raises(InputError, match="norm: 'L2' is not one of l2, l1"):
        distance(image, goal, "L2")
    with pytest.raises(InputError, match=r"image \(1, 2, 2, 1\) and goal \(1, 2, 2, 3\) must be of the same"):
        distance(image, tf.ones([1, 2, 2, 3]), "l2")


def test_edge_distance_by_hand():
    image = tf.reshape([0.0, 0.5, 1.0, 0.25], [1, 2, 2, 1])
    goal = tf.reshape([0.0, 1.0, 1.0, 1.0], [1, 2, 2, 1])
    # image - goal: 0 -.5 above 0 -.75. Right: .5 and .75. Down: 0 and .25.
    np.testing.assert_allclose(edge_distance(image, goal), [1.5])
    np.testing.assert_allclose(edge_distance(image[:, None] + 0.25, image[:, None]), [[0.0]])


def test_a_blurred_edge_is_farther_than_a_sharp_one_at_the_same_squared_distance():
    goal = np.zeros([2, 6, 6, 1], np.float32)
    goal[:, :, 3:] = 1.0
    blurred, darker = goal[0].copy(), goal[1].copy()
    blurred[:, 2:4, 0] = [1 / 3, 2 / 3]
    darker[:, 3:] -= np.sqrt(2 / 9 / 3)  # everywhere a little, with the edge in its place
    images = tf.constant([blurred, darker])
    np.testing.assert_allclose(*distance(images, goal, "l2"), rtol=1e-5)
    assert float(edge_distance(images, goal)[0]) > 2 * float(edge_distance(images, goal)[1])


def test_flow_energy_and_roughness_by_hand():
    # one step, 2 x 2 pixels: flows (1, 0) (1, 2) above (0, 0) (0, 0)
    flow = tf.constant([[[[[1.0, 0.0], [1.0, 2.0]], [[0.0, 0.0], [0.0, 0.0]]]]])
    np.testing.assert_allclose(flow_energy(flow), [[(1 + 5) / 4]])
    # Right: 4 and 0 over 2 pairs. Down: 1 and 5 over 2 pairs.
    np.testing.assert_allclose(flow_roughness(flow), [[4 / 2 + 6 / 2]])


def test_folds_are_flows_whose_map_turns_over():
    """Of F = (a x, b y) the determinant is (1 + a)(1 + b) everywhere; a fold agrees with the yardstick of folding."""
    x, y = np.meshgrid(np.arange(5.0), np.arange(4.0))

    def stretched(a, b):
        return np.float32(np.stack([a * x, b * y], axis=-1))

    flows = np.stack([stretched(0, 0), stretched(-0.5, -0.5), stretched(-0.9, 0), stretched(-1.5, 1), stretched(3, 2)])
    np.testing.assert_allclose(flow_folds(tf.constant(flows)), [0, 0, 0.1**2, 1.2**2, 0], atol=1e-6)
    np.testing.assert_array_equal(folding(flows), [0, 0, 0, 1, 0])


def test_painted_share_by_hand():
    alpha = tf.reshape([1.0, 0.5, 0.25, 1.0, 1.0, 1.0], [1, 3, 1, 2, 1])  # three steps of 1 x 2 pixels
    np.testing.assert_allclose(painted_share(alpha), [[0.5 / 2, 0.75 / 2, 0.0]])


def test_the_spread_of_steps_by_hand_and_at_rest():
    states = tf.reshape([0.0, 0.3, 0.4, 0.4, 1.0], [1, 5, 1, 1, 1])  # steps of .3, .1, 0 and .6
    lengths = [np.array([0.3, 0.1, 0.0, 0.6])[:count] for count in range(1, 5)]
    by_hand = [0.0, *(np.sum((each - each.mean()) ** 2) for each in lengths)]
    with tf.GradientTape() as tape:
        tape.watch(states)
        found = step_spread(states)
        last = found[0, -1]
    np.testing.assert_allclose(found[0], by_hand, atol=1e-6)
    # d/d s_1: the first step grows, the second shrinks: 2 (.3 - .25) - 2 (.1 - .25)
    gradient = tape.gradient(last, states)[0, :, 0, 0, 0].numpy()
    assert gradient[1] == pytest.approx(2 * 0.05 + 2 * 0.15, abs=1e-5) and np.isfinite(gradient).all()


def test_a_detour_of_even_steps_costs_no_evenness():
    around = tf.constant([[0, 0], [0, 1], [1, 1], [1, 0]], tf.float32)[tf.newaxis, :, :, tf.newaxis, tf.newaxis]
    np.testing.assert_allclose(step_spread(around), np.zeros([1, 4]), atol=1e-6)


def test_the_pyramid_has_a_slope_where_what_is_misplaced_does_not_overlap():
    """Of two dots that are apart, one pixel nearer changes no squared distance, but the pyramid's."""
    images = np.zeros([3, 16, 16, 1], np.float32)
    images[[0, 1, 2], 8, [2, 8, 10]] = 1.0
    near, far = (pyramid_distance(tf.constant(images[place]), tf.constant(images[2])) for place in (1, 0))
    assert distance(images[1:2], images[2:], "l2") == distance(images[:1], images[2:], "l2")
    assert float(near) < 0.7 * float(far)


def test_the_pyramid_weighs_a_wide_difference_by_its_width(random):
    image = random.uniform(size=[2, 64, 64, 3]).astype(np.float32)
    found = pyramid_distance(tf.constant(image), tf.constant(image + 0.1)).numpy()
    # Each level sees the same 0.1 at a quarter of the pixels. The border, which the filter reads as equal, takes some,
    # most at the coarsest level, of 4 x 4.
    whole = (4 + 16 + 64 + 256) * 64 * 64 * 3 * 0.01
    assert 0.6 * whole < found[0] < whole


def test_the_pyramid_prefers_a_line_nearer_in_angle_all_the_way_round():
    lines = tf.constant(draw_lines(np.radians([0, 30, 60, 90, 120, 150])) / np.float32(255))
    far = pyramid_distance(lines[1:], lines[:1]).numpy()
    assert np.all(np.diff(far) > 0.015 * far[-1]), far
    plain = distance(lines[1:], lines[:1], "l2").numpy()
    assert not np.all(np.diff(plain) > 0)
