"""Scores trained models on the lines benchmark: tf-interp lines MODEL [MODEL ...]"""

import re
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple

import numpy as np
import tyro

from tf_interp.commands.options import UNTRAINED, check_models, check_range, run_command
from tf_interp.errors import InputError

DESCRIPTION = """Scores models trained on lines by Mean Distance and Smoothness (see tf_interp.evaluation.lines).

Folders that differ only in an ending _seed0, _seed1, ... are one method: the table gives their mean and deviation.

  tf-interp train mnist --preset lines --run-dir bptt_seed0
  tf-interp peer acai --data lines --output linear --out acai_seed0
  tf-interp lines cross_fade bptt_seed0 acai_seed0 --out FOLDER"""

_COLUMNS = {
    "mean_distance": "Mean Distance, 10⁻³",
    "mean_distance_signed": "the same in [-1, 1], 10⁻³",
    "smoothness": "Smoothness",
    "goal_angle": "goal missed by, degrees",
}
_SCALES = {"mean_distance": 1e3, "mean_distance_signed": 1e3, "smoothness": 1.0, "goal_angle": 180 / np.pi}


@dataclass(frozen=True)
class Options:
    out: str
    """Folder to write metrics.json, table.md and strips.png to."""
    models: tyro.conf.Positional[Tuple[str, ...]] = ()
    """Folders of trained models, or cross_fade, optimal_transport, warp_blend."""
    steps: int = 15
    """K of the methods that leave it open; 15 steps are the benchmark's 16 frames."""


def main(arguments: List[str]) -> int:
    """Runs the command line and returns its exit code."""
    return run_command("lines", Options, DESCRIPTION, score, arguments)


def score(options: Options) -> None:
    """Scores, prints the table and writes everything to the output folder.

    Raises:
        InputError: no model, a bad number of steps, or a model of other images.
        FileError: a model cannot be read.
    """
    if not options.models:
        raise InputError("name at least one MODEL; see tf-interp lines --help")
    check_range("steps", options.steps, 1)
    check_models(options.models, UNTRAINED)
    from tf_interp.commands.methods import check_image_shape, data_of, load_method
    from tf_interp.data.lines import SIZE
    from tf_interp.evaluation.lines import score_lines
    from tf_interp.evaluation.tables import write_table
    from tf_interp.system.files import make_folder

    methods = [load_method(name, options.steps) for name in options.models]
    for name, source in data_of(methods).items():
        if source.name != "lines":
            raise InputError(f"{name} was trained on {source}, not on lines; tf-interp evaluate measures it")
    check_image_shape(methods, (SIZE, SIZE, 1))
    out = Path(options.out)
    make_folder(out)
    rows = []
    for method in methods:
        print(f"scoring {method.name} ...", file=sys.stderr)
        training = {name: getattr(method, name) for name in ("train_seconds", "iterations", "parameters")}
        rows.append({"method": method.name, **score_lines(method.walk), **training})
    table = markdown(rows)
    write_table(out, rows, table)
    _draw(methods, out / "strips.png")
    print(table)


def markdown(rows: Sequence[Dict[str, Any]]) -> str:
    """Scores as a Markdown table: a row a method, mean ± standard deviation over its seeds."""
    from tf_interp.system.text import markdown_table

    groups: Dict[str, List[Dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[_stem(row["method"])].append(row)
    lines = []
    for name, group in groups.items():
        cells = [_spread([row[key] * _SCALES[key] for row in group]) for key in _COLUMNS]
        minutes = np.mean([row["train_seconds"] for row in group]) / 60
        cost = [f"{minutes:.1f}", f"{group[0]['iterations']:,}", f"{group[0]['parameters']:,}"]
        lines.append([name, str(len(group)), *cells, *cost])
    head = ["method", "seeds", *_COLUMNS.values(), "training, minutes", "iterations", "parameters"]
    return markdown_table(head, lines) + "\n"


def _spread(values: List[float]) -> str:
    mean = f"{np.mean(values):.3g}"
    return f"{mean} ± {np.std(values, ddof=1):.2g}" if len(values) > 1 else mean


def _draw(methods, path: Path) -> None:
    """The first pairs of the benchmark, walked by the first seed of every method."""
    from tf_interp.data.lines import draw_lines
    from tf_interp.data.pixels import as_floats
    from tf_interp.evaluation.lines import benchmark_pairs
    from tf_interp.figures import strip_rows_figure

    start, goal = (as_floats(draw_lines(angles)) for angles in benchmark_pairs(2).T)
    first = {_stem(method.name): method for method in reversed(methods)}
    walks = {name: method.walk(start, goal) for name, method in reversed(first.items())}
    strip_rows_figure(walks, goal, path)


def _stem(name: str) -> str:
    return re.sub(r"_seed\d+$", "", name)
