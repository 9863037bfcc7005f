"""Saving what was trained, and beginning with what another run ended with."""

from pathlib import Path
from typing import Dict

import tensorflow as tf

from tf_interp.config import Config
from tf_interp.errors import FileError
from tf_interp.model.agents import settings_file
from tf_interp.model.structs import ImageShape
from tf_interp.system import files
from tf_interp.system.keras2 import keras
from tf_interp.system.run_folder import RunFolder
from tf_interp.system.weights import read_weights, write_weights


class Networks(tf.Module):
    """Networks as attributes by their names, which are their places in a checkpoint."""

    def __init__(self, networks: Dict[str, keras.Model]):
        super().__init__(name="networks")
        for name, network in networks.items():
            setattr(self, name, network)


def save_model(networks: Dict[str, keras.Model], config: Config, image_shape: ImageShape, folder: Path) -> None:
    """Writes weights and settings to `folder`, replacing what it held only when all is written."""
    with files.replaced_folder(folder) as fresh:
        write_weights(tf.train.Checkpoint(models=Networks(networks)), fresh)
        content = {"image_shape": list(image_shape), "settings": config.to_dict()}
        files.write_json(fresh / "config.json", content)


def load_initial_weights(networks: Dict[str, keras.Model], run: Path) -> None:
    """Fills all networks, the critics too, with the weights that another run ended with.

    Raises:
        FileError: no model there, or its networks are not the same.
    """
    folder = RunFolder(run)
    settings_file(folder.model)
    try:
        read_weights(tf.train.Checkpoint(models=Networks(networks)), folder.model)
    except FileError as error:
        raise FileError(f"initial_model: {error} Its own settings: --config {folder.config}") from None
