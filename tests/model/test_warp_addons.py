"""The warp beside TensorFlow Addons', where they are installed: TensorFlow 2.15 only, and at their end of life."""

import numpy as np
import pytest
import tensorflow as tf

from tf_interp.model.transforms.warp import warp

addons = pytest.importorskip("tensorflow_addons", reason="TensorFlow Addons go with TensorFlow 2.15")


def values_and_gradients(function, image, flow, upstream):
    image, flow = tf.constant(image), tf.constant(flow)
    with tf.GradientTape() as tape:
        tape.watch([image, flow])
        warped = function(image, flow)
    return [warped, *tape.gradient(warped, [image, flow], tf.constant(upstream))]


def of_addons(image, flow):
    return addons.image.dense_image_warp(image, -flow[..., ::-1])


@pytest.mark.parametrize("shape", [(2, 7, 5, 3), (1, 2, 2, 1), (3, 28, 28, 1)])
@pytest.mark.parametrize("reach", [0, 3, 40], ids=["on the grid", "about", "far outside"])
def test_values_and_both_gradients_are_those_of_tensorflow_addons(random, shape, reach):
    image, upstream = random.normal(size=[2, *shape]).astype(np.float32)
    flow = random.uniform(-reach, reach, (*shape[:3], 2)).astype(np.float32)
    flow[:, ::2] = np.rint(flow[:, ::2])  # positions at the kinks of bilinear interpolation too
    found = values_and_gradients(warp, image, flow, upstream)
    for mine, theirs in zip(found, values_and_gradients(of_addons, image, flow, upstream)):
        np.testing.assert_allclose(mine, theirs, rtol=0, atol=2e-6)
