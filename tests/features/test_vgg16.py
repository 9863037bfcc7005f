"""What VGG16 makes of faces, in the perceptual goal reward; without its weights, which have to be downloaded."""

import numpy as np
import tensorflow as tf

from tf_interp.features.perception import load_perception


def test_faces_are_perceived_by_five_layers_of_vgg16(monkeypatch):
    vgg16 = tf.keras.applications.vgg16
    build = vgg16.VGG16
    monkeypatch.setattr(vgg16, "VGG16", lambda weights, **options: build(weights=None, **options))
    perceive = load_perception("celeba", None, (32, 32, 3))
    seen = perceive(tf.random.stateless_uniform([2, 32, 32, 3], [0, 1]))
    # The sum over 5 convolutions of the mean squared length of unit vectors.
    np.testing.assert_allclose(tf.reduce_sum(tf.square(seen), axis=1), [5.0, 5.0], rtol=1e-4)
