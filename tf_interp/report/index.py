"""results/index.json: which run is which figure of the paper, under which words, and in what order."""

import typing
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, Dict, Optional, Tuple, Union

from tf_interp.errors import FileError
from tf_interp.system.run_folder import read_json

INDEX = "index.json"


@dataclass(frozen=True)
class Column:
    """A column of a table of runs or trials.

    Attributes:
        title: its heading.
        key: which fact, see `tf_interp.report.records`; a dot leads into a group: "settings.steps".
        format: how to write it, a key of `tf_interp.report.tables.FORMATS`.
        scale: factor on numbers before they are written.
        otherwise: the text fact to show where the first is not there.
    """

    title: str
    key: str
    format: str = "text"
    scale: float = 1.0
    otherwise: Optional[str] = None


@dataclass(frozen=True)
class Row:
    """A run in a table, and its pictures beneath.

    Attributes:
        run: its folder below the folder of results.
        name: what it is called.
        words: what the paper says of it.
        after: folder of the run whose weights it began with.
        pictures: file in the run's folder -> caption.
    """

    run: str
    name: str
    words: str = ""
    after: Optional[str] = None
    pictures: Dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Runs:
    """A table of runs and their pictures. `columns` names a key of `Index.columns`."""

    columns: str
    rows: Tuple[Row, ...]
    reading: str = ""


@dataclass(frozen=True)
class Trials:
    """A table of the trials of one group in trials.json. `columns` names a key of `Index.columns`."""

    group: str
    columns: str
    reading: str = ""


@dataclass(frozen=True)
class Curve:
    """A line of a plot: of a run's folder or, if `trial` is given, of the trial of that name."""

    label: str
    run: Optional[str] = None
    trial: Optional[str] = None


@dataclass(frozen=True)
class Panel:
    """A panel of a plot.

    Attributes:
        title: above it.
        scalar: what is along y: a scalar of metrics.jsonl or a key of `tf_interp.report.curves.DERIVED`.
        curves: its lines.
        logarithmic: whether y is.
    """

    title: str
    scalar: str
    curves: Tuple[Curve, ...]
    logarithmic: bool = False


@dataclass(frozen=True)
class Curves:
    """A plot of training, written to `picture` below the folder of results. `x`: as `Panel.scalar`, with its label."""

    picture: str
    caption: str
    x: str
    x_label: str
    panels: Tuple[Panel, ...]


@dataclass(frozen=True)
class Measured:
    """A folder with a record of what was measured, a table and pictures.

    Attributes:
        folder: below the folder of results.
        repeat: the command that measures it again.
        reading: how to read the table.
        pictures: file in the folder -> caption.
    """

    folder: str
    repeat: str
    reading: str = ""
    pictures: Dict[str, str] = field(default_factory=dict)


KINDS = {"runs": Runs, "trials": Trials, "curves": Curves, "measured": Measured}
Block = Union[Runs, Trials, Curves, Measured]


@dataclass(frozen=True)
class Section:
    """A part of the report with a heading; `id` is what links to it."""

    id: str
    title: str
    text: str = ""
    blocks: Tuple[Block, ...] = ()


@dataclass(frozen=True)
class Index:
    """The content of index.json.

    Attributes:
        title, introduction: the head of the report.
        columns: name -> columns of a table.
        sections: in their order.
        readme: README's table of results.
        pending: folders that are named but need not be there yet.
    """

    title: str
    introduction: str
    columns: Dict[str, Tuple[Column, ...]]
    sections: Tuple[Section, ...]
    readme: Runs
    pending: Tuple[str, ...] = ()


def read_index(results: Path) -> Index:
    """Reads and checks `results`/index.json.

    Raises:
        FileError: it is missing or damaged, lacks something, or has a name or a type that is not known; the message
            says where.
    """
    path = results / INDEX
    index = _made(Index, read_json(path), str(path))
    _check_names(index, path)
    return index


def _check_names(index: Index, path: Path) -> None:
    tables = [block for section in index.sections for block in section.blocks if isinstance(block, (Runs, Trials))]
    for block in [*tables, index.readme]:
        if block.columns not in index.columns:
            known = ", ".join(index.columns)
            raise FileError(f"{path}: columns: {block.columns!r} is not one of {known}")
    ids = [section.id for section in index.sections]
    for each in ids:
        if ids.count(each) > 1:
            raise FileError(f"{path}: sections: the id {each!r} is there twice; links need it to be one section's")


def _made(hint: Any, value: Any, where: str) -> Any:
    """`value`, of JSON, as the type that `hint` asks for."""
    if hint == Block:
        return _block(value, where)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Union:
        return None if value is None else _made(arguments[0], value, where)
    if origin is tuple:
        _check_type(value, list, where)
        return tuple(_made(arguments[0], each, f"{where}[{i}]") for i, each in enumerate(value))
    if origin is dict:
        _check_type(value, dict, where)
        return {name: _made(arguments[1], each, f"{where}: {name}") for name, each in value.items()}
    if is_dataclass(hint):
        return _dataclass(hint, value, where)
    if hint is float and type(value) is int:
        return float(value)
    _check_type(value, hint, where)
    return value


def _block(value: Any, where: str) -> Block:
    _check_type(value, dict, where)
    kind = value.get("kind")
    if kind not in KINDS:
        raise FileError(f"{where}: kind: {kind!r} is not one of {', '.join(KINDS)}")
    return _dataclass(KINDS[kind], {name: each for name, each in value.items() if name != "kind"}, where)


def _dataclass(kind: Any, value: Any, where: str) -> Any:
    _check_type(value, dict, where)
    hints, items = typing.get_type_hints(kind), {item.name: item for item in fields(kind)}
    for name in value:
        if name not in items:
            raise FileError(f"{where}: {name!r} is not one of {', '.join(items)}")
    for name, item in items.items():
        if item.default is MISSING and item.default_factory is MISSING and name not in value:
            raise FileError(f"{where}: {name!r} is missing")
    return kind(**{name: _made(hints[name], each, f"{where}: {name}") for name, each in value.items()})


def _check_type(value: Any, kind: type, where: str) -> None:
    if type(value) is not kind:
        raise FileError(f"{where}: expected {_NAMES[kind]}, got {value!r}")


_NAMES = {str: "a text", float: "a number", bool: "true or false", list: "a list", dict: "an object"}
