"""Checks of settings: types, ranges, names. Knows no setting by name."""

import difflib
import os
import typing
from dataclasses import field, fields
from typing import Any, Dict, Literal, Optional, Tuple

from tf_interp.errors import InputError


def setting(default: Any, low: Any = None, high: Any = None, used_by: Optional[str] = None) -> Any:
    """A field of a group of settings.

    Args:
        default: its value where nothing else is said.
        low, high: bounds, both allowed, of the value or of its every element; None is always allowed.
        used_by: label of the row of `usage.CONDITIONS` that a run must meet for the setting to matter; None: always.
    """
    return field(default=default, metadata={"low": low, "high": high, "used_by": used_by})


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


def check_names(values: Dict[str, Any], known: Tuple[str, ...]) -> None:
    """Raises InputError if `values` has a name that is not known, with the nearest one that is."""
    for name in values:
        if name not in known:
            near = difflib.get_close_matches(name[:100], known, n=1)  # its time grows with the square
            hint = f"did you mean {near[0]!r}?" if near else f"known settings: {', '.join(known)}"
            raise InputError(f"unknown setting {name!r}; {hint}")


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
        return _as_float(name, value)
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        raise InputError(f"{name}: expected {hint.__name__}, got {value!r}")
    if hint is str:
        _check_text(name, value)
    return value


def _as_float(name: str, value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        raise InputError(f"{name}: {value!r} is too large for a number with a fraction") from None


def _check_text(name: str, value: str) -> None:
    """Texts name files, for which not every text will do."""
    try:
        usable = b"\0" not in os.fsencode(value)
    except UnicodeEncodeError:
        usable = False
    if not usable:
        raise InputError(f"{name}: {value!r} has characters that no file name can have")


def _check_range(name: str, value: Any, low: Any, high: Any) -> None:
    for element in value if isinstance(value, tuple) else (value,):
        if element is None:
            continue
        # "not <=" instead of ">": NaN must not pass.
        if (low is not None and not low <= element) or (high is not None and not element <= high):
            raise InputError(f"{name}: {element!r} is outside the allowed range {low} to {high}")
