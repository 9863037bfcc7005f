"""Trains the classifier in whose features walks are measured."""

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from tf_interp.data.mnist import Split
from tf_interp.data.pixels import as_floats
from tf_interp.features.classifier import Classifier
from tf_interp.system.keras2 import keras

_BATCH = 128


def train_classifier(training: Split, epochs: int, seed: int, architecture: str = "plain") -> Classifier:
    """Trains a new classifier by Adam on the cross-entropy, with a progress bar on stderr.

    Args:
        training: images and labels 0 to 9.
        epochs: passes over the images.
        seed: seeds the weights and the order of the images.
        architecture: of the classifier.
    """
    keras.utils.set_random_seed(seed)
    classifier, order = Classifier(architecture), np.random.RandomState(seed)
    classifier(tf.zeros([1, *training.images.shape[1:]]))
    batches = max(1, len(training.images) // _BATCH)
    updates = epochs * batches
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, updates), jit_compile=False)

    @tf.function
    def update(images: tf.Tensor, labels: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            logits = classifier(as_floats(images))[2]
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(tf.cast(labels, tf.int32), logits))
        optimizer.minimize(loss, classifier.trainable_variables, tape=tape)

    with tqdm(total=updates, unit="it") as bar:
        for _ in range(epochs):
            for chosen in np.array_split(order.permutation(len(training.images)), batches):
                rows = chosen[:_BATCH]
                update(tf.constant(training.images[rows]), tf.constant(training.labels[rows]))
                bar.update()
    return classifier


def accuracy(classifier: Classifier, test: Split) -> float:
    """Share of the test images whose label the classifier finds, in [0, 1]."""
    logits = tf.function(lambda images: classifier(images)[2])(as_floats(test.images))
    return float(np.mean(np.argmax(logits, axis=1) == test.labels))
