"""The one command, `tf-interp`: a table of subcommands, each loaded when it is called.

To add one, write a module with `main(arguments) -> exit code` and give it a row here. A module imports TensorFlow only
where it needs it, so that --help and a mistyped option answer at once.
"""

import difflib
import importlib
import sys
from typing import List, NamedTuple, Optional

from tf_interp.system.entry import exit_code_of
from tf_interp.system.startup import prepare_tensorflow, require_environment


class Command(NamedTuple):
    """One subcommand: the module that has its `main`, and a line of help."""

    module: str
    summary: str


COMMANDS = {
    "train": Command("train", "trains a model: tf-interp train mnist, or tf-interp train celeba"),
    "interpolate": Command("interpolate", "walks between two image files, to a strip or a GIF"),
    "evaluate": Command("evaluate", "measures models and peers on the held-out pairs"),
    "maps": Command("maps", "draws walks with the flow, masks and colours of every step"),
    "peer": Command("train_peer", "trains what a user would pick instead: autoencoder, vae or acai"),
    "lines": Command("score_lines", "scores models on the lines benchmark"),
    "noise": Command("noise", "draws flows by eq. 7 and by eq. 8"),
    "classifier": Command("train_classifier", "trains the digit classifier that walks are measured by"),
    "demo": Command("demo", "serves a page on which to draw two pictures and see the walk"),
    "export": Command("export", "writes a model as a SavedModel, for programs without this package"),
    "gallery": Command("gallery", "computes the walks that the page results/gallery.html shows"),
    "report": Command("report", "rebuilds results/REPORT.md, report.html and gallery.html"),
}
EXAMPLES = """
examples:
  tf-interp interpolate A.png B.png --out walk.gif
  tf-interp train mnist --preset quick --run-dir runs/first
  tf-interp evaluate runs/first"""


def main(arguments: Optional[List[str]] = None) -> int:
    """Runs a subcommand and returns its exit code.

    Args:
        arguments: the command line; default: that of the process.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or words[0] in ("-h", "--help"):
        print(_help())
        return 0
    name, *rest = words
    if name not in COMMANDS:
        near = difflib.get_close_matches(name, COMMANDS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(COMMANDS)}"
        print(f"error: {name!r} is not a command of tf-interp; {hint}", file=sys.stderr)
        return 2
    return exit_code_of(lambda: _start(COMMANDS[name].module, rest))


def _start(module: str, arguments: List[str]) -> int:
    prepare_tensorflow()
    require_environment()
    return importlib.import_module(f"tf_interp.commands.{module}").main(arguments)


def _help() -> str:
    rows = "\n".join(f"  {name:12} {command.summary}" for name, command in COMMANDS.items())
    return f"usage: tf-interp COMMAND [options]\n\n{rows}\n{EXAMPLES}\n\ntf-interp COMMAND --help tells the rest."
