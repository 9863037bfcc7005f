"""tf-interp itself: its table of subcommands, and --help of each."""

import dataclasses
import os
import re
import subprocess
import sys
import typing
from pathlib import Path

import pytest

from tf_interp import commands
from tf_interp.commands.help_text import flowing_help
from tf_interp.commands.options import check_range
from tf_interp.errors import InputError
from tf_interp.peers.settings import PeerSettings

ROOT = Path(__file__).parents[2]
EXAMPLES = {
    "interpolate": "  tf-interp interpolate A.png B.png --out walk.gif       a film; or .webp, .mp4",
    "evaluate": "  tf-interp evaluate results/mnist_bptt",
    "maps": "  tf-interp maps results/mnist_bptt --pairs 5 --out maps.png",
    "peer": "  tf-interp peer acai --iterations 500   a first impression",
    "lines": "  tf-interp lines cross_fade bptt_seed0 acai_seed0 --out FOLDER",
    "gallery": "  tf-interp gallery results/mnist_bptt cross_fade --out results/gallery/digits",
    "report": "  tf-interp report --results FOLDER --readme README.md",
    "noise": "  tf-interp noise --sigma-flow 2 --out FOLDER",
    "classifier": "  tf-interp classifier --data-dir fashion_mnist --out fashion_classifier",
}


def test_help_names_every_subcommand(capsys):
    for words in ([], ["--help"], ["-h"]):
        assert commands.main(words) == 0
        listed = re.findall(r"^  (\w+)  +\w", capsys.readouterr().out, re.MULTILINE)
        assert listed == list(commands.COMMANDS)


@pytest.mark.parametrize(
    "word, hint",
    [
        ("evalute", "did you mean 'evaluate'?"),
        ("line", "did you mean 'lines'?"),
        ("x", f"it has {', '.join(commands.COMMANDS)}"),
    ],
)
def test_an_unknown_subcommand_is_one_line_with_the_nearest(word, hint, capsys):
    assert commands.main([word, "--help"]) == 2
    said = capsys.readouterr()
    assert said.err == f"error: {word!r} is not a command of tf-interp; {hint}\n" and said.out == ""


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_subcommand_explains_itself_by_examples(name, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as end:
        commands.main([name, "--help"])
    said = capsys.readouterr().out
    assert end.value.code == 0 and said.startswith(f"usage: tf-interp {name} ")
    lines = [line.rstrip() for line in said.splitlines()]
    assert EXAMPLES[name] in lines
    examples = [line for line in lines if line.startswith("  tf-interp")]
    assert all(len(line) < 80 for line in examples)
    following = [lines[lines.index(line) + 1] for line in examples]
    assert all(not line or line.startswith("  ") for line in following)  # no example is wrapped


def test_help_waits_for_no_tensorflow():
    names = [["--help"], *([name, "--help"] for name in EXAMPLES)]
    program = (
        "import sys\n"
        "from tf_interp.commands import main\n"
        f"for words in {names!r}:\n"
        "    try:\n"
        "        main(words)\n"
        "    except SystemExit:\n"
        "        pass\n"
        "assert not {'tensorflow', 'keras', 'matplotlib', 'scipy'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr


def test_python_m_tf_interp_is_the_command(tmp_path):
    command = [sys.executable, "-m", "tf_interp", "interpolate", "a.png", "b.png", "--out", "a.txt"]
    path = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=path)
    assert done.returncode == 2
    assert done.stderr == "error: --out a.txt: unknown ending '.txt'; use .png, .jpg, .gif, .webp, .mp4\n"


def test_ranges():
    for value in (None, 1, 5.0, 7):
        check_range("n", value, 1, 7)
    check_range("n", 10**9, 1)
    for value, high, complaint in [
        (0, None, "n: 0 is below the smallest allowed value 1"),
        (8, 7, "n: 8 is outside the allowed range 1 to 7"),
        (float("nan"), 7, "n: nan is outside"),
    ]:
        with pytest.raises(InputError, match=complaint):
            check_range("n", value, 1, high)


def test_help_of_an_option_flows():
    """It is not broken where its docstring in the source is; nor is that of a setting in a group."""

    @dataclasses.dataclass(frozen=True)
    class Options:
        height: int = 3
        """First line
        and second."""
        settings: PeerSettings = PeerSettings()

    flowing_help(Options)
    (told,) = typing.get_type_hints(Options, include_extras=True)["height"].__metadata__
    assert told.help == "First line and second."
    *_, told = typing.get_type_hints(PeerSettings, include_extras=True)["features"].__metadata__
    assert "every kind has as many weights on MNIST as the project's own model" in told.help
    assert PeerSettings(features=[3, 4]).features == (3, 4)  # what is checked is as it was
