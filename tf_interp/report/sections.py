"""The parts of the report as Markdown."""

from pathlib import Path
from typing import Any, Callable, Dict, List

from tf_interp.errors import FileError
from tf_interp.report import curves
from tf_interp.report.index import Curves, Index, Measured, Runs, Section, Trials
from tf_interp.report.records import NOT_RUN, Records
from tf_interp.report.tables import table
from tf_interp.system.run_folder import RunFolder, read_json


def to_markdown(index: Index, records: Records) -> str:
    """The whole report: title, introduction, contents, sections. Writes the plots it shows.

    Raises:
        FileError: a file is damaged, or index.json asks for what is not there and cannot be left out.
    """
    contents = "\n".join(f"- [{section.title}](#{section.id})" for section in index.sections)
    parts = [f"# {index.title}", index.introduction, f"## Contents\n\n{contents}"]
    for section in index.sections:
        parts += _section(section, index, records)
    return "\n\n".join(part for part in parts if part) + "\n"


def _section(section: Section, index: Index, records: Records) -> List[str]:
    parts = [f'<a id="{section.id}"></a>', f"## {section.title}", section.text]
    for block in section.blocks:
        parts += _WRITERS[type(block)](block, index, records)
    return parts


def _runs(block: Runs, index: Index, records: Records) -> List[str]:
    parts = [table(index.columns[block.columns], [records.run(row) for row in block.rows]), block.reading]
    for row in block.rows:
        if not RunFolder(records.results / row.run).config.is_file():
            parts.append(f"{row.name}: `{row.run}` was {NOT_RUN}.")
            continue
        for name, caption in row.pictures.items():
            parts += [f"**{caption}**", _picture(records.results, f"{row.run}/{name}", caption)]
    return parts


def _trials(block: Trials, index: Index, records: Records) -> List[str]:
    rows = [trial for trial in records.trials if trial["group"] == block.group]
    if not rows:
        return [f"No trial of the group {block.group!r} is recorded."]
    return [f"### {block.group}", table(index.columns[block.columns], rows), block.reading]


def _curves(block: Curves, index: Index, records: Records) -> List[str]:
    empty = curves.draw(block, records)
    missing = f"Without a line, because nothing was logged yet: {', '.join(empty)}." if empty else ""
    return [_picture(records.results, block.picture, block.caption), missing]


def _measured(block: Measured, index: Index, records: Records) -> List[str]:
    folder = records.results / block.folder
    record = next((folder / name for name in ("metrics.json", "config.json") if (folder / name).is_file()), None)
    if record is None:
        return [f"`{block.folder}` was not measured yet."]
    commit = read_json(record).get("git_commit")
    parts = [f"Measured at commit {commit}. To repeat: `{block.repeat}`"]
    if (folder / "table.md").is_file():
        parts.append(_read_text(folder / "table.md").strip())
    parts.append(block.reading)
    for name, caption in block.pictures.items():
        parts.append(_picture(records.results, f"{block.folder}/{name}", caption))
    return parts


_WRITERS: Dict[type, Callable[[Any, Index, Records], List[str]]] = {
    Runs: _runs,
    Trials: _trials,
    Curves: _curves,
    Measured: _measured,
}  # fmt: skip


def _picture(results: Path, name: str, caption: str) -> str:
    """Markdown of a picture, or a sentence where it is missing."""
    return f"![{caption}]({name})" if (results / name).is_file() else f"({caption}: `{name}` is not there yet.)"


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"{path} cannot be read: {error}") from None
