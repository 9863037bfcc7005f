"""Help of options as flowing text."""

import ast
import dataclasses
import inspect
import textwrap
import typing
from typing import Annotated, Dict

import tyro


def flowing_help(options: type) -> type:
    """The dataclass `options`, whose --help shows each docstring of a field without the line breaks of the source.

    tyro would keep them, because the second line of an indented docstring begins with a blank. Fields that are
    dataclasses themselves are treated likewise.
    """
    hints = typing.get_type_hints(options, include_extras=True)
    for name, text in _docstrings(options).items():
        options.__annotations__[name] = Annotated[hints[name], tyro.conf.arg(help=" ".join(text.split()))]
    for hint in typing.get_type_hints(options).values():
        if dataclasses.is_dataclass(hint):
            flowing_help(hint)
    return options


def _docstrings(options: type) -> Dict[str, str]:
    """Field -> the string below it in the source of a class."""
    body = ast.parse(textwrap.dedent(inspect.getsource(options))).body[0].body
    return {
        field.target.id: below.value.value
        for field, below in zip(body, body[1:])
        if isinstance(field, ast.AnnAssign) and isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
    }
