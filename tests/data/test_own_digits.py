"""Pictures of handwriting as MNIST would have them, and walks between twenty of them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from tf_interp import load_interpolator
from tf_interp.data import mnist
from tf_interp.data.image_file import read_image
from tf_interp.data.own_digits import like_mnist
from tf_interp.pretrained import MNIST_BPTT

OWN = sorted(path for path in (Path(__file__).parent / "own_digits").iterdir() if path.suffix in (".jpg", ".png"))
SHAPE = (28, 28, 1)


def prepared(path):
    return read_image(path, SHAPE, digits=True)


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_ink_is_white_fit_into_the_box_and_centred_by_its_mass(path, capsys):
    digit = prepared(path)[..., 0]
    assert "ink, cut out, fit into 20 x 20 pixels and centred" in capsys.readouterr().out
    rows, columns = (np.flatnonzero(digit.max(axis=axis) > 0.2) for axis in (1, 0))
    assert max(np.ptp(rows), np.ptp(columns)) + 1 in (19, 20)  # 19 where the outermost ink is faint
    centre = [np.sum(digit.sum(axis=1 - axis) * (np.arange(28) + 0.5)) / digit.sum() for axis in (0, 1)]
    np.testing.assert_allclose(centre, 14, atol=0.55)  # whole pixels are moved
    assert digit.max() > 0.95 and np.mean(digit == 0) > 0.6


@pytest.mark.parametrize("name", ["3_drawing.png", "0_scan.png", "6_board.png"])
def test_light_on_dark_is_as_good_as_dark_on_light(name):
    image = Image.open(next(path for path in OWN if path.name == name)).convert("RGB")
    first, other = (like_mnist(each)[0] for each in (image, ImageOps.invert(image)))
    np.testing.assert_allclose(first, other, atol=0.02)  # grey values are rounded to 8 bits on either side


def test_the_digit_does_not_depend_on_where_it_stands_or_how_large():
    scan = Image.open(next(path for path in OWN if path.name == "0_scan.png")).convert("RGB")
    moved = Image.new("RGB", (400, 260), "white")
    moved.paste(scan.resize((240, 240), Image.LANCZOS), (150, 10))
    assert np.abs(like_mnist(scan)[0] - like_mnist(moved)[0]).mean() < 0.02


def test_digits_of_mnist_are_left_as_they_are(tmp_path, capsys):
    images = mnist.load_split("test").images[..., 0]
    Image.fromarray(images[0]).save(tmp_path / "digit.png")
    np.testing.assert_array_equal(prepared(tmp_path / "digit.png")[..., 0], np.float32(images[0]) / 255)
    assert not capsys.readouterr().out
    assert all(like_mnist(Image.fromarray(image).convert("RGB"))[1] == "" for image in images[:4000])


def test_no_ink_is_said():
    digit, words = like_mnist(Image.new("RGB", (50, 40), "white"))
    assert digit.shape == SHAPE and digit.max() == 0 and "no ink found" in words


def test_walks_between_own_digits_arrive_as_those_between_mnists():
    """As they are they leave most of the way; prepared, at most 1.5 times what digits of MNIST leave."""
    interpolator = load_interpolator(MNIST_BPTT)

    def residual(digits):
        goals = np.roll(digits, 7, axis=0)
        ends = interpolator(digits, goals).frames[:, -1]
        return np.square(ends - goals).sum() / np.square(digits - goals).sum()

    assert len(OWN) == 20
    assert residual(np.stack([prepared(path) for path in OWN])) < 1.5 * 0.0165
    assert residual(np.stack([read_image(path, SHAPE, digits=True, as_is=True) for path in OWN])) > 0.2
