"""train_celeba.py: what it says about bad input, and a whole small run."""

import json
import re
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
from faces import decoded, jpeg
from PIL import Image

from tf_interp import load_interpolator
from tf_interp.data import drawn_faces

SCRIPT = Path(__file__).parents[2] / "train_celeba.py"
TINY = {
    "iterations": [3], "steps": [2], "batch-size": [4], "command-size": [256], "policy-features": [4, 4],
    "transformer-features": [4, 4], "log-every": [1], "image-every": [3], "precision": ["float32"],
}  # fmt: skip


def script(*words):
    """Runs train_celeba.py in this process; returns its exit code."""
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as end:
        patch.setattr(sys, "argv", [SCRIPT.name, *map(str, words)])
        patch.setenv("COLUMNS", "80")
        runpy.run_path(str(SCRIPT), run_name="__main__")
    return end.value.code or 0


@pytest.mark.parametrize(
    "words, complaint",
    [
        ([], "celeba is not part of this package. CelebA is had from https://mmlab.*python train_celeba.py --data-dir"),
        ([], "without any download: python train_celeba.py --demo"),
        (["--data-dir", "no.zip"], "no.zip does not exist. CelebA is had from"),
        (["--data-dir", str(SCRIPT)], "train_celeba.py is not an HDF5 file in Fuel's layout"),
        (["--demo", "--data-dir", "x"], "faces are drawn, not read; leave out 'x'"),
        (["--preset", "lines"], "invalid choice"),
    ],
)
def test_mistakes_get_one_sentence_and_exit_code_2(words, complaint, capsys):
    assert script(*words) == 2
    assert re.search(complaint, capsys.readouterr().err)


def test_help_names_the_demo_and_shows_this_scripts_defaults(capsys):
    assert script("--help") == script("--help", "reward") == 0
    output = " ".join(capsys.readouterr().out.split())
    for words in ("--demo", "mmlab.ie.cuhk.edu.hk", "faces that it draws", "--painting-cost 2 ", "[celeba]"):
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
    assert model.config.model.transformations == ("warp", "recolor", "blend") and model.image_shape == (64, 64, 3)
    record = json.loads((demo / "config.json").read_text())
    assert record["settings"]["data"] == "faces" and "train_celeba.py --demo" in record["starts"][0]["command"]
    rows = [json.loads(line) for line in (demo / "metrics.jsonl").read_text().splitlines()]
    assert {"reward/painting", "reward/edges", "reward/manifold", "alpha_blend", "alpha_recolor"} <= set(rows[0])
    assert rows[0]["goal_distance"] == pytest.approx(rows[0]["start_distance"], rel=1e-5)  # step 0 is the identity
    with Image.open(demo / "maps.png") as maps, Image.open(demo / "strips.png") as strips:
        assert maps.height > 400 and strips.width > 200


def test_a_model_of_faces_walks_between_other_pictures(demo):
    start, goal = (decoded(jpeg(seed, size=(64, 64)))[None] / np.float32(255) for seed in (1, 2))
    path = load_interpolator(demo)(start, goal)
    assert path.frames.shape == (1, 3, 64, 64, 3) and np.isfinite(path.frames).all()
