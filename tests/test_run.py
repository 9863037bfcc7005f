"""Whole runs through the real script: what they leave, and killing and resuming them."""

import json
import signal

import numpy as np
import pytest
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tiny_runs import WARPS_ALONE, arguments, final_weights, finished, saved_iterations, script, wait_for, write_spots

from tf_interp import Interpolator, load_interpolator
from tf_interp.data import mnist
from tf_interp.data.pairs import held_out_pairs
from tf_interp.system.run_folder import RunFolder


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return write_spots(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def whole(data_dir, tmp_path_factory):
    """An uninterrupted run of the script, and what it printed."""
    folder = tmp_path_factory.mktemp("runs") / "whole"
    return folder, *finished(script(*arguments(data_dir, folder)))


def test_a_run_says_what_it_does_and_leaves_what_it_promises(whole):
    folder, output, complaints = whole
    assert "float32" in output and "parameters   policy " in output and "residual     " in output
    assert "TFA" not in complaints and "cuda" not in complaints.lower() and "Warning" not in complaints
    assert "WARNING" not in complaints  # every setting of the run has an effect
    record = json.loads((folder / "config.json").read_text())
    assert record["settings"]["steps"] == 2 and record["settings"]["seed"] == 0
    assert record["ended"] == {"how": "finished", "iteration": 60}
    start = record["starts"][0]
    assert start["command"].startswith("python train_mnist.py --transformations warp blend ")
    assert start["precision"] == "float32"
    assert start["versions"]["tensorflow"] == tf.__version__ and "git_commit" in start
    summary = json.loads((folder / "metrics.json").read_text())
    assert summary["pairs"] == 2000 and summary["iterations"] == 60 and summary["mean_length"] == 2.0
    assert 0 < summary["goal_relative"] < 1
    rows = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    assert [row["iteration"] for row in rows] == list(range(5, 61, 5))
    assert len({tuple(row) for row in rows}) == 1  # the columns never change
    assert saved_iterations(folder) == [50, 60]
    assert (folder / "strips.png").stat().st_size > 1000 and (folder / "maps.png").stat().st_size > 1000


def test_metrics_json_is_what_the_saved_model_scores(whole, data_dir):
    folder = whole[0]
    interpolator = load_interpolator(folder / "model")
    assert isinstance(interpolator, Interpolator) and interpolator.image_shape == (10, 9, 1)
    images = mnist.load_split("test", str(data_dir)).images / np.float32(255)
    start, goal = images[held_out_pairs(40)].transpose(1, 0, 2, 3, 4)
    left = np.square(interpolator(start, goal).frames[:, -1] - goal).sum((1, 2, 3)).mean()
    assert json.loads((folder / "metrics.json").read_text())["goal_distance"] == pytest.approx(left, rel=1e-4)


def test_tensorboard_shows_scalars_histograms_pictures_settings_and_graph(whole):
    events = EventAccumulator(str(whole[0]), size_guidance={"tensors": 0})
    events.Reload()
    tags = set(events.Tags()["tensors"])
    assert {"2 Does it arrive/final/goal_relative", "2 Does it arrive/final/goal_distance"} <= tags
    plugins = {content.plugin_data.plugin_name for content in map(events.SummaryMetadata, tags)}
    assert {"scalars", "images", "histograms", "text", "hparams"} <= plugins
    assert {"1 Does it learn/return", "1 Does it learn/reward/goal", "2 Does it arrive/goal_distance",
            "3 What does each step do/flow_magnitude", "6 Gradients/gradient_norm/policy"} <= tags  # fmt: skip
    assert {"3 What does each step do/held_out/strips", "3 What does each step do/held_out/flow",
            "4 Is pi sure/held_out/command", "config"} <= tags  # fmt: skip
    assert events.Tags()["graph"]
    assert [event.step for event in events.Tensors("1 Does it learn/return")] == list(range(5, 61, 5))
    drawn = events.Tensors("3 What does each step do/held_out/strips")
    assert [event.step for event in drawn] == [10, 20, 30, 40, 50, 60]


def test_tensorboard_shows_how_close_a_few_held_out_walks_come_while_the_model_learns(whole, data_dir):
    events = EventAccumulator(str(whole[0]), size_guidance={"tensors": 0}).Reload()
    seen = events.Tensors("2 Does it arrive/held_out/goal_relative")
    assert [event.step for event in seen] == [10, 20, 30, 40, 50, 60]
    images = mnist.load_split("test", str(data_dir)).images / np.float32(255)
    start, goal = images[held_out_pairs(40, 64)].transpose(1, 0, 2, 3, 4)
    reached = load_interpolator(whole[0])(start, goal).frames[:, -1]
    left = np.square(reached - goal).sum() / np.square(start - goal).sum()
    assert tf.make_ndarray(seen[-1].tensor_proto) == pytest.approx(left, rel=1e-4)


@pytest.mark.parametrize("every", [1000, 10], ids=["before the first regular checkpoint", "after it"])
def test_a_killed_run_resumes_to_the_same_weights(whole, data_dir, tmp_path, every):
    folder = RunFolder(tmp_path / "killed")
    process = script(*arguments(data_dir, folder, checkpoint_every=every))
    if every == 10:
        # "checkpoint" is the list that names the files to resume from; it is written after them, and by renaming.
        named = folder.checkpoints / "checkpoint"
        wait_for(lambda: named.exists() and '"ckpt-10"' in named.read_text(), process)
    else:
        wait_for(lambda: folder.read_rows(), process)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    saved = saved_iterations(folder.path)
    assert max(saved) >= 10 if every == 10 else saved == [0]
    assert not folder.model.exists() and folder.ended is None
    finished(script("--resume", folder))
    for expected, found in zip(final_weights(whole[0]), final_weights(folder.path)):
        np.testing.assert_array_equal(found, expected)
    assert [row["iteration"] for row in folder.read_rows()] == list(range(5, 61, 5))
    starts = folder.read_record()["starts"]
    # It went on from a checkpoint and did not simply train again. (The list may not name the newest file yet.)
    assert len(starts) == 2 and starts[0]["iteration"] == 0 and starts[1]["iteration"] in saved
    assert folder.ended == "finished"
    events = EventAccumulator(str(folder), size_guidance={"tensors": 0}).Reload()
    for tag, every in (("1 Does it learn/return", 5), ("2 Does it arrive/held_out/goal_relative", 10)):
        assert [event.step for event in events.Tensors(tag)] == list(range(every, 61, every))  # nothing twice


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_saves_and_says_how_to_resume(data_dir, tmp_path, number):
    folder = RunFolder(tmp_path / "stopped")
    process = script(*arguments(data_dir, folder, iterations=100000, **WARPS_ALONE))
    wait_for(lambda: folder.read_rows(), process)
    process.send_signal(number)
    _, complaints = finished(process, code=128 + number)
    assert f"--resume {folder}" in complaints and "Traceback" not in complaints
    last = folder.read_rows()[-1]["iteration"]
    assert max(saved_iterations(folder.path)) == last
    assert folder.read_record()["ended"] == {"how": "interrupted", "iteration": last}


@pytest.mark.parametrize("words", [["--eager"], ["--devices", "mirrored"]], ids=" ".join)
def test_a_run_without_compilation_and_a_distributed_one(data_dir, tmp_path, words):
    few = arguments(data_dir, tmp_path / "run", iterations=2, image_every=1, **WARPS_ALONE)
    _, complaints = finished(script(*few, *words))
    assert json.loads((tmp_path / "run" / "metrics.json").read_text())["iterations"] == 2
    assert "Warning" not in complaints
