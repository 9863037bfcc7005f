"""gallery.html: walks of all methods under one slider, with what the model did and how the methods measure up."""

import json
from pathlib import Path
from typing import Any, Dict, List

from tf_interp.report.index import Gallery, Index, Walks
from tf_interp.report.page import embedded, to_html
from tf_interp.report.sprites import RECORD
from tf_interp.report.tables import table
from tf_interp.report.words import words_of
from tf_interp.system.run_folder import read_json

_HERE = "{{walks}}"  # a paragraph of the Markdown, in whose place the walks come


def to_gallery(index: Index, gallery: Gallery, results: Path) -> str:
    """The page as HTML that needs no other file.

    Raises:
        FileError: a record or a picture is missing or damaged.
        InputError: the package Markdown, an extra, is not installed.
    """
    measured = {row["method"]: row for row in read_json(results / gallery.measured / "metrics.json")["methods"]}
    rows = [{**measured[key], "name": each.name} for key, each in gallery.methods.items() if key in measured]
    origins = [_origin(walks, read_json(results / walks.folder / RECORD)) for walks in gallery.walks]
    parts = [f"# {gallery.title}", gallery.introduction, _HERE]
    parts += ["## Measured", table(index.columns[gallery.columns], rows), gallery.reading]
    parts += ["## Where this comes from", *origins]
    fragment = Path(__file__).with_name("gallery.html").read_text(encoding="utf-8")
    sets = json.dumps([_set(walks, gallery, results) for walks in gallery.walks], ensure_ascii=False)
    page = to_html("\n\n".join(parts), results)
    return page.replace(f"<p>{_HERE}</p>", fragment.replace("{{sets}}", sets.replace("<", "\\u003c")))


def _origin(walks: Walks, record: Dict[str, Any]) -> str:
    return f"{walks.title}: {walks.origin} Computed at commit {record['git_commit']} by `{walks.repeat}`"


def _set(walks: Walks, gallery: Gallery, results: Path) -> Dict[str, Any]:
    """What the page's script is told of some walks: sizes, films and maps, with their pictures inside."""
    folder = results / walks.folder
    record = read_json(folder / RECORD)
    films = [
        {"name": each.name, "words": each.words, "sprite": embedded(folder / record["films"][key])}
        for key, each in gallery.methods.items()
        if key in record["films"]
    ]
    sizes = {name: record[name] for name in ("pairs", "times", "steps", "height", "width")}
    return {"title": walks.title, **sizes, "films": films, "maps": _maps(folder, record["maps"])}


def _maps(folder: Path, maps: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
    found = []
    for each in maps:
        words = words_of(each["label"])
        drawn = each["arrows"] if "arrows" in each else {"sprite": embedded(folder / each["file"])}
        found.append({"shows": words.shows, "reading": words.reading, **drawn})
    return found
