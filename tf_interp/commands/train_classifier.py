"""Trains the classifier behind the metrics: tf-interp classifier --out FOLDER"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import List, Optional

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from tf_interp.data import mnist
from tf_interp.errors import InputError
from tf_interp.features.classifier import Classifier, save_classifier
from tf_interp.system.device import describe_device
from tf_interp.system.entry import guarded
from tf_interp.system.keras2 import keras
from tf_interp.system.provenance import describe_start

_BATCH = 128


@dataclass(frozen=True)
class Options:
    out: str
    """Folder to write the classifier to."""
    data_dir: Optional[str] = None
    """Folder with four IDX .gz files. Default: the MNIST that ships with the package."""
    epochs: int = 4
    """Passes over the training images."""
    seed: int = 0
    """Seeds the weights and the order of the images."""


def main(arguments: List[str]) -> int:
    """Runs the command line and returns its exit code."""
    import tyro

    description = "Trains the small classifier in whose features walks are measured (about 2 minutes on 2 CPU cores)."
    options = tyro.cli(Options, description=description, args=arguments, prog="tf-interp classifier")
    return guarded(lambda: train_classifier(options))


def train_classifier(options: Options) -> float:
    """Trains, tests and saves a classifier, and returns its accuracy on the test split.

    Raises:
        InputError: epochs or seed out of range.
        FileError: the data cannot be read.
    """
    if options.epochs < 1 or not 0 <= options.seed < 2**31:
        raise InputError(f"epochs {options.epochs} and seed {options.seed}: at least 1, and 0 to {2**31 - 1}")
    Path(options.out).mkdir(parents=True, exist_ok=True)  # now, because after training is too late to find out
    train, test = (mnist.load_split(split, options.data_dir) for split in ("train", "test"))
    keras.utils.set_random_seed(options.seed)
    classifier, order = Classifier(), np.random.RandomState(options.seed)
    image_shape = train.images.shape[1:]
    classifier(tf.zeros([1, *image_shape]))
    batches = max(1, len(train.images) // _BATCH)
    updates = options.epochs * batches
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, updates), jit_compile=False)

    @tf.function
    def update(images: tf.Tensor, labels: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            logits = classifier(tf.cast(images, tf.float32) / 255.0)[2]
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(tf.cast(labels, tf.int32), logits))
        optimizer.minimize(loss, classifier.trainable_variables, tape=tape)

    with tqdm(total=updates, unit="it") as bar:
        for _ in range(options.epochs):
            for chosen in np.array_split(order.permutation(len(train.images)), batches):
                update(tf.constant(train.images[chosen[:_BATCH]]), tf.constant(train.labels[chosen[:_BATCH]]))
                bar.update()

    logits = tf.function(lambda images: classifier(images)[2])(test.images.astype(np.float32) / 255.0)
    accuracy = float(np.mean(np.argmax(logits, axis=1) == test.labels))
    record = {"settings": asdict(options), "test_accuracy": accuracy, "parameters": classifier.count_params()}
    start = describe_start(describe_device("float32"), iteration=0)
    save_classifier(classifier, image_shape, {**record, **start}, Path(options.out))
    print(f"accuracy {accuracy:.2%} on {len(test.images)} test images; wrote {options.out}")
    return accuracy
