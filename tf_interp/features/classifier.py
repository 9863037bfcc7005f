"""The small digit classifier in whose features walks are measured, and perceptual goal rewards given.

Deliberately plain: two strided convolutions, 64 penultimate features, softmax. The weights for MNIST ship in
`classifier_mnist/` beside this module; `tf-interp classifier` makes them, or others.
"""

import json
from pathlib import Path
from typing import NamedTuple, Optional, Sequence, Tuple

import numpy as np
import tensorflow as tf

from tf_interp.errors import FileError, InputError
from tf_interp.model.structs import ImageShape
from tf_interp.system import files
from tf_interp.system.keras2 import keras
from tf_interp.system.weights import read_weights

EMBEDDED = Path(__file__).parent / "classifier_mnist"
FEATURES, CLASSES = 64, 10
_BATCH = 500
_NORM_FLOOR = 1e-6  # an activation vector shorter than this counts as zero, not as a direction


class Activations(NamedTuple):
    """What a feature network computes of N images.

    Attributes:
        perceptual: float32 [N,P]. The squared distance of two rows is LPIPS with unit weights (Zhang et al. 2018,
            eq. 1, without the learned weights): for each convolution, the squared difference of the channel-wise unit
            vectors, averaged over positions; summed over the convolutions.
        features: float32 [N,F], the penultimate layer.
        confidence: float32 [N], largest class probability; None where the network has no classes.
    """

    perceptual: np.ndarray
    features: np.ndarray
    confidence: Optional[np.ndarray]


class Classifier(keras.Model):
    """Images float32 [B,H,W,C] in [0, 1] -> (activations of both convolutions, features [B,64], logits [B,10])."""

    def __init__(self):
        super().__init__(name="classifier")
        self.convolutions = [keras.layers.Conv2D(size, 5, 2, padding="same", activation="relu") for size in (32, 64)]
        self.penultimate = keras.layers.Dense(FEATURES, activation="relu")
        self.head = keras.layers.Dense(CLASSES)

    def call(self, images: tf.Tensor) -> Tuple[Tuple[tf.Tensor, ...], tf.Tensor, tf.Tensor]:
        h, maps = images, []
        for layer in self.convolutions:
            h = layer(h)
            maps.append(h)
        features = self.penultimate(keras.layers.Flatten()(h))
        return tuple(maps), features, self.head(features)


class FeatureExtractor:
    """A trained classifier, in NumPy clothes.

    Attributes:
        image_shape: (H, W, C) it was trained on.
        perceive: images float32 [B,H,W,C] in [0, 1] -> perceptual vectors float32 [B,P], differentiable.
    """

    def __init__(self, classifier: Classifier, image_shape: ImageShape):
        self.image_shape = tuple(image_shape)
        self.perceive = lambda images: perceptual_vectors(classifier(images)[0])
        self._compiled = tf.function(lambda images: _activations(classifier, images), reduce_retracing=True)

    def __call__(self, images: np.ndarray) -> Activations:
        """Activations of images float32 [N,H,W,C] in [0, 1].

        Raises:
            InputError: another shape than the classifier's.
        """
        self.check(images.shape[1:])
        parts = [self._compiled(images[first : first + _BATCH]) for first in range(0, len(images), _BATCH)]
        return Activations(*(np.concatenate(part) for part in zip(*parts)))

    def check(self, image_shape: ImageShape) -> None:
        """Raises InputError if images are of another shape than the classifier's."""
        if tuple(image_shape) != self.image_shape:
            raise InputError(
                f"the classifier knows images {self.image_shape}, not {tuple(image_shape)}; train one with "
                "tf-interp classifier and pass it as --classifier"
            )


def _activations(classifier: Classifier, images: tf.Tensor) -> Activations:
    maps, features, logits = classifier(images)
    return Activations(perceptual_vectors(maps), features, tf.reduce_max(tf.nn.softmax(logits), axis=1))


def perceptual_vectors(maps: Sequence[tf.Tensor]) -> tf.Tensor:
    """The vectors whose squared distance is LPIPS with unit weights, see `Activations`; float32 [B,P].

    Args:
        maps: activations float32 [B,H,W,*] of any number of convolutions.
    """
    rows = []
    for activation in maps:
        squares = tf.reduce_sum(tf.square(activation), axis=-1, keepdims=True)
        unit = activation * tf.math.rsqrt(tf.maximum(squares, _NORM_FLOOR**2))
        positions = activation.shape[1] * activation.shape[2]
        rows.append(tf.reshape(unit, [-1, positions * activation.shape[3]]) / positions**0.5)
    return tf.concat(rows, axis=1)


def save_classifier(classifier: Classifier, image_shape: ImageShape, record: dict, folder: Path) -> None:
    """Writes weights, image shape and `record` (how it was trained) to `folder`, atomically."""
    with files.replaced_folder(folder) as fresh:
        tf.train.Checkpoint(classifier=classifier).write(str(fresh / "weights"))
        files.write_json(fresh / "config.json", {"kind": "classifier", "image_shape": list(image_shape), **record})


def load_classifier(folder: Optional[str] = None) -> FeatureExtractor:
    """Loads what `save_classifier` wrote; None for the embedded MNIST classifier.

    Raises:
        FileError: nothing there, or it is damaged.
    """
    root = EMBEDDED if folder is None else Path(folder)
    try:
        content = json.loads((root / "config.json").read_text(encoding="utf-8"))
        known = content.get("kind") == "classifier"
    except (OSError, ValueError, AttributeError):
        known = False
    if not known:
        raise FileError(f"no classifier in {root}: a config.json of kind classifier should be there")
    image_shape = tuple(content["image_shape"])
    classifier = Classifier()
    classifier(tf.zeros([1, *image_shape]))
    read_weights(tf.train.Checkpoint(classifier=classifier), root)
    return FeatureExtractor(classifier, image_shape)
