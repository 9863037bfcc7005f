"""The classifier's features and the whole measurement, on tiny data and an untrained classifier."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from tf_interp.commands.evaluate import main as evaluate_command
from tf_interp.commands.methods import check_images, load_method
from tf_interp.commands.score_lines import main as score_command
from tf_interp.data import mnist
from tf_interp.errors import FileError, InputError
from tf_interp.evaluation import tables
from tf_interp.evaluation.measure import Method, measure, prepare
from tf_interp.features.classifier import EMBEDDED, Classifier, FeatureExtractor, load_classifier, save_classifier

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def extract():
    return load_classifier()


def digits(count):
    return mnist.load_split("test").images[:count].astype(np.float32) / 255.0


def test_the_embedded_classifier_is_good_and_says_so(extract):
    record = json.loads((EMBEDDED / "config.json").read_text())
    assert record["test_accuracy"] > 0.985
    found = extract(digits(1500))
    assert found.features.shape == (1500, 64) and found.features.min() >= 0.0
    assert found.confidence.mean() > 0.97 and found.confidence.max() <= 1.0


def test_perceptual_distance_is_lpips_with_unit_weights(extract):
    """Computed again from the layers' outputs, position by position."""
    classifier = Classifier()
    images = digits(2)
    maps, _, _ = classifier(images)
    expected = 0.0
    for activation in maps:
        a, b = (m / np.maximum(np.linalg.norm(m, axis=-1, keepdims=True), 1e-6) for m in activation.numpy())
        expected += np.mean(np.sum((a - b) ** 2, axis=-1))
    rows = FeatureExtractor(classifier, (28, 28, 1))(images).perceptual
    assert np.sum((rows[0] - rows[1]) ** 2) == pytest.approx(expected, rel=1e-4)


def test_a_saved_classifier_computes_the_same_and_a_missing_one_is_named(tmp_path):
    classifier = Classifier()
    classifier(tf.zeros([1, 9, 8, 1]))
    save_classifier(classifier, (9, 8, 1), {}, tmp_path / "saved")
    images = np.random.RandomState(0).uniform(size=[3, 9, 8, 1]).astype(np.float32)
    expected = FeatureExtractor(classifier, (9, 8, 1))(images).features
    loaded = load_classifier(str(tmp_path / "saved"))
    np.testing.assert_array_equal(loaded(images).features, expected)
    with pytest.raises(InputError, match=r"knows images \(9, 8, 1\), not \(28, 28, 1\); train one"):
        loaded(digits(1))
    with pytest.raises(FileError, match="no classifier in .*none"):
        load_classifier(str(tmp_path / "none"))


@pytest.fixture(scope="module")
def data(extract):
    """The benchmark cut down to 300 pairs."""
    whole = prepare(extract)
    return whole._replace(start=whole.start[:300], goal=whole.goal[:300], neighbours=whole.neighbours[:2000])


def teleport(start, goal):
    return np.stack([start, start, goal], axis=1), np.full(len(start), 2)


def test_measuring_a_path_of_real_images(data):
    """Frames that are start, start, goal: at the goal, on the manifold, but not gradual at all."""
    row = measure(Method("teleport", teleport, 7), data)
    assert row["goal_distance"] == row["goal_perceptual"] == 0.0
    assert row["largest_step_share"] == 1.0 and row["largest_step_ratio"] == row["largest_step_ratio_features"] == 2.0
    assert row["straightness"] == pytest.approx(1.0)
    assert row["frechet"][0] == row["frechet"][1] and row["worst_frechet"] < 10
    np.testing.assert_allclose(row["sharpness"], 1.0, atol=0.1)
    assert row["budget_hits"] is None and row["parameters"] == 7 and row["pairs"] == 300
    json.dumps(row)


