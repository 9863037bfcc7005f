"""Networks applied to every frame."""

import numpy as np
import pytest
import tensorflow as tf

from tf_interp.system.keras2 import keras
from tf_interp.training.frames import AT_ONCE, per_frame


def test_walks_and_steps_stay_in_their_places():
    frames = tf.reshape(tf.range(12.0), [2, 3, 1, 2, 1])
    found = per_frame(lambda image: tf.reduce_sum(image, axis=[1, 2, 3]), frames)
    np.testing.assert_array_equal(found, [[1, 5, 9], [13, 17, 21]])
    vectors = per_frame(lambda a, b: (a - 2 * b)[:, 0, :, 0], frames, frames)
    np.testing.assert_array_equal(vectors[1, 2], [-10, -11])


@pytest.mark.parametrize("compiled", [False, True])
def test_many_frames_one_by_one_are_as_all_at_once(compiled, random):
    layer = keras.layers.Conv2D(3, 3)
    layer(tf.zeros([1, 4, 4, 2]))
    frames, others = (tf.constant(random.randn(2, AT_ONCE + 1, 4, 4, 1), tf.float32) for _ in range(2))
    weights = tf.constant(random.randn(2, AT_ONCE + 1, 2, 2, 3), tf.float32)

    def network(image, other):
        return tf.square(layer(tf.concat([image, other], axis=-1)))

    def at_once(*images):
        flat = network(*(tf.reshape(each, [-1, 4, 4, 1]) for each in images))
        return tf.reshape(flat, [2, AT_ONCE + 1, 2, 2, 3])

    def gradients(apply):
        with tf.GradientTape() as tape:
            tape.watch([frames, others])
            loss = tf.reduce_sum(weights * apply(frames, others))
        return loss, tape.gradient(loss, [frames, others, *layer.trainable_variables])

    run = tf.function(gradients) if compiled else gradients
    found, expected = run(lambda *images: per_frame(network, *images)), gradients(at_once)
    for own, other in zip(tf.nest.flatten(found), tf.nest.flatten(expected)):
        np.testing.assert_allclose(own, other, rtol=1e-5, atol=1e-5)


def activations(steps):
    """Tensors [B*K,...] that a compiled gradient computes: what is held of all frames together."""
    layer = keras.layers.Conv2D(3, 3)
    layer(tf.zeros([1, 4, 4, 1]))

    @tf.function
    def gradient(frames):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(per_frame(layer, frames))
        return tape.gradient(loss, layer.trainable_variables)

    graph = gradient.get_concrete_function(tf.TensorSpec([2, steps, 4, 4, 1])).graph
    return [op.type for op in graph.get_operations() if op.type.startswith("Conv2D")]


def test_activations_of_many_frames_are_never_held_together():
    assert activations(AT_ONCE) and not activations(AT_ONCE + 1)  # convolutions outside of the loops
