"""The networks of Fig. 2: shapes at any size, initial state, dtypes, what reaches what."""

import numpy as np
import pytest
import tensorflow as tf

from tf_interp.errors import InputError
from tf_interp.model.networks.blocks import stacked_channels
from tf_interp.model.networks.critic import CriticNetwork
from tf_interp.model.networks.policy import Policy
from tf_interp.model.networks.transformer import Transformer
from tf_interp.model.networks.value import Value
from tf_interp.model.structs import FlowRange
from tf_interp.model.transforms import collect_heads

ALL = ("warp", "recolor", "blend")


def images(random, shape, batch=3):
    return tf.constant(random.uniform(size=[batch, *shape]), tf.float32)


ALL_LEFT = tf.ones([3])  # of the steps, in each of three walks


def transformer(shape, features=(4, 6, 8), names=ALL, dtype="float32", sigma_flow=None):
    return Transformer(shape, 5, features, collect_heads(names, shape[-1], FlowRange(3.0, sigma_flow)), dtype=dtype)


@pytest.mark.parametrize("shape", [(28, 28, 1), (27, 31, 3), (5, 6, 1), (64, 48, 3)])
def test_any_height_and_width(random, shape):
    state, goal = images(random, shape), images(random, shape)
    policy = Policy(5, (4, 6, 8), 0.1)(state, goal, ALL_LEFT)
    assert policy.mean.shape == policy.stddev.shape == (3, 5) and policy.stop_logit.shape == (3,)
    assert Value((4, 6))(state, goal, ALL_LEFT).shape == CriticNetwork((4, 6))(state).shape == (3,)
    params = transformer(shape)(state, policy.mean)
    height, width, channels = shape
    assert {name: tuple(value.shape[1:]) for name, value in params.items()} == {
        "mu_flow": (height, width, 2),
        "alpha_recolor": (height, width, 1),
        "recolor_matrix": (channels, channels),
        "recolor_bias": (channels,),
        "alpha_blend": (height, width, 1),
        "synthesis": (height, width, channels),
    }


def test_too_many_levels_for_the_image():
    with pytest.raises(InputError, match="transformer_features: 4 levels are too many for images of 6 x 28 pixels"):
        transformer((6, 28, 1), features=(4, 4, 4, 4))


def test_halved_maps_are_bilinear_between_every_second_pixel(random):
    shape = (12, 10, 1)
    net = Transformer(shape, 5, (4, 6, 8), collect_heads(("warp",), 1, FlowRange(3.0)), halvings=1)
    whole = transformer(shape, names=("warp",))
    state, command = images(random, shape), tf.constant(random.normal(size=[3, 5]), tf.float32)
    for each in (net, whole):
        each(state, command)
        each.heads["mu_flow"].kernel.assign(random.normal(size=each.heads["mu_flow"].kernel.shape) / 9)
    raw = np.arctanh(net(state, command)["mu_flow"] / 3.0)
    rise = np.diff(raw, axis=2)  # the inner ones are, by pairs, half the two around them
    np.testing.assert_allclose(rise[:, :, 2:-2:2], (rise[:, :, 1:-3:2] + rise[:, :, 3:-1:2]) / 2, atol=1e-4)
    assert net.count_params() < whole.count_params()
    with pytest.raises(InputError, match="map_halvings: 3 is more than the 2 of transformer_features"):
        Transformer(shape, 5, (4, 6, 8), {}, halvings=3)


