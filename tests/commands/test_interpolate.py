"""The command that walks between two image files: its default model, its seeds, and what it draws after STOP."""

import re
from pathlib import Path as FilePath

import numpy as np
import pytest
from PIL import Image, ImageSequence
from tiny_model import SHAPE, STEPS, moving_model

from tf_interp import pretrained
from tf_interp.commands.interpolate import Options, interpolate, main
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
    said = capsys.readouterr().out
    assert re.fullmatch(
        r".*a.png to .*b.png: 5 steps; \|\|s - goal\|\|\^2 from [\d.]+ to [\d.]+\nwrote strip.png\n", said
    )
    with Image.open("strip.png") as strip:
        cells = np.asarray(strip)[::4, ::4, 0].reshape(28, 7, 28).transpose(1, 0, 2)
    np.testing.assert_array_equal(cells[[0, 6]], images)
    before, after = (np.square(cells[k] / 255.0 - cells[6] / 255.0).sum() for k in (0, 5))
    assert after < 0.05 * before  # a trained model


def test_the_default_is_the_model_that_ships(digits, tmp_path, monkeypatch):
    loaded = []
    monkeypatch.setattr(module, "load_interpolator", lambda path, compiled: loaded.append(path) or 1 / 0)
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

    monkeypatch.setattr(module, "load_interpolator", lambda path, compiled: Stopper())


def test_cells_after_stop_are_black(stopper, digits, tmp_path, capsys):
    words, images = digits
    assert main([*words, "--out", str(tmp_path / "strip.png")]) == 0
    assert "b.png: 1 steps; " in capsys.readouterr().out
    with Image.open(tmp_path / "strip.png") as strip:
        cells = np.asarray(strip)[::4, ::4, 0].reshape(28, 5, 28).transpose(1, 0, 2)
    middle = np.round(images.astype(float).mean(axis=0))
    np.testing.assert_allclose(cells, np.stack([images[0], middle, 0 * middle, 0 * middle, images[1]]), atol=1)


def test_a_strip_of_several_pictures_has_a_row_for_each_walk(tmp_path, capsys, random):
    model, out = tmp_path / "model", tmp_path / "strip.png"
    moving_model(model)
    names = [str(tmp_path / f"{name}.png") for name in "abc"]
    for name, pixels in zip(names, random.randint(0, 256, [3, *SHAPE]).astype(np.uint8)):
        Image.fromarray(pixels).save(name)
    interpolate(Options(*names[:2], (names[2],), model=str(model), out=str(out)))
    magnified = 10  # 120 pixels, where 112 are wanted
    with Image.open(out) as strip:
        assert strip.size == (12 * (STEPS + 2) * magnified, 2 * 10 * magnified)
        cells = np.asarray(strip)[::magnified, ::magnified]
    a, b, c = (np.asarray(Image.open(name)) for name in names)
    np.testing.assert_array_equal(cells[:, :12], np.concatenate([a, b]))
    np.testing.assert_array_equal(cells[:, -12:], np.concatenate([b, c]))
    said = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in said] == [
        f"{names[0]} to {names[1]}",
        f"{names[1]} to {names[2]}",
        f"wrote {out}",
    ]
    for ending in (".txt", ".psd"):  # Pillow reads the second but cannot write it
        with pytest.raises(InputError, match=f"unknown ending '{ending}'; use .png, .jpg, .gif"):
            interpolate(Options(*names[:2], model=str(model), out=str(out.with_suffix(ending))))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "b.png", "c.png", "model", "strip.png"]


def test_a_film_of_several_pictures_comes_by_each_and_back(tmp_path):
    names = [str(tmp_path / f"{k}.png") for k in range(3)]
    images = mnist.load_split("test").images[:3, ..., 0]
    for name, image in zip(names, images):
        Image.fromarray(image).save(name)
    out = tmp_path / "film.gif"
    assert main([*names, "--out", str(out), "--frames", "6", "--fps", "20"]) == 0
    with Image.open(out) as movie:
        frames = [(np.asarray(frame.convert("L")), frame.info["duration"]) for frame in ImageSequence.Iterator(movie)]
    assert len(frames) == 20 and frames[0][0].shape == (224, 224)
    assert [k for k, (_, duration) in enumerate(frames) if duration == 850] == [0, 5, 10, 15]
    for k, image in zip((0, 5, 10, 15), images[[0, 1, 2, 1]]):
        np.testing.assert_array_equal(frames[k][0][::8, ::8], image)
    for k in range(1, 10):
        np.testing.assert_array_equal(frames[k][0], frames[20 - k][0])


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
    monkeypatch.setattr(module, "load_interpolator", lambda path, compiled: 1 / 0)
    assert main([str(tmp_path / "none.png"), str(tmp_path / "none.png")]) == 2
    assert capsys.readouterr().err == f"error: {tmp_path / 'none.png'} does not exist\n"


def test_a_film_is_checked_before_anything_is_loaded(digits, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(module, "load_interpolator", lambda path, compiled: 1 / 0)
    for words, complaint in [
        (["--out", "film.png", "--frames", "8"], "film.png: a film has the ending .gif, .webp or .mp4"),
        (["--out", "film.gif", "--fps", "60"], "fps: 60 is more than the 50 that a GIF is shown with"),
        (["--out", "film.gif", "--frames", "1"], "frames: 1 is outside the allowed range 2 to 1000"),
    ]:
        assert main([*digits[0], *words]) == 2
        assert complaint in capsys.readouterr().err


def test_an_image_without_ink_is_refused_by_its_name(digits, tmp_path, capsys):
    blank = tmp_path / "blank.png"
    Image.new("RGB", (90, 90), "white").save(blank)
    assert main([digits[0][0], str(blank), "--out", str(tmp_path / "strip.png")]) == 2
    assert f"error: {blank}: no ink that differs from the paper was found; " in capsys.readouterr().err
    assert not (tmp_path / "strip.png").exists()


def test_a_picture_and_itself(digits, tmp_path, capsys):
    """There is no way of which a share could be left."""
    for ending in ("png", "gif"):
        out = tmp_path / f"walk.{ending}"
        assert main([digits[0][0], digits[0][0], "--out", str(out)]) == 0
        said = capsys.readouterr()
        assert "from 0.00 to" in said.out and not said.err and out.exists()
