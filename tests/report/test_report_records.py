"""Facts about runs and trials."""

import json

import pytest
import results_folder

from tf_interp.errors import FileError
from tf_interp.report.index import Curve, Row
from tf_interp.report.records import Records, how_it_ended
from tf_interp.system.run_folder import RunFolder


@pytest.mark.parametrize(
    "metrics, ended, words",
    [
        ({}, {"how": "finished", "iteration": 20}, "finished"),
        (None, {"how": "diverged", "iteration": 1234}, "diverged after iteration 1,234"),
        (None, {"how": "interrupted", "iteration": 5}, "interrupted after iteration 5"),
        ({}, {"how": "interrupted", "iteration": 5}, "interrupted after iteration 5"),
        ({}, None, "finished"),
        (None, None, "how it ended was not recorded"),
    ],
)
def test_how_a_run_ended_is_what_it_recorded(tmp_path, metrics, ended, words):
    """The last row of metrics.jsonl would say the same of a run that was killed and of one that diverged."""
    rows = [{"iteration": 999, "return": float("nan")}]
    results_folder.write_run(tmp_path / "run", metrics=metrics, ended=ended, rows=rows)
    assert how_it_ended(RunFolder(tmp_path / "run")) == words


def test_an_end_that_is_damaged_is_named(tmp_path):
    results_folder.write_run(tmp_path / "run", ended={"how": "diverged"})
    with pytest.raises(FileError, match="run/config.json: ended: expected an object with how and iteration"):
        how_it_ended(RunFolder(tmp_path / "run"))


def test_facts_of_a_run(results):
    facts = Records(results).run(Row("good", "the good run", words="fast"))
    assert (facts["name"], facts["words"], facts["ended"]) == ("the good run", "fast", "finished")
    assert (facts["figures"]["goal_relative"], facts["iterations"], facts["seconds"]) == (0.0225, 20, [600.0])
    assert facts["recipe"] == f"python train_mnist.py --config {results}/good/config.json"
    assert "evaluation" not in facts


def test_facts_of_a_run_that_diverged_and_of_one_that_is_not_there(results):
    records = Records(results)
    bad = records.run(Row("bad", "b"))
    assert (bad["ended"], bad["iterations"]) == ("diverged after iteration 1,234", 1234) and "figures" not in bad
    assert records.run(Row("later", "l")) == {"name": "l", "words": "", "ended": "not run yet"}


def test_a_second_stage_counts_the_seconds_of_the_first(results):
    results_folder.write_run(results / "second", metrics={"train_seconds": 60.0})
    assert Records(results).run(Row("second", "s", after="good"))["seconds"] == [600.0, 60.0]


def test_an_evaluation_is_the_first_method_that_was_measured(results):
    folder = results / "good" / "evaluation"
    folder.mkdir()
    results_folder.write(folder / "metrics.json", {"methods": [{"budget_hits": 0.25}, {"budget_hits": 0.5}]})
    assert Records(results).run(Row("good", "g"))["evaluation"] == {"budget_hits": 0.25}
    results_folder.write(folder / "metrics.json", {"methods": []})
    with pytest.raises(FileError, match="good/evaluation/metrics.json names no method"):
        Records(results).run(Row("good", "g"))


def test_rows_of_training_come_from_runs_and_from_trials(results):
    records = Records(results)
    assert len(records.training_rows(Curve("a", run="good"))) == 20
    assert records.training_rows(Curve("a", run="later")) == [] == records.training_rows(Curve("a", run="bad"))
    found = records.training_rows(Curve("a", trial="a bold attempt"))
    assert found == [{"iteration": i, "return": r} for i, r in ((1, -3.0), (2, -2.0), (3, -1.0))]
    with pytest.raises(FileError, match="index.json: curve 'a': no run, and no trial named 'a shy attempt'"):
        records.training_rows(Curve("a", trial="a shy attempt"))


@pytest.mark.parametrize(
    "content, message",
    [
        ({}, "trials.json must hold a list of trials"),
        ({"trials": [{"name": "x"}]}, r"trials.json: trial 0 \(x\) has no 'group'"),
        ({"trials": [{}]}, r"trial 0 \(without a name\) has no 'name'"),
        ({"trials": [results_folder.TRIAL] * 2}, "two trials are named 'a bold attempt'"),
    ],
)
def test_what_is_wrong_with_trials_is_said(results, content, message):
    (results / "trials.json").write_text(json.dumps(content))
    with pytest.raises(FileError, match=message):
        Records(results).trials  # noqa: B018


def test_without_trials_there_are_none(results):
    (results / "trials.json").unlink()
    assert Records(results).trials == []
