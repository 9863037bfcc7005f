"""The command that computes the walks of the gallery: every picture that it writes, cell by cell."""

import base64
import json

import numpy as np
import pytest
from PIL import Image

from tf_interp import load_interpolator
from tf_interp.commands.gallery import main
from tf_interp.config import settings
from tf_interp.data import sources
from tf_interp.data.pairs import held_out_pairs
from tf_interp.evaluation.held_out import images_of_pairs
from tf_interp.model.agents import Agents
from tf_interp.model.transforms import maps_of
from tf_interp.training.saved import save_model

SHAPE = (12, 11, 1)
STEPS, PAIRS, TIMES = 2, 3, 17  # 8 images a step, and the start
NAMES = ("warp", "blend")


@pytest.fixture
def run(tmp_path, random):
    """The folder of a run with a small model that moves."""
    sizes = dict(command_size=4, policy_features=(4,), transformer_features=(4, 4))
    config = settings(transformations=NAMES, steps=STEPS, **sizes)
    agents = Agents(config.model, SHAPE)
    for variable in agents.trainable_variables:
        variable.assign_add(random.normal(scale=0.2, size=variable.shape).astype(np.float32))
    save_model(
        {"policy": agents.policy, "transformer": agents.transformer}, config, SHAPE, tmp_path / "moves" / "model"
    )
    return tmp_path / "moves"


def cells(path):
    """The cells of a sprite, uint8 [PAIRS,columns,H,W]."""
    grey = np.array(Image.open(path).convert("L"))
    return grey.reshape(PAIRS, SHAPE[0], -1, SHAPE[1]).swapaxes(1, 2)


def test_it_writes_what_all_methods_show_and_what_the_first_one_did(run, random, monkeypatch, tmp_path):
    digits = random.randint(0, 256, [12, *SHAPE]).astype(np.uint8)
    monkeypatch.setattr(sources, "load_images", lambda *_: (digits, digits))
    out, film = tmp_path / "out", tmp_path / "film.gif"
    assert main([str(run), "cross_fade", "--pairs", str(PAIRS), "--out", str(out), "--film", str(film)]) == 0

    start, goal = images_of_pairs(digits, held_out_pairs(12, PAIRS))
    model = load_interpolator(run)
    path, walks = model(start, goal), model.trajectory(start, goal)
    shown = cells(out / "moves.webp")
    np.testing.assert_array_equal(shown[:, ::8], np.round(255 * path.frames[..., 0]))
    np.testing.assert_array_equal(shown[:, 11], np.round(255 * path.at(11 / 8)[..., 0]))
    faded = cells(out / "cross_fade.webp")
    assert faded.shape[1] == TIMES
    np.testing.assert_allclose(faded[:, 4], 255 * (0.75 * start + 0.25 * goal)[..., 0], atol=0.51)

    maps = {label: each.numpy() for label, each in maps_of(NAMES, walks).items()}
    np.testing.assert_array_equal(cells(out / "alpha_blend.webp"), np.round(255 * maps["alpha_blend"][..., 0]))
    record = json.loads((out / "gallery.json").read_text())
    assert [each["label"] for each in record["maps"]] == ["flow", "alpha_blend", "D"]
    arrows = record["maps"][0]["arrows"]
    flow = np.frombuffer(base64.b64decode(arrows["values"]), np.int8).reshape(maps["flow"].shape) * arrows["unit"]
    assert arrows["cell"] == 1 and np.abs(flow).max() > 0.01
    np.testing.assert_allclose(flow, maps["flow"], atol=0.51 * arrows["unit"])
    sizes = {"pairs": PAIRS, "times": TIMES, "steps": STEPS, "height": SHAPE[0], "width": SHAPE[1]}
    assert {name: record[name] for name in sizes} == sizes
    assert record["test_images"] == held_out_pairs(12, PAIRS).tolist() and "git_commit" in record

    with Image.open(film) as picture:
        assert picture.width % (PAIRS * SHAPE[1]) == 0 and picture.n_frames > 20
        first = np.array(picture.convert("L").resize((PAIRS * SHAPE[1], SHAPE[0]), Image.NEAREST))
    np.testing.assert_allclose(first, 255 * np.concatenate(start[..., 0], axis=1), atol=255 / 15 / 2 + 1)


@pytest.mark.parametrize(
    "words, message",
    [
        ([], "name at least one MODEL, and with --out the folder to write to"),
        (["results/mnist_bptt"], "name at least one MODEL, and with --out the folder to write to"),
        (["x", "--out", "y", "--pairs", "0"], "pairs: 0 is outside the allowed range 1 to 100"),
        (["cross_fade", "--out", "y"], "cross_fade"),
    ],
)
def test_what_it_cannot_do_it_says_in_one_line(words, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ") and message in said and said.count("\n") == 1
    assert not list(tmp_path.iterdir())
