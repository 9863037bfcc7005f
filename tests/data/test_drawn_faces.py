"""The faces that the program draws."""

import numpy as np
import pytest

from tf_interp.data import drawn_faces
from tf_interp.data.sources import load_images
from tf_interp.errors import InputError


def test_drawn_faces_are_the_same_every_time_and_differ_from_each_other():
    images = drawn_faces.draw_faces(150, seed=3)
    assert images.shape == (150, 64, 64, 3) and images.dtype == np.uint8
    np.testing.assert_array_equal(drawn_faces.draw_faces(150, seed=3), images)
    other = drawn_faces.draw_faces(150, seed=4)
    vectors = np.concatenate([images, other]).reshape(300, -1) / 255.0
    products = vectors @ vectors.T
    squared = np.diag(products)[:, None] + np.diag(products) - 2 * products
    apart = squared[~np.eye(300, dtype=bool)]
    assert apart.min() > 50 and 600 < apart.mean() < 1500  # as photographs of faces are


def test_a_trait_changes_what_it_should():
    random = np.random.RandomState(5)
    traits = drawn_faces.draw_traits(1, random)
    plain = drawn_faces.paint(traits)[0].astype(int)
    for trait, value, rows in (("smile", 1.2, slice(36, 56)), ("eye_open", 0.02, slice(20, 36))):
        changed = np.abs(drawn_faces.paint({**traits, trait: np.array([value])})[0] - plain) > 5
        assert changed.any() and changed[rows].sum() == changed.sum(), trait
    moved = drawn_faces.paint({**traits, "x": traits["x"] + 4 * 2 / drawn_faces.SIZE})[0]  # by 4 pixels
    assert np.abs(moved[:, 4:].astype(int) - plain[:, :-4]).max() <= 1


def test_drawn_faces_are_split_and_take_no_folder(monkeypatch):
    monkeypatch.setattr(drawn_faces, "_SPLITS", {"train": (1, 6), "test": (2, 3)})
    train, test = load_images("faces")
    assert (len(train), len(test)) == (6, 3) and not (train[:3] == test).all((1, 2, 3)).any()
    with pytest.raises(InputError, match="faces are drawn, not read; leave out 'mine'"):
        load_images("faces", "mine")
    with pytest.raises(InputError, match="'valid' is not one of train, test"):
        drawn_faces.load_split("valid")
