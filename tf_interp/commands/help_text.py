"""Help of options as flowing text."""

import dataclasses
import typing
from typing import Annotated

import docstring_parser
import tyro


def flowing_help(options: type) -> type:
    """The dataclass `options`, whose --help shows each docstring of a field without the line breaks of the source.

    tyro would keep them, because the second line of an indented docstring begins with a blank. Fields that are
    dataclasses themselves are treated likewise.
    """
    hints = typing.get_type_hints(options, include_extras=True)
    for described in docstring_parser.parse_from_object(options).params:
        if described.arg_name in hints and described.description:
            text = tyro.conf.arg(help=" ".join(described.description.split()))
            options.__annotations__[described.arg_name] = Annotated[hints[described.arg_name], text]
    for hint in typing.get_type_hints(options).values():
        if dataclasses.is_dataclass(hint):
            flowing_help(hint)
    return options
