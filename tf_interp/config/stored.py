"""Settings in files: reading them, and what names were called in earlier versions."""

import json
from pathlib import Path
from typing import Any, Dict

from tf_interp.errors import FileError, InputError

RENAMED = {
    "gradient_weight": "edge_weight",
    "stop_gradient": "stop_estimator",
    "strategy": "devices",
    "trace": "gae_lambda",
    "learner": "trains",
    "discriminator_learning_rate": "critic_learning_rate",
}
_GONE = {"discriminator": "plain", "nudging": False, "score_weight": 0.0}
"""A setting that is no more -> the only value that it still may have in a file."""

_LARGEST = 2**24  # bytes; the record of a run that was resumed a thousand times has a tenth of this


def read_settings(path: str) -> Dict[str, Any]:
    """Reads settings from a JSON file: plain names and values, or the config.json of a run or of a model.

    Returns:
        Flat names and values. The run_dir of a record is left out: a new run must not claim that run's folder.

    Raises:
        FileError: no such file, one of absurd size, not JSON, or no settings in it.
    """
    settings = content = _content(Path(path))
    if isinstance(content, dict) and ("settings" in content or "starts" in content):
        settings = content.get("settings")
        if isinstance(settings, dict):
            settings = {**settings, "run_dir": None}
    if not isinstance(settings, dict):
        raise FileError(f"{path} must hold a JSON object of settings, not a {type(settings).__name__}")
    for name, value in settings.items():
        for element in value if isinstance(value, list) else [value]:
            if isinstance(element, (list, dict)):
                raise FileError(f"{path}: {name[:40]!r} must be a plain value or a list of plain values")
    return settings


def _content(path: Path) -> Any:
    try:
        if path.stat().st_size > _LARGEST:
            raise FileError(f"{path} has {path.stat().st_size:,} bytes; no settings file has more than {_LARGEST:,}")
        return json.loads(path.read_text(encoding="utf-8"))
    except FileError:
        raise
    except OSError as error:
        raise FileError(f"cannot read the settings file {path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise FileError(f"{path} is not valid JSON: {error}") from None


def translated(values: Dict[str, Any]) -> Dict[str, Any]:
    """`values` under today's names.

    Raises:
        InputError: a setting that is no more, with a value that nothing does now; or both names of one setting.
    """
    found = dict(values)
    for name, kept in _GONE.items():
        if found.pop(name, kept) != kept:
            raise InputError(f"{name}: {values[name]!r} is no longer part of this program, only {kept!r} is")
    earlier = [name for name in RENAMED if name in found]
    for name in earlier:
        if RENAMED[name] in found:
            raise InputError(f"{name}: is now called {RENAMED[name]}, and both are given; leave one out")
        found[RENAMED[name]] = found.pop(name)
    if found.get("devices") == "default":
        found["devices"] = "one"
    if "stochastic_flow" not in found and found.get("method") == "pg":
        found["stochastic_flow"] = True  # the method used to imply it
    if earlier and found.get("method") in (None, "bptt"):
        found.pop("normalize_advantages", None)  # used to be recorded where it had no effect
    return found
