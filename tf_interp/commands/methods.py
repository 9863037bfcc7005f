"""From a name or a folder to something that walks, and which data to measure it on."""

import sys
from functools import partial
from pathlib import Path
from typing import Dict, Optional, Sequence, Tuple

import numpy as np

from tf_interp.commands.options import UNTRAINED, check_models
from tf_interp.data.sources import Source
from tf_interp.errors import InputError
from tf_interp.evaluation.held_out import BATCH
from tf_interp.evaluation.maps import Accumulated
from tf_interp.evaluation.measure import WalkMethod
from tf_interp.model.accumulated import accumulated
from tf_interp.model.interpolator import Interpolator, load_interpolator
from tf_interp.model.structs import ImageShape
from tf_interp.model.transforms.warp import warp
from tf_interp.peers.cross_fade import cross_fade
from tf_interp.peers.graph_walk import IMAGE_SHAPE, graph_walk, mnist_graph
from tf_interp.peers.optimal_transport import optimal_transport
from tf_interp.peers.saved import load_peer
from tf_interp.peers.warp_blend import warp_blend
from tf_interp.system.run_folder import RunFolder, read_json


def _graph_walk(start: np.ndarray, goal: np.ndarray, steps: int) -> Tuple[np.ndarray, np.ndarray]:
    return graph_walk(start, goal, steps, mnist_graph())


_WALKS = dict(zip(UNTRAINED, (cross_fade, optimal_transport, warp_blend, _graph_walk)))


def load_method(name: str, steps: int, model_steps: Optional[int] = None) -> WalkMethod:
    """Loads a method by name or folder.

    Args:
        name: a key of UNTRAINED, the folder of a run (or its model/), or the folder of a trained peer.
        steps: K of methods that leave it open.
        model_steps: K of the project's models; None for that of their training.

    Raises:
        FileError: neither a known name nor a folder with a model, or the model is damaged.
    """
    if name in UNTRAINED:
        walk = partial(_WALKS[name], steps=steps)
        if name == "graph_walk":  # it walks among MNIST's training images, whatever the pairs are
            return WalkMethod(name, walk, parameters=0, image_shape=IMAGE_SHAPE, trained_on=Source("mnist"))
        return WalkMethod(name, walk, parameters=0)
    check_models([name], UNTRAINED)
    folder = Path(name)
    return _peer(folder, steps) if _is_peer(folder) else _interpolator(folder, model_steps)


def choose_source(trained_on: Dict[str, Source], data: Optional[str], data_dir: Optional[str]) -> Source:
    """The data to take pairs from: what the options say, else what the models were trained on, else MNIST.

    Where the options name other data than a model was trained on, a line on stderr says so.

    Args:
        trained_on: model -> its data.
        data, data_dir: options of the command; None where they are not given.

    Raises:
        InputError: the options leave it open, and the models were trained on different data.
    """
    known = list(trained_on.values()) or [Source("mnist")]
    if data is None and data_dir is None:
        for name, source in trained_on.items():
            if not source.same_as(known[0]):
                raise InputError(
                    f"{next(iter(trained_on))} was trained on {known[0]}, but {name} on {source}; say with --data and "
                    "--data-dir where to take the pairs from"
                )
        return known[0]
    names = sorted({source.name for source in known})
    if data is None and len(names) > 1:
        raise InputError(f"data_dir: the models were trained on {' and '.join(names)}; say with --data which this is")
    chosen = Source(data or names[0], data_dir)
    for name, source in trained_on.items():
        if not source.same_as(chosen):
            print(f"WARNING      {name} was trained on {source}, but the pairs are of {chosen}", file=sys.stderr)
    return chosen


def data_of(methods: Sequence[WalkMethod]) -> Dict[str, Source]:
    """Name -> data that it was trained on, of the methods that were trained."""
    return {method.name: method.trained_on for method in methods if method.trained_on is not None}


def check_image_shape(methods: Sequence[WalkMethod], image_shape: ImageShape) -> None:
    """Raises InputError if a method was trained on images of another size."""
    for method in methods:
        if method.image_shape not in (None, image_shape):
            raise InputError(f"{method.name} walks on images {method.image_shape}, but the data are {image_shape}")


def _peer(folder: Path, steps: int) -> WalkMethod:
    peer = load_peer(folder)
    counts = peer.model.parameter_counts()
    return WalkMethod(
        name=folder.name,
        walk=partial(peer.model.walk, steps=steps),
        parameters=counts["encoder"] + counts["decoder"],
        image_shape=peer.image_shape,
        trained_on=peer.source,
        train_seconds=peer.record["train_seconds"],
        iterations=peer.settings.iterations,
    )


def _interpolator(folder: Path, steps: Optional[int]) -> WalkMethod:
    interpolator = load_interpolator(folder)
    run = RunFolder(folder.parent if folder.name == "model" else folder)
    summary = run.read_metrics() if run.metrics.exists() else {}
    config = interpolator.config
    return WalkMethod(
        name=run.path.name,
        walk=lambda start, goal: interpolator(start, goal, steps=steps)[:2],
        parameters=interpolator.parameters,
        obeys_stop=config.obeys_stop,
        image_shape=interpolator.image_shape,
        trained_on=Source(config.data, config.data_dir),
        train_seconds=summary.get("train_seconds", 0.0),
        iterations=summary.get("iterations", 0),
        accumulate=partial(_accumulate, interpolator, steps),
    )


def _accumulate(interpolator: Interpolator, steps: Optional[int], start: np.ndarray, goal: np.ndarray) -> Accumulated:
    """What the walks between some pairs add up to."""
    parts = []
    for first in range(0, len(start), BATCH):
        walks = interpolator.trajectory(start[first : first + BATCH], goal[first : first + BATCH], steps=steps)
        fields, drift = accumulated(interpolator.config.model.transformations, walks)
        parts.append((fields.flow, fields.gain[..., :1], warp(fields.start, fields.flow), drift))
    flow, kept, warped, drift = zip(*parts)
    mean_drift = np.average(drift, axis=0, weights=[len(each) for each in flow])
    return Accumulated(*(np.concatenate(each) for each in (flow, kept, warped)), mean_drift)


def _is_peer(folder: Path) -> bool:
    """Whether a folder is a peer's: its config.json names the kind, which that of a run or of a model does not."""
    path = folder / "config.json"
    return path.exists() and "kind" in read_json(path)
