"""The command that walks between two image files: its default model, its seeds, and what it draws after STOP."""

from pathlib import Path as FilePath

import numpy as np
import pytest
from PIL import Image, ImageSequence
from tiny_model import SHAPE, STEPS, moving_model

from tf_interp import figures, pretrained
from tf_interp.commands.interpolate import interpolate, main
from tf_interp.config import Config
from tf_interp.data import mnist
from tf_interp.errors import InputError
from tf_interp.model import interpolator as module
from tf_interp.model.structs import Path

OWN_DIGITS = FilePath(__file__).parents[1] / "data" / "own_digits"


@pytest.fixture
def digits(tmp_path):
    """Two test digits as files, and as arrays uint8 [2,28,28]."""
    images = mnist.load_split("test").images[:2, ..., 0]
    for name, image in zip("ab", images):
        Image.fromarray(image).save(tmp_path / f"{name}.png")
    return [str(tmp_path / "a.png"), str(tmp_path / "b.png")], images


def test_without_a_model_the_one_in_the_package_walks_from_any_folder(digits, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    words, images = digits
    assert main(words) == 0
    assert capsys.readouterr().out.startswith("5 steps; ||s - goal||^2 from ")
    with Image.open("strip.png") as strip:
        cells = np.asarray(strip)[::4, ::4, 0].reshape(28, 7, 28).transpose(1, 0, 2)
    np.testing.assert_array_equal(cells[[0, 6]], images)
    before, after = (np.square(cells[k] / 255.0 - cells[6] / 255.0).sum() for k in (0, 5))
    assert after < 0.05 * before  # a trained model


def test_the_default_is_the_model_that_ships(digits, tmp_path, monkeypatch):
    loaded = []
    monkeypatch.setattr(module, "load_interpolator", lambda path: loaded.append(path) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        main([*digits[0], "--out", str(tmp_path / "strip.png")])
    assert loaded == [pretrained.MNIST_BPTT] and (pretrained.MNIST_BPTT / "weights.index").is_file()


@pytest.mark.parametrize("seed", [str(-(2**31) - 1), str(2**31), str(2**40)])
def test_seeds_out_of_range_are_refused(seed, digits, tmp_path, capsys):
    assert main([*digits[0], "--seed", seed, "--out", str(tmp_path / "strip.png")]) == 2
    assert capsys.readouterr().err == f"error: seed: {seed} is outside the allowed range -2147483648 to 2147483647\n"


@pytest.fixture
def stopper(monkeypatch):
    """Instead of a model something that takes one of three steps, halfway, and stops."""

    class Stopper:
        image_shape, config = (28, 28, 1), Config()

        def __call__(self, start, goal, seed, steps):
            middle = (start + goal) / 2
            return Path(np.stack([start, middle, middle, middle], axis=1), np.array([1]), np.zeros([1, 3, 2]))

    monkeypatch.setattr(module, "load_interpolator", lambda path: Stopper())


def test_cells_after_stop_are_black(stopper, digits, tmp_path, capsys):
    words, images = digits
    assert main([*words, "--out", str(tmp_path / "strip.png")]) == 0
    assert capsys.readouterr().out.startswith("1 steps; ")
    with Image.open(tmp_path / "strip.png") as strip:
        cells = np.asarray(strip)[::4, ::4, 0].reshape(28, 5, 28).transpose(1, 0, 2)
    middle = np.round(images.astype(float).mean(axis=0))
    np.testing.assert_allclose(cells, np.stack([images[0], middle, 0 * middle, 0 * middle, images[1]]), atol=1)


def test_an_animation_ends_at_the_last_frame(stopper, digits, tmp_path):
    assert main([*digits[0], "--out", str(tmp_path / "walk.gif")]) == 0
    with Image.open(tmp_path / "walk.gif") as movie:
        durations = [frame.info["duration"] for frame in ImageSequence.Iterator(movie)]
    assert durations == [1000, 1500]
    still = np.zeros([4, 28, 28, 1], np.float32)
    figures.save_strip(still, still[0], 0, tmp_path / "still.gif")
    with Image.open(tmp_path / "still.gif") as movie:
        assert getattr(movie, "n_frames", 1) == 1


def test_a_strip_and_an_animation_of_a_small_model(tmp_path, capsys, random):
    model, start, goal = (tmp_path / name for name in ("model", "a.png", "b.png"))
    moving_model(model)
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
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "b.png", "model", "strip.png", "walk.gif"]


def test_own_handwriting_is_prepared_and_a_walk_that_does_not_arrive_is_warned_about(tmp_path, capsys):
    own = OWN_DIGITS / "3_photo.jpg", OWN_DIGITS / "0_scan.png"
    words = [*map(str, own), "--out", str(tmp_path / "strip.png")]
    assert main(words) == 0
    said = capsys.readouterr()
    assert said.out.count("dark ink, cut out, fit into 20 x 20 pixels") == 2 and "WARNING" not in said.err
    assert main([*words, "--as-is"]) == 0
    said = capsys.readouterr()
    assert said.out.count("resized from") == 2 and "% of the way; this model may not know such pictures" in said.err


def test_a_missing_picture_is_named_before_anything_is_loaded(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(module, "load_interpolator", lambda path: 1 / 0)
    assert main([str(tmp_path / "none.png"), str(tmp_path / "none.png")]) == 2
    assert capsys.readouterr().err == f"error: {tmp_path / 'none.png'} does not exist\n"


@pytest.mark.parametrize("ending", ["gif", "webp"])
def test_a_film_goes_there_and_back(ending, digits, tmp_path):
    out = tmp_path / f"film.{ending}"
    assert main([*digits[0], "--out", str(out), "--frames", "8", "--fps", "20"]) == 0
    with Image.open(out) as movie:
        pictures = [np.asarray(frame.convert("L"))[::8, ::8] for frame in ImageSequence.Iterator(movie)]
    assert len(pictures) == 14 and pictures[0].shape == (28, 28)
    loss = 3 if ending == "gif" else 40  # of colours in a palette of 256; WebP is lossy
    np.testing.assert_allclose(pictures[1].astype(int), pictures[-1], atol=loss)
    assert np.abs(pictures[7].astype(int) - digits[1][1]).mean() < 8


def test_a_film_needs_the_ending_of_one(digits, tmp_path, capsys):
    assert main([*digits[0], "--out", str(tmp_path / "film.png"), "--frames", "8"]) == 2
    assert "a film of --frames has the ending .gif or .webp" in capsys.readouterr().err
