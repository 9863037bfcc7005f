"""The log of a run."""

import json

import numpy as np
import pytest
import tensorflow as tf
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

from tf_interp.model.structs import Command, PolicyOutput, Trajectory
from tf_interp.training import run_log
from tf_interp.training.run_log import RunLog, write_summary


def test_a_resumed_log_drops_rows_past_the_checkpoint(tmp_path):
    row = {"return": -1.0, "goal_distance": 1.0}
    with RunLog(tmp_path, 0, 30) as log:
        for iteration in (10, 20, 30):
            log.scalars(iteration, row)
    with (tmp_path / "metrics.jsonl").open("a") as file:
        file.write('{"iteration": 3')  # cut off by a kill
    with RunLog(tmp_path, 20, 40) as log:
        log.scalars(40, row)
    rows = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert [r["iteration"] for r in rows] == [10, 20, 40]


def test_tensorboards_strips_are_black_after_stop(tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr(run_log, "strips", lambda *arguments: drawn.append(arguments) or np.zeros([4, 6, 3]))
    policy = PolicyOutput(tf.zeros([2, 3, 2]), tf.ones([2, 3, 2]), tf.zeros([2, 3]))
    active = tf.constant([[True, False, False], [True, True, True]])
    walks = Trajectory(
        tf.zeros([2, 4, 2, 2, 1]), tf.ones([2, 2, 2, 1]), Command(policy, policy.mean, ~active), {}, active
    )
    with RunLog(tmp_path, 0, 1) as log:
        log.pictures(1, walks, {}, "held_out")
    assert drawn[0][3].tolist() == [1, 3]


def test_the_time_left_is_reckoned_without_the_iteration_that_compiles(tmp_path, monkeypatch, capsys):
    begun = []

    class Bar:
        def __init__(self, total, initial, **_):
            self.total, self.n = total, initial
            begun.append(self)

        def update(self):
            self.n += 1

        def close(self):
            pass

    monkeypatch.setattr(run_log, "tqdm", Bar)
    with RunLog(tmp_path, 5, 9) as log:
        assert begun == [] and "compiling" in capsys.readouterr().err
        log.advance()
        assert [(bar.n, bar.total) for bar in begun] == [(6, 9)]
        log.advance()
    assert [(bar.n, bar.total) for bar in begun] == [(7, 9)]


ROWS = [f'{{"iteration": {iteration}, "return": -1.5}}' for iteration in (10, 20, 30, 40)]


@pytest.mark.parametrize(
    "place, line, lost",
    [
        (1, '{"iteration": 15, "ret', 1),
        (1, '{"iteration": 15, "return": "high"}', 1),
        (1, "[" * 100_000, 1),
        (0, "\0\0\n\0", 2),
        (2, '{"iteration": 1e3}', 1),
        (3, '{"iteration": 2900000000}\n{"iteration": 29}', 1),  # a digit that was hit: iterations only rise
        (4, '{"iteration": 3', 0),  # a run that was killed
    ],
)
def test_rows_that_cannot_be_read_are_counted_and_all_others_kept(tmp_path, capsys, place, line, lost):
    path = tmp_path / "metrics.jsonl"
    before = "\n".join([*ROWS[:place], line, *ROWS[place:]]).encode()
    path.write_bytes(before)
    with RunLog(tmp_path, 30, 40):
        pass
    kept = [json.loads(row)["iteration"] for row in path.read_text().splitlines()]
    assert [iteration for iteration in kept if iteration != 29] == [10, 20, 30]
    said, damaged = capsys.readouterr().err, tmp_path / "metrics.jsonl.damaged"
    if lost:
        assert f"{path}: {lost} rows cannot be read" in said and damaged.read_bytes() == before
    else:
        assert "WARNING" not in said and not damaged.exists()


def tags_in(folder):
    """(tag, step) of everything in TensorBoard's events."""
    for path in folder.glob("events.*"):
        for event in EventFileLoader(str(path)).Load():
            yield from ((value.tag, event.step) for value in event.summary.value)


def test_tensorboard_has_settings_and_figures_once_however_often_a_run_is_resumed(tmp_path):
    for first in (0, 20, 20):
        with RunLog(tmp_path, first, 40) as log:
            log.settings({"steps": 2})
            log.scalars(first + 10, {"return": -1.0, "goal_distance": 1.0})
        write_summary(tmp_path, 40, {"goal_relative": 0.5})
    found = list(tags_in(tmp_path))
    returns = "1 Does it learn/return"
    assert [found.count(each) for each in (("config", 0), (returns, 10), (returns, 30))] == [1, 1, 1]
    assert found.count(("2 Does it arrive/final/goal_relative", 40)) == 1


def test_the_table_of_settings_begins_with_those_that_are_not_the_presets(tmp_path):
    """TensorBoard orders columns by whether they are said to differ, then by name."""
    with RunLog(tmp_path, 0, 40) as log:
        log.settings({"batch_size": 8, "steps": 2, "run_dir": "x"}, first=["steps", "run_dir"])
    (content,) = (
        value.metadata.plugin_data.content
        for path in tmp_path.glob("events.*")
        for event in EventFileLoader(str(path)).Load()
        for value in event.summary.value
        if value.tag == "_hparams_/experiment"
    )
    columns = HParamsPluginData.FromString(content).experiment.hparam_infos
    assert [(column.name, column.differs) for column in columns] == [("batch_size", False), ("steps", True)]


def test_damaged_events_are_named(tmp_path, capsys):
    with RunLog(tmp_path, 0, 40) as log:
        for iteration in (10, 20, 30):
            log.scalars(iteration, {"return": -1.0, "goal_distance": 1.0})
    (path,) = tmp_path.glob("events.*")
    content = path.read_bytes()
    path.write_bytes(content[:-50])  # as a kill leaves it
    with RunLog(tmp_path, 30, 40):
        pass
    assert "WARNING" not in capsys.readouterr().err
    path.write_bytes(content[:-50] + b"\0" + content[-49:])
    with RunLog(tmp_path, 30, 40):
        pass
    assert f"WARNING      {path} is damaged" in capsys.readouterr().err
    assert ("1 Does it learn/return", 20) in tags_in(tmp_path)


def test_events_that_were_cut_short_between_two_are_missed_by_the_rows(tmp_path, capsys):
    with RunLog(tmp_path, 0, 40) as log:
        for iteration in (10, 20, 30):
            log.scalars(iteration, {"return": -1.0, "goal_distance": 1.0})
    write_summary(tmp_path, 30, {"goal_relative": 0.5})  # events of the end, in a file of their own
    (path,) = (path for path in tmp_path.glob("events.*") if "held_out" not in path.name)
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little") + 16  # of the first record: the version
    path.write_bytes(content[:length])
    with RunLog(tmp_path, 30, 40):
        pass
    assert "TensorBoard has no events after iteration 0" in capsys.readouterr().err
    path.write_bytes(content)
    with RunLog(tmp_path, 30, 40):
        pass
    assert "WARNING" not in capsys.readouterr().err
