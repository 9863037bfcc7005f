"""What each transformation did, as maps and as a figure; an untrained walk stands still and learns."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tf_interp import figures
from tf_interp.commands import maps as show_maps
from tf_interp.config import Config
from tf_interp.data.pairs import held_out_pairs
from tf_interp.evaluation.held_out import images_of_pairs
from tf_interp.model.agents import Models, save_model
from tf_interp.model.rollout import rollout
from tf_interp.model.transforms import maps_of
from tf_interp.model.transforms.recolor import recolored
from tf_interp.model.transforms.warp import warp
from tf_interp.training.trainer import Trainer

ALL = ("warp", "recolor", "blend")
SHAPE = (10, 9, 3)
SMALL = dict(
    transformations=ALL, steps=3, command_size=4, policy_features=(4, 6), transformer_features=(4, 6), batch_size=4
)  # fmt: skip


@pytest.fixture
def pair(random):
    start, goal = random.uniform(size=[2, 4, *SHAPE]).astype(np.float32)
    start[0, 0], goal[0, 0] = 1.0, 0.0  # the ends of the range too
    return tf.constant(start), tf.constant(goal)


def walk(models, start, goal):
    return rollout(models.walker, start, goal, 3, seed=tf.constant([1, 2]))


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_an_untrained_walk_stands_still_whatever_the_commands(pair, precision):
    models = Models(Config(**SMALL), SHAPE, precision)
    frames = walk(models, *pair).frames
    np.testing.assert_allclose(frames, np.repeat(pair[0][:, np.newaxis], 4, axis=1), rtol=0, atol=1e-6)


def test_after_one_update_every_head_has_a_gradient(pair):
    trainer = Trainer(Config(**SMALL, painting_cost=1.0), SHAPE, "float32")
    trainer.train_step(*pair)
    models = trainer.models
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.square(walk(models, *pair).frames[:, -1] - pair[1]))
    heads = models.transformer.heads
    for name, (kernel, bias) in tape.gradient(loss, {name: layer.weights for name, layer in heads.items()}).items():
        assert np.abs(kernel).max() > 0 and np.abs(bias).max() > 0, name
    assert set(heads) == {"mu_flow", "alpha_recolor", "recolor_matrix", "recolor_bias", "alpha_blend", "synthesis"}


@pytest.fixture
def moved(pair, random):
    """Walks of a model whose every head says something."""
    models = Models(Config(**SMALL), SHAPE)
    for layer in models.transformer.heads.values():
        layer.kernel.assign(random.normal(scale=0.3, size=layer.kernel.shape))
    return walk(models, *pair)


def test_maps_are_what_made_each_frame(moved):
    maps = maps_of(ALL, moved)
    assert {label: tuple(each.shape) for label, each in maps.items()} == {
        "flow": (4, 3, 10, 9, 2),
        "alpha_recolor": (4, 3, 10, 9, 1),
        "A I + b": (4, 3, 10, 9, 3),
        "alpha_blend": (4, 3, 10, 9, 1),
        "D": (4, 3, 10, 9, 3),
    }
    warped = warp(moved.frames[:, 1], maps["flow"][:, 1])
    painted = recolored(warped, moved.params["recolor_matrix"][:, 1], moved.params["recolor_bias"][:, 1])
    np.testing.assert_allclose(maps["A I + b"][:, 1], painted, atol=1e-6)
    keep, stay = maps["alpha_recolor"][:, 1], maps["alpha_blend"][:, 1]
    expected = stay * (keep * warped + (1 - keep) * painted) + (1 - stay) * maps["D"][:, 1]
    np.testing.assert_allclose(moved.frames[:, 2], expected, atol=1e-5)
    assert list(maps_of(("blend", "warp"), moved)) == ["alpha_blend", "D", "flow"]


def test_the_figure_has_a_named_row_for_each_map(moved, tmp_path):
    maps = {label: each[:2].numpy() for label, each in maps_of(ALL, moved).items()}
    frames, goal = moved.frames[:2].numpy(), moved.goal[:2].numpy()
    figures.maps_figure(frames, goal, maps, "two walks", tmp_path / "maps.png")
    figures.maps_figure(frames, goal, {"flow": maps["flow"]}, "two walks", tmp_path / "flow.png")
    sizes = [Image.open(tmp_path / name).size for name in ("maps.png", "flow.png")]
    assert sizes[0][1] > 2 * sizes[1][1]
    picture = figures.strips(frames, goal, list(maps.values()))
    assert picture.shape == (2 * 6 * 10, 5 * 9, 3)
    np.testing.assert_array_equal(picture[20:30, 9:18], figures.to_rgb(maps["alpha_recolor"][0, 0]))
    np.testing.assert_array_equal(picture[50:60, 27:36], maps["D"][0, 2])
    np.testing.assert_array_equal(picture[60:70, :9], figures.to_rgb(frames[1, 0]))
    assert picture[10:60, :9].min() == 1.0  # nothing under the start


def test_show_maps_draws_the_held_out_walks_of_a_saved_model(tmp_path, monkeypatch, capsys):
    config, drawn = Config(**SMALL), {}
    digits = np.random.RandomState(3).randint(0, 256, [12, 28, 28, 1], np.uint8)
    save_model(Models(config, (28, 28, 1)), config, (28, 28, 1), tmp_path / "model")
    monkeypatch.setattr(show_maps, "load_images", lambda name, folder: (digits, digits))
    monkeypatch.setattr(show_maps, "maps_figure", lambda *arguments: drawn.update(enumerate(arguments)))
    assert show_maps.main([str(tmp_path), "--pairs", "2", "--title", "noise"]) == 0
    frames, goal, maps, title, path = drawn.values()
    start, expected = images_of_pairs(digits, held_out_pairs(12, 2))
    np.testing.assert_allclose(frames, np.repeat(start[:, np.newaxis], 4, axis=1), atol=1e-6)
    np.testing.assert_array_equal(goal, expected)
    assert maps["D"].shape == (2, 3, 28, 28, 1) and title.startswith("noise") and path == tmp_path / "maps.png"
    assert show_maps.main([str(tmp_path), "--pairs", "0"]) == 2
    assert "pairs: 0 is below the smallest allowed value 1" in capsys.readouterr().err