def test_parameter_counts_by_hand():
    policy = Policy(5, (4, 6), 0.1)
    policy(tf.zeros([1, 9, 8, 1]), tf.zeros([1, 9, 8, 1]), tf.ones([1]))
    body = (4 * 4 * 2 * 4 + 4) + (4 * 4 * 4 * 6 + 6)  # 9 x 8 -> 5 x 4 -> 3 x 2
    assert policy.count_params() == body + (3 * 2 * 6 + 1) * (5 + 5 + 1)
    net = transformer((9, 8, 1), features=(4, 6), names=("warp",))
    net(tf.zeros([1, 9, 8, 1]), tf.zeros([1, 5]))
    encoder = (9 * 1 * 4 + 4) + (9 * 4 * 6 + 6)
    command = (5 + 1) * 5 * 4 * 6
    bottleneck, up, decoder = 9 * 12 * 6 + 6, 16 * 6 * 4 + 4, 9 * 8 * 4 + 4
    assert net.count_params() == encoder + command + bottleneck + up + decoder + (9 * 4 * 2 + 2)


def test_an_untrained_transformer_stands_still(random):
    shape = (11, 10, 3)
    params = transformer(shape)(images(random, shape), tf.constant(random.normal(size=[3, 5]), tf.float32))
    np.testing.assert_array_equal(params["mu_flow"], np.zeros([3, 11, 10, 2]))
    np.testing.assert_allclose(params["recolor_matrix"], np.tile(np.eye(3), (3, 1, 1)))
    assert float(tf.reduce_min(params["alpha_blend"])) > 0.95
    assert float(tf.reduce_min(params["alpha_recolor"])) > 0.95


def test_stochastic_transformer_predicts_sigma_flow(random):
    shape = (6, 7, 1)
    params = transformer(shape, names=("warp",), sigma_flow=0.5)(images(random, shape), tf.zeros([3, 5]))
    assert set(params) == {"mu_flow", "sigma_flow"} and params["sigma_flow"].shape == (3, 6, 7, 2)
    assert float(tf.reduce_min(params["sigma_flow"])) > 0


def test_the_remaining_steps_are_a_constant_plane_beside_both_images(random):
    shape = (8, 8, 1)
    state, goal = images(random, shape), images(random, shape)
    for network in (Policy(5, (4,), 0.1, counts_steps=True), Value((4,), counts_steps=True)):
        network(state, goal, ALL_LEFT)
        kernel = network.body.layers[0].kernel
        assert kernel.shape[2] == 3
        kernel.assign(tf.concat([tf.zeros_like(kernel[:, :, :2]), tf.ones_like(kernel[:, :, 2:])], axis=2))
        seen = network.body.maps(stacked_channels(state, goal, tf.constant([1.0, 0.5, 0.0])))
        np.testing.assert_allclose(seen[:, 1, 1], np.outer([16.0, 8.0, 0.0], np.ones(4)))  # 4 x 4 pixels of it
        told = [tf.nest.flatten(network(state, goal, share))[0] for share in (ALL_LEFT, 0.5 * ALL_LEFT)]
        assert np.abs(told[0] - told[1]).min() > 0
    blind = Policy(5, (4,), 0.1)
    np.testing.assert_array_equal(blind(state, goal, ALL_LEFT).mean, blind(state, goal, 0.0 * ALL_LEFT).mean)


def test_patches_come_in_as_channels_and_go_out_as_pixels(random):
    """A head that has nothing but a bias writes it, patch by patch, in the order in which pixels came in."""
    net = Transformer((8, 12, 1), 5, (4, 6), collect_heads(("warp",), 1, FlowRange(3.0)), patch=2)
    state, command = images(random, (8, 12, 1)), tf.zeros([3, 5])
    net(state, command)
    assert net.encoder[0].kernel.shape == (3, 3, 4, 4)  # 3 x 3 patches of 2 x 2 pixels
    bias = np.float32([[[0.1, 0.2], [0.3, 0.4]], [[0.5, 0.6], [0.7, 0.8]]])  # row, column, (x, y)
    net.heads["mu_flow"].bias.assign(bias.ravel())
    flow = net(state, command)["mu_flow"]
    assert flow.shape == (3, 8, 12, 2)
    np.testing.assert_allclose(flow, np.tile(3.0 * np.tanh(bias), (3, 4, 6, 1)), rtol=1e-6)
    with pytest.raises(InputError, match="patch: images of 9 x 8 have no whole patches of 2"):
        Transformer((9, 8, 1), 5, (4, 6), {}, patch=2)
    with pytest.raises(InputError, match="4 levels are too many for images of 6 x 6 patches"):
        Transformer((12, 12, 1), 5, (4, 4, 4, 4), {}, patch=2)


