"""Plots of what was measured."""

import pytest
from matplotlib.figure import Figure

from tf_interp.evaluation.tables import plot_by_step

METRICS = ("frechet", "kernel", "nearest_real", "confidence", "sharpness")


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_the_legend_of_metrics_by_step_has_a_cell_of_its_own(missing, tmp_path, monkeypatch):
    found = []
    monkeypatch.setattr(Figure, "savefig", lambda figure, path, **_: (found.append(figure), path.touch()))
    values = {name: None if number < missing else [1.0, 3.0, 2.0] for number, name in enumerate(METRICS)}
    plot_by_step([{"method": name, **values} for name in ("walks", "fades")], tmp_path / "by_step.png")
    drawn = [axes for axes in found[0].axes if axes.get_lines()]
    legends = [axes for axes in found[0].axes if axes.get_legend()]
    assert len(drawn) == len(METRICS) - missing and len(legends) == 1 and legends[0] not in drawn
    assert [text.get_text() for text in legends[0].get_legend().get_texts()] == ["walks", "fades"]
    assert not legends[0].axison
