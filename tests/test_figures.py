"""Figures of strips."""

import numpy as np
from PIL import Image

from tf_interp import figures


def frames_and_goal():
    """Two walks of two steps, each frame 4 x 5 of one grey: 0, 0.1, 0.2 and 0.3, 0.4, 0.5; the goals are 0.9."""
    frames = np.arange(6, dtype=np.float32).reshape(2, 3, 1, 1, 1) / 10 * np.ones([2, 3, 4, 5, 1], np.float32)
    return frames, np.full([2, 4, 5, 1], 0.9, np.float32)


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
