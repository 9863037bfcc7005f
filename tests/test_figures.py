"""Pictures, pixel by pixel."""

import numpy as np
from PIL import Image

from tf_interp import figures


def frames_and_goal():
    """Two walks of two steps, each frame 4 x 5 of one grey: 0, 0.1, 0.2 and 0.3, 0.4, 0.5; the goals are 0.9."""
    frames = np.arange(6, dtype=np.float32).reshape(2, 3, 1, 1, 1) / 10 * np.ones([2, 3, 4, 5, 1], np.float32)
    return frames, np.full([2, 4, 5, 1], 0.9, np.float32)


def test_flow_colors():
    flow = np.array([[0, 0], [2, 0], [-2, 0], [1, 0]], np.float32)
    white, right, left, half = figures.flow_colors(flow)
    np.testing.assert_allclose(white, [1, 1, 1])
    np.testing.assert_allclose(right, [1, 0, 0], atol=1e-6)
    np.testing.assert_allclose(left, [0, 1, 1], atol=1e-6)
    np.testing.assert_allclose(half, [1, 0.5, 0.5], atol=1e-6)


def test_strips_put_start_steps_and_goal_in_a_row():
    frames, goal = frames_and_goal()
    picture = figures.strips(frames, goal)
    assert picture.shape == (8, 20, 3)
    np.testing.assert_allclose(picture[::4, ::5, 0], [[0, 0.1, 0.2, 0.9], [0.3, 0.4, 0.5, 0.9]], atol=1e-6)


def test_maps_come_under_the_frames_they_led_to():
    frames, goal = frames_and_goal()
    flows = np.zeros([2, 2, 4, 5, 2], np.float32)
    flows[0, 1, ..., 0] = 3.0
    with_flows = figures.strips(frames, goal, [flows])
    assert with_flows.shape == (16, 20, 3)
    np.testing.assert_allclose(with_flows[4, ::5], [[1, 1, 1], [1, 1, 1], [1, 0, 0], [1, 1, 1]], atol=1e-6)
    mask = np.full([2, 2, 4, 5, 1], 0.25, np.float32)
    with_both = figures.strips(frames, goal, [flows, mask])
    assert with_both.shape == (24, 20, 3)
    np.testing.assert_allclose(with_both[::4, 5, 2], [0.1, 1, 0.25, 0.4, 1, 0.25], atol=1e-6)


def test_cells_after_stop_are_black_and_so_are_their_maps():
    frames, goal = frames_and_goal()
    stopped = figures.strips(frames, goal, lengths=np.array([1, 2]))
    np.testing.assert_allclose(stopped[::4, ::5, 0], [[0, 0.1, 0, 0.9], [0.3, 0.4, 0.5, 0.9]], atol=1e-6)
    mask = np.full([2, 2, 4, 5, 1], 0.25, np.float32)
    stopped = figures.strips(frames, goal, [mask], lengths=np.array([0, 1]))
    expected = [[0, 0, 0, 0.9], [1, 0, 0, 1], [0.3, 0.4, 0, 0.9], [1, 0.25, 0, 1]]
    np.testing.assert_allclose(stopped[::4, ::5, 0], expected, atol=1e-6)


def test_a_figure_is_written(tmp_path):
    frames, goal = frames_and_goal()
    figures.strip_figure(frames, goal, "two walks", tmp_path / "figure.png", np.array([1, 2]))
    with Image.open(tmp_path / "figure.png") as figure:
        assert figure.width > 200 and len(figure.getcolors(100000)) > 20


def test_methods_are_drawn_one_above_the_other_each_stopping_in_black(tmp_path, monkeypatch):
    frames, goal = frames_and_goal()
    drawn = []
    monkeypatch.setattr(figures, "strips", lambda *a, **words: drawn.append(words) or np.zeros([8, 20, 3]))
    walks = {"a": (frames, np.array([2, 2])), "b": (frames[:, :2], np.array([0, 1]))}
    figures.strip_rows_figure(walks, goal, tmp_path / "rows.png")
    assert [words["lengths"].tolist() for words in drawn] == [[2, 2], [0, 1]]
    assert (tmp_path / "rows.png").stat().st_size > 1000
