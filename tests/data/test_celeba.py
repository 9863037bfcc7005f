"""train_celeba.py: drawn faces, pictures converted once, what it says about bad input, a whole small run."""

import json
import re
import runpy
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
from faces import decoded, jpeg, numbered, write_archive
from PIL import Image

from tf_interp import load_interpolator
from tf_interp.data import drawn_faces
from tf_interp.data.converted import hdf5_of
from tf_interp.data.sources import load_images, load_training_images
from tf_interp.errors import FileError, InputError

SCRIPT = Path(__file__).parents[2] / "train_celeba.py"
TINY = {
    "iterations": [3], "steps": [2], "batch-size": [4], "command-size": [256], "policy-features": [4, 4],
    "transformer-features": [4, 4, 4], "log-every": [1], "image-every": [3], "precision": ["float32"],
}  # fmt: skip


def script(*words):
    """Runs train_celeba.py in this process; returns its exit code."""
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as end:
        patch.setattr(sys, "argv", [SCRIPT.name, *map(str, words)])
        patch.setenv("COLUMNS", "200")
        runpy.run_path(str(SCRIPT), run_name="__main__")
    return end.value.code or 0


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "tf_interp"


def test_drawn_faces_are_the_same_every_time_and_differ_from_each_other():
    images = drawn_faces.draw_faces(150, seed=3)
    assert images.shape == (150, 64, 64, 3) and images.dtype == np.uint8
    np.testing.assert_array_equal(drawn_faces.draw_faces(150, seed=3), images)
    other = drawn_faces.draw_faces(150, seed=4)
    vectors = np.concatenate([images, other]).reshape(300, -1) / 255.0
    products = vectors @ vectors.T
    squared = np.diag(products)[:, None] + np.diag(products) - 2 * products
    apart = squared[~np.eye(300, dtype=bool)]
    assert apart.min() > 50 and 600 < apart.mean() < 1500  # as photographs of faces are


def test_a_trait_changes_what_it_should():
    random = np.random.RandomState(5)
    traits = drawn_faces.draw_traits(1, random)
    plain = drawn_faces.paint(traits)[0].astype(int)
    for trait, value, rows in (("smile", 1.2, slice(36, 56)), ("eye_open", 0.02, slice(20, 36))):
        changed = np.abs(drawn_faces.paint({**traits, trait: np.array([value])})[0] - plain) > 5
        assert changed.any() and changed[rows].sum() == changed.sum(), trait
    moved = drawn_faces.paint({**traits, "x": traits["x"] + 4 * 2 / drawn_faces.SIZE})[0]  # by 4 pixels
    assert np.abs(moved[:, 4:].astype(int) - plain[:, :-4]).max() <= 1


def test_drawn_faces_are_split_and_take_no_folder(monkeypatch):
    monkeypatch.setattr(drawn_faces, "_SPLITS", {"train": (1, 6), "test": (2, 3)})
    train, test = load_images("faces")
    assert (len(train), len(test)) == (6, 3) and not (train[:3] == test).all((1, 2, 3)).any()
    with pytest.raises(InputError, match="faces are drawn, not read; leave out 'mine'"):
        load_images("faces", "mine")
    with pytest.raises(InputError, match="'valid' is not one of train, test"):
        drawn_faces.load_split("valid")


def test_an_archive_is_converted_once_and_anew_when_it_changes(cache, tmp_path, capsys):
    archive = tmp_path / "img_align_celeba.zip"
    write_archive(archive, numbered(20))
    train, test = load_images("celeba", str(archive))
    assert train.shape == (16, 64, 64, 3) and test.shape == (2, 64, 64, 3)
    (file,) = cache.glob("img_align_celeba-*/celeba_64.hdf5")
    assert f"{archive} is converted once, to {file}" in capsys.readouterr().out
    stamp = file.stat().st_mtime_ns
    np.testing.assert_array_equal(load_images("celeba", str(archive))[0], train)
    said = capsys.readouterr().out
    assert f"from its conversion of an earlier run: {file}" in said and "converted once" not in said
    assert file.stat().st_mtime_ns == stamp
    write_archive(archive, numbered(21))
    assert len(load_images("celeba", str(archive))[0]) == 17
    assert len(list(cache.iterdir())) == 2


