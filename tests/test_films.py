"""Films as files: their pace, their holds, their size."""

import numpy as np
import pytest
from PIL import Image, ImageSequence

from tf_interp import films
from tf_interp.errors import InputError
from tf_interp.films import check_film, save_film


def walk(first, last, count, channels=1):
    """Images of 20 x 15 pixels, each of one grey, float32 [count,20,15,channels]."""
    return np.linspace(first, last, count, dtype=np.float32).reshape(-1, 1, 1, 1) * np.ones([20, 15, channels])


def read(path):
    """The images of a film, and for how many milliseconds each stays."""
    with Image.open(path) as movie:
        shown = [(np.asarray(frame.convert("L")), frame.info["duration"]) for frame in ImageSequence.Iterator(movie)]
    return [image for image, _ in shown], [duration for _, duration in shown]


@pytest.mark.parametrize("ending", ["gif", "webp"])
@pytest.mark.parametrize("fps", [25, 30, 50])
def test_a_film_goes_there_and_back_at_its_pace(ending, fps, tmp_path):
    save_film([walk(0.0, 0.9, 91)], tmp_path / f"film.{ending}", fps)
    images, durations = read(tmp_path / f"film.{ending}")
    expected = np.round(255 * np.r_[np.linspace(0, 0.9, 91), np.linspace(0, 0.9, 91)[-2:0:-1]])
    np.testing.assert_allclose([image[0, 0] for image in images], expected, atol=1)
    assert sum(durations) == pytest.approx(180_000 / fps + 2 * 800, abs=10)
    between = durations[1:90]
    assert max(between) - min(between) <= (10 if ending == "gif" else 1) and min(between) >= 20


def test_each_picture_of_the_user_stays_for_a_moment_and_is_there_once(tmp_path):
    save_film([walk(0.0, 0.4, 5), walk(0.4, 0.9, 6)], tmp_path / "film.gif", 10)
    images, durations = read(tmp_path / "film.gif")
    shown = [image[0, 0] / 255 for image in images]
    np.testing.assert_allclose(shown, np.r_[0:1:0.1, 0.8:0.05:-0.1], atol=0.003)
    assert durations == [900 if k in (0, 4, 9, 14) else 100 for k in range(18)]


@pytest.mark.parametrize("channels", [1, 3])
def test_films_are_large_enough_to_see(channels, tmp_path):
    save_film([walk(0.2, 0.4, 2, channels)], tmp_path / "film.gif", 10)
    images, _ = read(tmp_path / "film.gif")
    assert images[0].shape == (320, 240)  # 16 times, an even number


def test_mp4_has_no_way_back(tmp_path):
    reader = pytest.importorskip("imageio_ffmpeg")
    save_film([walk(0.0, 0.4, 5, 3), walk(0.4, 0.9, 6, 3)], tmp_path / "film.mp4", 10)
    about, *frames = reader.read_frames(str(tmp_path / "film.mp4"))
    assert about["size"] == (240, 320) and about["fps"] == 10 and about["codec"] == "h264"
    shown = [np.frombuffer(frame, np.uint8).mean() / 255 for frame in frames]
    greys = [0.0] * 9 + [0.1, 0.2, 0.3] + [0.4] * 9 + [0.5, 0.6, 0.7, 0.8] + [0.9] * 9
    np.testing.assert_allclose(shown, greys, atol=0.02)


def test_what_cannot_be_written_is_said_before(tmp_path, monkeypatch):
    monkeypatch.setattr(films, "find_spec", lambda name: None)
    with pytest.raises(
        InputError, match="film.mp4: MP4 needs a package .*; pip install imageio-ffmpeg, or write .webp"
    ):
        check_film(tmp_path / "film.mp4", 30)
    with pytest.raises(InputError, match="film.png: a film has the ending .gif, .webp or .mp4"):
        check_film(tmp_path / "film.png", 30)
    with pytest.raises(InputError, match="fps: 60 is more than the 50 that a GIF is shown with"):
        check_film(tmp_path / "film.gif", 60)
    check_film(tmp_path / "film.webp", 60)
