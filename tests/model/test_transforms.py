"""Eq. 2, 3 and 4 against hand-computed values, NumPy oracles and finite differences."""

import warnings

import numpy as np
import oracles
import pytest
import tensorflow as tf

from tf_interp.model.structs import FlowRange
from tf_interp.model.transforms import TRANSFORMATIONS, canvas, collect_heads, compose
from tf_interp.model.transforms.blend import blend, keep_mask
from tf_interp.model.transforms.projection import projected
from tf_interp.model.transforms.recolor import recolor
from tf_interp.model.transforms.similarity import similarity_flow
from tf_interp.model.transforms.warp import inside, warp


def off_grid_flow(random, shape, reach=2):
    """Flows whose sampling positions stay at least 0.1 pixels away from the kinks of bilinear interpolation."""
    return (random.randint(-reach, reach, shape) + random.uniform(0.1, 0.9, shape)).astype(np.float32)


def gradients(function, *arguments):
    tensors = [tf.constant(argument, tf.float32) for argument in arguments]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        value = function(*tensors)
    return [gradient.numpy() for gradient in tape.gradient(value, tensors)]


@pytest.mark.parametrize("shape", [(2, 7, 5, 3), (1, 2, 2, 1), (3, 6, 9, 1)])
def test_warp_equals_bilinear_oracle_inside_and_outside_the_image(random, shape):
    image = random.uniform(size=shape).astype(np.float32)
    flow = random.uniform(-8, 8, (*shape[:3], 2)).astype(np.float32)
    np.testing.assert_allclose(warp(image, flow), oracles.warp(image, flow), atol=1e-5)


def test_warp_flow_says_where_a_pixel_comes_from_x_first():
    image = np.zeros([1, 4, 5, 1], np.float32)
    image[0, 1, 3] = 1.0  # row 1, column 3
    flow = np.zeros([1, 4, 5, 2], np.float32)
    flow[..., 0], flow[..., 1] = 2.0, -1.0
    moved = warp(image, flow).numpy()[0, :, :, 0]
    assert np.argwhere(moved > 0.5).tolist() == [[2, 1]]  # 2 to the left, 1 down


def test_warp_of_half_a_pixel_averages_neighbours():
    image = np.arange(6, dtype=np.float32).reshape(1, 2, 3, 1)
    flow = np.tile(np.float32([0.5, 0.0]), (1, 2, 3, 1))
    np.testing.assert_allclose(warp(image, flow)[0, :, :, 0], [[0.5, 1.5, 2.0], [3.5, 4.5, 5.0]])


def test_warp_without_flow_is_the_identity(random):
    image = random.uniform(size=[2, 5, 6, 3]).astype(np.float32)
    # One rounding of float32: in the last row and column a + (b - a) stands for b.
    np.testing.assert_allclose(warp(image, np.zeros([2, 5, 6, 2], np.float32)), image, rtol=0, atol=1.2e-7)


def test_warp_gradients_equal_finite_differences(random):
    image = random.uniform(size=[1, 5, 4, 2]).astype(np.float32)
    flow = off_grid_flow(random, (1, 5, 4, 2))
    weight = random.normal(size=image.shape)
    by_image, by_flow = gradients(lambda i, f: tf.reduce_sum(weight.astype(np.float32) * warp(i, f)), image, flow)
    difference = oracles.central_difference
    np.testing.assert_allclose(by_image, difference(lambda i: np.sum(weight * oracles.warp(i, flow)), image), atol=1e-4)
    np.testing.assert_allclose(by_flow, difference(lambda f: np.sum(weight * oracles.warp(image, f)), flow), atol=1e-4)


def recolor_arguments(random):
    image = random.uniform(size=[2, 3, 4, 3]).astype(np.float32)
    alpha = random.uniform(size=[2, 3, 4, 1]).astype(np.float32)
    matrix = (0.5 * np.eye(3) + 0.05 * random.uniform(size=[2, 3, 3])).astype(np.float32)
    bias = random.uniform(0.05, 0.2, size=[2, 3]).astype(np.float32)  # A I + b stays inside (0, 1), off the clip's kink
    return image, alpha, matrix, bias


def test_recolor_equals_oracle_and_clips(random):
    image, alpha, matrix, bias = recolor_arguments(random)
    np.testing.assert_allclose(
        recolor(image, alpha, matrix, bias), oracles.recolor(image, alpha, matrix, bias), atol=1e-6
    )
    loud = recolor(image, 0 * alpha, 100 * matrix, bias).numpy()
    assert loud.max() <= 1.0 and loud.min() >= 0.0


