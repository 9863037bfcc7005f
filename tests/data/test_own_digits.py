"""Pictures of handwriting as MNIST would have them, and walks between twenty of them."""

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps

from tf_interp import load_interpolator
from tf_interp.data import mnist
from tf_interp.data.image_file import read_image
from tf_interp.data.own_digits import like_mnist
from tf_interp.errors import InputError
from tf_interp.pretrained import MNIST_BPTT

OWN = sorted(path for path in (Path(__file__).parent / "own_digits").iterdir() if path.suffix in (".jpg", ".png"))
SHAPE = (28, 28, 1)


def prepared(path):
    return read_image(path, SHAPE, digits=True)


def centre_of(digits):
    """Row and column, counted from 0, of the centre of mass of digits [...,28,28]."""
    mass = digits.sum(axis=(-2, -1))
    return [(digits.sum(axis=axis) * np.arange(28)).sum(axis=-1) / mass for axis in (-1, -2)]


def seven(paper="white", ink="black"):
    picture = Image.new("RGB", (200, 240), paper)
    ImageDraw.Draw(picture).line([(30, 40), (90, 40), (50, 160)], fill=ink, width=14, joint="curve")
    return picture


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_ink_is_white_fit_into_the_box_and_centred_by_its_mass(path, capsys):
    digit = prepared(path)[..., 0]
    assert "ink, cut out, fit into 20 x 20 pixels and centred" in capsys.readouterr().out
    rows, columns = (np.flatnonzero(digit.max(axis=axis) > 0.2) for axis in (1, 0))
    assert max(np.ptp(rows), np.ptp(columns)) + 1 in (19, 20)  # 19 where the outermost ink is faint
    np.testing.assert_allclose(centre_of(digit), 14, atol=0.51)  # whole pixels are moved
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
    first, other = (like_mnist(picture)[0] for picture in (scan, moved))
    # A centre halfway between two pixels goes to either.
    shifted = [np.roll(other, shift, axis=(0, 1)) for shift in product((-1, 0, 1), repeat=2)]
    assert min(np.abs(first - each).mean() for each in shifted) < 0.02


def test_digits_of_mnist_are_left_as_they_are(tmp_path, capsys):
    images = mnist.load_split("test").images[..., 0]
    Image.fromarray(images[0]).save(tmp_path / "digit.png")
    np.testing.assert_array_equal(prepared(tmp_path / "digit.png")[..., 0], np.float32(images[0]) / 255)
    assert not capsys.readouterr().out
    assert all(like_mnist(Image.fromarray(image).convert("RGB"))[1] == "" for image in images[:4000])


def test_the_centre_is_where_mnist_has_it():
    found = centre_of(mnist.load_split("test").images[:2000, ..., 0].astype(float))
    np.testing.assert_allclose(np.mean(found, axis=1), 14, atol=0.03)
    assert np.abs(np.subtract(found, 14)).max() < 0.51
    assert np.abs(np.mean([centre_of(prepared(path)[..., 0]) for path in OWN], axis=0) - 14).max() < 0.2


@pytest.mark.parametrize("paper", ["white", "#203080"])
def test_a_sheet_with_transparent_corners_is_paper(paper):
    plain = seven(paper, "yellow" if paper != "white" else "black")
    sheet, corners = plain.copy(), Image.new("L", plain.size)
    ImageDraw.Draw(corners).rounded_rectangle((5, 5, 195, 235), 30, fill=255)
    sheet.putalpha(corners)
    digit, words = like_mnist(sheet)
    assert np.abs(digit - like_mnist(plain)[0]).mean() < 0.01 and ("light" if paper != "white" else "dark") in words


def test_ink_is_what_is_drawn_on_nothing():
    drawn = Image.new("RGBA", (200, 240))
    drawn.paste("black", mask=ImageOps.invert(seven().convert("L")))
    digit, words = like_mnist(drawn)
    assert np.abs(digit - like_mnist(seven())[0]).mean() < 0.01 and "drawn ink" in words


@pytest.mark.parametrize(
    "paper, ink, word",
    [
        ((255, 0, 0), (0, 130, 0), "coloured"),  # of the same luminance
        ("white", "#2040a0", "dark"),
        ("black", "#0000ff", "light"),
        ("#f0e8d0", "#d02020", "dark"),
    ],
)
def test_ink_differs_from_paper_in_any_colour(paper, ink, word):
    digit, words = like_mnist(seven(paper, ink))
    assert np.abs(digit - like_mnist(seven())[0]).mean() < 0.01 and words.startswith(f"{word} ink")


def test_paper_without_ink_is_refused(tmp_path):
    y, x = np.mgrid[:150, :200] / 200
    light = 240 * (1 - 0.4 * x - 0.1 * y)[..., np.newaxis] + np.random.RandomState(0).normal(0, 4, [150, 200, 3])
    for name, picture in [("white", Image.new("RGB", (50, 40), "white")), ("photo", Image.fromarray(np.uint8(light)))]:
        picture.save(tmp_path / f"{name}.png")
        with pytest.raises(InputError, match=f"{name}.png: no ink that differs from the paper was found.*--as-is"):
            prepared(tmp_path / f"{name}.png")


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
