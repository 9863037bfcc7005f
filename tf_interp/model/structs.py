"""The values that travel along the pipeline, and the letters that name their axes.

    B  batch          K  steps of a walk (the budget)      D  size of the command
    H  height         W  width                             C  channels of an image

Images are float32 [B, H, W, C] in [0, 1]. Along a walk, index k of `frames` is the state s_k and
index k of every other tensor belongs to the step s_k -> s_{k+1}:

    k        0          1          2          3
    frames   s_0 ─────► s_1 ─────► s_2 ─────► s_2        (STOP was drawn at k = 2: the image stays)
    command  a_0        a_1        a_2
    stop     0          0          1
    active   1          1          0                     length = 2
"""

from typing import Callable, Dict, NamedTuple, Optional, Sequence, Tuple, Union

import numpy as np
import tensorflow as tf

from tf_interp.errors import InputError

ImageShape = Tuple[int, int, int]
"""(H, W, C)."""

TransformParams = Dict[str, tf.Tensor]
"""What the transformer T predicts for one step, by name.

mu_flow [B,H,W,2] in pixels, and where T is stochastic also sigma_flow and the drawn flow, both [B,H,W,2] in pixels;
alpha_recolor [B,H,W,1] in [0, 1], recolor_matrix [B,C,C], recolor_bias [B,C]; alpha_blend [B,H,W,1] and synthesis
[B,H,W,C] in [0, 1]. A dictionary and not a NamedTuple, because the configured transformations decide which exist."""


class Canvas(NamedTuple):
    """What a composed walk keeps in place of a frame, see `transforms.canvas`.

    Attributes:
        start: float32 [B,H,W,C] in [0, 1], s_0.
        flow: float32 [B,H,W,2], Phi in pixels, where each pixel came from.
        gain: float32 [B,H,W,C*C], R in the order of rows; row i mixes the channels of s_0 into channel i.
        paint: float32 [B,H,W,C], P.
    """

    start: tf.Tensor
    flow: tf.Tensor
    gain: tf.Tensor
    paint: tf.Tensor


class FlowRange(NamedTuple):
    """What the flows of one warp may be, in pixels.

    Attributes:
        largest: bound on |mu_flow| along each axis.
        initial_sigma: makes T stochastic: the standard deviations that it begins with, above the floor.
        sigma_floor: least standard deviation.
    """

    largest: float
    initial_sigma: Optional[float] = None
    sigma_floor: float = 0.0


class Head(NamedTuple):
    """One parameter of a transformation, as the transformer network has to predict it.

    Attributes:
        per_pixel: True for a map [B,H,W,size], False for one vector [B,size] an image.
        size: number of raw outputs, per pixel or per image.
        activation: raw output, float32 [B,H,W,size] or [B,size] -> parameter, float32, batch first; of an own shape
            if need be, as the matrix A [B,C,C] of eq. 3.
    """

    per_pixel: bool
    size: int
    activation: Callable[[tf.Tensor], tf.Tensor]


class PolicyOutput(NamedTuple):
    """Parameters of the policy's action distribution at one step (section 4).

    Attributes:
        mean: float32 [B,D], mean of the Gaussian command.
        stddev: float32 [B,D], its standard deviations, > 0.
        stop_logit: float32 [B], log-odds of the Bernoulli STOP.
    """

    mean: tf.Tensor
    stddev: tf.Tensor
    stop_logit: tf.Tensor


class Command(NamedTuple):
    """One action of the policy: the distribution it came from and what was drawn.

    Attributes:
        policy: `PolicyOutput`.
        sample: float32 [B,D], the command a_k; reparameterised, so gradients reach `policy`.
        stop: bool [B], the drawn STOP. Always False when STOP is switched off.
    """

    policy: PolicyOutput
    sample: tf.Tensor
    stop: tf.Tensor


class Trajectory(NamedTuple):
    """A batch of walks.

    Attributes:
        frames: float32 [B,K+1,H,W,C]; frames[:, 0] is s_start.
        goal: float32 [B,H,W,C].
        command: `Command` whose tensors are [B,K,...].
        params: `TransformParams` whose tensors are [B,K,...]; undefined in meaning where not active.
        active: bool [B,K]; True where the step was taken, that is before STOP.
        measured: name -> float32 [B,K], what was asked to be measured of every step; undefined where not active.
    """

    frames: tf.Tensor
    goal: tf.Tensor
    command: Command
    params: TransformParams
    active: tf.Tensor
    measured: Dict[str, tf.Tensor] = {}

    @property
    def lengths(self) -> tf.Tensor:
        """int32 [B], number of transformations applied, 0 to K."""
        return tf.reduce_sum(tf.cast(self.active, tf.int32), axis=1)


class LossOutput(NamedTuple):
    """What an objective returns.

    Attributes:
        loss: float32 [B], to be averaged over the batch and minimised.
        diagnostics: name -> float32 [B] or scalar, for the logs.
    """

    loss: tf.Tensor
    diagnostics: Dict[str, tf.Tensor]


class Path(NamedTuple):
    """A finished walk, as the public API returns it.

    Attributes:
        frames: float32 [B,K+1,H,W,C] in [0, 1]; frames[:, 0] is the start, after STOP the last image repeats.
        lengths: int32 [B], number of transformations applied.
        commands: float32 [B,K,D].
        part: (k, times [T]) -> images [T,B,H,W,C] after first parts, in [0, 1], of the step from s_k to s_{k+1}, see
            `at`.
    """

    frames: np.ndarray
    lengths: np.ndarray
    commands: np.ndarray
    part: Optional[Callable[[int, np.ndarray], np.ndarray]] = None

    def at(self, t: Union[float, Sequence[float]]) -> np.ndarray:
        """The images at any time of the walks, also between two frames.

        Args:
            t: from 0, the start, to K, the last frame; 2.25 is a quarter of the way from s_2 to s_3. Or several times.

        Returns:
            float32 [B,H,W,C] in [0, 1]; [T,B,H,W,C] at T times.

        Raises:
            InputError: t is outside of this range.
        """
        steps, times = self.commands.shape[1], np.atleast_1d(t)
        outside = times[~((times >= 0) & (times <= steps))]  # NaN is
        if len(outside):
            raise InputError(f"t: {outside[0]} is outside the allowed range 0 to {steps}, the steps of this walk")
        taken = np.minimum(times.astype(int), steps - 1)
        images = np.empty([len(times), *self.frames[:, 0].shape], np.float32)
        for k in np.unique(taken):
            images[taken == k] = self.part(int(k), times[taken == k] - k)
        return images if np.ndim(t) else images[0]
