"""Composed walks: s_k as one look at s_0, against the walk that makes frame from frame."""

import numpy as np
import pytest
import tensorflow as tf

from tf_interp.config import settings
from tf_interp.model.agents import Agents
from tf_interp.model.rollout import Rules, rollout, unroll
from tf_interp.model.transforms import canvas, compose, composed

ALL = ("warp", "recolor", "blend")


def params_of_steps(random, steps, shape, flows):
    """What T might predict for some steps, within [0, 1] after every step."""
    batch, height, width, channels = shape
    for k in range(steps):
        yield {
            "mu_flow": tf.constant(flows(k), tf.float32),
            "alpha_recolor": tf.constant(random.uniform(size=[batch, height, width, 1]), tf.float32),
            "recolor_matrix": tf.constant(random.uniform(0, 0.3, [batch, channels, channels]), tf.float32),
            "recolor_bias": tf.constant(random.uniform(0, 0.1, [batch, channels]), tf.float32),
            "alpha_blend": tf.constant(random.uniform(size=[batch, height, width, 1]), tf.float32),
            "synthesis": tf.constant(random.uniform(size=shape), tf.float32),
        }


def both_forms(image, steps):
    """The last frame, made frame from frame and from s_0."""
    frame, tensor = image, canvas.packed(canvas.begun(image))
    for params in steps:
        frame = compose(ALL)(frame, params)
        tensor = composed(ALL, image.shape[-1])(tensor, params)
    return frame.numpy(), tensor[..., : image.shape[-1]].numpy()


def test_both_forms_are_equal_where_flows_are_whole_pixels(random):
    shape = (2, 8, 9, 3)
    image = tf.constant(random.uniform(size=shape), tf.float32)
    flows = random.randint(-2, 3, [3, *shape[:3], 2])
    frame, look = both_forms(image, params_of_steps(random, 3, shape, lambda k: flows[k]))
    inside = np.s_[:, 4:-4, 4:-4]  # nearer to the border the frame repeats what is left of it, the canvas s_0's
    np.testing.assert_allclose(look[inside], frame[inside], atol=1e-6)
    assert np.abs(frame - image).max() > 0.3


def test_both_forms_are_equal_where_the_image_is_a_slope(random):
    """Bilinear interpolation of a plane is exact, however often it is repeated."""
    rows, columns = np.mgrid[:16, :16] / 40.0
    image = tf.constant(np.stack([rows + columns] * 2)[..., None], tf.float32)
    steps = [{"mu_flow": tf.fill([2, 16, 16, 2], size)} for size in (0.3, -0.6, 0.7, 0.25)]
    frame, tensor = image, canvas.packed(canvas.begun(image))
    for params in steps:
        frame, tensor = compose(("warp",))(frame, params), composed(("warp",), 1)(tensor, params)
    np.testing.assert_allclose(tensor[:, 3:-3, 3:-3, :1], frame[:, 3:-3, 3:-3], atol=1e-6)
    np.testing.assert_allclose(canvas.unpacked(tensor, 1).flow, np.full([2, 16, 16, 2], 0.65), atol=1e-6)


def test_half_a_pixel_there_and_back_is_no_blur():
    image = np.zeros([1, 9, 9, 1], np.float32)
    image[0, 4, 4] = 1.0
    there, back = ({"mu_flow": tf.fill([1, 9, 9, 2], size)} for size in (0.5, -0.5))
    frame = compose(("warp",))(compose(("warp",))(image, there), back)
    tensor = canvas.packed(canvas.begun(tf.constant(image)))
    for params in (there, back):
        tensor = composed(("warp",), 1)(tensor, params)
    assert float(frame[0, 4, 4, 0]) == pytest.approx(0.25)  # half in each direction
    np.testing.assert_allclose(tensor[..., :1], image, atol=1e-6)


def test_an_untouched_canvas_shows_its_image(random):
    image = tf.constant(random.uniform(size=[2, 5, 6, 3]), tf.float32)
    np.testing.assert_allclose(canvas.packed(canvas.begun(image))[..., :3], image, atol=2e-7)


@pytest.mark.parametrize("memory", ["store", "recompute"])
def test_a_composed_rollout_equals_the_python_loop_in_values_and_gradients(random, memory):
    config = settings(
        command_size=4, policy_features=(4, 8), transformer_features=(4, 8), transformations=ALL, composition=True,
        counts_steps=True, initial_stddev=0.3,
    )  # fmt: skip
    agents = Agents(config.model, (8, 8, 3))
    for number, variable in enumerate(agents.trainable_variables):
        variable.assign_add(0.1 * tf.random.stateless_normal(variable.shape, [number, 2]))
    start, goal = (tf.constant(random.uniform(size=[3, 8, 8, 3]), tf.float32) for _ in range(2))

    def found(walk, **how):
        with tf.GradientTape() as tape:
            tape.watch([start, goal])
            walked = walk(agents.walker, start, goal, 3, Rules(tf.constant([1, 5]), use_stop=True), **how)
            loss = tf.reduce_sum(tf.square(walked.frames - goal[:, tf.newaxis]))
        sources = [start, goal, *agents.trainable_variables]
        return [walked.frames, *tape.gradient(loss, sources, unconnected_gradients=tf.UnconnectedGradients.ZERO)]

    reference, looped = found(unroll), tf.function(lambda: found(rollout, memory=memory))()
    assert float(tf.reduce_max(tf.abs(reference[0][:, -1] - start))) > 0.05
    for expected, value in zip(reference, looped):
        np.testing.assert_allclose(value, expected, rtol=1e-4, atol=2e-5 * max(1.0, np.abs(expected).max()))
