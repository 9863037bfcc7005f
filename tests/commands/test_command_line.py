"""tf-interp itself: its table of subcommands, and --help of each."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tf_interp import commands
from tf_interp.commands.help_text import options_of, usage_of
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
    "demo": "  tf-interp demo --model runs/first   that one first",
    "export": "  tf-interp export results/mnist_bptt --out mnist_walk",
}
SCREEN = 50  # lines


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
    assert max(map(len, lines)) <= 80 and len(lines) <= SCREEN + 4
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


def test_a_model_that_is_not_there_is_named_before_tensorflow_is_loaded():
    """Loading it takes 6 seconds of CPU."""
    calls = [["evaluate", "no/model"], ["maps", "no/model"], ["lines", "no/model", "--out", "x"],
             ["export", "no/model", "--out", "x"], ["train", "mnist", "--data-dir", "no/model"],
             ["train", "mnist", "--initial-model", "no/model"]]  # fmt: skip
    program = (
        "import sys\n"
        "from tf_interp.commands import main\n"
        f"assert [main(words) for words in {calls!r}] == [2] * {len(calls)}\n"
        "assert not {'tensorflow', 'keras', 'matplotlib', 'scipy'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    complaints = done.stderr.splitlines()
    assert len(complaints) == len(calls) and all(line.startswith("error: ") for line in complaints)
    assert all("no/model" in line for line in complaints)
    assert "cross_fade" in complaints[0] and "--data-dir" in complaints[4]


def test_an_option_is_told_as_it_is_typed():
    shown = {option.typed: option for option in options_of(PeerSettings)}
    features = shown["--features INT ..."]
    assert "every kind has as many weights on MNIST as the project's own model" in features.text  # over a line's end
    assert features.default == "40 64 104" and features.brief().typed == "--features 40 64 104"
    assert "sigmoid is better on MNIST" in shown["--output sigmoid|linear"].text
    rate = shown["--learning-rate FLOAT"].brief()
    assert (rate.typed, rate.text) == ("--learning-rate 0.001", "Adam's learning rate")
    assert shown["--seed INT"].default == "0"
    assert usage_of("peer", shown.values()) == "peer [options]"
