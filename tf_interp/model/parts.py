"""Parts of steps, so that a walk is there between its frames too. A step is explicit, so this takes no training."""

from functools import cached_property
from typing import List, Sequence

import numpy as np
import tensorflow as tf

from tf_interp.model.structs import Trajectory
from tf_interp.model.transforms import canvas, compose, composed, part_of


class Parts:
    """The steps of some walks, each to be done in part.

    Args:
        names: transformations, in the order in which they are applied.
        composition: whether the walks were composed, see `canvas`.
        walks: with all of T's parameters.
    """

    def __init__(self, names: Sequence[str], composition: bool, walks: Trajectory):
        self._names, self._composition = tuple(names), composition
        self._frames, self._active = walks.frames.numpy(), walks.active.numpy()
        self._params = {name: value.numpy() for name, value in walks.params.items()}

    def __call__(self, k: int, times: Sequence[float]) -> np.ndarray:
        """The images after first parts of one step.

        Args:
            k: number of the step, 0 to K - 1.
            times: T parts, in [0, 1]: 0 gives s_k, 1 gives s_{k+1}, both within a rounding.

        Returns:
            float32 [T,B,H,W,C] in [0, 1]. Walks that stopped before have their last image.
        """
        images = self._moved(k, self._before[k], times)[..., : self._frames.shape[-1]]
        return np.clip(images, 0.0, 1.0)  # a warp may leave [0, 1] by one rounding

    @cached_property
    def _before(self) -> List[np.ndarray]:
        """What the transformations of each step were applied to: frames, or canvases of composed walks."""
        if not self._composition:
            return list(self._frames.swapaxes(0, 1))
        before = [canvas.packed(canvas.begun(tf.constant(self._frames[:, 0]))).numpy()]
        for k in range(self._active.shape[1] - 1):
            before.append(self._moved(k, before[-1], [1.0])[0])
        return before

    def _moved(self, k: int, before: np.ndarray, times: Sequence[float]) -> np.ndarray:
        whole = {name: tf.constant(value[:, k]) for name, value in self._params.items()}
        parts = [part_of(self._names, whole, float(t)) for t in times]
        params = {name: tf.concat([part[name] for part in parts], axis=0) for name in parts[0]}
        channels = self._frames.shape[-1]
        transform = composed(self._names, channels) if self._composition else compose(self._names)
        # All at once, as one batch: one by one they take ten times as long.
        after = transform(tf.tile(before, [len(times), 1, 1, 1]), params).numpy().reshape([len(times), *before.shape])
        return np.where(self._active[:, k, np.newaxis, np.newaxis, np.newaxis], after, before)
