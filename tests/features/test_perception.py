"""What VGG16 makes of faces, and what becomes of it when its weights cannot be had; on a stand-in for Keras's
function, so that nothing is downloaded."""

import http.client
import urllib.error

import numpy as np
import pytest
import tensorflow as tf

from tf_interp.errors import FileError, InputError
from tf_interp.features.perception import load_perception


def _load(monkeypatch, error):
    def fail(**_):
        raise error

    monkeypatch.setattr(tf.keras.applications.vgg16, "VGG16", fail)
    load_perception("celeba", None, (64, 64, 3))


@pytest.mark.parametrize(
    "error",
    [
        Exception("URL fetch failure on https://example.org: None -- Name or service not known"),
        ValueError("Incomplete or corrupted file detected. The md5 file hash does not match"),
        urllib.error.URLError("timed out"),
        PermissionError("~/.keras/models"),
        http.client.IncompleteRead(b""),
    ],
    ids=lambda error: type(error).__name__,
)
def test_weights_that_cannot_be_had_are_asked_for(monkeypatch, error):
    with pytest.raises(FileError, match="whose weights cannot be had: .*notop.h5 in ~/.keras/models, or use"):
        _load(monkeypatch, error)


@pytest.mark.parametrize("error", [TypeError("unexpected keyword"), ValueError("bad shape"), KeyError("block1")])
def test_a_programming_error_is_not_taken_for_a_failed_download(monkeypatch, error):
    with pytest.raises(type(error), match=str(error)):
        _load(monkeypatch, error)


def test_images_too_small_for_vgg16_are_refused_before_any_download():
    with pytest.raises(InputError, match="needs 32 x 32 pixels; these have 64 x 16"):
        load_perception("faces", None, (64, 16, 3))


def test_faces_are_perceived_by_five_layers(monkeypatch):
    vgg16 = tf.keras.applications.vgg16
    build = vgg16.VGG16
    monkeypatch.setattr(vgg16, "VGG16", lambda weights, **options: build(weights=None, **options))
    perceive = load_perception("celeba", None, (32, 32, 3))
    seen = perceive(tf.random.stateless_uniform([2, 32, 32, 3], [0, 1]))
    # The sum over 5 convolutions of the mean squared length of unit vectors.
    np.testing.assert_allclose(tf.reduce_sum(tf.square(seen), axis=1), [5.0, 5.0], rtol=1e-4)
