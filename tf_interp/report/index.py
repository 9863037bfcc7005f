"""results/index.json: which run is which figure of the paper, under which words, and in what order."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, Optional, Tuple, Union

from tf_interp.errors import FileError
from tf_interp.report.typed import made
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


Block = Union[Runs, Trials, Curves, Measured]


@dataclass(frozen=True)
class Section:
    """A part of the report with a heading; `id` is what links to it."""

    id: str
    title: str
    text: str = ""
    blocks: Tuple[Block, ...] = ()


@dataclass(frozen=True)
class Named:
    """What a method is called on the page of the gallery, and in a few words what it does."""

    name: str
    words: str = ""


@dataclass(frozen=True)
class Walks:
    """Walks on the page of the gallery.

    Attributes:
        folder: what `tf-interp gallery` wrote, below the folder of results.
        title: of the data.
        origin: whose pictures they are.
        repeat: the command that computes them again.
    """

    folder: str
    title: str
    origin: str
    repeat: str


@dataclass(frozen=True)
class Gallery:
    """The page gallery.html.

    Attributes:
        title, introduction: its head.
        walks: what there is to choose from.
        methods: name in the records -> what it is called; in the order in which they are shown.
        measured: folder of a comparison, below the folder of results, whose figures are shown as a table.
        columns: of the table, a key of `Index.columns`.
        reading: how to read the table.
    """

    title: str
    introduction: str
    walks: Tuple[Walks, ...]
    methods: Dict[str, Named]
    measured: str
    columns: str
    reading: str = ""


@dataclass(frozen=True)
class Index:
    """The content of index.json.

    Attributes:
        title, introduction: the head of the report.
        columns: name -> columns of a table.
        sections: in their order.
        readme: README's table of results.
        gallery: None for none.
        pending: folders that are named but need not be there yet.
    """

    title: str
    introduction: str
    columns: Dict[str, Tuple[Column, ...]]
    sections: Tuple[Section, ...]
    readme: Runs
    gallery: Optional[Gallery] = None
    pending: Tuple[str, ...] = ()


def read_index(results: Path) -> Index:
    """Reads and checks `results`/index.json.

    Raises:
        FileError: it is missing or damaged, lacks something, or has a name or a type that is not known; the message
            says where.
    """
    path = results / INDEX
    index = made(Index, read_json(path), str(path))
    _check_names(index, path)
    return index


def _check_names(index: Index, path: Path) -> None:
    tables = [block for section in index.sections for block in section.blocks if isinstance(block, (Runs, Trials))]
    for block in filter(None, [*tables, index.readme, index.gallery]):
        if block.columns not in index.columns:
            known = ", ".join(index.columns)
            raise FileError(f"{path}: columns: {block.columns!r} is not one of {known}")
    ids = [section.id for section in index.sections]
    for each in ids:
        if ids.count(each) > 1:
            raise FileError(f"{path}: sections: the id {each!r} is there twice; links need it to be one section's")
