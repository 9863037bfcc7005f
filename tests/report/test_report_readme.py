"""README's table of results."""

from pathlib import Path

import pytest

from tf_interp.errors import FileError
from tf_interp.report.readme import block_of, results_table, update_readme

ROOT = Path(__file__).resolve().parent.parent.parent


def test_what_is_between_the_markers_is_replaced_and_nothing_else(results):
    readme = results / "README.md"
    readme.write_text("# Name\n\n<!-- results -->\nold\n<!-- /results -->\n\nThe rest é.\n", encoding="utf-8")
    update_readme(readme, results)
    text = readme.read_text(encoding="utf-8")
    assert text.startswith("# Name\n\n<!-- results -->\n| run | residual |")
    assert text.endswith(" |\n\nIn short.\n<!-- /results -->\n\nThe rest é.\n") and "old" not in text
    update_readme(readme, results)
    assert readme.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    "text, message",
    [
        ("nothing", "README.md: the marker <!-- results --> is missing; the table of results goes between"),
        ("<!-- results -->", "the marker <!-- /results --> is missing"),
        ("<!-- results --><!-- results --><!-- /results -->", "<!-- results --> is there 2 times"),
        ("<!-- /results -->\n<!-- results -->", "<!-- /results --> comes before <!-- results -->; exchange them"),
    ],
)
def test_a_readme_without_markers_stays_as_it_was(results, text, message):
    readme = results / "README.md"
    readme.write_text(text)
    with pytest.raises(FileError, match=message):
        update_readme(readme, results)
    assert readme.read_text() == text


def test_a_damaged_record_leaves_the_readme_as_it_was(results):
    readme = results / "README.md"
    readme.write_text("<!-- results -->\nold\n<!-- /results -->\n")
    (results / "good" / "metrics.json").write_text("{")
    with pytest.raises(FileError, match="good/metrics.json"):
        update_readme(readme, results)
    assert readme.read_text() == "<!-- results -->\nold\n<!-- /results -->\n"
    assert [path.name for path in results.glob(".*")] == []  # no temporary file
    with pytest.raises(FileError, match="nowhere.md cannot be read"):
        update_readme(results / "nowhere.md", results)


def test_the_table_in_readme_is_that_of_the_records(monkeypatch):
    """If this fails run: tf-interp report --readme README.md"""
    monkeypatch.chdir(ROOT)
    found = block_of(Path("README.md").read_text(encoding="utf-8"), "README.md")
    assert found == f"\n{results_table(Path('results'))}\n"
