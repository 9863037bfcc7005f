"""The table of results in README, between two markers, generated from the records."""

from pathlib import Path

from tf_interp.errors import FileError
from tf_interp.report.index import read_index
from tf_interp.report.records import Records
from tf_interp.report.tables import table
from tf_interp.system import files

BEGIN, END = "<!-- results -->", "<!-- /results -->"


def results_table(results: Path) -> str:
    """README's table of results as Markdown, as `readme` in index.json declares it.

    Raises:
        FileError: index.json or a record is missing or damaged.
    """
    index, records = read_index(results), Records(results)
    rows = table(index.columns[index.readme.columns], [records.run(row) for row in index.readme.rows])
    return f"{rows}\n\n{index.readme.reading}".strip()


def block_of(text: str, origin: str) -> str:
    """What is between the markers of a Markdown text.

    Raises:
        FileError: a marker is missing, is there twice, or they are in the wrong order; the message names `origin`.
    """
    for marker in (BEGIN, END):
        if text.count(marker) != 1:
            found = "is missing" if marker not in text else f"is there {text.count(marker)} times"
            raise FileError(
                f"{origin}: the marker {marker} {found}; the table of results goes between one {BEGIN} and one {END}"
            )
    if text.index(END) < text.index(BEGIN):
        raise FileError(f"{origin}: {END} comes before {BEGIN}; exchange them")
    return text.split(BEGIN)[1].split(END)[0]


def update_readme(readme: Path, results: Path) -> None:
    """Rewrites what is between the markers of `readme`; if anything fails the file stays as it was.

    Raises:
        FileError: the file cannot be read, its markers are not there, or a record is missing or damaged.
    """
    try:
        text = readme.read_text(encoding="utf-8")
    except OSError as error:
        raise FileError(f"{readme} cannot be read: {error.strerror}") from None
    block_of(text, str(readme))
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    with files.replaced_file(readme) as temporary:
        temporary.write_text(f"{before}{BEGIN}\n{results_table(results)}\n{END}{after}", encoding="utf-8")
