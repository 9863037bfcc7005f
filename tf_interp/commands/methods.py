"""From a name or a folder to something that walks."""

import json
from functools import partial
from pathlib import Path
from typing import Any, Dict, Optional, Sequence

from tf_interp.errors import FileError, InputError
from tf_interp.evaluation.measure import Method
from tf_interp.model.interpolator import load_interpolator
from tf_interp.model.structs import ImageShape
from tf_interp.peers.cross_fade import cross_fade
from tf_interp.peers.optimal_transport import optimal_transport
from tf_interp.peers.saved import load_baseline

UNTRAINED = {"cross_fade": cross_fade, "optimal_transport": optimal_transport}


def load_method(name: str, steps: int) -> Method:
    """Loads a method by name or folder.

    Args:
        name: a key of UNTRAINED, the folder of a run (or its model/), or the folder of a trained autoencoder.
        steps: K of methods that leave it open; the project's models have their own.

    Raises:
        FileError: neither a known name nor a folder with a model, or the model is damaged.
    """
    if name in UNTRAINED:
        return Method(name, partial(UNTRAINED[name], steps=steps), parameters=0)
    folder = Path(name)
    if not folder.is_dir():
        raise FileError(f"{name} is neither a folder nor one of {', '.join(UNTRAINED)}")
    return _baseline(folder, steps) if _is_baseline(folder) else _interpolator(folder)


def check_images(
    methods: Sequence[Method], image_shape: ImageShape, origins: Optional[Sequence[Optional[str]]] = None
) -> None:
    """Raises InputError if a method was trained on images of another size, or from a folder not among `origins`."""
    for method in methods:
        if method.image_shape not in (None, image_shape):
            raise InputError(f"{method.name} walks on images {method.image_shape}, but the data are {image_shape}")
        if origins is not None and method.data_dir not in (None, *origins):
            raise InputError(
                f"{method.name} was trained on {method.data_dir}; measure it with --data-dir {method.data_dir}"
            )


def _baseline(folder: Path, steps: int) -> Method:
    baseline = load_baseline(folder)
    counts = baseline.model.parameter_counts()
    return Method(
        name=folder.name,
        walk=partial(baseline.model.walk, steps=steps),
        parameters=counts["encoder"] + counts["decoder"],
        image_shape=baseline.image_shape,
        train_seconds=baseline.record["train_seconds"],
        iterations=baseline.settings.iterations,
    )


def _interpolator(folder: Path) -> Method:
    interpolator = load_interpolator(folder)
    run = folder.parent if folder.name == "model" else folder
    summary = _read(run / "metrics.json")
    return Method(
        name=run.name,
        walk=lambda start, goal: interpolator(start, goal)[:2],
        parameters=interpolator.parameters,
        obeys_stop=interpolator.config.obeys_stop,
        image_shape=interpolator.image_shape,
        data_dir=interpolator.config.data_dir,
        train_seconds=summary.get("train_seconds", 0.0),
        iterations=summary.get("iterations", 0),
    )


def _is_baseline(folder: Path) -> bool:
    return "kind" in _read(folder / "config.json")


def _read(path: Path) -> Dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
