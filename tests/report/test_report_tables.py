"""Facts as Markdown tables."""

import pytest

from tf_interp.errors import FileError
from tf_interp.report.index import Column
from tf_interp.report.tables import table


def cell(facts, **column):
    return table([Column("t", **column)], [{"name": "r", **facts}]).splitlines()[2][2:-2]


@pytest.mark.parametrize(
    "value, format, written",
    [
        (0.0214891, "percent", "2.15%"),
        (0.3211, "percent", "32.1%"),
        (0.0, "percent", "0.00%"),
        ([868.9], "minutes", "14.5"),
        ([4098.0, 249.2], "minutes", "68.3 + 4.15"),
        ([1.02, 6.64, 11.42, 1.6], "steps", "1.0 6.6 **11.4** 1.6"),
        ([-0.16, 1.85, 1.5], "steps", "-0.16 **1.85** 1.50"),
        ([1.0, 0.794, 0.9], "least", "0.79"),
        (4000, "integer", "4,000"),
        (4.0295, "one_decimal", "4.0"),
        (1.8831, "two_decimals", "1.88"),
        (0.00391799, "number", "0.00392"),
        ("python x", "code", "`python x`"),
        ("a | b", "text", "a \\| b"),
    ],
)
def test_formats(value, format, written):
    assert cell({"fact": value}, key="fact", format=format) == written


def test_a_table_has_a_head_and_a_row_a_run():
    columns = [Column("run", "name"), Column("steps", "settings.steps", "integer")]
    rows = [{"name": "a", "settings": {"steps": 5}}, {"name": "b", "settings": {}}]
    assert table(columns, rows) == "| run | steps |\n| --- | --- |\n| a | 5 |\n| b |  |"


def test_a_scale_multiplies_numbers_and_lists_of_them():
    assert cell({"fact": 0.0232}, key="fact", format="number", scale=1e3) == "23.2"
    assert cell({"fact": [1e-4, 2e-4]}, key="fact", format="steps", scale=1e4) == "1.00 **2.00**"


def test_what_is_not_there_leaves_the_cell_empty_or_shows_another_fact():
    assert cell({}, key="figures.goal_relative", format="percent") == ""
    assert cell({"ended": "diverged"}, key="figures.goal_relative", format="percent", otherwise="ended") == "diverged"
    assert cell({"figures": "none"}, key="figures.goal_relative") == ""


def test_errors_name_the_column_or_the_run():
    with pytest.raises(FileError, match="index.json: column 't': format 'hex' is not one of text, code, percent"):
        cell({"fact": 1}, key="fact", format="hex")
    with pytest.raises(FileError, match="r: fact is 'much', which cannot be written as percent"):
        cell({"fact": "much"}, key="fact", format="percent")
    with pytest.raises(FileError, match=r"r: fact is \[\], which cannot be written as steps"):
        cell({"fact": []}, key="fact", format="steps")
