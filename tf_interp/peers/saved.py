"""Builds the autoencoders that `Settings` describe, saves them and loads them.

The folder of a baseline:

    config.json                kind, image_shape, settings, parameters, train_seconds, metrics of the last iteration,
                               and the start: command, date, git commit, versions, device, precision
    weights.index, .data-*     its weights
    metrics.jsonl, tensorboard/    scalars of its training
"""

import json
from pathlib import Path
from typing import Any, Callable, Dict, NamedTuple, Tuple

import tensorflow as tf

from tf_interp.errors import FileError, InputError
from tf_interp.model.structs import ImageShape
from tf_interp.peers.acai import Acai
from tf_interp.peers.autoencoder import Autoencoder
from tf_interp.peers.settings import Settings
from tf_interp.peers.vae import VariationalAutoencoder
from tf_interp.system import files
from tf_interp.system.weights import read_weights

KINDS: Dict[str, Tuple[Callable[..., Autoencoder], Tuple[str, ...]]] = {
    "autoencoder": (Autoencoder, ("output",)),
    "vae": (VariationalAutoencoder, ("beta",)),
    "acai": (Acai, ("output", "critic_weight", "realism")),
}
"""Kind -> its class, and the settings that only this kind has."""


class Baseline(NamedTuple):
    """A trained autoencoder and where it comes from.

    Attributes:
        kind: one of KINDS.
        settings: `Settings` it was trained with.
        model: `Autoencoder`; `model.walk` walks.
        image_shape: (H, W, C).
        record: JSON-ready train_seconds, metrics of the last iteration, and start (see `provenance.describe_start`).
    """

    kind: str
    settings: Settings
    model: Autoencoder
    image_shape: ImageShape
    record: Dict[str, Any]


def build(kind: str, settings: Settings, image_shape: ImageShape, precision: str = "float32") -> Autoencoder:
    """A new model with random weights.

    Raises:
        InputError: no such kind.
    """
    if kind not in KINDS:
        raise InputError(f"{kind!r} is no kind of baseline; use one of {', '.join(KINDS)}")
    model, names = KINDS[kind]
    own = {name: getattr(settings, name) for name in names}
    return model(image_shape, settings.latent_size, settings.features, precision, **own)


def save_baseline(baseline: Baseline, folder: Path) -> None:
    """Writes weights and origin to `folder`; config.json comes last, and without it there is no baseline.

    Raises:
        FileError: there is a baseline in it already.
    """
    path = folder / "config.json"
    if path.exists():
        raise FileError(f"{folder} holds a baseline already; remove it or give another folder")
    tf.train.Checkpoint(model=baseline.model).write(str(folder / "weights"))
    content = {
        "kind": baseline.kind,
        "image_shape": list(baseline.image_shape),
        "settings": baseline.settings.to_dict(),
        "parameters": baseline.model.parameter_counts(),
        **baseline.record,
    }
    files.write_json(path, content)


def load_baseline(folder: Path) -> Baseline:
    """Reads what `save_baseline` wrote; the model computes in float32.

    Raises:
        FileError: no baseline there, or its settings or weights are damaged.
    """
    folder = Path(folder)
    path = folder / "config.json"
    if not (folder / "weights.index").is_file() or not path.is_file():
        raise FileError(f"no baseline in {folder}: config.json and weights.index should be there")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        kind, shape = content["kind"], tuple(content["image_shape"])
        settings = Settings(**content["settings"])
        model = build(kind, settings, shape)
        record = {name: content[name] for name in ("train_seconds", "metrics", "start")}
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise FileError(f"{path} is damaged or not that of a baseline: {error!r}") from None
    read_weights(tf.train.Checkpoint(model=model), folder)
    return Baseline(kind, settings, model, shape, record)
