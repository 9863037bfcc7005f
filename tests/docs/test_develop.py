"""The worked examples of docs/develop.md are applied to a copy of the project, and the tests in them are run there."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "develop.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"^## (How to add a .*?)\n(.*?)(?=^## )", PAGE, re.MULTILINE | re.DOTALL))


def new_files(text):
    """Path -> content of the files that an example adds."""
    return dict(re.findall(r"New file `(.*?)`:\n\n```python\n(.*?)```", text, re.DOTALL))


def hunks(text):
    """(path, lines before, lines after) of every change in an example's diffs."""
    for diff in re.findall(r"```diff\n(.*?)```", text, re.DOTALL):
        for path, changes in re.findall(r"^--- (\S+)\n(.*?)(?=^--- |\Z)", diff, re.MULTILINE | re.DOTALL):
            for change in re.split(r"^@@.*\n", changes, flags=re.MULTILINE)[1:]:
                lines = change.splitlines(keepends=True)
                before, after = ("".join(line[1:] for line in lines if line[0] in kept) for kept in (" -", " +"))
                yield path, before, after


def apply(text, folder):
    for path, content in new_files(text).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content, encoding="utf-8")
    for path, before, after in hunks(text):
        code = (folder / path).read_text(encoding="utf-8")
        assert code.count(before) == 1, f"docs/develop.md: {path} does not have, just once:\n{before}"
        (folder / path).write_text(code.replace(before, after), encoding="utf-8")


@pytest.fixture(scope="module")
def changed(tmp_path_factory):
    """A copy of the project, without its data, in which all examples are applied."""
    folder = tmp_path_factory.mktemp("develop") / "project"
    unused = shutil.ignore_patterns("__pycache__", "*.gz", "weights.data*")
    for name in ("tf_interp", "fuel_compat"):
        shutil.copytree(ROOT / name, folder / name, ignore=unused)
    for text in EXAMPLES.values():
        apply(text, folder)
    for name in ("pyproject.toml", "tests/conftest.py", "tests/test_layering.py"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def test_there_is_an_example_of_everything_that_can_be_added():
    named = [heading.rsplit(" ", 1)[1] for heading in EXAMPLES]
    assert named == ["reward", "critic", "transformation", "strategy", "set"]
    assert all(new_files(text) and list(hunks(text)) for text in EXAMPLES.values())


def test_a_reward_takes_at_most_twelve_lines():
    (diff,) = re.findall(r"```diff\n(.*?)```", EXAMPLES["How to add a reward"], re.DOTALL)
    touched = [line for line in diff.splitlines() if line[0] in "+-" and not line.startswith("---")]
    assert 0 < len(touched) <= 12


def test_the_examples_pass_their_own_tests(changed):
    tests = [path for text in EXAMPLES.values() for path in new_files(text) if path.startswith("tests/")]
    words = ["-m", "pytest", "-q", "-p", "no:xdist", "-o", "addopts=", "tests/test_layering.py", *tests]
    ran = subprocess.run([sys.executable, *words], cwd=changed, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    expected = sum(content.count("def test_") for text in EXAMPLES.values() for content in new_files(text).values())
    assert int(re.search(r"(\d+) passed", ran.stdout).group(1)) > expected  # these, and the house rules


def test_the_examples_are_as_well_formed_as_the_project(changed):
    for words in (["check"], ["format", "--check"]):
        ran = subprocess.run([sys.executable, "-m", "ruff", *words, "."], cwd=changed, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_table_of_packages_is_the_one_that_is_held():
    tree = ast.parse((ROOT / "tests" / "test_layering.py").read_text(encoding="utf-8"))
    (ranks,) = (ast.literal_eval(node.value) for node in tree.body if isinstance(node, ast.Assign) and _is_ranks(node))
    table = PAGE.split("## Where things are")[1].split("## Conventions")[0]
    rows = [re.findall(r"`(\w+)`", line.split("|")[1]) for line in table.splitlines() if line.startswith("| `")]
    assert rows == ranks


def _is_ranks(node):
    return [target.id for target in node.targets] == ["RANKS"]
