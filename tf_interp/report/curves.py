"""Plots of how training went, from what was logged of runs and trials."""

from typing import Callable, Dict, List, Optional

from tf_interp import figures
from tf_interp.errors import FileError
from tf_interp.report.index import INDEX, Curve, Curves, Panel
from tf_interp.report.records import Records, Rows


def _residual(row: Dict[str, float]) -> Optional[float]:
    """Of the walks that a batch was trained on, so with the noise of their draws."""
    if "goal_distance" not in row or "start_distance" not in row:
        return None
    return row["goal_distance"] / row["start_distance"]


def _minutes(row: Dict[str, float]) -> Optional[float]:
    return row["seconds"] / 60.0 if "seconds" in row else None


DERIVED: Dict[str, Callable[[Dict[str, float]], Optional[float]]] = {"residual": _residual, "minutes": _minutes}
"""Scalars that are computed from those of a row of metrics.jsonl; None where they cannot be."""


def draw(plot: Curves, records: Records) -> List[str]:
    """Writes a plot; none if no line of it has a value.

    Returns:
        The labels of lines that have no rows yet.

    Raises:
        FileError: a run or trial was logged without the scalar that index.json asks for, or is not there.
    """
    panels: Dict[str, Dict[str, figures.Curve]] = {}
    empty = []
    for panel in plot.panels:
        lines = panels.setdefault(panel.title, {})
        for curve in panel.curves:
            rows = records.training_rows(curve)
            if rows:
                lines[curve.label] = _line(rows, plot.x, panel, curve)
            elif curve.label not in empty:
                empty.append(curve.label)
    panels = {title: lines for title, lines in panels.items() if lines}
    if panels:
        logarithmic = [panel.title for panel in plot.panels if panel.logarithmic]
        figures.curves_figure(panels, plot.x_label, records.results / plot.picture, logarithmic)
    return empty


def _line(rows: Rows, x: str, panel: Panel, curve: Curve) -> figures.Curve:
    points = [(_scalar(row, x), _scalar(row, panel.scalar)) for row in rows]
    points = [point for point in points if None not in point]
    if not points:
        raise FileError(f"{INDEX}: {panel.title!r}: {curve.label!r} was logged without {x!r} or {panel.scalar!r}")
    along, values = zip(*points)
    return along, values


def _scalar(row: Dict[str, float], name: str) -> Optional[float]:
    return DERIVED[name](row) if name in DERIVED else row.get(name)
