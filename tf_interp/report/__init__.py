"""The report on a folder of results: REPORT.md, report.html and README's table, made from the records alone.

Nothing is trained or measured here. What is shown, in which order and under which words stands in results/index.json;
this package knows no run by name.

    index     index.json, read and checked
    records   facts about runs and trials, by the names that columns use
    tables    facts as Markdown tables
    curves    plots of how training went
    sections  the parts of the report as Markdown
    page      Markdown as one HTML page
    readme    the table of results between two markers of README
"""

from pathlib import Path

from tf_interp.errors import FileError
from tf_interp.report.index import Index, read_index
from tf_interp.report.page import to_html
from tf_interp.report.readme import results_table, update_readme
from tf_interp.report.records import Records
from tf_interp.report.sections import to_markdown
from tf_interp.system import files

__all__ = ["Index", "Records", "build", "read_index", "results_table", "to_html", "update_readme"]


def build(results: Path) -> None:
    """Writes REPORT.md, report.html and the plots they show into the folder of results.

    Args:
        results: holds index.json, trials.json and the folders of runs.

    Raises:
        FileError: no such folder, or a file in it is missing or damaged.
        InputError: index.json names what the report does not know.
    """
    if not results.is_dir():
        raise FileError(f"{results} is not a folder; run this from the project's root, or name the folder of results")
    text = to_markdown(read_index(results), Records(results))
    for name, content in (("REPORT.md", text), ("report.html", to_html(text, results))):
        with files.replaced_file(results / name) as temporary:
            temporary.write_text(content, encoding="utf-8")
