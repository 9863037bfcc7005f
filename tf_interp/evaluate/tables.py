"""Measurements as a table and as plots."""

from pathlib import Path
from typing import Any, Dict, List, Sequence

import numpy as np
from matplotlib.figure import Figure

from tf_interp.evaluate.measure import Benchmark, Method
from tf_interp.figures import strip_rows_figure
from tf_interp.files import replaced_file

_STRIP_PAIRS = 3
COLUMNS = {
    "method": "method",
    "goal": "goal, of start distance",
    "worst": "worst-step Frechet (step)",
    "frechet": "Frechet by step",
    "largest": "largest step / even share: pixels, features",
    "sharpness": "least sharpness",
    "confidence": "least confidence",
    "cost": "ms a path",
    "parameters": "parameters",
}


def markdown(rows: Sequence[Dict[str, Any]]) -> str:
    """The headline figures of `measure.measure` as a Markdown table, a row a method."""
    lines = ["| " + " | ".join(COLUMNS.values()) + " |", "|" + " --- |" * len(COLUMNS)]
    lines += ["| " + " | ".join(_cells(row)[name] for name in COLUMNS) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _cells(row: Dict[str, Any]) -> Dict[str, str]:
    return {
        "method": row["method"],
        "goal": f"{row['goal_relative']:.1%}",
        "worst": f"{row['worst_frechet']:.1f} ({row['worst_frechet_step']})",
        "frechet": " ".join(f"{value:.1f}" for value in row["frechet"]),
        "largest": f"{row['largest_step_ratio']:.2f}, {row['largest_step_ratio_features']:.2f}",
        "sharpness": f"{min(row['sharpness']):.2f}",
        "confidence": f"{min(row['confidence']):.2f}",
        "cost": f"{row['ms_per_path']:.2f}",
        "parameters": f"{row['parameters']:,}",
    }


def plot_by_step(rows: Sequence[Dict[str, Any]], path: Path) -> None:
    """Draws every per-step metric against progress along the path, a line a method."""
    panels = {
        "frechet": "Frechet distance to real images",
        "nearest_real": "distance to the nearest real image",
        "confidence": "classifier confidence",
        "sharpness": "sharpness, real = 1",
    }
    figure = Figure(figsize=(11, 7.5), layout="constrained")
    for axes, (name, title) in zip(figure.subplots(2, 2).flat, panels.items()):
        for row in rows:
            values = row[name]
            axes.plot(np.linspace(0, 1, len(values)), values, marker="o", markersize=3, label=row["method"])
        axes.set_title(title, fontsize=10)
        axes.set_xlabel("progress, step / K", fontsize=9)
        axes.grid(alpha=0.3)
    figure.axes[0].legend(fontsize=8)
    with replaced_file(path) as temporary:
        figure.savefig(temporary, dpi=110)


def plot_strips(methods: List[Method], data: Benchmark, path: Path) -> None:
    """Draws the same few held-out pairs walked by every method."""
    start, goal = data.start[:_STRIP_PAIRS], data.goal[:_STRIP_PAIRS]
    walks = {method.name: np.asarray(method.walk(start, goal)[0]) for method in methods}
    strip_rows_figure(walks, goal, path)
