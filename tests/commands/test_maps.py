"""The command that draws walks with their maps."""

import numpy as np
import pytest

from tf_interp import config
from tf_interp.commands.maps import main
from tf_interp.data import sources
from tf_interp.data.pairs import held_out_pairs
from tf_interp.evaluation.held_out import images_of_pairs
from tf_interp.model.agents import Agents
from tf_interp.report import maps
from tf_interp.training.saved import save_model

SHAPE = (12, 12, 1)


@pytest.fixture
def run(tmp_path):
    """The folder of a run with an untrained model, whose walks stand still."""
    settings = config.settings(
        transformations=("warp", "recolor", "blend"), steps=3, command_size=4, policy_features=(4, 6),
        transformer_features=(4, 6), data_dir="numbers",
    )  # fmt: skip
    agents = Agents(settings.model, SHAPE)
    save_model({"policy": agents.policy, "transformer": agents.transformer}, settings, SHAPE, tmp_path / "model")
    return tmp_path


def test_it_draws_held_out_walks_of_the_models_own_data(run, random, monkeypatch, capsys):
    digits, asked, drawn = random.randint(0, 256, [12, *SHAPE]).astype(np.uint8), [], {}
    monkeypatch.setattr(sources, "load_images", lambda *source: asked.append(source) or (digits, digits))
    monkeypatch.setattr(maps, "maps_figure", lambda *arguments: drawn.update(enumerate(arguments)))
    assert main([str(run), "--pairs", "2", "--title", "noise"]) == 0
    frames, goal, rows, title, path, lengths = drawn.values()
    start, expected = images_of_pairs(digits, held_out_pairs(12, 2))
    np.testing.assert_allclose(frames, np.repeat(start[:, np.newaxis], 4, axis=1), atol=1e-6)
    np.testing.assert_array_equal(goal, expected)
    assert rows["D"].shape == (2, 3, *SHAPE) and title.startswith("noise") and path == run / "maps.png"
    assert lengths.tolist() == [3, 3]
    assert main([str(run), "--data-dir", "letters"]) == 0
    assert main([str(run), "--data", "mnist"]) == 0
    assert asked == [("mnist", "numbers"), ("mnist", "letters"), ("mnist", None)]
    assert f"{run} was trained on mnist in numbers, but the pairs are of mnist in letters" in capsys.readouterr().err


def test_no_pairs_are_refused(run, capsys):
    assert main([str(run), "--pairs", "0"]) == 2
    assert capsys.readouterr().err == "error: pairs: 0 is below the smallest allowed value 1\n"
