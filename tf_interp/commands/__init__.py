"""The one command, `tf-interp`: a table of subcommands, each loaded when it is called.

To add one, write a module with `main(arguments) -> exit code` and give it a row here.
"""

import importlib
import sys
from typing import List, NamedTuple, Optional

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
    "report": Command("report", "rebuilds results/REPORT.md and report.html"),
}


def main(arguments: Optional[List[str]] = None) -> int:
    """Runs a subcommand and returns its exit code.

    Args:
        arguments: the command line; default: that of the process.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or words[0] in ("-h", "--help"):
        print(_help())
        return 0
    if words[0] not in COMMANDS:
        print(f"error: {words[0]!r} is not a command of tf-interp\n\n{_help()}", file=sys.stderr)
        return 2
    prepare_tensorflow()
    require_environment()
    module = importlib.import_module(f"tf_interp.commands.{COMMANDS[words[0]].module}")
    return module.main(words[1:])


def _help() -> str:
    rows = "\n".join(f"  {name:12} {command.summary}" for name, command in COMMANDS.items())
    return f"usage: tf-interp COMMAND [options]\n\n{rows}\n\ntf-interp COMMAND --help tells the rest."
