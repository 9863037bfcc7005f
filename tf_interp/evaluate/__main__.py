"""Measures walks on the held-out pairs: python -m tf_interp.evaluate MODEL [MODEL ...]"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import List, Optional, Tuple

from tf_interp.entry import guarded
from tf_interp.startup import require_environment

if __name__ == "__main__":
    require_environment()  # before the first import that an unfit environment cannot do

import tyro

from tf_interp.errors import InputError

DESCRIPTION = """Measures walks on the 2,000 held-out pairs and writes metrics.json, table.md and figures.

A MODEL is the folder of a run or of a trained autoencoder, or one of the methods that need no training:
cross_fade, optimal_transport.

python -m tf_interp.evaluate results/mnist_bptt
python -m tf_interp.evaluate results/mnist_bptt cross_fade results/peers/vae --out FOLDER"""


@dataclass(frozen=True)
class Options:
    models: tyro.conf.Positional[Tuple[str, ...]]
    """What to measure."""
    data_dir: Optional[str] = None
    """Folder with four IDX .gz files. Default: the MNIST that ships with the package."""
    classifier: Optional[str] = None
    """Folder of the classifier whose features are used. Default: the one for MNIST that ships with the package."""
    steps: int = 5
    """K of the methods that leave it open."""
    out: Optional[str] = None
    """Folder to write to. Default, for the folder of a single MODEL: evaluation/ inside it."""


def main(arguments: List[str]) -> int:
    """Runs the command line and returns its exit code."""
    options = tyro.cli(Options, description=DESCRIPTION, args=arguments, prog="python -m tf_interp.evaluate")
    return guarded(lambda: evaluate(options))


def evaluate(options: Options) -> None:
    """Measures, prints the table and writes everything to the output folder.

    Raises:
        InputError: no model, nowhere to write, a bad number of steps, or images that a model or the classifier does
            not know.
        FileError: a model, the classifier or the data cannot be read.
    """
    from tf_interp.evaluate import tables
    from tf_interp.evaluate.classifier import load_classifier
    from tf_interp.evaluate.measure import measure, prepare
    from tf_interp.evaluate.methods import check_images, load_method

    if not options.models:
        raise InputError("name at least one MODEL; see python -m tf_interp.evaluate --help")
    if options.steps < 1:
        raise InputError(f"steps: {options.steps} is below the smallest allowed value 1")
    methods = [load_method(name, options.steps) for name in options.models]
    out = _output_folder(options)
    data = prepare(load_classifier(options.classifier), options.data_dir)
    check_images(methods, data.start.shape[1:], options.data_dir)
    print(f"data {options.data_dir or 'embedded MNIST'}, features of {options.classifier or 'its classifier'}")
    rows = []
    for method in methods:
        print(f"measuring {method.name} ...", file=sys.stderr)
        rows.append(measure(method, data))
    table = tables.markdown(rows)
    tables.write_table(out, rows, table)
    tables.plot_by_step(rows, out / "by_step.png")
    tables.plot_strips(methods, data, out / "strips.png")
    print(f"{table}\nwrote {out}/metrics.json, table.md, by_step.png, strips.png")


def _output_folder(options: Options) -> Path:
    single = Path(options.models[0])
    if not options.out and not (len(options.models) == 1 and single.is_dir()):
        raise InputError("out: several models, or one that has no folder; say with --out where to write")
    out = Path(options.out or single / "evaluation")
    out.mkdir(parents=True, exist_ok=True)  # now, because after measuring is too late to find out
    return out


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
