"""What each transformation did, as maps and as rows of a figure."""

import numpy as np
import pytest
import tensorflow as tf
from matplotlib.figure import Figure
from PIL import Image

from tf_interp import config, strips
from tf_interp.model.agents import Agents
from tf_interp.model.rollout import Rules, rollout
from tf_interp.model.transforms import maps_of
from tf_interp.model.transforms.recolor import recolored
from tf_interp.model.transforms.warp import warp
from tf_interp.report.maps import color_wheel, maps_figure

ALL = ("warp", "recolor", "blend")
SHAPE = (10, 9, 3)
SMALL = config.settings(
    transformations=ALL, steps=3, command_size=4, policy_features=(4, 6), transformer_features=(4, 6)
)


@pytest.fixture
def moved(random):
    """Walks of a model whose every head says something."""
    start, goal = random.uniform(size=[2, 4, *SHAPE]).astype(np.float32)
    agents = Agents(SMALL.model, SHAPE)
    for layer in agents.transformer.heads.values():
        layer.kernel.assign(random.normal(scale=0.3, size=layer.kernel.shape))
    return rollout(agents.walker, tf.constant(start), tf.constant(goal), 3, Rules(tf.constant([1, 2])))


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
    frames, goal, lengths = moved.frames[:2].numpy(), moved.goal[:2].numpy(), np.array([3, 3])
    maps_figure(frames, goal, maps, "two walks", tmp_path / "maps.png", lengths)
    maps_figure(frames, goal, {"flow": maps["flow"]}, "two walks", tmp_path / "flow.png", lengths)
    sizes = [Image.open(tmp_path / name).size for name in ("maps.png", "flow.png")]
    assert sizes[0][1] > 2 * sizes[1][1]
    picture = strips.strips(frames, goal, list(maps.values()), lengths)
    assert picture.shape == (2 * 6 * 10, 5 * 9, 3)
    np.testing.assert_array_equal(picture[20:30, 9:18], strips.to_rgb(maps["alpha_recolor"][0, 0]))
    np.testing.assert_array_equal(picture[50:60, 27:36], maps["D"][0, 2])
    np.testing.assert_array_equal(picture[60:70, :9], strips.to_rgb(frames[1, 0]))
    assert picture[10:60, :9].min() == 1.0  # nothing under the start


def test_maps_have_words_and_a_flow_its_key(moved, tmp_path, monkeypatch):
    found = []
    monkeypatch.setattr(Figure, "savefig", lambda figure, path, **_: (found.append(figure), path.touch()))
    maps = {label: each[:2].numpy() for label, each in maps_of(ALL, moved).items()}
    maps = {**maps, "flow": np.full_like(maps["flow"], 3.0), "own": maps["D"]}
    frames, goal = moved.frames[:2].numpy(), moved.goal[:2].numpy()
    maps_figure(frames, goal, maps, "two walks", tmp_path / "maps.png", np.array([3, 3]))
    (axes,) = found[0].axes
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert len(names) == 14 and names[:7] == names[7:]
    assert names[1] == "flow: where pixels came from\nthe wheel says from which side;\nfull colour: 4.2 pixels"
    assert names[5] == "D: the paint\nwhat the dark places are painted with"
    assert names[6] == "own"
    keys = [child for child in axes.child_axes if child.get_images()]
    places = [key.get_position() for key in keys]
    box = axes.get_position()
    above = [(box.y1 - (place.y0 + place.y1) / 2) / box.height * 14 for place in places]
    np.testing.assert_allclose(above, [1.5, 8.5], atol=0.1)  # beside the flows, the second row of each walk


def test_the_key_shows_the_colour_of_what_came_from_each_side():
    wheel = color_wheel()
    middle, last = len(wheel) // 2, len(wheel) - 1
    sides = wheel[[middle, middle, last, middle], [last, 0, middle, middle]]
    np.testing.assert_allclose(sides, strips.flow_colors(np.array([[1, 0], [-1, 0], [0, 1], [0, 0]])), atol=1e-5)
    assert wheel[0, 0].tolist() == [1, 1, 1]
