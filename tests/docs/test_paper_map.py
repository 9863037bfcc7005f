"""What the documents name exists: every symbol is imported, every file, test, heading and setting is looked up."""

import ast
import functools
import importlib
import re
from pathlib import Path

import pytest

from tf_interp.config import setting_names

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = ("paper.md", "deviations.md", "develop.md")
REFERENCE = re.compile(r"`([\w./-]+\.py):\s+([\w.,\s]+)`")
FILE = re.compile(r"`((?:tf_interp|tests|results|benchmarks|docs|fuel_compat)/[\w./-]+)`")
LINK = re.compile(r"\]\(([^)#\s]*)#?([^)\s]*)\)")
NEW_FILE = re.compile(r"^New file `.*`:$", re.MULTILINE)


def read(name):
    return (DOCS / name).read_text(encoding="utf-8")


def prose(name):
    """A page without its blocks of code and the files that its examples add."""
    return NEW_FILE.sub("", re.sub(r"```.*?```", "", read(name), flags=re.DOTALL))


def references(name):
    for path, symbols in REFERENCE.findall(prose(name)):
        yield from ((path, symbol) for symbol in re.split(r",\s+", symbols))


def anchors(path):
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@functools.cache
def names_in(path):
    return {node.name for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body if hasattr(node, "name")}


@pytest.mark.parametrize("page", PAGES)
def test_every_symbol_can_be_imported_and_every_test_is_there(page):
    for path, symbol in references(page):
        assert (ROOT / path).is_file(), f"{page}: {path}"
        if path.startswith("tests/"):
            assert symbol in names_in(path), f"{page}: {path}: {symbol}"
        else:
            module = importlib.import_module(path[:-3].replace("/", ".").removesuffix(".__init__"))
            assert functools.reduce(getattr, symbol.split("."), module) is not None, f"{page}: {path}: {symbol}"


@pytest.mark.parametrize("page", PAGES)
def test_every_file_and_every_heading_is_there(page):
    for path in FILE.findall(prose(page)):
        assert (ROOT / path).exists(), f"{page}: {path}"
    for target, anchor in LINK.findall(prose(page)):
        if not target.startswith("http"):
            path = (DOCS / target).resolve() if target else DOCS / page
            assert path.exists(), f"{page}: {target}"
            assert not anchor or anchor in anchors(path), f"{page}: {target}#{anchor}"


@pytest.mark.parametrize("page", ("paper.md", "deviations.md"))
def test_every_setting_is_one(page):
    names = re.findall(r"`([a-z]+(?:_[a-z]+)+)`", prose(page))
    assert names and set(names) <= {*setting_names(), "tf_interp", "fuel_compat"}


def test_the_map_goes_through_the_whole_paper_in_its_order():
    text = prose("paper.md")
    sections = re.findall(r"^## Section ([\d.]+)", text, re.MULTILINE)
    assert sections == ["3", "4", "4.1", "4.2", "4.3", "4.4", "4.5", "4.6", "5"]
    for kind, numbers in (("eq.", range(1, 10)), ("Fig.", range(1, 8))):
        places = [text.find(f"**{kind} {number}") for number in numbers]
        assert -1 not in places and (kind == "Fig." or places == sorted(places)), (kind, places)
    rows = [line for line in text.splitlines() if re.match(r"\| (?!---|the paper)", line)]
    assert len(rows) >= 40
    assert all(row.count("|") == 5 for row in rows)
