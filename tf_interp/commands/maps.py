"""Draws walks with what each transformation did in each step: tf-interp maps MODEL --data-dir FILE"""

from dataclasses import dataclass
from pathlib import Path
from typing import List, Optional

import tyro

from tf_interp.data.pairs import held_out_pairs
from tf_interp.data.sources import load_images
from tf_interp.errors import InputError
from tf_interp.evaluation.held_out import images_of_pairs
from tf_interp.maps import draw_maps
from tf_interp.model.interpolator import load_interpolator
from tf_interp.system.entry import guarded


@dataclass(frozen=True)
class Options:
    model: tyro.conf.Positional[str]
    """Folder of a run."""
    data_dir: Optional[str] = None
    """Where to take the held-out pairs from, as in training. Default: the data the model was trained on."""
    pairs: int = 3
    """How many of them to draw."""
    title: str = "held-out pairs"
    """Words above the picture, for example whose pictures these are."""
    out: Optional[str] = None
    """The picture's file. Default: maps.png in the folder of the run."""


def main(arguments: List[str]) -> int:
    """Runs the command line and returns its exit code."""
    description = "Draws held-out walks, and beneath each the flow, masks and colours of every step."
    options = tyro.cli(Options, description=description, args=arguments, prog="tf-interp maps")
    return guarded(lambda: show_maps(options))


def show_maps(options: Options) -> None:
    """Writes the picture.

    Raises:
        InputError: no pairs, or images of another size than the model's.
        FileError: the model or the data cannot be read.
    """
    if options.pairs < 1:
        raise InputError(f"pairs: {options.pairs} is below the smallest allowed value 1")
    interpolator = load_interpolator(options.model)
    config = interpolator.config
    _, test = load_images(config.data, options.data_dir or config.data_dir)
    start, goal = images_of_pairs(test, held_out_pairs(len(test), options.pairs))
    out = Path(options.out or Path(options.model) / "maps.png")
    draw_maps(interpolator, start, goal, options.title, out)
    print(f"wrote {out}")
