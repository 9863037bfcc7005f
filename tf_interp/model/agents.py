"""The two agents, policy and transformer: built from settings, and read from what a run saved. Knows no training."""

from functools import partial
from pathlib import Path
from typing import Optional, Tuple

import tensorflow as tf

from tf_interp import config as configs
from tf_interp.config import Config, ModelConfig
from tf_interp.config.stored import read_settings
from tf_interp.errors import FileError, InputError
from tf_interp.model.distributions import sample_flow
from tf_interp.model.networks.blocks import halved
from tf_interp.model.networks.policy import Policy
from tf_interp.model.networks.transformer import Transformer
from tf_interp.model.rollout import Walker
from tf_interp.model.structs import FlowRange, ImageShape, TransformParams
from tf_interp.model.transforms import canvas, collect_heads, compose, composed
from tf_interp.system.run_folder import image_shape_of, read_json
from tf_interp.system.weights import UNFIT, first_line, read_weights


class Agents(tf.Module):
    """pi and T, with their variables created.

    Args:
        model: sizes of the networks and what they may do.
        image_shape: (H, W, C).
        precision: Keras dtype policy, "float32" or "mixed_bfloat16".

    Attributes:
        policy, transformer: Keras models.

    Raises:
        InputError: the sizes do not fit each other.
    """

    def __init__(self, model: ModelConfig, image_shape: ImageShape, precision: str = "float32"):
        super().__init__(name="agents")
        self._model, self._channels = model, image_shape[-1]
        cells = _cells(model, image_shape) if model.spatial_command else None
        self.policy = Policy(
            model.command_size,
            model.policy_features,
            model.initial_stddev,
            model.stddev_floor,
            model.stop_bias,
            precision,
            cells,
            model.counts_steps,
        )
        sigma = model.initial_sigma_flow if model.stochastic_flow else None
        flows = FlowRange(model.max_flow, sigma, model.sigma_flow_floor)
        self.transformer = Transformer(
            image_shape,
            model.command_size,
            model.transformer_features,
            collect_heads(model.transformations, image_shape[-1], flows),
            model.map_halvings,
            precision,
            model.spatial_command,
            model.patch,
            model.skips,
        )
        blank = tf.zeros([1, *image_shape])
        self.policy(blank, blank, tf.ones([1]))
        self.transformer(blank, tf.zeros([1, model.command_size]))

    @property
    def walker(self) -> Walker:
        """The agents, ready for `rollout`."""
        model, names = self._model, tuple(self.transformer.specs)
        horizon = max(model.steps_drawn or (model.steps,))
        walker = Walker(self.policy, self.transformer, compose(model.transformations), names, horizon=horizon)
        if model.stochastic_flow:
            draw = partial(_draw_flow, noise_size=model.noise_size)
            walker = walker._replace(param_names=(*names, "flow"), perturb=draw)
        if model.composition:
            transform = composed(model.transformations, self._channels)
            walker = walker._replace(transform=transform, begin=lambda start: canvas.packed(canvas.begun(start)))
        return walker


def load_agents(folder: Path) -> Tuple[Agents, Config, ImageShape]:
    """Reads the agents that a run saved in its model/ folder, the settings they were trained with and (H, W, C).

    Raises:
        FileError: no model there, or it is damaged.
        InputError: its settings cannot be used.
    """
    path = settings_file(folder)
    config = configs.from_dict(read_settings(str(path)), origin=str(path))
    image_shape = image_shape_of(read_json(path), path)
    try:
        agents = Agents(config.model, image_shape)
    except UNFIT as error:
        raise FileError(f"{path}: no networks can be made of its settings: {first_line(error)}") from None
    read_weights(tf.train.Checkpoint(models=agents), folder)
    return agents, config, image_shape


def settings_file(folder: Path) -> Path:
    """The file of settings of a saved model.

    Raises:
        FileError: there is no model in `folder`.
    """
    path = folder / "config.json"
    if not (folder / "weights.index").is_file() or not path.is_file():
        raise FileError(f"no model in {folder}: config.json and weights.index should be there, as a run saves them")
    return path


def _cells(model: ModelConfig, image_shape: ImageShape) -> int:
    """Number of cells of a spatial command.

    Raises:
        InputError: pi's last resolution is not T's lowest, or D is no multiple of the cells.
    """
    read = halved(image_shape[:2], len(model.policy_features))
    written = halved([side // model.patch for side in image_shape[:2]], len(model.transformer_features) - 1)
    if read != written:
        raise InputError(
            f"spatial_command: policy_features end at {read[0]} x {read[1]} but transformer_features at "
            f"{written[0]} x {written[1]}; choose their levels, and patch, so that these are equal"
        )
    if model.command_size % (read[0] * read[1]):
        raise InputError(f"command_size: {model.command_size} is no multiple of the {read[0]} x {read[1]} cells")
    return read[0] * read[1]


def _draw_flow(params: TransformParams, seed: Optional[tf.Tensor], noise_size: Optional[int]) -> TransformParams:
    """Adds the flow that a stochastic T draws; without a seed its mean."""
    if seed is None:
        return {**params, "flow": params["mu_flow"]}
    size = None if noise_size is None else (noise_size, noise_size)
    return {**params, "flow": sample_flow(params["mu_flow"], params["sigma_flow"], seed, size)}
