"""Builds the networks that a `Config` describes, saves them and loads them."""

import json
from functools import partial
from pathlib import Path
from typing import Dict, List, Optional, Tuple

import tensorflow as tf

from tf_interp import config as configs
from tf_interp.config import Config
from tf_interp.config.validation import read_settings
from tf_interp.errors import FileError, InputError
from tf_interp.model.distributions import sample_flow
from tf_interp.model.networks.blocks import halved
from tf_interp.model.networks.discriminator import Discriminator
from tf_interp.model.networks.policy import Policy
from tf_interp.model.networks.transformer import Transformer
from tf_interp.model.networks.value import Value
from tf_interp.model.rollout import Walker
from tf_interp.model.structs import FlowRange, TransformParams
from tf_interp.model.transforms import collect_heads, compose
from tf_interp.system import files
from tf_interp.training.strategies import METHODS

ImageShape = Tuple[int, int, int]

UNREADABLE_CHECKPOINT = (AssertionError, ValueError, IndexError, RuntimeError, tf.errors.OpError)
"""What TensorFlow raises for a checkpoint that is cut short, altered, or of other variables."""


class Models(tf.Module):
    """The networks of one model, with their variables created.

    Args:
        config: sizes of the networks.
        image_shape: (H, W, C).
        precision: Keras dtype policy, "float32" or "mixed_bfloat16".
        training: whether to build the networks that only training uses as well.

    Attributes:
        policy, transformer: the two agents, Keras models.
        value, discriminator, mixture_critic: Keras models used in training alone; None where nothing trains them.
        walker: the agents, ready for `rollout`.

    Raises:
        InputError: the sizes do not fit each other.
    """

    def __init__(self, config: Config, image_shape: ImageShape, precision: str = "float32", training: bool = True):
        super().__init__(name="models")
        method = METHODS[config.method](config)
        self.policy = Policy(
            config.command_size,
            config.policy_features,
            config.initial_stddev,
            config.stddev_floor,
            config.stop_bias,
            precision,
            _cells(config, image_shape) if config.spatial_command else None,
        )
        sigma = config.initial_sigma_flow if method.draws_flow else None
        flows = FlowRange(config.max_flow, sigma, config.sigma_flow_floor)
        heads = collect_heads(config.transformations, image_shape[-1], flows)
        self.transformer = Transformer(
            image_shape,
            config.command_size,
            config.transformer_features,
            heads,
            config.map_halvings,
            precision,
            config.spatial_command,
        )
        blank = tf.zeros([1, *image_shape])
        self.policy(blank, blank)
        self.transformer(blank, tf.zeros([1, config.command_size]))
        self.value = self.discriminator = self.mixture_critic = None
        if training and method.has_value:
            self.value = Value(config.policy_features, precision)
            self.value(blank, blank)
        if training and config.manifold_weight:
            self.discriminator = Discriminator(config.policy_features, precision)
            self.discriminator(blank)
        if training and config.mixture_weight:
            self.mixture_critic = Discriminator(config.policy_features, precision, "mixture_critic")
            self.mixture_critic(blank)
        transform = compose(config.transformations)
        self.walker = Walker(self.policy, self.transformer, transform, tuple(heads))
        if method.draws_flow:
            draw = partial(_draw_flow, noise_size=config.noise_size)
            self.walker = Walker(self.policy, self.transformer, transform, (*heads, "flow"), draw)

    @property
    def networks(self) -> List[tf.keras.Model]:
        """The networks there are: the agents, then the value network and the critics of images, if any."""
        nets = (self.policy, self.transformer, self.value, self.discriminator, self.mixture_critic)
        return [net for net in nets if net is not None]

    def parameter_counts(self) -> Dict[str, int]:
        """Network name -> number of trainable weights."""
        return {net.name: net.count_params() for net in self.networks}


def _cells(config: Config, image_shape: ImageShape) -> int:
    """Number of cells of a spatial command.

    Raises:
        InputError: pi's last resolution is not T's lowest, or D is no multiple of the cells.
    """
    read = halved(image_shape[:2], len(config.policy_features))
    written = halved(image_shape[:2], len(config.transformer_features) - 1)
    if read != written:
        raise InputError(
            f"spatial_command: policy_features end at {read[0]} x {read[1]} but transformer_features at "
            f"{written[0]} x {written[1]}; give transformer_features one level more than policy_features"
        )
    if config.command_size % (read[0] * read[1]):
        raise InputError(f"command_size: {config.command_size} is no multiple of the {read[0]} x {read[1]} cells")
    return read[0] * read[1]


def _draw_flow(params: TransformParams, seed: Optional[tf.Tensor], noise_size: Optional[int]) -> TransformParams:
    """Adds the flow that a stochastic T draws; without a seed its mean."""
    if seed is None:
        return {**params, "flow": params["mu_flow"]}
    size = None if noise_size is None else (noise_size, noise_size)
    return {**params, "flow": sample_flow(params["mu_flow"], params["sigma_flow"], seed, size)}


def save_model(models: Models, config: Config, image_shape: ImageShape, folder: Path) -> None:
    """Writes weights and settings to `folder`, replacing what it held only when all is written."""
    with files.replaced_folder(folder) as fresh:
        tf.train.Checkpoint(models=models).write(str(fresh / "weights"))
        content = {"image_shape": list(image_shape), "settings": config.to_dict()}
        files.write_json(fresh / "config.json", content)


def load_model(folder: Path) -> Tuple[Models, Config, ImageShape]:
    """Reads the agents of what `save_model` wrote.

    Raises:
        FileError: no model there, or its weights are missing or damaged.
    """
    path = _settings_of(folder)
    config = configs.from_dict(read_settings(str(path)), origin=str(path))
    image_shape = tuple(json.loads(path.read_text(encoding="utf-8"))["image_shape"])
    models = Models(config, image_shape, training=False)
    read_weights(tf.train.Checkpoint(models=models), folder)
    return models, config, image_shape


def begin_with(models: Models, run: Path) -> None:
    """Fills all networks of `models`, the critics too, with the weights that another run ended with.

    Raises:
        FileError: no model there, or its networks are not the same.
    """
    _settings_of(run / "model")
    try:
        read_weights(tf.train.Checkpoint(models=models), run / "model")
    except FileError as error:
        raise FileError(f"initial_model: {error} Its own settings: --config {run / 'config.json'}") from None


def _settings_of(folder: Path) -> Path:
    """The file of settings in what `save_model` wrote, if that is what is there."""
    path = folder / "config.json"
    if not (folder / "weights.index").is_file() or not path.is_file():
        raise FileError(f"no model in {folder}: config.json and weights.index should be there, as a run saves them")
    return path


def read_weights(checkpoint: tf.train.Checkpoint, folder: Path) -> None:
    """Fills the variables of `checkpoint` from folder/weights.

    Raises:
        FileError: the weights are missing, damaged, or belong to other variables.
    """
    try:
        status = checkpoint.read(str(folder / "weights")).assert_existing_objects_matched()
    except UNREADABLE_CHECKPOINT as error:
        reason = str(error).splitlines()[0]
        raise FileError(f"the weights in {folder} are damaged or belong to other settings: {reason}") from None
    status.expect_partial()  # else TensorFlow warns of every weight that only training has
