"""Figures of matplotlib: labelled strips of walks, with maps beneath, and curves."""

from pathlib import Path
from typing import Dict, Sequence, Set, Tuple

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogFormatterSciNotation

from tf_interp.strips import strips
from tf_interp.system.files import replaced_file

_RUNNING_MEAN = 8  # values

Curve = Tuple[Sequence[float], Sequence[float]]
"""x and y values."""


def strip_figure(frames: np.ndarray, goal: np.ndarray, title: str, path: Path, lengths: np.ndarray) -> None:
    """Writes a picture in the manner of Fig. 4b and 5: a row a walk, columns start, s_1 ... s_K, goal.

    Args:
        frames, goal, lengths: see `strips`.
        title: line above the picture.
        path: where to; the ending decides the format.
    """
    figure = labelled_figure(strips(frames, goal, lengths=lengths), [""] * len(frames), frames.shape, title)
    with replaced_file(path) as temporary:
        figure.savefig(temporary, dpi=110, bbox_inches="tight")


def labelled_figure(picture: np.ndarray, rows: Sequence[str], frames_shape: Sequence[int], title: str) -> Figure:
    """A picture of `strips`, its rows named, its columns called start, s_1 ... s_K, goal; [B,K+1,H,W,C] the shape."""
    columns, height, width = frames_shape[1] + 1, *frames_shape[2:4]
    figure = Figure(figsize=(0.75 * columns, 0.75 * len(rows) + 0.7))  # not pyplot: it chooses the caller's backend
    axes = figure.subplots()
    axes.imshow(picture, interpolation="nearest", aspect="equal")
    labels = ["start", *(f"$s_{{{k}}}$" for k in range(1, columns - 1)), "goal"]
    axes.set_xticks((np.arange(columns) + 0.5) * width - 0.5, labels)
    axes.xaxis.tick_top()
    axes.set_yticks((np.arange(len(rows)) + 0.5) * height - 0.5, rows, fontsize=8)
    axes.tick_params(length=0)
    for edge in (1, columns - 1):  # set start and goal apart from the steps
        axes.axvline(edge * width - 0.5, color="tab:orange", linewidth=1.5)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_title(title, fontsize=9)
    return figure


def strip_rows_figure(walks: Dict[str, Tuple[np.ndarray, np.ndarray]], goal: np.ndarray, path: Path) -> None:
    """Writes the same pairs walked by several methods, a panel a method.

    Args:
        walks: method -> frames [B,K+1,H,W,C] in [0, 1] and lengths int [B], see `strips`; K may differ.
        goal: [B,H,W,C].
        path: where to; the ending decides the format.
    """
    rows, columns = len(goal), max(frames.shape[1] for frames, _ in walks.values()) + 1
    figure = Figure(figsize=(0.6 * columns + 0.5, (0.6 * rows + 0.35) * len(walks)), layout="constrained")
    for axes, (name, (frames, lengths)) in zip(np.atleast_1d(figure.subplots(len(walks), 1)), walks.items()):
        axes.imshow(strips(frames, goal, lengths=lengths), interpolation="nearest", aspect="equal")
        axes.set_title(name, fontsize=9, loc="left")
        axes.set_axis_off()
    with replaced_file(path) as temporary:
        figure.savefig(temporary, dpi=110)


def curves_figure(panels: Dict[str, Dict[str, Curve]], x: str, path: Path, logarithmic: Sequence[str] = ()) -> None:
    """Writes panels of lines; beneath each line, faintly, the values it is the running mean of.

    A name is in the legend of the first panel that has it.

    Args:
        panels: title -> name -> (x values, y values). A name has one colour and dash in all panels.
        x: label of all x axes.
        path: where to; the ending decides the format.
        logarithmic: titles of panels whose y axis is logarithmic.
    """
    columns = min(2, len(panels))
    rows = -(-len(panels) // columns)
    figure = Figure(figsize=(4 + 4 * columns, 1 + 3.5 * rows), layout="constrained")
    names = list(dict.fromkeys(name for curves in panels.values() for name in curves))
    shown: Set[str] = set()  # names that a legend has
    grid = np.ravel(figure.subplots(rows, columns, squeeze=False))
    for axes in grid[len(panels) :]:
        axes.set_axis_off()
    for axes, (title, curves) in zip(grid, panels.items()):
        for name, (along, values) in curves.items():
            window = max(1, min(_RUNNING_MEAN, len(values) // 20))  # a short line would lose its beginning
            smooth = np.convolve(values, np.ones(window) / window, mode="valid")
            color, dash = _style(names.index(name))
            axes.plot(along[window - 1 :], smooth, label=name, color=color, linestyle=dash)
            axes.plot(along, values, color=color, alpha=0.2, linewidth=0.8)
        axes.set_title(title, fontsize=10)
        axes.set_xlabel(x, fontsize=9)
        if title in logarithmic:
            axes.set_yscale("log")
            axes.yaxis.set_minor_formatter(LogFormatterSciNotation(labelOnlyBase=False, minor_thresholds=(2, 0.5)))
        axes.grid(alpha=0.3)
        fresh = [line for line in axes.get_lines() if line.get_label() in curves and line.get_label() not in shown]
        if fresh:
            axes.legend(handles=fresh, fontsize=8)
        shown.update(curves)
    with replaced_file(path) as temporary:
        figure.savefig(temporary, dpi=110)


def _style(index: int) -> Tuple[str, str]:
    """Colour and dash of a line: ten colours solid, the same ten dashed, then dotted."""
    return f"C{index % 10}", ("-", "--", ":")[index // 10 % 3]
