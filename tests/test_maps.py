"""What each transformation did, as maps and as a figure; an untrained walk stands still and learns."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tf_interp import figures
from tf_interp.config import Config
from tf_interp.models import Models
from tf_interp.rollout import rollout
from tf_interp.trainer import Trainer
from tf_interp.transforms import maps_of
from tf_interp.transforms.recolor import recolored
from tf_interp.transforms.warp import warp

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
    maps = {label: each[0].numpy() for label, each in maps_of(ALL, moved).items()}
    frames, goal = moved.frames[0].numpy(), moved.goal[0].numpy()
    figures.maps_figure(frames, goal, maps, "one walk", tmp_path / "maps.png")
    figures.maps_figure(frames, goal, {"flow": maps["flow"]}, "one walk", tmp_path / "flow.png")
    sizes = [Image.open(tmp_path / name).size for name in ("maps.png", "flow.png")]
    assert sizes[0][1] > 2 * sizes[1][1]
    picture = figures.strips(frames[None], goal[None], [each[None] for each in maps.values()])
    assert picture.shape == (6 * 10, 5 * 9, 3)
    np.testing.assert_array_equal(picture[20:30, 9:18], figures.to_rgb(maps["alpha_recolor"][0]))
    np.testing.assert_array_equal(picture[50:60, 27:36], maps["D"][2])
    assert picture[10:, :9].min() == 1.0  # nothing under the start
