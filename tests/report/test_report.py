"""The report, rebuilt from a made-up folder of results; the table of the lines benchmark."""

import json
import re
import sys

import pytest
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from PIL import Image

from tf_interp import figures
from tf_interp.commands import report, score_lines
from tf_interp.errors import FileError
from tf_interp.report import strategies as report_strategies
from tf_interp.report.training_plots import PLOTS


@pytest.fixture
def results(tmp_path):
    run = tmp_path / "mnist_bptt"
    run.mkdir()
    (run / "metrics.json").write_text(
        json.dumps({"goal_relative": 0.0225, "mean_length": 5.0, "train_seconds": 600.0, "iterations": 20})
    )
    start = {"command": "python train_mnist.py --seed 3", "device": "CPU (a fast one)"}
    (run / "config.json").write_text(json.dumps({"settings": {"transformations": ["warp"]}, "starts": [start]}))
    row = {"goal_distance": 5.0, "start_distance": 20.0, "episode_length": 5.0}
    rows = [{"iteration": i, "seconds": 6.0 * i, "return": -10.0 / i, **row} for i in range(1, 21)]
    (run / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    Image.new("RGB", (30, 20), "red").save(run / "strips.png")
    return tmp_path


def test_the_report_says_what_is_there_and_what_is_not(results):
    report.build(results)
    text = (results / "REPORT.md").read_text()
    assert "residual 2.25%, mean length 5.0, trained 10 minutes on CPU (a fast one)" in text
    assert "`python train_mnist.py --seed 3`" in text and "very fast convergence" in text
    assert text.count("not reproduced yet") == len(report_strategies.PAPER_FIGURES) - 1
    assert text.count("Not measured yet.") == len(report.STRATEGIES) + len(report.RIVALS)


def test_a_second_stage_names_the_first(results):
    config = results / "mnist_bptt" / "config.json"
    config.write_text(config.read_text().replace('"settings": {', '"settings": {"initial_model": "results/first", '))
    report.build(results)
    assert "on CPU (a fast one), from the weights of results/first |" in (results / "REPORT.md").read_text()


def test_the_page_carries_its_pictures(results):
    report.build(results)
    page = (results / "report.html").read_text()
    sources = re.findall(r'src="([^"]{0,30})', page)
    assert len(sources) == 2 and all(source.startswith("data:image/png;base64,") for source in sources)
    assert "<table>" in page and "residual 2.25%" in page


def test_runs_of_a_group_share_a_plot(results):
    row = {"seconds": 1.0, "return": -3.0, "goal_distance": 2.0, "command_stddev_least": 0.1, "advantage/stddev": 4.0}
    for name in ("hybrid/paper_seed0", "hybrid/floor_seed0"):
        folder = results / name
        folder.mkdir(parents=True)
        (folder / "metrics.json").write_text(json.dumps({"goal_relative": 0.125}))
        config = {"settings": {"transformations": []}, "starts": [{"command": f"python {folder.name}"}]}
        (folder / "config.json").write_text(json.dumps(config))
        rows = [json.dumps({"iteration": i, "gradient_norm/policy": 5.0, **row}) for i in (1, 2)]
        (folder / "metrics.jsonl").write_text("\n".join(rows))
    (results / "hybrid/paper_seed0/metrics.json").unlink()
    report.build(results)
    assert "(hybrid/training.png)" in (results / "REPORT.md").read_text()
    text = (results / "REPORT.md").read_text()
    assert "| floor_seed0 | 12.5% | 2 | `python floor_seed0` |" in text
    assert "| paper_seed0 | diverged after iteration 2 | 2 | `python paper_seed0` |" in text
    assert "Fig. 6" not in (results / "REPORT.md").read_text().split("## Return")[0].split("## Fig. 3")[1]
    with Image.open(results / "hybrid" / "training.png") as picture:
        assert picture.width > 800 and len(picture.convert("RGB").getcolors(10**6)) > 50


def test_how_walks_are_stopped_is_shown(results):
    (results / "mnist_bptt").rename(results / "mnist_bptt_stop")
    measured = {
        "goal_relative": 0.05, "mean_length": 4.25, "budget_hits": 0.001, "identity_stops": 1.0,
        "length_rank_correlation": 0.437,
    }  # fmt: skip
    (results / "mnist_bptt_stop" / "evaluation").mkdir()
    content = json.dumps({"methods": [measured]})
    (results / "mnist_bptt_stop" / "evaluation" / "metrics.json").write_text(content)
    row = {"return": -30.0, "loss": 24.0, "expected_length": 5.5, "episode_length": 15.0}
    row.update(goal_distance=5.0, start_distance=20.0)
    with (results / "mnist_bptt_stop" / "metrics.jsonl").open("w") as file:
        file.write(json.dumps({"iteration": 1, "seconds": 1.0, **row}))
    report.build(results)
    row_of_table = "| mnist_bptt_stop | 5.0% | 4.2 | 0.1% | 100.0% | 0.44 | `python train_mnist.py --seed 3` |"
    assert row_of_table in (results / "REPORT.md").read_text()


def test_the_exact_gradient_is_plotted_by_what_it_expects():
    (plot,) = (plot for plot in PLOTS if plot.title == "Fig. 6: BPTT+STOP")
    walked = {"return": -30.0, "loss": 24.0, "episode_length": 15.0}
    assert [scalar(walked) for scalar in plot.panels.values()] == [-30.0, 15.0]
    assert [scalar({**walked, "expected_length": 5.5}) for scalar in plot.panels.values()] == [-24.0, 5.5]


def test_comparison_and_lines_are_shown_when_measured(results):
    for name in ("comparison", "lines"):
        (results / name).mkdir()
        record = {"command": f"python -m measure {name}", "git_commit": "abc123", "methods": []}
        (results / name / "metrics.json").write_text(json.dumps(record))
        (results / name / "table.md").write_text(f"| method |\n| --- |\n| winner of {name} |\n")
        for picture in ("by_step.png", "strips.png"):
            Image.new("RGB", (5, 5)).save(results / name / picture)
    report.build(results)
    text = (results / "REPORT.md").read_text()
    for name in ("comparison", "lines"):
        assert f"winner of {name}" in text and f"`python -m measure {name}`, commit abc123" in text
    (results / "lines" / "strips.png").unlink()
    with (results / "mnist_bptt" / "metrics.jsonl").open("a") as file:
        file.write('{"iteration": 3')  # of a run that was killed
    report.build(results)
    assert "(walks between lines: lines/strips.png is missing)" in (results / "REPORT.md").read_text()


def test_what_was_tried_is_shown(results):
    (results / "tradeoff").mkdir()
    (results / "tradeoff" / "table.md").write_text("| run |\n| --- |\n| a bold attempt |\n")
    report.build(results)
    assert "a bold attempt" in (results / "REPORT.md").read_text()
    assert "<td>a bold attempt</td>" in (results / "report.html").read_text()


def test_a_damaged_result_is_named_and_the_old_report_kept(results):
    report.build(results)
    before = (results / "REPORT.md").read_text()
    (results / "mnist_bptt" / "metrics.json").write_text("{")
    with pytest.raises(FileError, match="mnist_bptt/metrics.json cannot be read"):
        report.build(results)
    assert (results / "REPORT.md").read_text() == before
    with pytest.raises(FileError, match="nowhere is not a folder"):
        report.build(results / "nowhere")


def test_the_lines_table_joins_seeds():
    def row(method, distance):
        return {
            "method": method, "mean_distance": distance, "mean_distance_signed": 0.0, "smoothness": 0.5,
            "goal_angle": 0.1, "train_seconds": 180.0, "iterations": 600, "parameters": 1234,
        }  # fmt: skip

    rows = [row("vae_seed0", 0.002), row("vae_seed1", 0.004), row("cross_fade", 0.05)]
    lines = score_lines.markdown(rows).splitlines()
    # 2 and 4 thousandths: mean 3, sample deviation sqrt(2); 0.1 radians are 5.73 degrees
    assert lines[2] == "| vae | 2 | 3 ± 1.4 | 0 ± 0 | 0.5 ± 0 | 5.73 ± 0 | 3.0 | 600 | 1,234 |"
    assert lines[3] == "| cross_fade | 1 | 50 | 0 | 0.5 | 5.73 | 3.0 | 600 | 1,234 |"


def test_no_two_lines_of_a_plot_look_alike(tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr(Figure, "savefig", lambda figure, path, **_: (drawn.append(figure), path.touch()))
    panels = {"return": {f"run {number}": ([0, 1, 2], [number] * 3) for number in range(12)}}
    figures.curves_figure(panels, "iteration", tmp_path / "curves.png")
    lines = drawn[0].axes[0].get_legend().get_lines()
    assert len({(to_rgba(line.get_color()), line.get_linestyle()) for line in lines}) == 12


def test_without_the_package_markdown_the_report_says_what_is_missing(results, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "markdown", None)
    assert report.main(["--results", str(results)]) == 2
    assert "needs the package Markdown; install it with: pip install markdown" in capsys.readouterr().err
    assert not (results / "REPORT.md").exists()
