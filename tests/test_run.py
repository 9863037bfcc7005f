"""Whole runs through the real script: what they leave, killing and resuming them, refusing bad input."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from idx_files import idx
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from tf_interp import Interpolator, config, errors, load_interpolator
from tf_interp.commands import train as cli
from tf_interp.config.presets import settings_of
from tf_interp.data import mnist
from tf_interp.data.pairs import held_out_pairs
from tf_interp.model.rollout import GradientFlow
from tf_interp.run import run
from tf_interp.training import trainer
from tf_interp.training.strategies import Method
from tf_interp.training.strategies.bptt import bptt

ROOT = Path(__file__).parent.parent
TINY = dict(
    settings_of("mnist", "default", "bptt"),
    steps=2, command_size=4, policy_features=(4, 4), transformer_features=(4, 4), batch_size=8, iterations=60,
    learning_rate=5e-3, log_every=5, image_every=10, checkpoint_every=10, keep_checkpoints=2, precision="float32",
)  # fmt: skip


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    """Blurred squares at random places, in the files of MNIST."""
    folder, random = tmp_path_factory.mktemp("data"), np.random.RandomState(0)
    for split, count in (("train", 200), ("test", 40)):
        rows, columns = np.mgrid[:10, :9]
        centres = random.uniform(3, 6, [2, count, 1, 1])
        images = 255 * np.exp(-0.3 * ((rows - centres[0]) ** 2 + (columns - centres[1]) ** 2))
        for name, array in zip(mnist.FILES[split], (images, np.zeros(count))):
            (folder / name).write_bytes(idx(array.astype(np.uint8)))
    return folder


def arguments(data_dir, run_dir, **changes):
    settings = {**TINY, "data_dir": data_dir, "run_dir": run_dir, **changes}
    words = []
    for name, value in settings.items():
        words.append("--" + name.replace("_", "-"))
        words.extend(map(str, value if isinstance(value, tuple) else [value]))
    return words


def script(*words, **options):
    command = [sys.executable, str(ROOT / "train_mnist.py"), *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, **options)


def finished(process, code=0):
    output, complaints = process.communicate(timeout=240)
    assert process.returncode == code, complaints
    return output, complaints


def wait_for(condition, process):
    deadline = time.monotonic() + 200
    while not condition():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture(scope="module")
def whole(data_dir, tmp_path_factory):
    """An uninterrupted run of the script, and what it printed."""
    folder = tmp_path_factory.mktemp("runs") / "whole"
    return folder, *finished(script(*arguments(data_dir, folder)))


def final_weights(folder):
    models = load_interpolator(folder).models
    return [variable.numpy() for variable in models.trainable_variables]


def test_a_run_says_what_it_does_and_leaves_what_it_promises(whole):
    folder, output, complaints = whole
    assert "float32" in output and "parameters   policy " in output and "goal_relative" in output
    assert "TFA" not in complaints and "cuda" not in complaints.lower() and "Warning" not in complaints
    record = json.loads((folder / "config.json").read_text())
    assert record["settings"]["steps"] == 2 and record["settings"]["seed"] == 0
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
    assert sorted(path.name for path in (folder / "checkpoints").glob("*.index")) == ["ckpt-50.index", "ckpt-60.index"]
    assert (folder / "strips.png").stat().st_size > 1000


def test_metrics_json_is_what_the_saved_model_scores(whole, data_dir):
    folder = whole[0]
    interpolator = load_interpolator(folder / "model")
    assert isinstance(interpolator, Interpolator) and interpolator.image_shape == (10, 9, 1)
    images = mnist.load_split("test", str(data_dir)).images / np.float32(255)
    start, goal = images[held_out_pairs(40)].transpose(1, 0, 2, 3, 4)
    left = np.square(interpolator(start, goal).frames[:, -1] - goal).sum((1, 2, 3)).mean()
    assert json.loads((folder / "metrics.json").read_text())["goal_distance"] == pytest.approx(left, rel=1e-4)


def test_tensorboard_shows_scalars_histograms_pictures_settings_and_graph(whole):
    events = EventAccumulator(str(whole[0] / "tensorboard"), size_guidance={"tensors": 0})
    events.Reload()
    tags = set(events.Tags()["tensors"])
    assert {"held_out/goal_relative", "held_out/goal_distance"} <= tags
    plugins = {content.plugin_data.plugin_name for content in map(events.SummaryMetadata, tags)}
    assert {"scalars", "images", "histograms", "text", "hparams"} <= plugins
    assert {"return", "reward/goal", "loss", "gradient_norm/policy", "gradient_norm/transformer", "flow_magnitude",
            "episode_length", "goal_distance"} <= tags  # fmt: skip
    assert {"held_out/strips", "held_out/command", "held_out/flow", "config"} <= tags
    assert events.Tags()["graph"]
    assert [event.step for event in events.Tensors("return")] == list(range(5, 61, 5))
    assert [event.step for event in events.Tensors("held_out/strips")] == [10, 20, 30, 40, 50, 60]


@pytest.mark.parametrize("checkpoint", [0, 10], ids=["before the first checkpoint", "after it"])
def test_a_killed_run_resumes_to_the_same_weights(whole, data_dir, tmp_path, checkpoint):
    folder = tmp_path / "killed"
    process = script(*arguments(data_dir, folder))
    # "checkpoint" is the list that names the files to resume from; it is written after them, and by renaming.
    written = folder / "checkpoints" / "checkpoint" if checkpoint else folder / "config.json"
    wait_for(written.exists, process)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    saved = [int(path.stem.split("-")[1]) for path in (folder / "checkpoints").glob("*.index")]
    assert not (folder / "model").exists()
    finished(script("--resume", folder))
    for expected, found in zip(final_weights(whole[0]), final_weights(folder)):
        np.testing.assert_array_equal(found, expected)
    rows = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    assert [row["iteration"] for row in rows] == list(range(5, 61, 5))
    starts = json.loads((folder / "config.json").read_text())["starts"]
    # It went on from a checkpoint and did not simply train again. (The list may not name the newest file yet.)
    assert len(starts) == 2 and starts[0]["iteration"] == 0
    assert starts[1]["iteration"] in saved if checkpoint else starts[1]["iteration"] == 0
    events = EventAccumulator(str(folder / "tensorboard"), size_guidance={"tensors": 0}).Reload()
    assert [event.step for event in events.Tensors("return")] == list(range(5, 61, 5))  # nothing twice


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_saves_and_says_how_to_resume(data_dir, tmp_path, number):
    folder = tmp_path / "stopped"
    process = script(*arguments(data_dir, folder, iterations=100000))
    wait_for(lambda: (folder / "metrics.jsonl").exists() and (folder / "metrics.jsonl").read_text(), process)
    process.send_signal(number)
    _, complaints = finished(process, code=128 + number)
    assert f"--resume {folder}" in complaints and "Traceback" not in complaints
    saved = [int(path.stem.split("-")[1]) for path in (folder / "checkpoints").glob("*.index")]
    assert max(saved) == json.loads((folder / "metrics.jsonl").read_text().splitlines()[-1])["iteration"]


def test_divergence_stops_with_the_last_good_checkpoint(data_dir, tmp_path, monkeypatch):
    def poisoned(episode):
        output = bptt(episode)
        return output._replace(loss=tf.where(poisoned.iteration >= 15, float("nan"), 1.0) * output.loss)

    made = trainer.Trainer.__init__

    def remember(self, *arguments):
        made(self, *arguments)
        poisoned.iteration = self.iteration

    monkeypatch.setattr(trainer.Trainer, "__init__", remember)
    monkeypatch.setitem(trainer.METHODS, "bptt", lambda settings: Method(poisoned, GradientFlow()))
    settings = config.Config(**{**TINY, "data_dir": str(data_dir), "run_dir": str(tmp_path / "run")})
    with pytest.raises(errors.DivergedError, match=r"loss is nan at iteration 16.*Last good checkpoint: .*ckpt-10"):
        run(settings)
    reader = tf.train.load_checkpoint(str(tmp_path / "run" / "checkpoints" / "ckpt-10"))
    for name in reader.get_variable_to_shape_map():
        value = reader.get_tensor(name)
        assert not np.issubdtype(getattr(value, "dtype", object), np.floating) or np.all(np.isfinite(value))


def test_a_folder_in_use_is_not_touched(whole, data_dir):
    before = {path: path.stat().st_mtime_ns for path in whole[0].rglob("*")}
    settings = config.Config(**{**TINY, "data_dir": str(data_dir), "run_dir": str(whole[0])})
    with pytest.raises(errors.FileError, match="already exists and is not empty; give another --run-dir, or --resume"):
        run(settings)
    assert {path: path.stat().st_mtime_ns for path in whole[0].rglob("*")} == before


def test_a_run_that_cannot_begin_leaves_no_folder(data_dir, tmp_path):
    settings = {**TINY, "data_dir": str(data_dir), "run_dir": str(tmp_path / "run")}
    with pytest.raises(errors.FileError, match="nowhere"):
        run(config.Config(**settings, initial_model=str(tmp_path / "nowhere")))
    assert not (tmp_path / "run").exists()


def test_a_second_stage_begins_with_the_first_and_resumes_without_it(whole, data_dir, tmp_path):
    first = tmp_path / "first"
    shutil.copytree(whole[0] / "model", first / "model")
    settings = {
        **TINY, "data_dir": str(data_dir), "run_dir": str(tmp_path / "second"), "initial_model": str(first),
        "learning_rate": 1e-8, "final_learning_rate": 0.0, "iterations": 1,
    }  # fmt: skip
    run(config.Config(**settings))
    for mine, other in zip(final_weights(tmp_path / "second"), final_weights(first)):
        np.testing.assert_allclose(mine, other, atol=1e-7)  # one step of Adam is about as long as its rate
    shutil.rmtree(first)
    run(config.Config(**{**settings, "iterations": 2}), resume=True)


def test_settings_come_from_defaults_then_preset_or_file_then_options(whole, tmp_path):
    def parsed(*words):
        return cli.parse("mnist", "", list(map(str, words)))

    assert parsed() == (config.Config(**settings_of("mnist", "default", "bptt")), False)
    quick, _ = parsed("--preset", "quick", "--steps", 4, "--transformer-features", 4, 8)
    assert (quick.iterations, quick.steps, quick.transformer_features) == (300, 4, (4, 8))
    path = tmp_path / "mine.json"
    path.write_text('{"steps": 7, "batch_size": 9}')
    mine, _ = parsed("--config", path, "--steps", 8)
    assert (mine.steps, mine.batch_size, mine.iterations) == (8, 9, config.Config().iterations)
    again, _ = parsed("--config", whole[0] / "config.json")
    assert again.run_dir is None and again.command_size == 4  # its settings, in a folder of its own
    resumed, resume = parsed("--resume", whole[0], "--iterations", 50)
    assert resume and (resumed.run_dir, resumed.iterations, resumed.command_size) == (str(whole[0]), 50, 4)
    path.write_text('{"run_dir": "mine"}')
    assert parsed("--config", path)[0].run_dir == "mine"
    for words in (("--resume", "x", "--config", path), ("--resume", "x", "--preset", "quick"),
                  ("--config", path, "--preset", "quick")):  # fmt: skip
        with pytest.raises(errors.InputError, match="both say where the settings start from; give one"):
            parsed(*words)
    with pytest.raises(errors.InputError, match="is not the run to resume"):
        parsed("--resume", whole[0], "--run-dir", "elsewhere")


@pytest.mark.parametrize("words", [["--eager"], ["--strategy", "mirrored"]], ids=" ".join)
def test_a_run_without_compilation_and_a_distributed_one(data_dir, tmp_path, words):
    few = arguments(data_dir, tmp_path / "run", iterations=2, image_every=1, steps=1)
    _, complaints = finished(script(*few, *words))
    assert json.loads((tmp_path / "run" / "metrics.json").read_text())["iterations"] == 2
    assert "Warning" not in complaints


def test_resuming_from_checkpoints_that_cannot_be_read(whole, data_dir, tmp_path, capsys):
    copy = shutil.copytree(whole[0], tmp_path / "copy")
    other = config.Config(**{**TINY, "data_dir": str(data_dir), "run_dir": str(copy), "command_size": 5})
    with pytest.raises(errors.FileError, match="no checkpoint in .* can be read; start again in another --run-dir"):
        run(other, resume=True)
    fewer = config.Config(**{**TINY, "data_dir": str(data_dir), "run_dir": str(copy), "iterations": 40})
    with pytest.raises(errors.InputError, match="iterations: 40 is less than the 60 that are done already"):
        run(fewer, resume=True)
    newest = copy / "checkpoints" / "ckpt-60.data-00000-of-00001"
    newest.write_bytes(newest.read_bytes()[:500])
    run(config.Config(**{**TINY, "data_dir": str(data_dir), "run_dir": str(copy)}), resume=True)
    assert "ckpt-60 is damaged" in capsys.readouterr().err
    for expected, found in zip(final_weights(whole[0]), final_weights(copy)):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    "words, complaint",
    [
        (["--steps", "0"], "steps: 0 is outside the allowed range 1 to 100"),
        (["--stpes", "3"], "Unrecognized options: --stpes"),
        (["--preset", "slow"], "invalid choice"),
        (["--data-dir", "no/such/folder"], "data folder no/such/folder does not exist"),
        (["--config", "no_such.json"], "cannot read the settings file no_such.json"),
        (["--run-dir", "README.md/run"], "Not a directory"),
        (["--resume", "no/such/run"], "cannot read the settings file no/such/run/config.json"),
    ],
)
def test_mistakes_get_one_sentence_and_exit_code_2(words, complaint, tmp_path):
    _, complaints = finished(script(*words, env={**os.environ, "COLUMNS": "200"}), code=2)
    assert complaint in complaints and "Traceback" not in complaints


def test_help_teaches_without_waiting_for_tensorflow():
    program = (
        "import runpy, sys; sys.argv = ['train_mnist.py', '--help']\n"
        "try: runpy.run_path('train_mnist.py', run_name='__main__')\n"
        "except SystemExit as end: assert not end.code\n"
        "assert 'tensorflow' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == 0, done.stderr
    for word in ("--preset", "--resume", "--config", "--data-dir", "Presets:", "section 4.4", "under 2 minutes"):
        assert word in done.stdout
