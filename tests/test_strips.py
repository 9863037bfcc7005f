"""Strips of walks, pixel by pixel."""

import numpy as np
from matplotlib.colors import hsv_to_rgb
from PIL import Image

from tf_interp.strips import flow_colors, save_strip, strips


def frames_and_goal():
    """Two walks of two steps, each frame 4 x 5 of one grey: 0, 0.1, 0.2 and 0.3, 0.4, 0.5; the goals are 0.9."""
    frames = np.arange(6, dtype=np.float32).reshape(2, 3, 1, 1, 1) / 10 * np.ones([2, 3, 4, 5, 1], np.float32)
    return frames, np.full([2, 4, 5, 1], 0.9, np.float32)


def test_flow_colors():
    flow = np.array([[0, 0], [2, 0], [-2, 0], [1, 0]], np.float32)
    white, right, left, half = flow_colors(flow)
    np.testing.assert_allclose(white, [1, 1, 1])
    np.testing.assert_allclose(right, [1, 0, 0], atol=1e-6)
    np.testing.assert_allclose(left, [0, 1, 1], atol=1e-6)
    np.testing.assert_allclose(half, [1, 0.5, 0.5], atol=1e-6)


def test_directions_are_hues():
    angles = np.linspace(0, 2 * np.pi, 50, endpoint=False)
    wheel = hsv_to_rgb(np.stack([angles / (2 * np.pi), np.ones(50), np.ones(50)], axis=-1))
    np.testing.assert_allclose(flow_colors(np.stack([np.cos(angles), np.sin(angles)], axis=-1)), wheel, atol=1e-5)


def test_strips_put_start_steps_and_goal_in_a_row():
    frames, goal = frames_and_goal()
    picture = strips(frames, goal)
    assert picture.shape == (8, 20, 3)
    np.testing.assert_allclose(picture[::4, ::5, 0], [[0, 0.1, 0.2, 0.9], [0.3, 0.4, 0.5, 0.9]], atol=1e-6)


def test_maps_come_under_the_frames_they_led_to():
    frames, goal = frames_and_goal()
    flows = np.zeros([2, 2, 4, 5, 2], np.float32)
    flows[0, 1, ..., 0] = 3.0
    with_flows = strips(frames, goal, [flows])
    assert with_flows.shape == (16, 20, 3)
    np.testing.assert_allclose(with_flows[4, ::5], [[1, 1, 1], [1, 1, 1], [1, 0, 0], [1, 1, 1]], atol=1e-6)
    mask = np.full([2, 2, 4, 5, 1], 0.25, np.float32)
    with_both = strips(frames, goal, [flows, mask])
    assert with_both.shape == (24, 20, 3)
    np.testing.assert_allclose(with_both[::4, 5, 2], [0.1, 1, 0.25, 0.4, 1, 0.25], atol=1e-6)


def test_cells_after_stop_are_black_and_so_are_their_maps():
    frames, goal = frames_and_goal()
    stopped = strips(frames, goal, lengths=np.array([1, 2]))
    np.testing.assert_allclose(stopped[::4, ::5, 0], [[0, 0.1, 0, 0.9], [0.3, 0.4, 0.5, 0.9]], atol=1e-6)
    mask = np.full([2, 2, 4, 5, 1], 0.25, np.float32)
    stopped = strips(frames, goal, [mask], lengths=np.array([0, 1]))
    expected = [[0, 0, 0, 0.9], [1, 0, 0, 1], [0.3, 0.4, 0, 0.9], [1, 0.25, 0, 1]]
    np.testing.assert_allclose(stopped[::4, ::5, 0], expected, atol=1e-6)


def test_an_image_file_has_a_row_for_each_walk_enlarged(tmp_path):
    frames, goal = frames_and_goal()
    save_strip(frames, goal, np.array([1, 2]), tmp_path / "strip.png", 3)
    with Image.open(tmp_path / "strip.png") as strip:
        pixels = np.asarray(strip)
    assert pixels.shape == (24, 60, 3)
    np.testing.assert_allclose(pixels[::12, ::15, 0] / 255, [[0, 0.1, 0, 0.9], [0.3, 0.4, 0.5, 0.9]], atol=0.002)
    assert (pixels[:12, 15:30] == pixels[0, 15]).all()
