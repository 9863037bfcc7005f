"""The last lines of a run name what is there, in README's words."""

from tf_interp.report.ending import ending
from tf_interp.system.run_folder import RunFolder

SUMMARY = {
    "goal_relative": 0.01668, "pairs": 2000, "mean_length": 5.0, "iterations": 5500, "train_seconds": 690.0,
}  # fmt: skip


def test_everything_that_is_named_is_there(tmp_path):
    run = RunFolder(tmp_path / "runs" / "first")
    run.path.mkdir(parents=True)
    run.strips.touch()
    said = ending(run, "mnist", SUMMARY).strip().splitlines()
    assert said[:3] == [
        "residual     1.67% of the way is left, on 2,000 held-out pairs",
        "mean length  5.0 steps",
        "training     5,500 iterations, 11.5 minutes",
    ]
    assert said[3] == f"pictures     {run.strips}"  # no maps.png where there is none
    assert said[-2:] == [f"  tf-interp evaluate {run}", f"  tensorboard --logdir {tmp_path / 'runs'}"]


def test_lines_are_measured_by_their_own_command(tmp_path):
    assert "tf-interp lines" in ending(RunFolder(tmp_path), "lines", SUMMARY)
    assert "tf-interp evaluate" not in ending(RunFolder(tmp_path), "lines", SUMMARY)
