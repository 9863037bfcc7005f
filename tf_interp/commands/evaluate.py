"""Measures walks on the held-out pairs: tf-interp evaluate MODEL [MODEL ...]"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, List, Literal, Optional, Tuple

import tyro

from tf_interp.commands.options import UNTRAINED, check_models, check_range, run_command
from tf_interp.errors import InputError

DESCRIPTION = """Measures walks on the held-out pairs; writes metrics.json, table.md, by_step.png, evenness.png and
strips.png. docs/yardsticks.md defines what is measured.

A MODEL is the folder of a run or of a trained peer, or one of the methods that need no training:
cross_fade, optimal_transport, warp_blend, and for MNIST graph_walk.

  tf-interp evaluate results/mnist_bptt
      one model, on the data that it was trained on
  tf-interp evaluate results/mnist_bptt cross_fade --out FOLDER
      several methods, on the same pairs
  tf-interp evaluate MODEL --data celeba --data-dir celeba_64.hdf5
      on other data than it was trained on"""

_FACE_PAIRS = 500  # describing a face takes dlib about 0.1 s
_STEPS = 5
_FACES = ("celeba", "faces")


@dataclass(frozen=True)
class Options:
    models: tyro.conf.Positional[Tuple[str, ...]] = ()
    """What to measure, see above."""
    data: Optional[Literal["mnist", "celeba", "faces"]] = None
    """Data set to measure on. Default: the one that the models were trained on; MNIST for methods without training.
    Walks between faces, whether CelebA's or drawn, are measured in the features of a face network, which is an extra
    to install: see requirements-faces.txt. For lines see tf-interp lines."""
    data_dir: Optional[str] = None
    """mnist: folder with four IDX .gz files; celeba: the HDF5 file. Default: where the models' own data are."""
    classifier: Optional[str] = None
    """Folder of the digit classifier whose features are used; tf-interp classifier trains one. Default: the one for
    MNIST that ships with the package."""
    pairs: Optional[int] = None
    """How many of the fixed held-out pairs to walk. Default: all 2,000 of MNIST, 500 of faces."""
    steps: Optional[int] = None
    """K. Default: that of a model's training, 5 for the other methods."""
    out: Optional[str] = None
    """Folder to write to. Default, for the folder of a single MODEL: evaluation/ inside it."""


def main(arguments: List[str]) -> int:
    """Runs the command line and returns its exit code."""
    return run_command("evaluate", Options, DESCRIPTION, evaluate, arguments)


def evaluate(options: Options) -> None:
    """Measures, prints the table and writes everything to the output folder.

    Raises:
        InputError: no model, nowhere to write, a bad number of steps, models of different data, or data that a model
            or the classifier does not know.
        FileError: a model, the classifier or the data cannot be read.
    """
    if not options.models:
        raise InputError("name at least one MODEL; see tf-interp evaluate --help")
    check_range("steps", options.steps, 1)
    check_range("pairs", options.pairs, 2)
    check_models(options.models, UNTRAINED)
    from tf_interp.commands.methods import check_image_shape, choose_source, data_of, load_method
    from tf_interp.data.pairs import HELD_OUT_PAIRS
    from tf_interp.evaluation import tables
    from tf_interp.evaluation.measure import measure, prepare
    from tf_interp.system.files import make_folder

    methods = [load_method(name, options.steps or _STEPS, options.steps) for name in options.models]
    out = _output_folder(options)
    source = choose_source(data_of(methods), options.data, options.data_dir)
    pairs = options.pairs or (_FACE_PAIRS if source.name in _FACES else HELD_OUT_PAIRS)
    extract = _feature_network(source, options.classifier)
    make_folder(out)
    data = prepare(extract, source, pairs, _second_network(source, options.classifier))
    check_image_shape(methods, data.start.shape[1:])
    print(f"{pairs} pairs of {source}")
    rows = []
    for method in methods:
        print(f"measuring {method.name} ...", file=sys.stderr)
        rows.append(measure(method, data))
    table = tables.markdown(rows)
    tables.write_table(out, rows, table)
    tables.plot_by_step(rows, out / "by_step.png")
    tables.plot_evenness(rows, out / "evenness.png")
    tables.plot_strips(methods, data, out / "strips.png")
    print(f"{table}\nwrote {out}/metrics.json, table.md, by_step.png, evenness.png, strips.png")


def _feature_network(source, classifier: Optional[str]) -> Any:
    """The network in whose features walks between images of `source` are measured; see `measure.Extract`.

    A classifier of other data is refused if it is only the default, and warned about if the user named it.
    """
    from tf_interp.features.classifier import load_classifier
    from tf_interp.features.dlib_faces import FaceFeatures

    if source.name == "lines":
        raise InputError("walks between lines are scored by tf-interp lines")
    if source.name in _FACES:
        if classifier:
            raise InputError(f"classifier: faces are measured by a face network; leave out {classifier!r}")
        return FaceFeatures()
    network = load_classifier(classifier)
    if network.trained_on.same_as(source):
        return network
    difference = f"the classifier was trained on {network.trained_on}, but the walks are between images of {source}"
    if classifier is None:
        raise InputError(
            f"{difference}; train another with tf-interp classifier --data-dir {source.data_dir} --out FOLDER, and "
            "measure with --classifier FOLDER"
        )
    print(f"WARNING      {difference}", file=sys.stderr)
    return network


def _second_network(source, classifier: Optional[str]) -> Any:
    """The second classifier that ships, where it knows the data; None elsewhere, and where the user named a network."""
    from tf_interp.features.classifier import SECOND, load_classifier

    if source.name in _FACES or classifier is not None:
        return None
    network = load_classifier(str(SECOND))
    return network if network.trained_on.same_as(source) else None


def _output_folder(options: Options) -> Path:
    single = Path(options.models[0])
    if not options.out and not (len(options.models) == 1 and single.is_dir()):
        raise InputError("out: several models, or one that has no folder; say with --out where to write")
    return Path(options.out or single / "evaluation")
