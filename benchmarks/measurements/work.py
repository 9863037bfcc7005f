"""Pieces of work that can be timed. Each function prepares one: it returns a call without arguments, and facts.

Everything runs on one thread, so that CPU time is the time of the work and not of waiting threads.
"""

import resource
from typing import Any, Callable, Dict, Optional, Tuple

import numpy as np
import tensorflow as tf

from tf_interp import config as configs
from tf_interp.config import Config
from tf_interp.config.presets import settings_of

Work = Tuple[Callable[[], Any], Dict[str, Any]]
Overrides = Optional[Dict[str, Any]]
SHAPES = {"mnist": (28, 28, 1), "celeba": (64, 64, 3)}


def train_step(family: str, preset: str = "default", overrides: Overrides = None, precision: str = "float32") -> Work:
    """One update of a preset's networks."""
    trainer, pair = _trainer(family, preset, overrides, precision)
    facts = {
        "parameters": sum(trainer.parameter_counts().values()),
        "batch_size": trainer.config.optimizer.batch_size,
        "iterations": trainer.config.optimizer.iterations,
    }
    return lambda: trainer.train_step(*pair), {**facts, **_arithmetic(trainer, SHAPES[family])}


def walk(family: str) -> Work:
    """The deterministic walk of a batch, without gradients."""
    trainer, pair = _trainer(family, "default", None, "float32")
    return lambda: trainer.walk(*pair), {"batch_size": trainer.config.optimizer.batch_size}


def rollout_gradient(family: str, unrolled: bool) -> Work:
    """The gradient of the goal's distance through a rollout, as a `tf.while_loop` or as K copies of the step."""
    from tf_interp.model.rollout import rollout, unroll

    trainer, (start, goal) = _trainer(family, "default", None, "float32")
    walker, weights = trainer.agents.walker, trainer.agents.trainable_variables
    run = unroll if unrolled else rollout

    @tf.function
    def gradient() -> tf.Tensor:
        with tf.GradientTape() as tape:
            last = run(walker, start, goal, trainer.config.model.steps).frames[:, -1]
            loss = tf.reduce_mean(tf.reduce_sum(tf.square(last - goal), axis=[1, 2, 3]))
        found = tape.gradient(loss, weights, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        return tf.linalg.global_norm(found)

    return gradient, {}


def warping(family: str, addons: bool) -> Work:
    """A warp of a batch and both of its gradients: the project's own, or TensorFlow Addons'."""
    _one_thread()
    if addons:
        from tensorflow_addons.image import dense_image_warp
    else:
        from tf_interp.model.transforms.warp import warp
    shape = SHAPES[family]
    image, flow = _images(32, shape, 0), 3.0 * _images(32, (*shape[:2], 2), 1) - 1.5

    @tf.function
    def gradient():
        with tf.GradientTape() as tape:
            tape.watch([image, flow])
            warped = dense_image_warp(image, -flow[..., ::-1]) if addons else warp(image, flow)
        return tape.gradient(warped, [image, flow])

    return gradient, {}


def pipeline(family: str) -> Work:
    """The next batch of training pairs."""
    from tf_interp.data.drawn_faces import draw_faces
    from tf_interp.data.pairs import training_pairs
    from tf_interp.data.sources import load_images

    _one_thread()
    images = load_images("mnist")[0] if family == "mnist" else draw_faces(256, 0)
    pairs = iter(training_pairs(images, _settings(family, "default", None).optimizer.batch_size, 0))
    return lambda: next(pairs), {}


def matrix_product(size: int = 2048) -> Work:
    """What the core can do at best: a product of two large matrices."""
    _one_thread()
    matrix = _images(1, (size, size), 0)[0]
    return tf.function(lambda: tf.linalg.matmul(matrix, matrix)), {"gigaflop": 2e-9 * size**3}


def torch_step(
    family: str, preset: str = "default", overrides: Overrides = None, compiled=False, channels_last=False
) -> Work:
    """One update of the same networks in PyTorch."""
    from measurements.torch_step import torch_step

    return torch_step(_settings(family, preset, overrides), SHAPES[family], compiled, channels_last)


def peak_memory(family: str, overrides: Overrides = None) -> Work:
    """The process's peak memory over two updates, in MB above what it had before them."""
    trainer, pair = _trainer(family, "default", overrides, "float32")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(2):
        trainer.train_step(*pair)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return lambda: None, {"megabytes": (peak - before) / 1024, "whole": peak / 1024}


def time_by_operation(family: str, overrides: Overrides = None) -> Work:
    """Where an update's time goes: rows of network, kind of operation, seconds."""
    from measurements.profile import profile

    trainer, pair = _trainer(family, "default", overrides, "float32")
    found = profile(lambda: trainer.train_step(*pair))
    return lambda: None, {"rows": [[*key, seconds] for key, seconds in found.items()]}


def _trainer(family: str, preset: str, overrides: Overrides, precision: str):
    """A trainer and a pair of batches. What is in the images does not change the time."""
    from tf_interp.data.sources import Source
    from tf_interp.peers.waypoints import load_waypoints
    from tf_interp.training.trainer import Trainer

    _one_thread()
    config, shape = _settings(family, preset, overrides), SHAPES[family]
    trainer = Trainer(config, shape, precision, load_waypoints(config.reward, Source(config.data), shape, precision))
    return trainer, [_images(config.optimizer.batch_size, shape, seed) for seed in (0, 1)]


def _arithmetic(trainer: Any, shape: Tuple[int, int, int]) -> Dict[str, float]:
    from measurements.arithmetic import gigaflop_of_step

    return {"gigaflop": gigaflop_of_step(trainer, shape)}


def _settings(family: str, preset: str, overrides: Overrides) -> Config:
    return configs.from_dict({**settings_of(family, preset, "bptt"), **(overrides or {})}, "benchmark")


def _one_thread() -> None:
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def _images(count: int, shape, seed: int) -> tf.Tensor:
    return tf.constant(np.random.RandomState(seed).rand(count, *shape), tf.float32)


_ALL = (
    train_step, walk, rollout_gradient, warping, pipeline, matrix_product, torch_step, peak_memory, time_by_operation
)  # fmt: skip
WORK: Dict[str, Callable[..., Work]] = {work.__name__: work for work in _ALL}
