"""The report as files."""

from pathlib import Path

from tf_interp.errors import FileError
from tf_interp.report.gallery import to_gallery
from tf_interp.report.index import read_index
from tf_interp.report.page import to_html
from tf_interp.report.records import Records
from tf_interp.report.sections import to_markdown
from tf_interp.system import files


def build(results: Path) -> None:
    """Writes REPORT.md, report.html and the plots they show into the folder of results, and gallery.html.

    Args:
        results: holds index.json, trials.json and the folders of runs.

    Raises:
        FileError: no such folder, or a file in it is missing or damaged.
    """
    if not results.is_dir():
        raise FileError(f"{results} is not a folder; run this from the project's root, or name the folder of results")
    index = read_index(results)
    text = to_markdown(index, Records(results))
    contents = {"REPORT.md": text, "report.html": to_html(text, results)}
    if index.gallery is not None:
        contents["gallery.html"] = to_gallery(index, index.gallery, results)
    for name, content in contents.items():
        with files.replaced_file(results / name) as temporary:
            temporary.write_text(content, encoding="utf-8")
