"""Networks of images, applied to every frame of rollouts."""

from typing import Callable, Sequence

import tensorflow as tf

AT_ONCE = 8
"""Frames of a rollout that are looked at together."""


def per_frame(network: Callable[..., tf.Tensor], *images: tf.Tensor) -> tf.Tensor:
    """Applies a network of images [B,H,W,C] -> [B,...] to images [B,K,H,W,C] -> [B,K,...]; also of numbers [B].

    If K is more than `AT_ONCE`, a network sees one frame after the other, and sees it again in the backward pass. So
    memory for its activations does not grow with K, which would undo what `model.memory` saves.

    Args:
        network: of one or more batches of images; float32, differentiable in them and in any variables.
        images: float32 [B,K,H,W,C] or [B,K] each; K is static.
    """
    batch, steps = tf.shape(images[0])[0], images[0].shape[1]
    if steps > AT_ONCE:
        return _first_two_swapped(_one_by_one(network, steps, [_first_two_swapped(each) for each in images]))
    found = network(*(tf.reshape(image, [-1, *image.shape[2:]]) for image in images))
    return tf.reshape(found, [batch, steps, *found.shape[1:]])


def _one_by_one(network: Callable[..., tf.Tensor], steps: int, images: Sequence[tf.Tensor]) -> tf.Tensor:
    """[K,B,H,W,C] each -> [K,B,...]."""

    @tf.custom_gradient
    def run(*images: tf.Tensor):
        def look(k, array):
            return k + 1, array.write(k, network(*(each[k] for each in images)))

        _, array = _loop(look, (tf.constant(0), tf.TensorArray(tf.float32, size=steps)), steps)

        def gradient(upstream: tf.Tensor, variables: Sequence[tf.Variable] = ()):
            def look_again(k, totals, arrays):
                frame = [each[k] for each in images]
                with tf.GradientTape() as tape:
                    tape.watch(frame)
                    value = network(*frame)
                slopes = tape.gradient(
                    value, [*frame, *variables], upstream[k], unconnected_gradients=tf.UnconnectedGradients.ZERO
                )
                arrays = [array.write(k, slope) for array, slope in zip(arrays, slopes)]
                return k + 1, [total + slope for total, slope in zip(totals, slopes[len(frame) :])], arrays

            arrays = [tf.TensorArray(tf.float32, size=steps) for _ in images]
            begin = (tf.constant(0), [tf.zeros_like(each) for each in variables], arrays)
            _, totals, arrays = _loop(look_again, begin, steps)
            by_images = [array.stack() for array in arrays]
            return (by_images, totals) if variables else by_images

        return array.stack(), gradient

    return run(*images)


def _loop(body, begin, steps):
    """A loop that begins a frame when the one before is done."""
    return tf.while_loop(lambda k, *_: k < steps, body, begin, maximum_iterations=steps, parallel_iterations=1)


def _first_two_swapped(tensor: tf.Tensor) -> tf.Tensor:
    return tf.transpose(tensor, [1, 0, *range(2, len(tensor.shape))])
