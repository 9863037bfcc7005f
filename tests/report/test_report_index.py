"""index.json: what it means, and what is said of one that is wrong."""

import json

import pytest
import results_folder

from tf_interp.errors import FileError
from tf_interp.report.index import Curves, Measured, Runs, Trials, read_index


def test_an_index_becomes_sections_of_blocks(results):
    index = read_index(results)
    assert [section.id for section in index.sections] == ["runs", "curves", "measured", "trials"]
    kinds = [type(block) for section in index.sections for block in section.blocks]
    assert kinds == [Runs, Curves, Measured, Measured, Trials]
    first, second, third = index.sections[0].blocks[0].rows
    assert (first.run, first.pictures, third.pictures) == ("good", {"strips.png": "walks of the good run"}, {})
    assert index.columns["short"][1].otherwise == "ended" and index.columns["short"][0].scale == 1.0
    assert index.pending == ("later", "nothing")


def _drop(index, *path):
    for part in path[:-1]:
        index = index[part]
    del index[path[-1]]


def _set(value, *path):
    def change(index):
        for part in path[:-1]:
            index = index[part]
        index[path[-1]] = value

    return change


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda index: _drop(index, "title"), "index.json: 'title' is missing"),
        (lambda index: _drop(index, "sections", 0, "id"), r"sections\[0\]: 'id' is missing"),
        (_set("x", "colour"), "index.json: 'colour' is not one of title, introduction, columns"),
        (_set(3, "title"), "index.json: title: expected a text, got 3"),
        (_set("1", "columns", "short", 0, "scale"), r"columns: short\[0\]: scale: expected a number, got '1'"),
        (_set({}, "sections"), "sections: expected a list, got {}"),
        (_set("graph", "sections", 1, "blocks", 0, "kind"), r"blocks\[0\]: kind: 'graph' is not one of runs, trials"),
        (_set([], "sections", 1, "blocks", 0), r"blocks\[0\]: expected an object, got \[\]"),
        (_set(1, "sections", 1, "blocks", 0, "panels", 0, "logarithmic"), "logarithmic: expected true or false, got 1"),
        (_set("long", "readme", "columns"), "columns: 'long' is not one of short"),
        (_set("runs", "sections", 1, "id"), "the id 'runs' is there twice"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(results, change, message):
    content = results_folder.index()
    change(content)
    (results / "index.json").write_text(json.dumps(content))
    with pytest.raises(FileError, match=message):
        read_index(results)


def test_a_whole_number_may_stand_for_a_number(results):
    content = results_folder.index()
    content["columns"]["short"][0]["scale"] = 100
    (results / "index.json").write_text(json.dumps(content))
    assert read_index(results).columns["short"][0].scale == 100.0


def test_an_index_that_is_missing_or_damaged_is_named(results):
    (results / "index.json").write_text("{")
    with pytest.raises(FileError, match=r"results/index\.json is not valid JSON"):
        read_index(results)
    (results / "index.json").unlink()
    with pytest.raises(FileError, match=r"results/index\.json cannot be read"):
        read_index(results)
