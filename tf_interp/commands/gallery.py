"""Computes the walks that the page of the gallery shows: tf-interp gallery MODEL [METHOD ...]"""

from dataclasses import dataclass
from pathlib import Path
from typing import List, Literal, Optional, Tuple

import numpy as np
import tyro

from tf_interp.commands.options import check_range, run_command
from tf_interp.errors import InputError

DESCRIPTION = """Computes walks for results/gallery.html, where one slider moves the walks of all methods. Writes a
picture a method, pictures of what the first MODEL did in each step, and a record. results/index.json names the folders
that the page shows; tf-interp report makes the page, without data.

The first MODEL is the folder of a run; the others are as those of tf-interp evaluate.

  tf-interp gallery results/mnist_bptt cross_fade --out results/gallery/digits
  tf-interp gallery results/celeba_bptt --data-dir celeba_64.hdf5 --out FOLDER"""

_BETWEEN = {1: 8, 3: 4}  # images a step, by channels; those of faces are large
_STANDS = "graph_walk"  # between its frames there is nothing
_FILM_IMAGES, _FILM_RATE = 40, 25
_GREYS = 16  # of a film; with all 256 it is three times as large


@dataclass(frozen=True)
class Options:
    models: tyro.conf.Positional[Tuple[str, ...]] = ()
    """Whose walks to show, see above."""
    data: Optional[Literal["mnist", "celeba", "faces"]] = None
    """Data set to take the pairs from. Default: the one that the models were trained on."""
    data_dir: Optional[str] = None
    """Where its files are, as in training. Default: where they were in training."""
    pairs: int = 8
    """How many of the held-out pairs to show."""
    out: Optional[str] = None
    """Folder to write to."""
    film: Optional[str] = None
    """Writes also the walks of the first MODEL side by side, as a film there and back, to this .gif or .webp."""


def main(arguments: List[str]) -> int:
    """Runs the command line and returns its exit code."""
    return run_command("gallery", Options, DESCRIPTION, gallery, arguments)


def gallery(options: Options) -> None:
    """Walks all methods and writes everything to the output folder.

    Raises:
        InputError: no model, nowhere to write, no pairs, or data that a model does not know.
        FileError: a model or the data cannot be read.
    """
    if not options.models or not options.out:
        raise InputError("name at least one MODEL, and with --out the folder to write to; see tf-interp gallery --help")
    check_range("pairs", options.pairs, 1, 100)
    from tf_interp.commands.methods import check_image_shape, choose_source, data_of, load_method
    from tf_interp.data.pairs import held_out_pairs
    from tf_interp.data.sources import load_images
    from tf_interp.evaluation.held_out import images_of_pairs
    from tf_interp.films import save_film
    from tf_interp.model.interpolator import load_interpolator
    from tf_interp.model.transforms import maps_of
    from tf_interp.report.films import side_by_side
    from tf_interp.report.sprites import save_walks
    from tf_interp.system.device import describe_device
    from tf_interp.system.provenance import describe_start

    first, out = load_interpolator(options.models[0]), Path(options.out)
    steps = first.config.model.steps
    times = 1 + steps * _BETWEEN[first.image_shape[-1]]
    methods = {name: load_method(name, steps if name == _STANDS else times - 1) for name in options.models}
    source = choose_source(data_of(list(methods.values())), options.data, options.data_dir)
    _, test = load_images(*source)
    check_image_shape(list(methods.values()), test.shape[1:])
    chosen = held_out_pairs(len(test), options.pairs)
    start, goal = images_of_pairs(test, chosen)

    films = {method.name: _film(folder, method, start, goal, times) for folder, method in methods.items()}
    maps = maps_of(first.config.model.transformations, first.trajectory(start, goal))
    facts = {"data": source.name, "test_images": chosen.tolist(), **describe_start(describe_device("float32"), 0)}
    save_walks(out, films, {label: each.numpy() for label, each in maps.items()}, facts)
    print(f"wrote the walks of {len(chosen)} pairs by {len(films)} methods to {out}")
    if options.film is not None:
        images = np.round(side_by_side(first, start, goal, _FILM_IMAGES) * (_GREYS - 1)) / (_GREYS - 1)
        save_film([images], Path(options.film), _FILM_RATE)
        print(f"wrote {options.film}")


def _film(folder: str, method, start: np.ndarray, goal: np.ndarray, times: int) -> np.ndarray:
    """The walks of a `WalkMethod` at `times` equal times, float32 [P,times,H,W,C]; `folder` is where a model is."""
    from tf_interp.model.interpolator import load_interpolator
    from tf_interp.report.films import at_times

    if method.accumulate is not None:  # a model, whose steps can be done in part
        return at_times(load_interpolator(folder), start, goal, times)
    frames, _ = method.walk(start, goal)
    return frames[:, np.round(np.linspace(0, frames.shape[1] - 1, times)).astype(int)]
