"""The network in whose activations a perceptual goal reward compares images (section 3, fourth reward)."""

import http.client
from typing import Callable, Optional

import tensorflow as tf

from tf_interp.errors import FileError, InputError
from tf_interp.features.classifier import load_classifier, perceptual_vectors
from tf_interp.model.structs import ImageShape
from tf_interp.system.keras2 import keras

Perceive = Callable[[tf.Tensor], tf.Tensor]
"""Images float32 [B,H,W,C] in [0, 1] -> perceptual vectors float32 [B,P], differentiable."""

_VGG_SMALLEST = 32  # pixels along a side that VGG16 still pools five times
_VGG_LAYERS = ("block1_conv2", "block2_conv2", "block3_conv3", "block4_conv3", "block5_conv3")  # as in LPIPS


def load_perception(data: str, classifier: Optional[str], image_shape: ImageShape) -> Perceive:
    """The project's own classifier for digits; for faces VGG16, from Keras, with the weights of ImageNet.

    Keras downloads these weights, 59 MB, when they are first used, and keeps them in ~/.keras/models.

    Args:
        data: name of the data set.
        classifier: folder of a classifier; None for the one of MNIST that ships with the package.
        image_shape: (H, W, C) of the images to be compared.

    Raises:
        FileError: the classifier cannot be read, or VGG16's weights are neither in Keras's folder nor to be had.
        InputError: the classifier knows images of another shape, or the images are too small for VGG16.
    """
    if data in ("celeba", "faces"):
        return _vgg(image_shape)
    extractor = load_classifier(classifier)
    extractor.check(image_shape)
    return extractor.perceive


def _vgg(image_shape: ImageShape) -> Perceive:
    if min(image_shape[:2]) < _VGG_SMALLEST:
        raise InputError(
            f"goal_norm perceptual compares faces by VGG16, which needs {_VGG_SMALLEST} x {_VGG_SMALLEST} pixels; "
            f"these have {image_shape[0]} x {image_shape[1]}. Use --goal-norm l2"
        )
    application = keras.applications.vgg16
    try:
        body = application.VGG16(include_top=False, weights="imagenet", input_shape=image_shape)
    except Exception as error:
        if not _says_that_weights_cannot_be_had(error):
            raise
        raise FileError(
            f"goal_norm perceptual compares faces by VGG16, whose weights cannot be had: {error}. Put "
            "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5 in ~/.keras/models, or use --goal-norm l2"
        ) from None
    network = keras.Model(body.input, [body.get_layer(name).output for name in _VGG_LAYERS])
    network.trainable = False
    return lambda images: perceptual_vectors(network(application.preprocess_input(images * 255.0)))


def _says_that_weights_cannot_be_had(error: Exception) -> bool:
    """Whether Keras raises this for a failed download, a damaged file or a folder it cannot write.

    Of an address that does not answer it makes an error of the class Exception itself, and of a file with a wrong
    checksum a ValueError.
    """
    of_the_file = isinstance(error, ValueError) and "corrupted file" in str(error)
    return of_the_file or type(error) is Exception or isinstance(error, (OSError, http.client.HTTPException))