def test_recolor_matrix_rows_are_output_channels():
    image, bias = np.float32([0.2, 0.4, 0.6]).reshape(1, 1, 1, 3), np.float32([[0.0, 0.1, 0.0]])
    matrix = np.float32([[[0, 1, 0], [0, 0, 1], [1, 0, 0]]])
    output = recolor(image, np.full([1, 1, 1, 1], 0.25, np.float32), matrix, bias)
    # 0.25 * [.2, .4, .6] + 0.75 * [.4, .6 + .1, .2]
    np.testing.assert_allclose(output[0, 0, 0], [0.35, 0.625, 0.3], atol=1e-6)


def test_recolor_gradients_equal_finite_differences(random):
    arguments = recolor_arguments(random)
    weight = random.normal(size=arguments[0].shape)
    found = gradients(lambda *a: tf.reduce_sum(weight.astype(np.float32) * recolor(*a)), *arguments)
    for position, gradient in enumerate(found):

        def value(x, position=position):
            return np.sum(weight * oracles.recolor(*(x if i == position else a for i, a in enumerate(arguments))))

        np.testing.assert_allclose(gradient, oracles.central_difference(value, arguments[position]), atol=1e-4)


def test_blend_by_hand():
    image, paint = np.full([1, 1, 2, 1], 0.8, np.float32), np.full([1, 1, 2, 1], 0.2, np.float32)
    alpha = np.float32([1.0, 0.25]).reshape(1, 1, 2, 1)
    np.testing.assert_allclose(blend(image, alpha, paint)[0, 0, :, 0], [0.8, 0.35], atol=1e-6)


def test_blend_gradients_equal_finite_differences(random):
    arguments = [random.uniform(size=[2, 3, 2, c]).astype(np.float32) for c in (3, 1, 3)]
    weight = random.normal(size=arguments[0].shape)
    found = gradients(lambda *a: tf.reduce_sum(weight.astype(np.float32) * blend(*a)), *arguments)
    for position, gradient in enumerate(found):

        def value(x, position=position):
            image, alpha, paint = (x if i == position else a for i, a in enumerate(arguments))
            return np.sum(weight * (alpha * image + (1 - alpha) * paint))

        np.testing.assert_allclose(gradient, oracles.central_difference(value, arguments[position]), atol=1e-4)


def raw_zeros(names, size=(4, 5), channels=3):
    heads = collect_heads(names, channels, FlowRange(3.0))
    return {n: h.activation(tf.zeros([2, *(size if h.per_pixel else ()), h.size])) for n, h in heads.items()}


def test_heads_at_zero_stand_for_keeping_the_image(random):
    image = random.uniform(size=[2, 4, 5, 3]).astype(np.float32)
    names = ("warp", "recolor", "blend")
    np.testing.assert_allclose(compose(names)(image, raw_zeros(names)), image, atol=1e-6)


