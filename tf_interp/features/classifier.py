"""The small digit classifier in whose features walks are measured, and perceptual goal rewards given.

Deliberately plain: strided convolutions, 64 penultimate features, softmax. A distance between features depends on the
network that makes them, so there is a second classifier of another shape, trained with another seed, for a second
opinion. The weights of both for MNIST ship in folders beside this module; `tf-interp classifier` makes them, or others.
"""

from pathlib import Path
from typing import Any, Dict, Optional, Sequence, Tuple

import numpy as np
import tensorflow as tf

from tf_interp.data.sources import Source
from tf_interp.errors import FileError, InputError
from tf_interp.evaluation.activations import Activations
from tf_interp.model.structs import ImageShape
from tf_interp.system import files
from tf_interp.system.keras2 import keras
from tf_interp.system.run_folder import image_shape_of, read_json
from tf_interp.system.weights import read_weights, write_weights

EMBEDDED, SECOND = (Path(__file__).parent / name for name in ("classifier_mnist", "classifier_mnist_second"))
FEATURES, CLASSES = 64, 10
ARCHITECTURES = {"plain": ((32, 64), 5), "deeper": ((16, 32, 64), 3)}
"""Name -> channels of the convolutions, and their kernel."""
_BATCH = 500
_NORM_FLOOR = 1e-6  # an activation vector shorter than this counts as zero, not as a direction


class Classifier(keras.Model):
    """Images float32 [B,H,W,C] in [0, 1] -> (activations of each convolution, features [B,64], logits [B,10]).

    Args:
        architecture: a key of `ARCHITECTURES`.
    """

    def __init__(self, architecture: str = "plain"):
        super().__init__(name="classifier")
        self.architecture, (sizes, kernel) = architecture, ARCHITECTURES[architecture]
        self.convolutions = [keras.layers.Conv2D(size, kernel, 2, padding="same", activation="relu") for size in sizes]
        self.penultimate = keras.layers.Dense(FEATURES, activation="relu")
        self.head = keras.layers.Dense(CLASSES)

    def call(self, images: tf.Tensor) -> Tuple[Tuple[tf.Tensor, ...], tf.Tensor, tf.Tensor]:
        """See the class."""
        h, maps = images, []
        for layer in self.convolutions:
            h = layer(h)
            maps.append(h)
        features = self.penultimate(keras.layers.Flatten()(h))
        return tuple(maps), features, self.head(features)


class FeatureExtractor:
    """A trained classifier as a feature network: NumPy arrays in, `Activations` out.

    Attributes:
        image_shape: (H, W, C) it was trained on.
        trained_on: the data it was trained on.
        perceive: images float32 [B,H,W,C] in [0, 1] -> perceptual vectors float32 [B,P], differentiable.
    """

    def __init__(self, classifier: Classifier, image_shape: ImageShape, trained_on: Source):
        self.image_shape, self.trained_on = tuple(image_shape), trained_on
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


def save_classifier(
    classifier: Classifier, image_shape: ImageShape, trained_on: Source, record: Dict[str, Any], folder: Path
) -> None:
    """Writes a classifier to `folder`, whole or not at all.

    Args:
        classifier: the weights.
        image_shape: (H, W, C) of the images.
        trained_on: the data.
        record: how it was trained, JSON-ready.
        folder: where to; what is there is replaced.
    """
    content = {
        "kind": "classifier",
        "architecture": classifier.architecture,
        "data": trained_on.name,
        "data_dir": trained_on.data_dir,
    }
    with files.replaced_folder(folder) as fresh:
        write_weights(tf.train.Checkpoint(classifier=classifier), fresh)
        files.write_json(fresh / "config.json", {**content, "image_shape": list(image_shape), **record})


def load_classifier(folder: Optional[str] = None) -> FeatureExtractor:
    """Loads what `save_classifier` wrote; None for the embedded MNIST classifier.

    Raises:
        FileError: nothing there, or it is damaged.
    """
    root = EMBEDDED if folder is None else Path(folder)
    path = root / "config.json"
    record = read_json(path) if path.exists() else {}
    if record.get("kind") != "classifier":
        raise FileError(f"no classifier in {root}: a config.json of kind classifier should be there")
    image_shape, architecture = image_shape_of(record, path), record.get("architecture", "plain")
    if architecture not in list(ARCHITECTURES):
        raise FileError(f"{path}: architecture {architecture!r} is not one of {', '.join(ARCHITECTURES)}")
    classifier = Classifier(architecture)
    classifier(tf.zeros([1, *image_shape]))
    read_weights(tf.train.Checkpoint(classifier=classifier), root)
    return FeatureExtractor(classifier, image_shape, _source(record))


def _source(record: Dict[str, Any]) -> Source:
    """Early records name the folder among the settings alone."""
    settings = record.get("settings") or {}
    return Source(record.get("data", "mnist"), record.get("data_dir", settings.get("data_dir")))
