"""The log of a run."""

import json

import numpy as np
import tensorflow as tf

from tf_interp.model.structs import Command, PolicyOutput, Trajectory
from tf_interp.training import run_log
from tf_interp.training.run_log import RunLog


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
