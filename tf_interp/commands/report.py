"""Builds REPORT.md and a self-contained report.html from what is in results/: tf-interp report"""

from dataclasses import dataclass
from pathlib import Path
from typing import List, Optional

from tf_interp.commands.options import run_command

DESCRIPTION = """Rebuilds REPORT.md and report.html from the records in results/, without training.

  tf-interp report
  tf-interp report --results FOLDER --readme README.md"""


@dataclass(frozen=True)
class Options:
    results: str = "results"
    """Folder of results. Its index.json says what is shown."""
    readme: Optional[str] = None
    """A Markdown file whose table of results, between <!-- results --> and <!-- /results -->, is rewritten too."""


def main(arguments: List[str]) -> int:
    """Runs the command line and returns its exit code."""
    return run_command("report", Options, DESCRIPTION, write, arguments)


def write(options: Options) -> None:
    """Writes the report and, if asked for, the table of results in a README.

    Raises:
        FileError: a file is missing or damaged, or README has no markers.
    """
    from tf_interp.report.build import build
    from tf_interp.report.readme import update_readme

    results = Path(options.results)
    build(results)
    print(f"wrote {results}/REPORT.md and {results}/report.html")
    if options.readme is not None:
        update_readme(Path(options.readme), results)
        print(f"wrote the table of results in {options.readme}")
