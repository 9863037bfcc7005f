"""Draws walks with what each transformation did in each step: tf-interp maps MODEL"""

from dataclasses import dataclass
from pathlib import Path
from typing import List, Literal, Optional

import tyro

from tf_interp.commands.options import check_models, check_range, run_command

DESCRIPTION = """Draws held-out walks, and beneath each the flow, masks and colours of every step.

  tf-interp maps results/celeba_bptt --data-dir celeba_64.hdf5
  tf-interp maps results/mnist_bptt --pairs 5 --out maps.png"""


@dataclass(frozen=True)
class Options:
    model: tyro.conf.Positional[str]
    """Folder of a run."""
    data: Optional[Literal["mnist", "lines", "faces", "celeba"]] = None
    """Data set to take the held-out pairs from. Default: the one that the model was trained on."""
    data_dir: Optional[str] = None
    """Where its files are, as in training. Default: where they were in training."""
    pairs: int = 3
    """How many of them to draw."""
    title: str = "held-out pairs"
    """Words above the picture, for example whose pictures these are."""
    out: Optional[str] = None
    """The picture's file. Default: maps.png in the folder of the run."""


def main(arguments: List[str]) -> int:
    """Runs the command line and returns its exit code."""
    return run_command("maps", Options, DESCRIPTION, show_maps, arguments)


def show_maps(options: Options) -> None:
    """Writes the picture.

    Raises:
        InputError: no pairs, or images of another size than the model's.
        FileError: the model or the data cannot be read.
    """
    check_range("pairs", options.pairs, 1)
    check_models([options.model])
    from tf_interp.commands.methods import choose_source
    from tf_interp.data.pairs import held_out_pairs
    from tf_interp.data.sources import Source, load_images
    from tf_interp.evaluation.held_out import images_of_pairs
    from tf_interp.model.interpolator import load_interpolator
    from tf_interp.report.maps import draw_maps

    interpolator = load_interpolator(options.model)
    own = Source(interpolator.config.data, interpolator.config.data_dir)
    _, test = load_images(*choose_source({options.model: own}, options.data, options.data_dir))
    start, goal = images_of_pairs(test, held_out_pairs(len(test), options.pairs))
    out = Path(options.out or Path(options.model) / "maps.png")
    draw_maps(interpolator, start, goal, options.title, out)
    print(f"wrote {out}")
