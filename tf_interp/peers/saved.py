"""Builds the autoencoders that `PeerSettings` describe, saves them and loads them.

The folder of a peer:

    config.json                kind, data, data_dir, image_shape, settings, parameters, train_seconds, metrics of the
                               last iteration, and the start: command, date, git commit, versions, device, precision
    weights.index, .data-*     its weights
    metrics.jsonl, events.*        scalars of its training
"""

from pathlib import Path
from typing import Any, Dict, NamedTuple, Optional, Type

import tensorflow as tf

from tf_interp.data.sources import Source
from tf_interp.errors import FileError, InputError
from tf_interp.model.structs import ImageShape
from tf_interp.peers.acai import Acai
from tf_interp.peers.autoencoder import Autoencoder
from tf_interp.peers.settings import PeerSettings
from tf_interp.peers.vae import VariationalAutoencoder
from tf_interp.system import files
from tf_interp.system.run_folder import image_shape_of, read_json
from tf_interp.system.weights import read_weights, write_weights

KINDS: Dict[str, Type[Autoencoder]] = {"autoencoder": Autoencoder, "vae": VariationalAutoencoder, "acai": Acai}
_LINES_SHAPE = (32, 32, 1)


class Peer(NamedTuple):
    """A trained autoencoder and where it comes from.

    Attributes:
        kind: one of KINDS.
        settings: settings it was trained with.
        source: data it was trained on.
        model: `Autoencoder`; `model.walk` walks.
        image_shape: (H, W, C).
        record: JSON-ready train_seconds, metrics of the last iteration, and start (see `provenance.describe_start`).
    """

    kind: str
    settings: PeerSettings
    source: Source
    model: Autoencoder
    image_shape: ImageShape
    record: Dict[str, Any]


def build(kind: str, settings: PeerSettings, image_shape: ImageShape, precision: str = "float32") -> Autoencoder:
    """A new model with random weights.

    Raises:
        InputError: no such kind.
    """
    if kind not in KINDS:
        raise InputError(f"{kind!r} is no kind of peer; use one of {', '.join(KINDS)}")
    return KINDS[kind](settings, image_shape, precision)


def save_peer(peer: Peer, folder: Path) -> None:
    """Writes weights and origin to `folder`; config.json comes last, and without it there is no peer.

    Raises:
        FileError: there is a peer in it already.
    """
    path = folder / "config.json"
    if path.exists():
        raise FileError(f"{folder} holds a peer already; remove it or give another folder")
    write_weights(tf.train.Checkpoint(model=peer.model), folder)
    content = {
        "kind": peer.kind,
        "data": peer.source.name,
        "data_dir": peer.source.data_dir,
        "image_shape": list(peer.image_shape),
        "settings": peer.settings.to_dict(),
        "parameters": peer.model.parameter_counts(),
        **peer.record,
    }
    files.write_json(path, content)


def load_peer(folder: Path, precision: str = "float32") -> Peer:
    """Reads what `save_peer` wrote.

    Args:
        folder: of the peer.
        precision: Keras dtype policy in which the model computes.

    Raises:
        FileError: no peer there, or its settings or weights are damaged.
    """
    folder = Path(folder)
    path = folder / "config.json"
    if not (folder / "weights.index").is_file() or not path.is_file():
        raise FileError(f"no peer in {folder}: config.json and weights.index should be there")
    content = read_json(path)
    try:
        kind, shape = content["kind"], image_shape_of(content, path)
        settings = PeerSettings(**content["settings"])
        model = build(kind, settings, shape, precision)
        record = {name: content[name] for name in ("train_seconds", "metrics", "start")}
    except (KeyError, TypeError, ValueError) as error:
        raise FileError(f"{path} is damaged or not that of a peer: {error!r}") from None
    read_weights(tf.train.Checkpoint(model=model), folder)
    return Peer(kind, settings, _source(content.get("data"), content.get("data_dir"), shape), model, shape, record)


def _source(name: Optional[str], data_dir: Optional[str], image_shape: ImageShape) -> Source:
    """Early records do not say what they were trained on; it was MNIST or, at another size, the lines."""
    return Source(name or ("lines" if image_shape == _LINES_SHAPE else "mnist"), data_dir)
