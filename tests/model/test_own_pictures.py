"""The function of the package that reads a picture for a model."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image
from tiny_model import SHAPE, moving_model

from tf_interp import load_interpolator, prepare_image
from tf_interp.data.image_file import read_image
from tf_interp.pretrained import MNIST_BPTT

SCAN = Path(__file__).parents[1] / "data" / "own_digits" / "0_scan.png"


def test_digits_are_prepared_for_a_model_of_mnist_alone(tmp_path, capsys):
    model = load_interpolator(MNIST_BPTT)
    np.testing.assert_array_equal(prepare_image(str(SCAN), model), read_image(SCAN, (28, 28, 1), digits=True))
    assert "cut out" in capsys.readouterr().out
    np.testing.assert_array_equal(prepare_image(SCAN, model, as_is=True), read_image(SCAN, (28, 28, 1), as_is=True))
    moving_model(tmp_path / "model")
    found = prepare_image(SCAN, load_interpolator(tmp_path / "model"))
    np.testing.assert_array_equal(found, read_image(SCAN, SHAPE))
    assert found.shape == SHAPE and "its middle resized" in capsys.readouterr().out


def test_a_digit_of_mnist_and_one_of_a_like_size_but_other_data(tmp_path):
    """Fashion-MNIST has MNIST's shape too. A model of it is given the middle of a picture, not its ink."""
    mnist = load_interpolator(MNIST_BPTT)
    other = load_interpolator(MNIST_BPTT)
    other.config = replace(other.config, data_dir=str(tmp_path))
    Image.open(SCAN).save(tmp_path / "scan.png")
    ours, theirs = (prepare_image(tmp_path / "scan.png", model) for model in (mnist, other))
    assert ours.mean() < 0.3 < 0.7 < theirs.mean()  # white paper
