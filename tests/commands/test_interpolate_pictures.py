"""The interpolate command: what it reads and what it draws, with a small untrained model."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny_model import SHAPE, STEPS, moving_model

from tf_interp.commands.interpolate import interpolate, read_image
from tf_interp.errors import FileError, InputError

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Folder of a model."""
    folder = tmp_path_factory.mktemp("run") / "model"
    moving_model(folder)
    return folder


def save_picture(path, size, color):
    Image.new("RGB" if len(color) == 3 else "RGBA", size, color).save(path)
    return path


def test_images_are_resized_and_it_is_said(tmp_path, capsys):
    photo = save_picture(tmp_path / "photo.png", (60, 33), (255, 0, 51))
    image = read_image(photo, SHAPE)
    assert image.shape == SHAPE and image.dtype == np.float32
    np.testing.assert_allclose(image[5, 5], [1.0, 0.0, 0.2], atol=1e-6)
    assert "photo.png: resized from 60 x 33 to 12 x 10" in capsys.readouterr().out
    fitting = save_picture(tmp_path / "fitting.png", (12, 10), (255, 255, 255, 0))
    assert read_image(fitting, SHAPE).max() == 0.0  # transparent means black
    assert not capsys.readouterr().out
    assert read_image(photo, (10, 12, 1)).shape == (10, 12, 1)


def test_sixteen_bit_grey_keeps_its_range(tmp_path):
    ramp = np.linspace(0, 65535, 120).astype(np.uint16).reshape(10, 12)
    Image.fromarray(ramp).save(tmp_path / "deep.png")
    np.testing.assert_allclose(read_image(tmp_path / "deep.png", (10, 12, 1))[..., 0], ramp / 65535, atol=1 / 255)
    Image.fromarray(ramp.astype(np.float32)).save(tmp_path / "float.tiff")
    with pytest.raises(FileError, match="float.tiff: pixels of mode F have no fixed range"):
        read_image(tmp_path / "float.tiff", SHAPE)


def test_files_that_are_no_images(tmp_path):
    (tmp_path / "note.png").write_text("hello")
    with pytest.raises(FileError, match="note.png cannot be read as an image"):
        read_image(tmp_path / "note.png", SHAPE)
    with pytest.raises(FileError, match="none.png does not exist"):
        read_image(tmp_path / "none.png", SHAPE)
    whole = save_picture(tmp_path / "whole.png", (50, 50), (1, 2, 3)).read_bytes()
    (tmp_path / "half.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FileError, match="half.png cannot be read"):
        read_image(tmp_path / "half.png", SHAPE)


def test_strip_and_gif(model, tmp_path, capsys, random):
    start, goal = (tmp_path / "a.png", tmp_path / "b.png")
    for path, pixels in zip((start, goal), random.randint(0, 256, [2, *SHAPE]).astype(np.uint8)):
        Image.fromarray(pixels).save(path)
    interpolate(str(start), str(goal), str(model), str(tmp_path / "strip.png"))
    with Image.open(tmp_path / "strip.png") as strip:
        magnified = 112 // 12
        assert strip.size == (12 * (STEPS + 2) * magnified, 10 * magnified)
        cells = np.asarray(strip)[::magnified, ::magnified]
    np.testing.assert_array_equal(cells[:, :12], np.asarray(Image.open(start)))
    np.testing.assert_array_equal(cells[:, -12:], np.asarray(Image.open(goal)))
    assert f"{STEPS} steps; ||s - goal||^2 from" in capsys.readouterr().out
    interpolate(str(start), str(goal), str(model), str(tmp_path / "walk.gif"))
    with Image.open(tmp_path / "walk.gif") as movie:
        assert movie.n_frames == STEPS + 1
    with pytest.raises(InputError, match="unknown ending '.txt'; use .png"):
        interpolate(str(start), str(goal), str(model), str(tmp_path / "strip.txt"))
    with pytest.raises(InputError, match="unknown ending '.psd'"):  # Pillow reads it but cannot write it
        interpolate(str(start), str(goal), str(model), str(tmp_path / "strip.psd"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "b.png", "strip.png", "walk.gif"]


def test_the_command_fails_with_one_sentence(model, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "tf_interp", "interpolate", "none.png", "none.png", "--model", str(model)],
        capture_output=True, text=True, cwd=ROOT, timeout=120,
    )  # fmt: skip
    assert done.returncode == 2 and done.stderr.strip() == "error: none.png does not exist"
