"""Runs in this process: what they refuse, what they leave alone, and how they say that they ended."""

import os
import shutil
import signal

import numpy as np
import pytest
import tensorflow as tf
from tiny_runs import WARPS_ALONE, contents, final_weights, saved_iterations, tiny, write_spots

from tf_interp import errors
from tf_interp.commands import train
from tf_interp.evaluation import held_out
from tf_interp.model.rollout import GradientFlow
from tf_interp.run import run
from tf_interp.system import files
from tf_interp.system.lock import locked
from tf_interp.system.run_folder import RunFolder
from tf_interp.training import trainer
from tf_interp.training.strategies import STRATEGIES, Strategy
from tf_interp.training.strategies.bptt import bptt

# A few iterations take less time without compilation.
FEW = dict(iterations=6, log_every=2, image_every=6, checkpoint_every=2, eager=True, **WARPS_ALONE)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return write_spots(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def whole(data_dir, tmp_path_factory):
    """Folder of a finished run."""
    folder = tmp_path_factory.mktemp("runs") / "whole"
    run(tiny(data_dir, folder, **FEW))
    return folder


def test_a_folder_in_use_is_not_touched(whole, data_dir):
    before = contents(whole)
    with pytest.raises(errors.FileError, match="already exists and is not empty; give another --run-dir, or --resume"):
        run(tiny(data_dir, whole, **FEW))
    assert contents(whole) == before


def test_a_run_that_cannot_begin_leaves_no_folder(data_dir, tmp_path):
    with pytest.raises(errors.FileError, match="nowhere"):
        run(tiny(data_dir, tmp_path / "run", initial_model=str(tmp_path / "nowhere")))
    assert not (tmp_path / "run").exists()


def test_a_finished_run_that_is_resumed_stays_as_it_is(whole, data_dir, capsys):
    before = contents(whole)
    summary = run(tiny(data_dir, whole, **FEW), resume=True)
    assert contents(whole) == before and summary == RunFolder(whole).read_metrics()
    assert "is finished; with more --iterations it would go on" in capsys.readouterr().out


def test_a_finished_run_goes_on_with_more_iterations(whole, data_dir, tmp_path, capsys):
    copy = RunFolder(shutil.copytree(whole, tmp_path / "copy"))
    run(tiny(data_dir, copy, **{**FEW, "iterations": 8}), resume=True)
    assert "changed      iterations: 6 -> 8" in capsys.readouterr().out
    record = copy.read_record()
    assert record["ended"] == {"how": "finished", "iteration": 8}
    assert [start["iteration"] for start in record["starts"]] == [0, 6]
    assert [row["iteration"] for row in copy.read_rows()] == [2, 4, 6, 8]


@pytest.mark.parametrize("left", ["everything else", "the rows alone"])
def test_results_without_a_checkpoint_are_not_resumed_and_stay_byte_for_byte(whole, tmp_path, capsys, left):
    """A stored result has no checkpoints; to train it anew over its own records would destroy it."""
    copy = shutil.copytree(whole, tmp_path / "copy")
    shutil.rmtree(copy / "checkpoints")
    if left == "the rows alone":
        shutil.rmtree(copy / "model")
        (copy / "metrics.json").unlink()
    before = contents(copy)
    assert train.main(["mnist", "--resume", str(copy)]) == 2
    complaint = capsys.readouterr().err.strip()
    assert complaint.startswith(f"error: {copy} holds no checkpoint, so its run cannot go on; its results stay as they")
    assert complaint.endswith(f"To repeat the run: --config {copy / 'config.json'}")
    assert contents(copy) == before


def test_checkpoints_that_cannot_be_read(whole, data_dir, tmp_path, capsys):
    copy = shutil.copytree(whole, tmp_path / "copy")
    message = "no checkpoint in .* can be read; start again in another --run-dir. .*others .command_size: 4 -> 5.$"
    with pytest.raises(errors.FileError, match=message):
        run(tiny(data_dir, copy, **FEW, command_size=5), resume=True)
    with pytest.raises(errors.InputError, match="iterations: 4 is less than the 6 that are done already"):
        run(tiny(data_dir, copy, **{**FEW, "iterations": 4}), resume=True)
    assert contents(copy) == contents(whole)
    newest = copy / "checkpoints" / "ckpt-6.data-00000-of-00001"
    newest.write_bytes(newest.read_bytes()[:500])
    run(tiny(data_dir, copy, **FEW), resume=True)
    assert "ckpt-6 is damaged" in capsys.readouterr().err
    assert [start["iteration"] for start in RunFolder(copy).read_record()["starts"]] == [0, 4]
    for expected, found in zip(final_weights(whole), final_weights(copy)):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("kept, named", [(1, "4, 6"), (2, "6"), (3, None)])
def test_rows_that_are_gone_are_named(whole, data_dir, tmp_path, capsys, kept, named):
    copy = RunFolder(shutil.copytree(whole, tmp_path / "copy"))
    copy.rows.write_bytes(b"".join(copy.rows.read_bytes().splitlines(keepends=True)[:kept]))
    run(tiny(data_dir, copy, **{**FEW, "iterations": 7, "log_every": 1}), resume=True)
    warned = [line for line in capsys.readouterr().err.splitlines() if "has no rows" in line]
    assert warned == ([f"WARNING      {copy.rows} has no rows of iterations {named}"] if named else [])
    assert [row["iteration"] for row in copy.read_rows()] == [*[2, 4, 6][:kept], 7]


def test_a_second_run_in_the_same_folder_is_refused_and_the_first_goes_on(whole, data_dir, tmp_path):
    copy, new = shutil.copytree(whole, tmp_path / "copy"), tmp_path / "new"
    for folder in (copy, new):
        with locked(folder), pytest.raises(errors.FileError, match=f"another program is writing to {folder}"):
            run(tiny(data_dir, folder, **FEW), resume=folder is copy)
    assert contents(copy) == contents(whole)


def test_a_signal_during_the_last_measuring_is_obeyed_and_the_run_goes_on_later(whole, data_dir, tmp_path, monkeypatch):
    copy = RunFolder(shutil.copytree(whole, tmp_path / "copy"))
    copy.metrics.unlink()
    (copy.path / ".model.abc").mkdir()  # left by a kill
    measured = held_out.goal_metrics

    def interrupted(*given):
        os.kill(os.getpid(), signal.SIGTERM)
        return measured(*given)

    monkeypatch.setattr(held_out, "goal_metrics", interrupted)
    with pytest.raises(errors.RunInterrupted) as stop:
        run(tiny(data_dir, copy, **FEW), resume=True)
    assert (stop.value.signal_number, stop.value.iteration) == (signal.SIGTERM, 6)
    assert copy.ended == "interrupted" and not copy.metrics.exists()
    monkeypatch.undo()
    run(tiny(data_dir, copy, **FEW), resume=True)
    assert copy.ended == "finished" and copy.measured_at(6)
    names, expected = ({path.name for path in folder.iterdir()} for folder in (copy.path, whole))
    assert {name for name in names ^ expected if not name.startswith("events.")} == set()  # each start has its own


def test_an_interrupted_measuring_of_more_iterations_is_not_taken_for_the_earlier_one(whole, data_dir, tmp_path):
    copy = RunFolder(shutil.copytree(whole, tmp_path / "copy"))
    record = {**copy.read_metrics(), "iterations": 4}
    files.write_json(copy.metrics, record)
    assert run(tiny(data_dir, copy, **FEW), resume=True)["iterations"] == 6
    assert copy.read_metrics()["iterations"] == 6


def test_a_second_stage_begins_with_the_first_and_resumes_without_it(whole, data_dir, tmp_path):
    first = tmp_path / "first"
    shutil.copytree(whole / "model", first / "model")
    changes = {**FEW, "initial_model": str(first), "learning_rate": 1e-8, "final_learning_rate": 0.0}
    run(tiny(data_dir, tmp_path / "second", **{**changes, "iterations": 1}))
    for mine, other in zip(final_weights(tmp_path / "second"), final_weights(first)):
        np.testing.assert_allclose(mine, other, atol=1e-7)  # one step of Adam is about as long as its rate
    shutil.rmtree(first)
    run(tiny(data_dir, tmp_path / "second", **{**changes, "iterations": 2}), resume=True)


def test_divergence_stops_with_the_last_good_checkpoint_and_is_recorded(data_dir, tmp_path, monkeypatch):
    def poisoned(episode):
        output = bptt(episode)
        return output._replace(loss=tf.where(poisoned.iteration >= 15, float("nan"), 1.0) * output.loss)

    made = trainer.Trainer.__init__

    def remember(self, *given):
        made(self, *given)
        poisoned.iteration = self.iteration

    monkeypatch.setattr(trainer.Trainer, "__init__", remember)
    monkeypatch.setitem(STRATEGIES, "bptt", lambda config: Strategy(poisoned, GradientFlow()))
    folder = RunFolder(tmp_path / "run")
    with pytest.raises(errors.DivergedError, match=r"loss is not finite at iteration 16.*checkpoint: .*ckpt-10"):
        run(tiny(data_dir, folder, **{**FEW, "iterations": 20, "checkpoint_every": 10}))
    assert folder.read_record()["ended"] == {"how": "diverged", "iteration": 16}
    assert saved_iterations(folder.path) == [0, 10] and not folder.model.exists()
    reader = tf.train.load_checkpoint(str(folder.checkpoints / "ckpt-10"))
    for name in reader.get_variable_to_shape_map():
        value = reader.get_tensor(name)
        assert not np.issubdtype(getattr(value, "dtype", object), np.floating) or np.all(np.isfinite(value))


def test_a_run_without_compilation_leaves_tensorflow_as_it_was(whole):
    assert RunFolder(whole).read_record()["settings"]["eager"] and not tf.config.functions_run_eagerly()
