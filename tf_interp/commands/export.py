"""Writes a model as a SavedModel: tf-interp export MODEL --out FOLDER"""

from dataclasses import dataclass
from pathlib import Path
from typing import List

import tyro

from tf_interp.commands.options import check_models, run_command

DESCRIPTION = """Writes a trained model as a TensorFlow SavedModel, which loads without this package.

  tf-interp export results/mnist_bptt --out mnist_walk

  model = tf.saved_model.load("mnist_walk")
  walk = model.signatures["walk"](start=start, goal=goal)
      images float32 [B,H,W,C] in [0, 1] -> frames [B,K+1,H,W,C], lengths [B]
  step = model.signatures["step"](state=state, goal=goal, k=tf.constant(0))
      one step after k others -> next_state [B,H,W,C], active [B]"""


@dataclass(frozen=True)
class Options:
    model: tyro.conf.Positional[str]
    """Folder of a run."""
    out: str
    """Folder to write."""


def main(arguments: List[str]) -> int:
    """Runs the command line and returns its exit code."""
    return run_command("export", Options, DESCRIPTION, write, arguments)


def write(options: Options) -> None:
    """Loads the model and writes it.

    Raises:
        FileError: the model cannot be read, or the folder not written.
    """
    check_models([options.model])
    from tf_interp.model.exported import export
    from tf_interp.model.interpolator import load_interpolator

    export(load_interpolator(options.model), Path(options.out))
    print(f"wrote {options.out}")