def test_a_cross_fade_is_gradual_and_leaves_the_manifold(data):
    row = measure(load_method("cross_fade", 4), data)
    assert row["largest_step_ratio"] == pytest.approx(1.0, abs=1e-4) and row["goal_relative"] < 1e-12
    assert row["worst_frechet_step"] == 2 and row["worst_frechet"] > 5 * row["frechet"][0]
    assert row["sharpness"][2] < 0.9 and row["confidence"][2] < row["confidence"][0]
    table = tables.markdown([row])
    assert table.splitlines()[2].startswith("| cross_fade | 0.0% |")


def test_stopping_is_counted(data):
    def walk(start, goal):  # every third walk stops after one of two steps
        frames, lengths = teleport(start, goal)
        lengths[::3] = 1
        return frames, lengths

    row = measure(Method("stopper", walk, 0, obeys_stop=True), data)
    # 300 pairs in batches of 250 and 50: 84 + 17 walks stop
    assert row["mean_length"] == pytest.approx(2 - 101 / 300) and row["budget_hits"] == pytest.approx(199 / 300)
    assert tables.markdown([row]).rstrip().endswith("| 1.7; 66.3% |")
    assert row["identity_stops"] == pytest.approx(101 / 300) and abs(row["length_rank_correlation"]) < 0.2

    def stops_when_there(start, goal):  # after no step, one, or two, the farther the later
        far = np.square(start - goal).sum(axis=(1, 2, 3))
        return teleport(start, goal)[0], np.digitize(far, [1e-6, np.median(far)])

    row = measure(Method("sensible", stops_when_there, 0, obeys_stop=True), data)
    assert row["identity_stops"] == 1.0 and row["length_rank_correlation"] > 0.8


def test_methods_are_held_to_their_own_images():
    strange = Method("strange", teleport, 1, image_shape=(5, 5, 1))
    with pytest.raises(InputError, match=r"strange walks on images \(5, 5, 1\), but the data are \(28, 28, 1\)"):
        check_images([strange], (28, 28, 1), [None])
    fashion = Method("fashion", teleport, 1, image_shape=(28, 28, 1), data_dir="clothes")
    with pytest.raises(InputError, match="fashion was trained on clothes; measure it with --data-dir clothes"):
        check_images([fashion], (28, 28, 1), [None])
    check_images([fashion, Method("any", teleport, 0)], (28, 28, 1), ["clothes"])


def test_the_commands_write_what_they_print(tmp_path, capsys):
    assert evaluate_command(["cross_fade", "--steps", "2", "--out", str(tmp_path / "mnist")]) == 0
    printed = capsys.readouterr().out
    record = json.loads((tmp_path / "mnist" / "metrics.json").read_text())
    assert record["methods"][0]["pairs"] == 2000 and record["versions"]["tensorflow"] == tf.__version__
    assert (tmp_path / "mnist" / "table.md").read_text() in printed and "2000 pairs of the embedded MNIST" in printed
    assert score_command(["cross_fade", "--steps", "3", "--out", str(tmp_path / "lines")]) == 0
    record = json.loads((tmp_path / "lines" / "metrics.json").read_text())
    assert record["methods"][0]["frames"] == 4 and record["methods"][0]["mean_distance"] > 0.03
    for picture in ("mnist/by_step.png", "mnist/strips.png", "lines/strips.png"):
        assert (tmp_path / picture).stat().st_size > 1000


def test_unknown_methods_are_refused_with_what_is_known():
    with pytest.raises(FileError, match="nothing is neither a folder nor one of cross_fade, optimal_transport"):
        load_method("nothing", 5)


@pytest.mark.parametrize(
    "words, complaint",
    [
        (["no_such_model"], "error: no_such_model is neither a folder"),
        (["cross_fade", "--steps", "0"], "error: steps: 0 is below the smallest allowed value 1"),
        (["cross_fade"], "error: out: several models, or one that has no folder; say with --out"),
        (["cross_fade", "--out", "x", "--classifier", "results"], "error: no classifier in results"),
    ],
)
def test_the_command_fails_with_one_sentence(words, complaint, tmp_path):
    command = [sys.executable, "-m", "tf_interp", "evaluate", *words]
    path = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=path, timeout=120)
    assert done.returncode == 2 and done.stderr.startswith(complaint) and "Traceback" not in done.stderr
