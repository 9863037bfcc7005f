"""Checks of settings: types, ranges, names; and reading them from JSON. Knows no setting by name."""

import difflib
import json
import typing
from dataclasses import field, fields
from pathlib import Path
from typing import Any, Dict, Literal, Tuple

from tf_interp.errors import FileError, InputError


def ranged(default, low=None, high=None):
    """A field whose value, or whose every element, must lie in [low, high] unless it is None."""
    return field(default=default, metadata={"low": low, "high": high})


def validated(instance: Any) -> None:
    """Checks every field of a frozen dataclass, and turns lists into tuples and whole numbers into floats in place.

    Raises:
        InputError: a value of the wrong type or out of its range; the message names field, value and range.
    """
    hints = typing.get_type_hints(type(instance))
    for item in fields(instance):
        value = _coerce(item.name, getattr(instance, item.name), hints[item.name])
        _check_range(item.name, value, item.metadata.get("low"), item.metadata.get("high"))
        object.__setattr__(instance, item.name, value)


def check_names(values: Dict[str, Any], known: Tuple[str, ...], origin: str) -> None:
    """Raises InputError if `values` has a name that is not known, with the nearest one that is."""
    for name in values:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known settings: {', '.join(known)}"
            raise InputError(f"{origin}: unknown setting {name!r}; {hint}")


def read_settings(path: str) -> Dict[str, Any]:
    """Reads settings from a JSON file: either plain names and values, or the config.json of a run.

    Raises:
        FileError: no such file, or not JSON.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise FileError(f"cannot read the settings file {path}: {error.strerror}") from None
    except ValueError as error:
        raise FileError(f"{path} is not valid JSON: {error}") from None
    settings = content
    if isinstance(content, dict) and "starts" in content:
        settings = {**content["settings"], "run_dir": None}  # a new run must not claim that run's folder
    elif isinstance(content, dict):
        settings = content.get("settings", content)
    if not isinstance(settings, dict):
        raise FileError(f"{path} must hold a JSON object of settings, not a {type(settings).__name__}")
    return settings


def _coerce(name: str, value: Any, hint: Any) -> Any:
    """Returns `value` as the type that `hint` asks for, without losing information."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Union:
        return None if value is None else _coerce(name, value, args[0])
    if origin is tuple:
        if not isinstance(value, (list, tuple)):
            raise InputError(f"{name}: expected a list, got {value!r}")
        if not value:
            raise InputError(f"{name}: needs at least one element")
        return tuple(_coerce(name, element, args[0]) for element in value)
    if origin is Literal:
        if value not in args:
            raise InputError(f"{name}: {value!r} is not one of {', '.join(map(str, args))}")
        return value
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        raise InputError(f"{name}: expected {hint.__name__}, got {value!r}")
    return value


def _check_range(name: str, value: Any, low: Any, high: Any) -> None:
    for element in value if isinstance(value, tuple) else (value,):
        if element is None:
            continue
        # "not <=" instead of ">": NaN must not pass.
        if (low is not None and not low <= element) or (high is not None and not element <= high):
            raise InputError(f"{name}: {element!r} is outside the allowed range {low} to {high}")
