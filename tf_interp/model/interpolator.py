"""The public API: load a trained model, walk from one image to another."""

from pathlib import Path as FilePath
from typing import Optional, Union

import numpy as np
import tensorflow as tf

from tf_interp.config import Config
from tf_interp.errors import InputError
from tf_interp.model.agents import Agents, load_agents
from tf_interp.model.parts import Parts
from tf_interp.model.rollout import Rules, rollout
from tf_interp.model.structs import ImageShape, Path, Trajectory


def load_interpolator(path: Union[str, FilePath], compiled: bool = True) -> "Interpolator":
    """Loads a model that a run saved.

    Args:
        path: a run's folder, for example "results/mnist_bptt", or the model/ folder inside it.
        compiled: False for a few walks: it saves seconds at the first and makes each slower.

    Raises:
        FileError: no model there, or it is damaged.
    """
    folder = FilePath(path)
    inner = folder / "model"
    return Interpolator(*load_agents(inner if inner.is_dir() else folder), compiled)


class Interpolator:
    """Walks between images.

    Attributes:
        agents: pi and T.
        config: settings they were trained with.
        image_shape: (H, W, C) of the images they were trained on.
        parameters: number of weights of the two agents.
    """

    def __init__(self, agents: Agents, config: Config, image_shape: ImageShape, compiled: bool = True):
        self.agents, self.config, self.image_shape = agents, config, image_shape
        self.parameters = sum(net.count_params() for net in (agents.policy, agents.transformer))
        self._rolled_out = tf.function(self._walk, reduce_retracing=True) if compiled else self._walk

    def __call__(
        self, start: np.ndarray, goal: np.ndarray, seed: Optional[int] = None, steps: Optional[int] = None
    ) -> Path:
        """Walks from each start to its goal.

        Args:
            start, goal: arrays [B,H,W,C] in [0, 1].
            seed: None for the deterministic walk (mean commands, STOP at p > 0.5); a whole number of 32 bits
                draws the commands from the policy, the same number the same walk.
            steps: K, 1 to 1,000; None for the number it was trained with. A model that counts its steps
                (`counts_steps`) divides the way among them.

        Returns:
            `Path` with NumPy arrays; `Path.at` also has what is between its frames.

        Raises:
            InputError: shapes differ from each other or from the model's, values are not finite and in [0, 1], or the
                seed has more than 32 bits, or the steps are out of range.
        """
        walks = self.trajectory(start, goal, seed, steps)
        # A warp may leave [0, 1] by one rounding; what comes out must be fit to go in again.
        frames = np.clip(walks.frames.numpy(), 0.0, 1.0)
        parts = Parts(self.config.model.transformations, self.config.model.composition, walks)
        return Path(frames, walks.lengths.numpy(), walks.command.sample.numpy(), parts)

    def trajectory(
        self, start: np.ndarray, goal: np.ndarray, seed: Optional[int] = None, steps: Optional[int] = None
    ) -> Trajectory:
        """The same walks with all that was decided on the way, in tensors; arguments and errors as above."""
        start, goal = self._checked("start", start), self._checked("goal", goal)
        if len(start) != len(goal):
            raise InputError(f"start holds {len(start)} images but goal {len(goal)}; they are walked pair by pair")
        if seed is not None and not -(2**31) <= seed < 2**31:
            raise InputError(f"seed: {seed} is outside the allowed range {-(2**31)} to {2**31 - 1}")
        steps = self.config.model.steps if steps is None else steps
        if not 1 <= steps <= 1000:
            raise InputError(f"steps: {steps} is outside the allowed range 1 to 1000")
        return self._rolled_out(start, goal, steps, None if seed is None else tf.constant([seed, 0], tf.int32))

    def _walk(self, start: tf.Tensor, goal: tf.Tensor, steps: int, key: Optional[tf.Tensor]) -> Trajectory:
        rules = Rules(key, self.config.obeys_stop)
        return rollout(self.agents.walker, start, goal, steps, rules)

    def _checked(self, name: str, images: np.ndarray) -> tf.Tensor:
        images = np.asarray(images)
        if images.ndim != 4 or images.shape[1:] != tuple(self.image_shape):
            expected = ", ".join(map(str, self.image_shape))
            raise InputError(f"{name} has shape {images.shape}; this model walks on arrays [B, {expected}]")
        if not (np.issubdtype(images.dtype, np.floating) or images.dtype == bool):
            raise InputError(f"{name} has dtype {images.dtype}; give floats in [0, 1], for example uint8 images / 255")
        if not len(images):
            raise InputError(f"{name} holds no images")
        if not (images.min() >= 0.0 and images.max() <= 1.0):  # NaN fails both
            raise InputError(f"{name} has values from {images.min()} to {images.max()}; they must be in [0, 1]")
        return tf.constant(images, tf.float32)