def test_the_blend_mask_keeps_fully_and_yet_learns():
    def slope(x):  # of the sigmoid, scaled as the mask is
        return np.exp(-x) / (1 + np.exp(-x)) ** 2 * (1 + np.exp(-3))

    raw = tf.constant([-3.0, 0.0, 0.5, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(raw)
        mask = keep_mask(raw)
        # The objective falls as the 2nd and 4th mask fall, and as the 1st and 3rd rise.
        objective = tf.reduce_sum([-1.0, 1.0, -1.0, 1.0] * mask)
    np.testing.assert_allclose(mask, [0.5 * (1 + np.exp(-3)), 1, 1, 1], atol=1e-6)
    assert float(tf.reduce_max(mask)) <= 1.0
    np.testing.assert_allclose(tape.gradient(objective, raw), [-slope(0), slope(3), 0, slope(5)], atol=1e-6)


def test_what_left_its_bounds_learns_to_return():
    x = tf.constant([-0.5, 0.0, 0.25, 1.0, 1.5])
    for direction, passing in ((1.0, [0, 0, 1, 1, 1]), (-1.0, [-1, -1, -1, 0, 0])):  # down, then up
        (found,) = gradients(lambda x, direction=direction: tf.reduce_sum(direction * projected(x, 0.0, 1.0)), x)
        np.testing.assert_array_equal(found, passing)
    np.testing.assert_array_equal(projected(x, 0.0, 1.0), [0, 0, 0.25, 1, 1])


def test_flow_is_bounded_and_sigma_positive():
    heads = collect_heads(("warp",), 1, FlowRange(3.0, initial_sigma=0.5, sigma_floor=0.2))
    raw = tf.constant([-1e3, -0.5, 0.0, 0.5, 1e3])
    np.testing.assert_allclose(heads["mu_flow"].activation(raw)[::4], [-3.0, 3.0])
    sigma = heads["sigma_flow"].activation(raw)
    assert float(sigma[2]) == pytest.approx(0.7) and float(tf.reduce_min(sigma)) == pytest.approx(0.2)
    free = collect_heads(("warp",), 1, FlowRange(3.0, initial_sigma=0.5))["sigma_flow"].activation(raw)
    assert float(free[2]) == pytest.approx(0.5, abs=0.002) and float(tf.reduce_min(free)) > 0.0
    assert "sigma_flow" not in collect_heads(("warp",), 1, FlowRange(3.0))


def test_compose_applies_in_the_order_given(random):
    image = random.uniform(size=[1, 3, 4, 1]).astype(np.float32)
    params = {
        "mu_flow": tf.ones([1, 3, 4, 2]),
        "alpha_blend": tf.constant(random.uniform(size=[1, 3, 4, 1]), tf.float32),
        "synthesis": tf.constant(random.uniform(size=[1, 3, 4, 1]), tf.float32),
    }
    warp_only, blend_only = TRANSFORMATIONS["warp"].apply, TRANSFORMATIONS["blend"].apply
    warped_first = compose(("warp", "blend"))(image, params)
    np.testing.assert_array_equal(warped_first, blend_only(warp_only(image, params), params))
    assert np.abs(warped_first - compose(("blend", "warp"))(image, params)).max() > 0.01


@pytest.mark.parametrize("shape", [(2, 9, 7, 1), (2, 8, 8, 3)])
@pytest.mark.parametrize("on_grid", [False, True])
def test_values_and_gradients_of_the_warp_are_those_of_tensorflow_addons(random, shape, on_grid):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it announces its end of life
        addons = pytest.importorskip("tensorflow_addons", reason="TensorFlow Addons needs TensorFlow 2.15")
    flow = random.uniform(-5, 5, [*shape[:3], 2]).astype(np.float32)
    flow = tf.constant(np.round(flow) if on_grid else flow)
    image, upstream = (tf.constant(random.uniform(size=shape), tf.float32) for _ in range(2))

    def found(function):
        with tf.GradientTape() as tape:
            tape.watch([image, flow])
            warped = function(image, flow)
            total = tf.reduce_sum(upstream * warped)
        return warped, *tape.gradient(total, [image, flow])

    reference = found(lambda image, flow: addons.image.dense_image_warp(image, -flow[..., ::-1]))
    for expected, own in zip(reference, found(warp)):
        np.testing.assert_allclose(own, expected, rtol=1e-5, atol=2e-6)  # sums are made in another order


def test_the_flow_of_a_similarity_by_hand():
    quarter = tf.constant([[np.pi / 2, 0.0, 0.0, 0.0]], tf.float32)
    # About the centre (1, 1): what is shown above it, at (1, 0), comes from the right of it, (2, 1).
    np.testing.assert_allclose(similarity_flow(quarter, 3, 3)[0, 0, 1], [1.0, 1.0], atol=1e-6)
    np.testing.assert_allclose(similarity_flow(quarter, 3, 3)[0, 1, 1], [0.0, 0.0], atol=1e-6)
    twice = tf.constant([[0.0, np.log(2.0), 3.0, -1.0]], tf.float32)  # read from twice as far, 3 right and 1 up
    np.testing.assert_allclose(similarity_flow(twice, 5, 4)[0, 0, 3], [1.5 + 3, -2.0 - 1], atol=1e-6)


def test_what_comes_from_outside_fades_over_one_pixel():
    flow = tf.constant(
        [[[[-0.25, 0.0], [0.0, 0.0], [0.5, 0.5]], [[-1.5, 0.0], [2.0, 0.25], [0.0, 0.0]]]]
    )  # 2 x 3 pixels
    np.testing.assert_allclose(inside(flow)[0, :, :, 0], [[0.75, 1.0, 0.5], [0.0, 0.0, 1.0]])


def test_the_corners_of_a_turned_image_are_black_composed_or_not():
    params = {"similarity": tf.constant([[np.pi / 4, 0.0, 0.0, 0.0]], tf.float32)}
    turned = TRANSFORMATIONS["similarity"].apply(tf.ones([1, 9, 9, 1]), params)
    # The pixel x to the right of the centre and 4 above it comes from |x - 4| / sqrt(2) off the centre along y, of 4
    # that there are: for x = -4, -3 and -2 from 1.657, 0.950 and 0.243 outside.
    np.testing.assert_allclose(turned[0, 0, :5, 0], [0.0, 0.050, 0.757, 1.0, 1.0], atol=1e-3)
    whole = canvas.begun(tf.ones([1, 9, 9, 1]))
    np.testing.assert_allclose(canvas.rendered(TRANSFORMATIONS["similarity"].compose(whole, params)), turned, atol=1e-6)


def test_four_quarter_turns_are_the_identity_and_one_is_numpys(random):
    image = random.uniform(size=[2, 7, 7, 3]).astype(np.float32)
    turned, params = image, {"similarity": tf.tile([[np.pi / 2, 0.0, 0.0, 0.0]], [2, 1])}
    for quarters in range(1, 5):
        turned = TRANSFORMATIONS["similarity"].apply(turned, params)
        np.testing.assert_allclose(turned, np.rot90(image, quarters, axes=(1, 2)), atol=2e-5)
