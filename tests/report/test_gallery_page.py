"""gallery.html, made of a made-up record."""

import base64
import io
import json
import re

import numpy as np
import pytest
import results_folder
from PIL import Image

from tf_interp.errors import FileError
from tf_interp.report.build import build
from tf_interp.report.sprites import save_walks

GALLERY = {
    "title": "All walks",
    "introduction": "Look at them.",
    "walks": [{"folder": "walks", "title": "Greys", "origin": "drawn here.", "repeat": "tf-interp gallery x"}],
    "methods": {
        "second": {"name": "the second", "words": "fades"},
        "absent": {"name": "one that did not walk"},
        "first": {"name": "the first"},
    },
    "measured": "contest",
    "columns": "measured",
    "reading": "Less is better.",
}


@pytest.fixture
def page(results, random):
    """The page of two pairs walked by two methods in two steps of two images each."""
    content = results_folder.index()
    content["gallery"] = GALLERY
    content["columns"]["measured"] = [
        {"title": "method", "key": "name"},
        {"title": "left", "key": "goal_relative", "format": "percent"},
    ]
    results_folder.write(results / "index.json", content)
    measured = [{"method": name, "goal_relative": value} for name, value in (("first", 0.5), ("second", 0.25))]
    results_folder.write(results / "contest" / "metrics.json", {"git_commit": "abc", "methods": measured})
    films = {name: np.full([2, 5, 6, 4, 1], grey, np.float32) for name, grey in (("first", 0.2), ("second", 0.6))}
    films["first"][1, 3] = 1.0
    maps = {"flow": np.ones([2, 2, 6, 4, 2], np.float32), "alpha_blend": np.full([2, 2, 6, 4, 1], 0.4, np.float32)}
    save_walks(results / "walks", films, maps, {"git_commit": "walked at this one"})
    build(results)
    return (results / "gallery.html").read_text(encoding="utf-8")


def test_the_page_holds_all_pictures_in_the_order_of_the_index(page):
    (sets,) = re.findall(r"^const sets = (.*);$", page, re.MULTILINE)
    (greys,) = json.loads(sets)
    assert [(film["name"], film["words"]) for film in greys["films"]] == [("the second", "fades"), ("the first", "")]
    sprites = [film["sprite"].split("data:image/webp;base64,")[1] for film in greys["films"]]
    second, first = (np.array(Image.open(io.BytesIO(base64.b64decode(sprite))).convert("L")) for sprite in sprites)
    assert set(second.ravel()) == {153} and first.shape == (12, 20)
    assert set(first[6:, 12:16].ravel()) == {255} and set(first[:6].ravel()) == {51}
    flow, mask = greys["maps"]
    assert (flow["shows"], mask["shows"]) == ("where pixels came from", "how much was painted")
    assert flow["cell"] == 1 and flow["unit"] == pytest.approx(1 / 127) and mask["sprite"].startswith("data:image/webp")
    assert (greys["pairs"], greys["times"], greys["steps"], greys["height"], greys["width"]) == (2, 5, 2, 6, 4)
    assert not re.search(r'src="(?!data:)|<link|https?://', page)


def test_the_page_says_what_was_measured_and_where_it_comes_from(page):
    cells = re.findall(r"<td>(.*?)</td>", page)
    assert cells == ["the second", "25.0%", "the first", "50.0%"]
    assert "Less is better." in page and "<h1>All walks</h1>" in page
    assert "Greys: drawn here. Computed at commit walked at this one by <code>tf-interp gallery x</code>" in page


def test_a_picture_that_is_gone_is_named_and_the_old_page_kept(results, page):
    (results / "walks" / "alpha_blend.webp").unlink()
    with pytest.raises(FileError, match="walks/alpha_blend.webp cannot be read"):
        build(results)
    assert (results / "gallery.html").read_text(encoding="utf-8") == page
