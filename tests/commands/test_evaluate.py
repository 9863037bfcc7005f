"""The commands that measure: on which data, with which classifier, what they write and what they refuse."""

import json
import os
import re

import numpy as np
import pytest
import tensorflow as tf
from idx_files import write_images
from spots import spots

from tf_interp.commands.evaluate import main as evaluate
from tf_interp.commands.methods import check_image_shape, choose_source, load_method
from tf_interp.commands.score_lines import main as score
from tf_interp.data.mnist import EMBEDDED
from tf_interp.data.sources import Source
from tf_interp.errors import FileError, InputError
from tf_interp.evaluation.measure import WalkMethod
from tf_interp.features.classifier import Classifier, save_classifier
from tf_interp.peers.saved import Peer, build, save_peer
from tf_interp.peers.settings import PeerSettings

SHAPE = (9, 8, 1)
MNIST, CLOTHES = Source("mnist"), Source("mnist", "clothes")


def peer_of(source, folder, shape=SHAPE):
    """Saves an untrained peer that says it was trained on `source`."""
    settings = PeerSettings(latent_size=2, features=(2, 2))
    record = {"train_seconds": 1.0, "metrics": {}, "start": {}}
    folder.mkdir()
    save_peer(Peer("vae", settings, source, build("vae", settings, shape), shape, record), folder)
    return str(folder)


@pytest.fixture(scope="module")
def clothes(tmp_path_factory):
    """A folder of images, a peer trained on them and one trained on others, and classifiers of both."""
    root = tmp_path_factory.mktemp("clothes")
    write_images(root / "data", spots(30, SHAPE[:2]), spots(20, SHAPE[:2], seed=1))
    own, other = Source("mnist", str(root / "data")), Source("mnist", str(root / "other"))
    classifier = Classifier()
    classifier(tf.zeros([1, *SHAPE]))
    for name, source in (("own", own), ("other", other)):
        peer_of(source, root / name)
        save_classifier(classifier, SHAPE, source, {}, root / f"{name}_classifier")
    return root


# Which data


def test_sources_are_compared_by_what_their_folders_resolve_to(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "real").mkdir()
    os.symlink("real", tmp_path / "link")
    here = Source("mnist", "real")
    for spelling in (str(tmp_path / "real"), "./real", "real/../real", "link"):
        assert here.same_as(Source("mnist", spelling))
    assert not here.same_as(Source("celeba", "real")) and not here.same_as(MNIST) and not here.same_as(CLOTHES)
    assert MNIST.same_as(Source("mnist", str(EMBEDDED)))
    assert (str(here), str(Source("faces"))) == ("mnist in real", "faces")


def test_pairs_are_of_the_data_that_the_models_were_trained_on(capsys):
    assert choose_source({}, None, None) == MNIST
    assert choose_source({"a": Source("faces")}, None, None) == Source("faces")
    assert choose_source({"a": CLOTHES, "b": Source("mnist", "./clothes")}, None, None) == CLOTHES
    complaint = "a was trained on mnist in clothes, but b on mnist; say with --data and --data-dir"
    with pytest.raises(InputError, match=complaint):
        choose_source({"a": CLOTHES, "b": MNIST}, None, None)
    assert capsys.readouterr().err == ""


def test_options_override_it_and_a_line_says_so(capsys):
    assert choose_source({"a": MNIST, "b": CLOTHES}, None, "clothes") == CLOTHES
    assert capsys.readouterr().err == "WARNING      a was trained on mnist, but the pairs are of mnist in clothes\n"
    assert choose_source({"a": Source("faces")}, "celeba", "x") == Source("celeba", "x")
    assert "a was trained on faces, but the pairs are of celeba in x" in capsys.readouterr().err
    assert choose_source({"a": Source("celeba", "old")}, None, "new") == Source("celeba", "new")
    assert choose_source({}, None, "clothes") == CLOTHES
    with pytest.raises(InputError, match="data_dir: the models were trained on faces and mnist; say with --data"):
        choose_source({"a": MNIST, "b": Source("faces")}, None, "clothes")


def test_a_peer_is_measured_on_its_own_data_by_a_classifier_of_them(clothes, capsys):
    peer, classifier = str(clothes / "own"), str(clothes / "own_classifier")
    assert evaluate([peer, "--pairs", "12", "--classifier", classifier]) == 0
    said = capsys.readouterr()
    assert f"12 pairs of mnist in {clothes / 'data'}" in said.out and "WARNING" not in said.err
    record = json.loads((clothes / "own" / "evaluation" / "metrics.json").read_text())
    assert record["methods"][0]["method"] == "own" and record["methods"][0]["pairs"] == 12
    assert record["methods"][0]["frechet_second"] is None  # the second classifier knows digits alone


def test_the_digit_classifier_does_not_judge_clothes(clothes, capsys):
    assert evaluate([str(clothes / "own"), "--pairs", "12"]) == 2
    assert capsys.readouterr().err == (
        f"error: the classifier was trained on mnist, but the walks are between images of mnist in {clothes / 'data'}; "
        f"train another with tf-interp classifier --data-dir {clothes / 'data'} --out FOLDER, and measure with "
        "--classifier FOLDER\n"
    )


