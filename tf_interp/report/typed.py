"""JSON as dataclasses, with an error that says where something is missing, of another type or not known."""

import typing
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Sequence, Union

from tf_interp.errors import FileError

_NAMES = {str: "a text", float: "a number", bool: "true or false", list: "a list", dict: "an object"}


def made(hint: Any, value: Any, where: str) -> Any:
    """`value`, of JSON, as the type that `hint` asks for.

    Args:
        hint: str, float, bool, a dataclass, Optional[...], Tuple[..., ...], Dict[str, ...], or a Union of dataclasses,
            which the object's "kind" tells apart: the name of the class in small letters.
        value: what was read.
        where: what to call it in messages.

    Raises:
        FileError: it is something else.
    """
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Union and type(None) in arguments:
        return None if value is None else made(arguments[0], value, where)
    if origin is Union:
        return _of_a_kind(arguments, value, where)
    if origin is tuple:
        _check_type(value, list, where)
        return tuple(made(arguments[0], each, f"{where}[{i}]") for i, each in enumerate(value))
    if origin is dict:
        _check_type(value, dict, where)
        return {name: made(arguments[1], each, f"{where}: {name}") for name, each in value.items()}
    if is_dataclass(hint):
        return _dataclass(hint, value, where)
    if hint is float and type(value) is int:
        return float(value)
    _check_type(value, hint, where)
    return value


def _of_a_kind(classes: Sequence[type], value: Any, where: str) -> Any:
    _check_type(value, dict, where)
    kinds, kind = {each.__name__.lower(): each for each in classes}, value.get("kind")
    if kind not in kinds:
        raise FileError(f"{where}: kind: {kind!r} is not one of {', '.join(kinds)}")
    return _dataclass(kinds[kind], {name: each for name, each in value.items() if name != "kind"}, where)


def _dataclass(kind: Any, value: Any, where: str) -> Any:
    _check_type(value, dict, where)
    hints, items = typing.get_type_hints(kind), {item.name: item for item in fields(kind)}
    for name in value:
        if name not in items:
            raise FileError(f"{where}: {name!r} is not one of {', '.join(items)}")
    for name, item in items.items():
        if item.default is MISSING and item.default_factory is MISSING and name not in value:
            raise FileError(f"{where}: {name!r} is missing")
    return kind(**{name: made(hints[name], each, f"{where}: {name}") for name, each in value.items()})


def _check_type(value: Any, kind: type, where: str) -> None:
    if type(value) is not kind:
        raise FileError(f"{where}: expected {_NAMES[kind]}, got {value!r}")
