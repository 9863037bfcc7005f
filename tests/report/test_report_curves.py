"""Plots of training."""

import json

import pytest
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from PIL import Image

from tf_interp import figures
from tf_interp.errors import FileError
from tf_interp.report import curves
from tf_interp.report.index import Curve, Curves, Panel
from tf_interp.report.records import Records


def plot(*lines, x="iteration", scalar="return"):
    return Curves("good/plot.png", "caption", x, "label", (Panel("title", scalar, lines),))


@pytest.fixture
def drawn(monkeypatch):
    """Panels handed to `curves_figure`."""
    calls = []
    monkeypatch.setattr(figures, "curves_figure", lambda panels, *_: calls.append(panels))
    return calls


def test_lines_of_runs_and_trials_share_a_panel(results, drawn):
    empty = curves.draw(plot(Curve("run", run="good"), Curve("trial", trial="a bold attempt")), Records(results))
    (panel,) = [panels["title"] for panels in drawn]
    assert empty == []
    assert list(zip(*panel["run"]))[:2] == [(1, -10.0), (2, -5.0)]
    assert panel["trial"] == ((1, 2, 3), (-3.0, -2.0, -1.0))


def test_residual_and_minutes_are_derived(results, drawn):
    row = {"iteration": 1, "seconds": 90.0, "goal_distance": 5.0, "start_distance": 20.0}
    (results / "bad" / "metrics.jsonl").write_text(json.dumps(row) + "\n")
    curves.draw(plot(Curve("run", run="bad"), x="minutes", scalar="residual"), Records(results))
    assert drawn == [{"title": {"run": ((1.5,), (0.25,))}}]


def test_runs_without_rows_are_told_and_left_out(results, drawn):
    lines = [Curve("good", run="good"), Curve("empty", run="bad"), Curve("absent", run="later")]
    assert curves.draw(plot(*lines), Records(results)) == ["empty", "absent"]
    assert list(drawn[0]["title"]) == ["good"]
    assert curves.draw(plot(Curve("absent", run="later")), Records(results)) == ["absent"]
    assert len(drawn) == 1  # nothing to draw, nothing drawn


def test_a_last_row_that_was_cut_short_is_left_out(results, drawn):
    with (results / "good" / "metrics.jsonl").open("a") as file:
        file.write('{"iteration": 2')  # of a run that was killed
    curves.draw(plot(Curve("run", run="good")), Records(results))
    assert len(drawn[0]["title"]["run"][0]) == 20


def test_a_scalar_that_was_never_logged_is_an_error(results):
    with pytest.raises(FileError, match="index.json: 'title': 'run' was logged without 'iteration' or 'residual'"):
        curves.draw(plot(Curve("run", run="good"), scalar="residual"), Records(results))


def test_the_plot_is_written_below_the_results(results):
    curves.draw(plot(Curve("run", run="good")), Records(results))
    with Image.open(results / "good" / "plot.png") as picture:
        assert picture.width > 400 and len(picture.convert("RGB").getcolors(10**6)) > 50


@pytest.fixture
def saved(monkeypatch):
    """Figures that would have been saved."""
    found = []
    monkeypatch.setattr(Figure, "savefig", lambda figure, path, **_: (found.append(figure), path.touch()))
    return found


def test_no_two_lines_of_a_plot_look_alike(tmp_path, saved):
    panels = {"return": {f"run {number}": ([0, 1, 2], [number] * 3) for number in range(12)}}
    figures.curves_figure(panels, "iteration", tmp_path / "curves.png")
    lines = saved[0].axes[0].get_legend().get_lines()
    assert len({(to_rgba(line.get_color()), line.get_linestyle()) for line in lines}) == 12


def test_every_line_is_named_once(tmp_path, saved):
    line = ([0, 1], [1.0, 2.0])
    panels = {"one": {"a": line, "b": line}, "two": {"a": line}, "three": {"b": line, "c": line}}
    figures.curves_figure(panels, "iteration", tmp_path / "curves.png")
    legends = [axes.get_legend() for axes in saved[0].axes[:3]]
    names = [[text.get_text() for text in legend.get_texts()] if legend else [] for legend in legends]
    assert names == [["a", "b"], [], ["c"]]


def test_a_short_line_is_drawn_as_it_is_and_a_long_one_as_its_mean(tmp_path, saved):
    panels = {"p": {"short": (range(11), range(11)), "long": (range(200), [0.0] * 199 + [8.0])}}
    figures.curves_figure(panels, "iteration", tmp_path / "curves.png")
    drawn = {line.get_label(): line.get_ydata() for line in saved[0].axes[0].get_lines()}
    assert list(drawn["short"]) == list(range(11))
    assert drawn["long"][-1] == 1.0 and len(drawn["long"]) == 193  # the mean of 8 values
