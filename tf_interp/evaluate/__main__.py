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

from tf_interp import files
from tf_interp.errors import InputError

DESCRIPTION = """Measures walks on the 2,000 held-out pairs and writes metrics.json, table.md and figures.

A MODEL is the folder of a run or of a trained autoencoder, or one of the methods that need no training:
cross_fade, optimal_transport.

python -m tf_interp.evaluate results/mnist_bptt
python -m tf_interp.evaluate results/mnist_bptt cross_fade results/peers/vae --out results/comparison"""


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
    """Folder to write to. Default: evaluation/ inside the folder of a single MODEL, else results/comparison."""


def main(arguments: List[str]) -> int:
    """Runs the command line and returns its exit code."""
    options = tyro.cli(Options, description=DESCRIPTION, args=arguments, prog="python -m tf_interp.evaluate")
    return guarded(lambda: evaluate(options))


def evaluate(options: Options) -> None:
    """Measures, prints the table and writes everything to the output folder.

    Raises:
        InputError: no model, a bad number of steps, or images the classifier does not know.
        FileError: a model, the classifier or the data cannot be read.
    """
    from tf_interp.device import describe_device
    from tf_interp.evaluate import tables
    from tf_interp.evaluate.classifier import load_classifier
    from tf_interp.evaluate.measure import measure, prepare
    from tf_interp.evaluate.methods import load_method
    from tf_interp.provenance import describe_start

    if not options.models:
        raise InputError("name at least one MODEL; see python -m tf_interp.evaluate --help")
    if options.steps < 1:
        raise InputError(f"steps: {options.steps} is below the smallest allowed value 1")
    methods = [load_method(name, options.steps) for name in options.models]
    out = _output_folder(options)
    data = prepare(load_classifier(options.classifier), options.data_dir)
    rows = []
    for method in methods:
        print(f"measuring {method.name} ...", file=sys.stderr)
        rows.append(measure(method, data))
    start = describe_start(describe_device("float32"), iteration=0)
    files.write_json(out / "metrics.json", {"methods": rows, **start})
    table = tables.markdown(rows)
    with files.replaced_file(out / "table.md") as temporary:
        temporary.write_text(table, encoding="utf-8")
    tables.plot_by_step(rows, out / "by_step.png")
    tables.plot_strips(methods, data, out / "strips.png")
    print(table)
    print(f"wrote {out}/metrics.json, table.md, by_step.png, strips.png")


def _output_folder(options: Options) -> Path:
    if options.out:
        return Path(options.out)
    single = Path(options.models[0])
    return single / "evaluation" if len(options.models) == 1 and single.is_dir() else Path("results/comparison")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
