"""From a name or a folder to something that walks."""

import json
from functools import partial
from pathlib import Path
from typing import Dict

from tf_interp.errors import FileError
from tf_interp.evaluate.baselines.cross_fade import cross_fade
from tf_interp.evaluate.baselines.optimal_transport import optimal_transport
from tf_interp.evaluate.baselines.saved import load_baseline
from tf_interp.evaluate.measure import Method
from tf_interp.interpolator import load_interpolator

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
    if _is_baseline(folder):
        baseline = load_baseline(folder)
        used = baseline.model.parameter_counts()
        return Method(folder.name, partial(baseline.model.walk, steps=steps), used["encoder"] + used["decoder"])
    interpolator = load_interpolator(folder)
    label = folder.parent.name if folder.name == "model" else folder.name
    return Method(
        label,
        lambda start, goal: interpolator(start, goal)[:2],
        interpolator.parameters,
        interpolator.config.obeys_stop,
    )


def training_of(name: str) -> Dict[str, float]:
    """train_seconds and iterations of a trained method, by the argument given to `load_method`; 0 if untrained."""
    if name in UNTRAINED:
        return {"train_seconds": 0.0, "iterations": 0}
    folder = Path(name)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    source = config if _is_baseline(folder) else json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    return {"train_seconds": source["train_seconds"], "iterations": config["settings"]["iterations"]}


def _is_baseline(folder: Path) -> bool:
    try:
        return "kind" in json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
