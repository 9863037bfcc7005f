"""README's commands with nothing but an environment: an empty HOME, and a source tree that cannot be written.

    python benchmarks/clean_machine.py               of the environment that runs it; as root it needs setpriv

A copy of the files under version control is made read-only. Each command starts in an empty folder. It must end with
exit code 0, and everything that it writes must be where the command line points, or below the folder that it starts in.
What it leaves in HOME is listed: Matplotlib keeps its list of fonts there.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Dict, List, Set

from PIL import Image, ImageDraw

ROOT = Path(__file__).resolve().parent.parent
# Root may write everywhere, but for this.
_UNPRIVILEGED = ["setpriv", "--bounding-set", "-dac_override"] if os.getuid() == 0 else []
_SHORT = ["--iterations", "2", "--batch-size", "4", "--eager"]
_USE = """
import numpy as np
from tf_interp import load_interpolator
interpolator = load_interpolator({model!r})
start, goal = np.random.rand(2, 8, 28, 28, 1)
path = interpolator(start, goal)
assert path.frames.shape[:2] == (8, interpolator.config.model.steps + 1)
"""


def commands(tree: Path) -> Dict[str, List[str]]:
    """Words of README's commands, shortened where they train, and what each should have written."""
    python = [sys.executable]
    module = [*python, "-m", "tf_interp"]
    return {
        "strip.png": [*module, "interpolate", "one.png", "seven.png", "--out", "strip.png"],
        "walk.gif": [*module, "interpolate", "one.png", "seven.png", "--out", "walk.gif"],
        "runs": [*python, str(tree / "train_mnist.py"), *_SHORT],
        "faces": [*python, str(tree / "train_celeba.py"), "--demo", *_SHORT, "--run-dir", "faces"],
        "figures": [*module, "evaluate", str(tree / "results" / "mnist_bptt"), "--out", "figures", "--pairs", "20"],
        "": [*python, "-c", _USE.format(model=str(tree / "results" / "mnist_bptt"))],
    }


def copied(place: Path) -> Path:
    """The project without what is not under version control, read-only."""
    tree = place / "tree"
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, listed.decode().split("\0")):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tree / name)
    for path in (tree, *tree.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    return tree


def draw_digits(folder: Path) -> None:
    for name, line in (("one", [(14, 5), (14, 22)]), ("seven", [(7, 6), (20, 6), (11, 22)])):
        digit = Image.new("L", (28, 28))
        ImageDraw.Draw(digit).line(line, fill=255, width=3)
        digit.save(folder / f"{name}.png")


def files_in(folder: Path) -> Set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def main() -> int:
    wrong = 0
    with tempfile.TemporaryDirectory() as made:
        place = Path(made)
        place.chmod(0o755)
        tree, home, here = copied(place), place / "home", place / "here"
        for folder in (home, here):
            folder.mkdir()
        draw_digits(here)
        kept = {name: value for name, value in os.environ.items() if name.startswith(("TF_", "OMP_"))}
        environment = {**kept, "HOME": str(home), "PATH": os.environ["PATH"], "PYTHONPATH": str(tree)}
        before = files_in(tree)
        print("| command | exit code | wrote |\n| --- | --- | --- |")
        for written, words in commands(tree).items():
            done = subprocess.run(
                [*_UNPRIVILEGED, *words], cwd=here, env=environment, capture_output=True, text=True, check=False
            )
            fine = done.returncode == 0 and (here / written).exists() and files_in(tree) == before
            wrong += not fine
            shown = " ".join(words[1:]).replace(str(tree), "TREE") if written else "README's lines of Python"
            print(f"| `{shown}` | {done.returncode} | {written or '-'} |", flush=True)
            if not fine:
                print(done.stderr[-2000:], file=sys.stderr)
        print(f"\nIn HOME: {', '.join(sorted(files_in(home))) or 'nothing'}. In the tree: nothing new.")
        for path in (tree, *tree.rglob("*")):
            if path.is_dir():
                path.chmod(0o755)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
