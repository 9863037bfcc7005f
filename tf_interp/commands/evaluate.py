"""Measures walks on the held-out pairs: tf-interp evaluate MODEL [MODEL ...]"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, List, Literal, Optional, Tuple

import numpy as np
import tyro

from tf_interp.errors import InputError
from tf_interp.system.entry import guarded

DESCRIPTION = """Measures walks on the 2,000 held-out pairs and writes metrics.json, table.md and figures.

A MODEL is the folder of a run or of a trained autoencoder, or one of the methods that need no training:
cross_fade, optimal_transport.

tf-interp evaluate results/mnist_bptt
tf-interp evaluate results/mnist_bptt cross_fade results/peers/vae --out FOLDER
tf-interp evaluate MODEL cross_fade --data celeba --data-dir celeba_64.hdf5 --out FOLDER"""

_FACE_PAIRS = 500  # describing a face takes dlib about 0.1 s


@dataclass(frozen=True)
class Options:
    models: tyro.conf.Positional[Tuple[str, ...]]
    """What to measure."""
    data: Literal["mnist", "celeba"] = "mnist"
    """Data set to measure on. Walks between faces are measured in the features of a face network; see
    requirements-faces.txt. For lines see tf-interp lines."""
    data_dir: Optional[str] = None
    """mnist: folder with four IDX .gz files; default: the MNIST that ships with the package. celeba: the HDF5 file."""
    classifier: Optional[str] = None
    """Folder of the classifier whose features are used. Default: the one for MNIST that ships with the package."""
    pairs: Optional[int] = None
    """How many of the fixed held-out pairs to walk. Default: all 2,000 of MNIST, 500 of faces."""
    steps: int = 5
    """K of the methods that leave it open."""
    out: Optional[str] = None
    """Folder to write to. Default, for the folder of a single MODEL: evaluation/ inside it."""


def main(arguments: List[str]) -> int:
    """Runs the command line and returns its exit code."""
    options = tyro.cli(Options, description=DESCRIPTION, args=arguments, prog="tf-interp evaluate")
    return guarded(lambda: evaluate(options))


def evaluate(options: Options) -> None:
    """Measures, prints the table and writes everything to the output folder.

    Raises:
        InputError: no model, nowhere to write, a bad number of steps, or images that a model or the classifier does
            not know.
        FileError: a model, the classifier or the data cannot be read.
    """
    from tf_interp.commands.methods import check_images, load_method
    from tf_interp.data.pairs import HELD_OUT_PAIRS
    from tf_interp.evaluation import tables
    from tf_interp.evaluation.measure import measure, prepare

    if not options.models:
        raise InputError("name at least one MODEL; see tf-interp evaluate --help")
    faces = options.data == "celeba"
    pairs = (_FACE_PAIRS if faces else HELD_OUT_PAIRS) if options.pairs is None else options.pairs
    for name, value, least in (("steps", options.steps, 1), ("pairs", pairs, 2)):
        if value < least:
            raise InputError(f"{name}: {value} is below the smallest allowed value {least}")
    methods = [load_method(name, options.steps) for name in options.models]
    out = _output_folder(options)
    data = prepare(_features(options), options.data, options.data_dir, pairs)
    # A model of faces may well be measured on other faces than it learnt from; one of digits has its own classifier.
    check_images(methods, data.start.shape[1:], None if faces else [options.data_dir])
    print(f"{pairs} pairs of {options.data_dir or 'the embedded MNIST'}")
    rows = []
    for method in methods:
        print(f"measuring {method.name} ...", file=sys.stderr)
        rows.append(measure(method, data))
    table = tables.markdown(rows)
    tables.write_table(out, rows, table)
    tables.plot_by_step(rows, out / "by_step.png")
    tables.plot_strips(methods, data, out / "strips.png")
    print(f"{table}\nwrote {out}/metrics.json, table.md, by_step.png, strips.png")


def _features(options: Options) -> Callable[[np.ndarray], Any]:
    from tf_interp.features.classifier import load_classifier
    from tf_interp.features.dlib_faces import FaceFeatures

    if options.data != "celeba":
        return load_classifier(options.classifier)
    if options.classifier:
        raise InputError(f"classifier: faces are measured by a face network; leave out {options.classifier!r}")
    return FaceFeatures()


def _output_folder(options: Options) -> Path:
    single = Path(options.models[0])
    if not options.out and not (len(options.models) == 1 and single.is_dir()):
        raise InputError("out: several models, or one that has no folder; say with --out where to write")
    out = Path(options.out or single / "evaluation")
    out.mkdir(parents=True, exist_ok=True)  # now, because after measuring is too late to find out
    return out
