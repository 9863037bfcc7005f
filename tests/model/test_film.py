"""Parts of steps: a walk is there between its frames, and a film of it is even."""

import numpy as np
import pytest
import tensorflow as tf

from tf_interp import load_interpolator
from tf_interp.data import mnist
from tf_interp.data.pairs import held_out_pairs
from tf_interp.errors import InputError
from tf_interp.evaluation.held_out import images_of_pairs
from tf_interp.model.film import film
from tf_interp.model.parts import Parts
from tf_interp.model.structs import Command, Path, PolicyOutput, Trajectory
from tf_interp.model.transforms import TRANSFORMATIONS, compose, part_of
from tf_interp.pretrained import MNIST_BPTT


@pytest.fixture(scope="module")
def walks():
    test = mnist.load_split("test").images
    return load_interpolator(MNIST_BPTT)(*images_of_pairs(test, held_out_pairs(len(test), 3)))


def test_whole_times_are_the_frames(walks):
    for k in range(6):
        np.testing.assert_allclose(walks.at(k), walks.frames[:, k], atol=1e-6)
    between = walks.at(1.5)
    assert np.abs(between - walks.frames[:, 1]).max() > 0.05 and np.abs(between - walks.frames[:, 2]).max() > 0.05
    np.testing.assert_allclose(walks.at([4.2, 1.5, 4.7])[1], between, atol=1e-6)
    with pytest.raises(InputError, match="t: 5.5 is outside the allowed range 0 to 5, the steps of this walk"):
        walks.at(5.5)


def params():
    """Of every transformation, for one image of 4 x 4 pixels with one channel."""
    return {
        "mu_flow": tf.fill([1, 4, 4, 2], 0.8), "similarity": tf.constant([[0.2, 0.01, 0.5, -0.5]]),
        "alpha_blend": tf.fill([1, 4, 4, 1], 0.25), "synthesis": tf.fill([1, 4, 4, 1], 0.9),
        "alpha_recolor": tf.fill([1, 4, 4, 1], 0.5), "recolor_matrix": tf.constant([[[0.5]]]),
        "recolor_bias": tf.constant([[0.1]]),
    }  # fmt: skip


@pytest.mark.parametrize("name", TRANSFORMATIONS)
def test_no_part_leaves_the_image_and_all_of_it_is_the_step(name):
    image = tf.constant(np.random.RandomState(0).rand(1, 4, 4, 1).astype(np.float32))
    step = compose([name])
    np.testing.assert_allclose(step(image, part_of([name], params(), 0.0)), image, atol=1e-6)
    np.testing.assert_allclose(step(image, part_of([name], params(), 1.0)), step(image, params()), atol=1e-6)


def test_half_of_a_blend_paints_half_as_much():
    image = tf.zeros([1, 4, 4, 1])
    half = compose(["blend"])(image, part_of(["blend"], params(), 0.5))
    np.testing.assert_allclose(half, 0.5 * 0.75 * 0.9 * np.ones([1, 4, 4, 1]), atol=1e-6)
    assert float(part_of(["warp"], params(), 0.25)["flow"][0, 0, 0, 0]) == pytest.approx(0.2)


@pytest.mark.parametrize("composition", [False, True])
def test_composed_walks_have_parts_too_and_stopped_ones_stay(composition):
    """Two steps that move a ramp by 1/2 a pixel each, of which the second walk takes one."""
    ramp = np.tile(np.arange(8, dtype=np.float32) / 8, (2, 8, 1))[..., None]
    flow = tf.tile(tf.constant([[[[[-0.5, 0.0]]]]]), [2, 2, 8, 8, 1])
    zeros = tf.zeros([2, 2, 1])
    moved = ramp - 0.5 / 8 * np.arange(3)[:, None, None, None, None]
    frames = tf.constant(np.stack([moved[:, 0], np.stack([moved[0, 1], moved[1, 1], moved[1, 1]])]).astype(np.float32))
    active = tf.constant([[True, True], [True, False]])
    command = Command(PolicyOutput(zeros, zeros + 1.0, zeros[..., 0]), zeros, ~active)
    walks = Trajectory(frames, tf.constant(ramp), command, {"mu_flow": flow}, active)
    (found,) = Parts(("warp",), composition, walks)(1, [0.5])
    inside = slice(2, 7)
    np.testing.assert_allclose(found[0, :, inside], ramp[0, :, inside] - 0.75 / 8, atol=1e-5)
    np.testing.assert_allclose(found[1, :, inside], ramp[1, :, inside] - 0.5 / 8, atol=1e-5)


def test_a_film_is_even_from_the_start_to_the_goal(walks):
    goal = np.roll(walks.frames[0, -1], 2, axis=1)  # which the walk missed by far
    images = film(walks, goal, 60)
    steps = np.sqrt(np.square(np.diff(images, axis=0)).sum(axis=(1, 2, 3)))
    assert images.shape == (60, 28, 28, 1) and steps.max() / steps.mean() < 1.3
    np.testing.assert_array_equal(images[0], walks.frames[0, 0])
    np.testing.assert_array_equal(images[-1], goal)


def test_a_film_fades_from_where_the_walk_stops():
    def part(k, times):
        return np.float32(k + times).reshape(-1, 1, 1, 1, 1)

    frames = np.minimum(np.arange(4, dtype=np.float32), 2).reshape(1, 4, 1, 1, 1)
    stopped = Path(frames, np.array([2]), np.zeros([1, 3, 1]), part)
    goal = np.full([1, 1, 1], 4.0, np.float32)
    np.testing.assert_allclose(film(stopped, goal, 9).ravel(), np.arange(9) / 2, atol=1e-6)
    standing = stopped._replace(frames=0 * frames, lengths=np.array([0]))
    np.testing.assert_allclose(film(standing, goal, 5).ravel(), np.arange(5), atol=1e-6)
    np.testing.assert_allclose(film(standing, 0 * goal, 3), 0)
    with pytest.raises(InputError, match="frames: 1 is below the smallest allowed value 2"):
        film(stopped, goal, 1)
