"""Measurements as a table and as plots."""

from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

import numpy as np
from matplotlib.figure import Figure

from tf_interp.evaluation.measure import Benchmark, WalkMethod
from tf_interp.figures import strip_rows_figure
from tf_interp.system import files
from tf_interp.system.device import describe_device
from tf_interp.system.provenance import describe_start
from tf_interp.system.text import markdown_table

_STRIP_PAIRS = 3
COLUMNS = {
    "method": "method",
    "goal": "residual",
    "worst": "worst-step Frechet (step); mean",
    "second": "worst in a second network",
    "frechet": "Frechet by step",
    "kernel": "worst-step kernel distance",
    "largest": "largest step / even share: pixels, features",
    "variation": "CV of steps: pixels, perceptual",
    "ghost": "ghost share",
    "shares": "kept, warp share",
    "folding": "folding",
    "sharpness": "least sharpness",
    "confidence": "least confidence",
    "cost": "ms a path",
    "parameters": "parameters",
    "length": "mean length; budget hits",
}


def markdown(rows: Sequence[Dict[str, Any]]) -> str:
    """The headline figures of `measure.measure` as a Markdown table, a row a method."""
    return markdown_table(list(COLUMNS.values()), ([_cells(row)[name] for name in COLUMNS] for row in rows)) + "\n"


def _cells(row: Dict[str, Any]) -> Dict[str, str]:
    return {
        "method": row["method"],
        "goal": f"{row['goal_relative']:.1%}",
        "worst": f"{row['worst_frechet']:.3g} ({row['worst_frechet_step']}); {row['mean_frechet']:.3g}",
        "second": "" if row["worst_frechet_second"] is None else f"{row['worst_frechet_second']:.3g}",
        "frechet": " ".join(f"{value:.3g}" for value in row["frechet"]),
        "kernel": f"{max(row['kernel']):.3g}",
        "largest": _both(row["largest_step_ratio"], row["largest_step_ratio_features"]),
        "variation": _both(row["step_variation"], row["step_variation_perceptual"]),
        "ghost": f"{row['ghost_share']:.2f}",
        "shares": "" if row["kept_share"] is None else f"{row['kept_share']:.0%}, {row['warp_share']:.0%}",
        "folding": "" if row["folding"] is None else f"{row['folding']:.1%}",
        "sharpness": f"{min(row['sharpness']):.2f}",
        "confidence": "" if row["confidence"] is None else f"{min(row['confidence']):.2f}",
        "cost": f"{row['ms_per_path']:.2f}",
        "parameters": f"{row['parameters']:,}",
        "length": f"{row['mean_length']:.1f}" + ("" if row["budget_hits"] is None else f"; {row['budget_hits']:.1%}"),
    }


def _both(*values: Optional[float]) -> str:
    """Two numbers, or a dash for one that no walk has, as where all stand still."""
    return ", ".join("-" if value is None else f"{value:.2f}" for value in values)


def write_table(out: Path, rows: Sequence[Dict[str, Any]], table: str) -> None:
    """Writes metrics.json (the rows, and what made them) and table.md to the folder `out`."""
    start = describe_start(describe_device("float32"), iteration=0)
    files.write_json(out / "metrics.json", {"methods": list(rows), **start})
    with files.replaced_file(out / "table.md") as temporary:
        temporary.write_text(table, encoding="utf-8")


def plot_by_step(rows: Sequence[Dict[str, Any]], path: Path) -> None:
    """Draws every per-step metric against progress along the path, a line a method; the last cell is the legend."""
    panels = {
        "frechet": "Frechet distance to real images",
        "kernel": "kernel distance to real images",
        "nearest_real": "distance to the nearest real image",
        "confidence": "classifier confidence",
        "sharpness": "sharpness, real = 1",
    }
    panels = {name: title for name, title in panels.items() if any(row[name] is not None for row in rows)}
    rows_of_panels = -(-(len(panels) + 1) // 3)
    figure = Figure(figsize=(15, 3.75 * rows_of_panels), layout="constrained")
    grid = np.ravel(figure.subplots(rows_of_panels, 3))
    for axes in grid[len(panels) :]:
        axes.set_axis_off()
    for axes, (name, title) in zip(grid, panels.items()):
        for row in rows:
            values = row[name]
            if values is not None:
                axes.plot(np.linspace(0, 1, len(values)), values, marker="o", markersize=3, label=row["method"])
        axes.set_title(title, fontsize=10)
        axes.set_xlabel("progress, step / K", fontsize=9)
        axes.grid(alpha=0.3)
    grid[len(panels)].legend(*grid[0].get_legend_handles_labels(), loc="center", fontsize=11)
    with files.replaced_file(path) as temporary:
        figure.savefig(temporary, dpi=110)


def plot_evenness(rows: Sequence[Dict[str, Any]], path: Path) -> None:
    """Draws how real the worst step is against how even the steps are, a point a method; both are best at 0."""
    figure = Figure(figsize=(7, 5), layout="constrained")
    axes = figure.subplots()
    for row in rows:
        if row["step_variation"] is not None:
            axes.scatter(row["step_variation"], row["worst_frechet"], label=row["method"])
    axes.set_yscale("log")
    axes.margins(0.2)
    axes.set_xlabel("coefficient of variation of step lengths")
    axes.set_ylabel("worst-step Frechet distance to real images")
    figure.legend(loc="outside right center")
    axes.grid(alpha=0.3)
    with files.replaced_file(path) as temporary:
        figure.savefig(temporary, dpi=110)


def plot_strips(methods: List[WalkMethod], data: Benchmark, path: Path) -> None:
    """Draws the same few held-out pairs walked by every method."""
    start, goal = data.start[:_STRIP_PAIRS], data.goal[:_STRIP_PAIRS]
    walks = {method.name: method.walk(start, goal) for method in methods}
    strip_rows_figure(walks, goal, path)