def test_other_data_and_a_named_classifier_of_other_data_are_warned_about(clothes, tmp_path, capsys):
    words = ["--classifier", str(clothes / "other_classifier"), "--pairs", "12", "--out", str(tmp_path)]
    data, other = clothes / "data", clothes / "other"
    assert evaluate([str(other), "--data-dir", str(data), *words]) == 0
    warnings = [line for line in capsys.readouterr().err.splitlines() if line.startswith("WARNING")]
    assert warnings == [
        f"WARNING      other was trained on mnist in {other}, but the pairs are of mnist in {data}",
        f"WARNING      the classifier was trained on mnist in {other}, but the walks are between images of mnist in "
        f"{data}",
    ]
    assert evaluate([str(clothes / "own"), str(other), *words]) == 2
    assert re.search("own was trained on mnist in .*, but other on mnist in .*; say", capsys.readouterr().err)


def test_methods_are_held_to_the_size_of_their_images():
    strange = WalkMethod("strange", None, 1, image_shape=(5, 5, 1))
    with pytest.raises(InputError, match=r"strange walks on images \(5, 5, 1\), but the data are \(28, 28, 1\)"):
        check_image_shape([strange], (28, 28, 1))
    check_image_shape([strange, WalkMethod("any", None, 0)], (5, 5, 1))


# What is written


def test_the_commands_write_what_they_print(tmp_path, capsys):
    assert evaluate(["cross_fade", "--steps", "2", "--pairs", "300", "--out", str(tmp_path / "mnist")]) == 0
    printed = capsys.readouterr().out
    record = json.loads((tmp_path / "mnist" / "metrics.json").read_text())
    assert len(record["methods"][0]["frechet_second"]) == 3
    assert record["methods"][0]["pairs"] == 300 and record["versions"]["tensorflow"] == tf.__version__
    assert (tmp_path / "mnist" / "table.md").read_text() in printed and "300 pairs of mnist" in printed
    assert score(["cross_fade", "--steps", "3", "--out", str(tmp_path / "lines")]) == 0
    record = json.loads((tmp_path / "lines" / "metrics.json").read_text())
    assert record["methods"][0]["frames"] == 4 and record["methods"][0]["mean_distance"] > 0.03
    for picture in ("mnist/by_step.png", "mnist/strips.png", "lines/strips.png"):
        assert (tmp_path / picture).stat().st_size > 1000


# What is refused


def test_unknown_methods_are_refused_with_what_is_known():
    with pytest.raises(
        FileError, match="nothing is neither a folder nor one of cross_fade, optimal_transport, warp_blend, graph_walk"
    ):
        load_method("nothing", 5)


@pytest.mark.parametrize(
    "words, complaint",
    [
        (["no_such_model"], "no_such_model is neither a folder"),
        (["cross_fade", "--steps", "0"], "steps: 0 is below the smallest allowed value 1"),
        (["cross_fade", "--pairs", "1", "--out", "x"], "pairs: 1 is below the smallest allowed value 2"),
        (["cross_fade"], "out: several models, or one that has no folder; say with --out"),
        (["cross_fade", "--out", "x", "--classifier", "."], "no classifier in ."),
        (["."], "no model in .: config.json and weights.index should be there"),
        ([], "name at least one MODEL; see tf-interp evaluate --help"),
    ],
)
def test_evaluate_fails_with_one_sentence(words, complaint, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert evaluate(words) == 2
    complaints = capsys.readouterr().err.splitlines()
    assert complaints[0].startswith(f"error: {complaint}") and len(complaints) == 1


def test_lines_are_scored_by_their_own_command_alone(tmp_path, capsys):
    lines = peer_of(Source("lines"), tmp_path / "turned", (32, 32, 1))
    assert evaluate([lines]) == 2
    assert capsys.readouterr().err == "error: walks between lines are scored by tf-interp lines\n"
    digits = peer_of(MNIST, tmp_path / "digits", (32, 32, 1))
    assert score([lines, digits, "--out", str(tmp_path / "out")]) == 2
    assert "digits was trained on mnist, not on lines; tf-interp evaluate measures it" in capsys.readouterr().err
    assert score(["graph_walk", "--out", str(tmp_path / "out")]) == 2
    assert "graph_walk was trained on mnist, not on lines" in capsys.readouterr().err


def test_a_damaged_record_is_one_line(tmp_path, capsys):
    folder = tmp_path / "peer"
    peer_of(MNIST, folder)
    (folder / "config.json").write_text("[1")
    assert evaluate([str(folder)]) == 2
    assert re.fullmatch("error: .*config.json is not valid JSON: .*\n", capsys.readouterr().err)


def test_walks_of_the_same_pairs_stop_in_black(clothes, tmp_path, monkeypatch):
    """The strips of the comparison show what each method did, cells after STOP black."""
    from tf_interp.evaluation import tables
    from tf_interp.evaluation.measure import Benchmark

    drawn = {}
    monkeypatch.setattr(tables, "strip_rows_figure", lambda walks, goal, path: drawn.update(walks))
    start, goal = np.zeros([4, *SHAPE], np.float32), np.ones([4, *SHAPE], np.float32)
    stops = WalkMethod("stops", lambda s, g: (np.stack([s, g, g], 1), np.array([1, 2, 0])), 0, obeys_stop=True)
    tables.plot_strips([stops], Benchmark(start, goal, goal, None, 1.0, 1.0, None), tmp_path / "strips.png")
    frames, lengths = drawn["stops"]
    assert frames.shape == (3, 3, *SHAPE) and lengths.tolist() == [1, 2, 0]
