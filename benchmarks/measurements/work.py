"""Pieces of work that can be timed. Each function prepares one: it returns a call without arguments, and facts."""

from typing import Any, Callable, Dict, Optional, Tuple

import numpy as np
import tensorflow as tf

from tf_interp import config as configs
from tf_interp.config import Config
from tf_interp.config.presets import settings_of

Work = Tuple[Callable[[], Any], Dict[str, Any]]
SHAPES = {"mnist": (28, 28, 1), "celeba": (64, 64, 3)}


def settings(family: str, preset: str, overrides: Optional[Dict[str, Any]]) -> Config:
    return configs.from_dict({**settings_of(family, preset, "bptt"), **(overrides or {})}, "benchmark")


def one_thread() -> None:
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def images(count: int, shape, seed: int) -> tf.Tensor:
    """Smooth-edged noise; what is in the images does not change the time."""
    return tf.constant(np.random.RandomState(seed).rand(count, *shape), tf.float32)


def train_step(family: str, preset: str = "default", overrides=None, precision: str = "float32") -> Work:
    """One update of a preset's networks."""
    from tf_interp.training.trainer import Trainer

    one_thread()
    config, shape = settings(family, preset, overrides), SHAPES[family]
    trainer = Trainer(config, shape, precision)
    pair = [images(config.optimizer.batch_size, shape, seed) for seed in (0, 1)]
    return lambda: trainer.train_step(*pair), {"parameters": sum(trainer.parameter_counts().values())}


WORK: Dict[str, Callable[..., Work]] = {"train_step": train_step}
