"""Trains the autoencoders. The only place here that differentiates and optimises."""

import time
from pathlib import Path
from typing import Callable, Dict, List, Sequence, Tuple

import numpy as np
import tensorflow as tf

from tf_interp.data.pixels import as_floats
from tf_interp.data.sources import Source
from tf_interp.data.stream import seeded_stream
from tf_interp.errors import InputError
from tf_interp.peers.autoencoder import Autoencoder
from tf_interp.peers.saved import Peer, build
from tf_interp.peers.settings import PeerSettings
from tf_interp.system.device import describe_device
from tf_interp.system.keras2 import keras
from tf_interp.system.provenance import describe_start
from tf_interp.training.divergence import check_finite
from tf_interp.training.run_log import RunLog

_LOG_EVERY = 25  # iterations
_NOISE_STREAM = 1  # random numbers apart from those that choose the batch


def train_peer(kind: str, images: np.ndarray, source: Source, settings: PeerSettings, folder: Path) -> Peer:
    """Trains one peer, with a progress bar on stderr.

    Args:
        kind: "autoencoder", "vae" or "acai".
        images: uint8 [N,H,W,C].
        source: where the images come from, for the record.
        settings: the same settings and images give the same weights.
        folder: existing folder for metrics.jsonl and TensorBoard's event files.

    Raises:
        InputError: no such kind, or images of another type or shape.
        DivergedError: the loss or the gradient became NaN or infinite.
    """
    if images.dtype != np.uint8 or images.ndim != 4 or not images.size:
        raise InputError(f"images: expected uint8 [N,H,W,C] in 0..255, got {images.dtype} {images.shape}")
    if kind == "acai" and settings.batch_size < 2:
        raise InputError("batch_size: acai mixes the images of a batch, so it needs at least 2")
    report = describe_device(settings.precision)
    keras.utils.set_random_seed(settings.seed)
    model = build(kind, settings, images.shape[1:], report.precision)
    start, began = describe_start(report, iteration=0), time.monotonic()
    with RunLog(folder, 0, settings.iterations, headline={"reconstruction": "|x-x'|^2"}) as log:
        log.settings({"kind": kind, **settings.to_dict()})
        metrics = _iterate(model, images, settings, log)
    record = {"train_seconds": time.monotonic() - began, "metrics": metrics, "start": start}
    return Peer(kind, settings, source, model, images.shape[1:], record)


def batches(images: np.ndarray, batch_size: int, seed: int) -> tf.data.Dataset:
    """An endless stream of batches, drawn uniformly with replacement; batch n is a pure function of (seed, n).

    Args:
        images: uint8 [N,H,W,C].
        batch_size: B.
        seed: seed of the stream.

    Returns:
        Dataset of (images float32 [B,H,W,C] in [0, 1], stateless seed int64 [2] for the noise of this iteration).
    """
    held = tf.constant(images)

    def draw(key: tf.Tensor) -> Tuple[tf.Tensor, tf.Tensor]:
        indices = tf.random.stateless_uniform([batch_size], key, maxval=len(images), dtype=tf.int32)
        noise = tf.random.experimental.stateless_fold_in(key, _NOISE_STREAM)
        return as_floats(tf.gather(held, indices)), noise

    return seeded_stream(draw, seed)


def compile_step(
    model: Autoencoder, optimizers: Sequence[keras.optimizers.Optimizer]
) -> Callable[[tf.Tensor, tf.Tensor], Dict[str, tf.Tensor]]:
    """The compiled update: a batch of `batches` -> float32 scalars for the log.

    Args:
        model: the model to train.
        optimizers: one, already built, for each of model.players.
    """

    @tf.function
    def train_step(images: tf.Tensor, seed: tf.Tensor) -> Dict[str, tf.Tensor]:
        with tf.GradientTape(persistent=True) as tape:
            outputs = model.losses(images, seed)
            losses = [tf.reduce_mean(output.loss) for output in outputs]
        # All gradients before any update: the players move at once.
        gradients = [tape.gradient(loss, group) for loss, group in zip(losses, trained_variables(model))]
        for optimizer, gradient, group in zip(optimizers, gradients, trained_variables(model)):
            optimizer.apply_gradients(zip(gradient, group))
        metrics = {"loss": tf.add_n(losses), "gradient_norm/all": tf.linalg.global_norm(sum(gradients, []))}
        for output in outputs:
            metrics.update({name: tf.reduce_mean(value) for name, value in output.diagnostics.items()})
        return metrics

    return train_step


def trained_variables(model: Autoencoder) -> List[List[tf.Variable]]:
    """The weights of each of model.players."""
    return [[variable for net in player for variable in net.trainable_variables] for player in model.players]


def _iterate(model: Autoencoder, images: np.ndarray, settings: PeerSettings, log: RunLog) -> Dict[str, float]:
    """Trains `model` and returns the metrics of the last iteration."""
    train_step = compile_step(model, [_adam(settings.learning_rate, group) for group in trained_variables(model)])
    stream = batches(images, settings.batch_size, settings.seed).take(settings.iterations)
    for iteration, batch in enumerate(stream, 1):
        metrics = {name: float(value) for name, value in train_step(*batch).items()}
        check_finite(metrics, iteration)
        log.advance()
        if iteration % _LOG_EVERY == 0 or iteration == settings.iterations:
            log.scalars(iteration, metrics)
    return metrics


def _adam(learning_rate: float, variables: List[tf.Variable]) -> keras.optimizers.Optimizer:
    optimizer = keras.optimizers.Adam(learning_rate, jit_compile=False)
    optimizer.build(variables)
    return optimizer