def test_a_folder_of_pictures_and_a_folder_with_a_converted_file(cache, tmp_path):
    for number in range(20):
        (tmp_path / "mine").mkdir(exist_ok=True)
        (tmp_path / "mine" / f"cat {number}.jpg").write_bytes(jpeg(number))
    train, _ = load_images("celeba", str(tmp_path / "mine"))
    assert train.shape == (16, 64, 64, 3)
    (file,) = cache.glob("mine-*/celeba_64.hdf5")
    assert hdf5_of(file) == file and hdf5_of(file.parent) == file
    (tmp_path / "mine" / "cat 3.jpg").write_bytes(jpeg(300))
    assert not np.array_equal(load_images("celeba", str(tmp_path / "mine"))[0], train)
    with h5py.File(file) as content:
        assert list(content) == ["features"]  # the attributes are not needed


def test_pictures_that_cannot_be_used_say_why_and_what_to_do(cache, tmp_path):
    folder = tmp_path / "holidays"
    folder.mkdir()
    with pytest.raises(FileError, match="holidays holds no pictures"):
        load_images("celeba", str(folder))
    (folder / "a.png").write_bytes(jpeg(1, size=(300, 200), kind="PNG"))
    remedy = "--fit crops and resizes.*options named are those of: python -m fuel_compat convert celeba 64 --no-targets"
    with pytest.raises(FileError, match=f"a.png is 300 x 200 pixels, .*{remedy} -d .*holidays -o FOLDER; give the"):
        load_images("celeba", str(folder))
    (folder / "a.png").write_bytes(jpeg(1, kind="PNG"))
    with pytest.raises(InputError, match="has 1 pictures to train on and 0 to test on; a walk needs two of each"):
        load_training_images("celeba", str(folder))
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK\3\4 and no more")
    with pytest.raises(FileError, match="broken.zip is not a whole zip archive"):
        load_images("celeba", str(broken))
    assert not list(cache.glob("broken*"))


@pytest.mark.parametrize(
    "words, complaint",
    [
        ([], "celeba is not part of this package. CelebA is had from https://mmlab.*python train_celeba.py --data-dir"),
        ([], "without any download: python train_celeba.py --demo"),
        (["--data-dir", "no.zip"], "no.zip is not a file. CelebA is had from"),
        (["--data-dir", str(SCRIPT)], "train_celeba.py is not an HDF5 file in Fuel's layout"),
        (["--demo", "--data-dir", "x"], "faces are drawn, not read; leave out 'x'"),
        (["--preset", "lines"], "invalid choice"),
    ],
)
def test_mistakes_get_one_sentence_and_exit_code_2(words, complaint, capsys):
    assert script(*words) == 2
    assert re.search(complaint, capsys.readouterr().err)


def test_help_names_the_demo_and_shows_this_scripts_defaults(capsys):
    assert script("--help") == 0
    output = capsys.readouterr().out
    for words in ("--demo", "mmlab.ie.cuhk.edu.hk", "faces that it draws", "--painting-cost", "(default: celeba)"):
        assert words in output


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The run that a small --demo leaves."""
    folder = tmp_path_factory.mktemp("demo") / "run"
    words = [word for name, values in TINY.items() for word in ("--" + name, *values)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawn_faces, "_SPLITS", {"train": (1, 40), "test": (2, 20)})
        assert script("--demo", *words, "--run-dir", folder) == 0
    return folder


def test_the_demo_trains_all_three_transformations_and_draws_what_they_did(demo):
    model = load_interpolator(demo)
    assert model.config.transformations == ("warp", "recolor", "blend") and model.image_shape == (64, 64, 3)
    record = json.loads((demo / "config.json").read_text())
    assert record["settings"]["data"] == "faces" and "train_celeba.py --demo" in record["starts"][0]["command"]
    rows = [json.loads(line) for line in (demo / "metrics.jsonl").read_text().splitlines()]
    assert {"reward/painting", "reward/gradient", "reward/manifold", "alpha_blend", "alpha_recolor"} <= set(rows[0])
    assert rows[0]["goal_distance"] == pytest.approx(rows[0]["start_distance"], rel=1e-5)  # step 0 is the identity
    with Image.open(demo / "maps.png") as maps, Image.open(demo / "strips.png") as strips:
        assert maps.height > 400 and strips.width > 200


def test_a_model_of_faces_walks_between_other_pictures(demo):
    start, goal = (decoded(jpeg(seed, size=(64, 64)))[None] / np.float32(255) for seed in (1, 2))
    path = load_interpolator(demo)(start, goal)
    assert path.frames.shape == (1, 3, 64, 64, 3) and np.isfinite(path.frames).all()
