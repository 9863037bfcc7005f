"""Plots of how training went, from the metrics.jsonl of several runs."""

import json
from operator import itemgetter
from pathlib import Path
from typing import Callable, Dict, List, NamedTuple, Tuple

from tf_interp import figures
from tf_interp.errors import FileError

Row = Dict[str, float]
Scalar = Callable[[Row], float]


class Plot(NamedTuple):
    """A figure with a panel a scalar and a line a run.

    Attributes:
        title: heading.
        runs: pattern of the runs' folders, below the folder of results.
        picture: file to write, below it too.
        x: scalar along the x axis, and its label.
        scale: what x is divided by.
        panels: title of a panel -> its scalar, of a row of metrics.jsonl.
        logarithmic: titles of the panels with a logarithmic axis.
    """

    title: str
    runs: str
    picture: str
    x: Tuple[str, str]
    scale: float
    panels: Dict[str, Scalar]
    logarithmic: Tuple[str, ...] = ()


def _return(row: Row) -> float:
    """Where the stop times are summed over, a walk is never ended: minus the loss is what it would earn on average."""
    return -row["loss"] if "expected_length" in row else row["return"]


def _length(row: Row) -> float:
    return row.get("expected_length", row["episode_length"])


def _residual(row: Row) -> float:
    """Of the walks that a batch was trained on, so with the noise of their draws."""
    return row["goal_distance"] / row["start_distance"]


_RESIDUAL = "‖s_K − g‖² / ‖s_0 − g‖² in training"
_ITERATION = ("iteration", "training iteration")
_STDDEV, _ADVANTAGE, _GRADIENT = (
    "least sigma of the command",
    "deviation of the advantage",
    "gradient norm of the policy",
)

PLOTS = (
    Plot(
        "Fig. 3: the hybrid, as the paper ran it and with remedies",
        "hybrid/*",
        "hybrid/training.png",
        _ITERATION,
        1.0,
        {
            "return": _return,
            "‖s_K − g‖²": itemgetter("goal_distance"),
            _STDDEV: itemgetter("command_stddev_least"),
            _ADVANTAGE: itemgetter("advantage/stddev"),
            _GRADIENT: itemgetter("gradient_norm/policy"),
        },
        ("‖s_K − g‖²", _STDDEV, _ADVANTAGE, _GRADIENT),
    ),
    Plot(
        "Fig. 6: BPTT+STOP",
        "mnist_bptt_stop*",
        "mnist_bptt_stop/training.png",
        _ITERATION,
        1.0,
        {"return": _return, "episode length": _length},
    ),
    Plot(
        "Fig. 6: what makes it stop at once", "stop_at_once/*", "stop_at_once/training.png", _ITERATION, 1.0,
        {"return": _return, "episode length": _length},
    ),
    Plot(
        "Return against training time", "mnist_*", "return_by_time.png", ("seconds", "training time, minutes"), 60.0,
        {"return, in the units of each run's rewards": _return, _RESIDUAL: _residual}, (_RESIDUAL,),
    ),
)  # fmt: skip


def draw(plot: Plot, results: Path) -> bool:
    """Writes one plot; returns False, and writes nothing, if none of its runs is there.

    Raises:
        FileError: a metrics.jsonl cannot be read.
    """
    folders = sorted(path.parent for path in results.glob(f"{plot.runs}/metrics.jsonl") if _is_run(path.parent))
    if not folders:
        return False
    panels: Dict[str, Dict[str, figures.Curve]] = {title: {} for title in plot.panels}
    for folder in folders:
        rows = read_rows(folder / "metrics.jsonl")
        for title, scalar in plot.panels.items():
            along = [row[plot.x[0]] / plot.scale for row in rows]
            panels[title][str(folder.relative_to(results))] = (along, [scalar(row) for row in rows])
    figures.curves_figure(panels, plot.x[1], results / plot.picture, plot.logarithmic)
    return True


def _is_run(folder: Path) -> bool:
    """Trained autoencoders have a metrics.jsonl too, of other scalars. A run that diverged has no metrics.json."""
    config = folder / "config.json"
    return config.is_file() and '"transformations"' in config.read_text(encoding="utf-8")


def read_rows(path: Path) -> List[Row]:
    """The rows of a metrics.jsonl but for a last one that was cut short."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}") from None
    rows = []
    for line in lines:
        try:
            rows.append(json.loads(line))
        except ValueError:
            break
    return rows