def test_initial_stddev(random):
    policy = Policy(5, (4,), initial_stddev=0.3)(images(random, (8, 8, 1)), images(random, (8, 8, 1)), ALL_LEFT)
    np.testing.assert_allclose(policy.stddev, np.full([3, 5], 0.3), rtol=1e-6)
    floored = Policy(5, (4,), initial_stddev=0.3, stddev_floor=0.2, stop_bias=-2.0)
    policy = floored(images(random, (8, 8, 1)), images(random, (8, 8, 1)), ALL_LEFT)
    np.testing.assert_allclose(policy.stddev, np.full([3, 5], 0.5), rtol=1e-6)
    np.testing.assert_allclose(policy.stop_logit, [-2.0] * 3)
    floored.raw_stddev.bias.assign([-100.0] * 5)
    policy = floored(images(random, (8, 8, 1)), images(random, (8, 8, 1)), ALL_LEFT)
    np.testing.assert_allclose(policy.stddev, np.full([3, 5], 0.2), rtol=1e-6)


def perturbed(net, random, *arguments):
    net(*arguments)
    for variable in net.trainable_variables:
        variable.assign_add(random.normal(scale=0.1, size=variable.shape).astype(np.float32))
    return net


def test_every_pixel_of_the_flow_depends_on_the_command_and_on_the_image(random):
    shape = (13, 9, 1)
    image, command = images(random, shape, 1), tf.constant(random.normal(size=[1, 5]), tf.float32)
    net = perturbed(transformer(shape, names=("warp",)), random, image, command)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([image, command])
        flow = net(image, command)["mu_flow"]
        corners = [flow[0, 0, 0, 0], flow[0, -1, -1, 1]]
    for corner in corners:
        assert float(tf.reduce_min(tf.abs(tape.gradient(corner, command)))) > 0
        assert np.count_nonzero(tape.gradient(corner, image)) >= 49  # more than one 7 x 7 neighbourhood


def test_bfloat16_keeps_weights_and_outputs_in_float32_and_stays_close(random):
    shape = (12, 12, 1)
    state, goal = images(random, shape), images(random, shape)
    for build, arguments in (
        (lambda dtype: Policy(5, (4, 6), 0.1, dtype=dtype), (state, goal, ALL_LEFT)),
        (lambda dtype: Value((4, 6), dtype), (state, goal, ALL_LEFT)),
        (lambda dtype: CriticNetwork((4, 6), dtype), (state,)),
        (lambda dtype: transformer(shape, dtype=dtype), (state, tf.ones([3, 5]))),
    ):
        exact = perturbed(build("float32"), np.random.RandomState(1), *arguments)
        rough = build("mixed_bfloat16")
        rough(*arguments)
        rough.set_weights(exact.get_weights())
        assert {variable.dtype for variable in rough.trainable_variables} == {tf.float32}
        for fine, coarse in zip(tf.nest.flatten(exact(*arguments)), tf.nest.flatten(rough(*arguments))):
            assert coarse.dtype == tf.float32
            # bfloat16 carries 8 significant bits; a few layers lose a few of them.
            np.testing.assert_allclose(coarse, fine, atol=0.05 * max(1.0, float(tf.reduce_max(tf.abs(fine)))))


def test_image_and_goal_of_different_shapes_are_refused():
    with pytest.raises(InputError, match=r"image \(1, 8, 8, 1\) and goal \(1, 8, 9, 1\)"):
        Policy(5, (4,), 0.1)(tf.zeros([1, 8, 8, 1]), tf.zeros([1, 8, 9, 1]), tf.ones([1]))
