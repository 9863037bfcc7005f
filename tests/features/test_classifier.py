"""The digit classifier: its features by another computation, training, saving, and damaged files."""

import json

import numpy as np
import pytest
import tensorflow as tf
from idx_files import write_images

from tf_interp.commands.train_classifier import main
from tf_interp.data import mnist
from tf_interp.data.pixels import as_floats
from tf_interp.data.sources import Source
from tf_interp.errors import FileError, InputError
from tf_interp.features.classifier import (
    EMBEDDED,
    SECOND,
    Classifier,
    FeatureExtractor,
    load_classifier,
    save_classifier,
)

SOURCE = Source("mnist", "clothes")


def digits(count):
    return as_floats(mnist.load_split("test").images[:count])


def test_the_embedded_classifier_is_good_and_says_so():
    record = json.loads((EMBEDDED / "config.json").read_text())
    assert record["test_accuracy"] > 0.985
    network = load_classifier()
    assert network.trained_on == ("mnist", None)
    found = network(digits(1500))
    assert found.features.shape == (1500, 64) and found.features.min() >= 0.0
    assert found.confidence.mean() > 0.97 and found.confidence.max() <= 1.0


def test_the_second_classifier_is_as_good_and_another():
    """Other convolutions, another seed, and small enough to ship. Early records, of the first, name none."""
    first, second = (json.loads((folder / "config.json").read_text()) for folder in (EMBEDDED, SECOND))
    assert "architecture" not in first and second["architecture"] == "deeper"
    assert (first["settings"]["seed"], second["settings"]["seed"]) == (0, 1)
    assert sum(path.stat().st_size for path in SECOND.iterdir()) < 400_000
    # 16 x 9 + 16, 32 x 9 x 16 + 32, 64 x 9 x 32 + 64; then 4 x 4 x 64 to 64, and 64 to 10.
    assert second["parameters"] == 160 + 4640 + 18496 + 65600 + 650
    assert second["test_accuracy"] > 0.985
    found, other = load_classifier()(digits(500)), load_classifier(str(SECOND))(digits(500))
    assert other.confidence.mean() > 0.97 and other.features.shape == (500, 64)
    assert not np.allclose(found.features, other.features, atol=0.1)


def test_perceptual_distance_is_lpips_with_unit_weights():
    """Computed again from the layers' outputs, position by position."""
    classifier = Classifier()
    images = digits(2)
    maps, _, _ = classifier(images)
    expected = 0.0
    for activation in maps:
        a, b = (m / np.maximum(np.linalg.norm(m, axis=-1, keepdims=True), 1e-6) for m in activation.numpy())
        expected += np.mean(np.sum((a - b) ** 2, axis=-1))
    rows = FeatureExtractor(classifier, (28, 28, 1), SOURCE)(images).perceptual
    assert np.sum((rows[0] - rows[1]) ** 2) == pytest.approx(expected, rel=1e-4)


@pytest.fixture
def saved(tmp_path):
    """An untrained classifier of images 9 x 8, and the folder it is saved in."""
    classifier = Classifier()
    classifier(tf.zeros([1, 9, 8, 1]))
    save_classifier(classifier, (9, 8, 1), SOURCE, {}, tmp_path / "saved")
    return classifier, tmp_path / "saved"


def test_a_saved_classifier_computes_the_same_and_knows_its_data(saved, random):
    classifier, folder = saved
    images = random.uniform(size=[3, 9, 8, 1]).astype(np.float32)
    expected = FeatureExtractor(classifier, (9, 8, 1), SOURCE)(images).features
    loaded = load_classifier(str(folder))
    np.testing.assert_array_equal(loaded(images).features, expected)
    assert loaded.trained_on == SOURCE
    with pytest.raises(InputError, match=r"knows images \(9, 8, 1\), not \(28, 28, 1\); train one"):
        loaded(digits(1))


def test_what_is_no_classifier_is_named(saved, tmp_path):
    with pytest.raises(FileError, match="no classifier in .*none"):
        load_classifier(str(tmp_path / "none"))
    config = saved[1] / "config.json"
    text = config.read_text()
    for old, new, complaint in [
        ('"classifier"', '"vae"', "no classifier in .*saved: a config.json of kind classifier"),
        ('"image_shape"', '"shape"', "config.json: image_shape is None; it should be height, width and channels"),
        ('"plain"', '"round"', "config.json: architecture 'round' is not one of plain, deeper"),
        ('"plain"', '["plain"]', r"config.json: architecture \['plain'\] is not one of plain, deeper"),
        ("9", '"9"', r"config.json: image_shape is \['9', 8, 1\]"),
        ("{", "", "config.json is not valid JSON"),
    ]:
        config.write_text(text.replace(old, new, 1))
        with pytest.raises(FileError, match=complaint):
            load_classifier(str(saved[1]))
    config.write_text(text.replace("9", "30", 1))
    with pytest.raises(FileError, match="weights in .*saved are damaged or belong to other settings"):
        load_classifier(str(saved[1]))


def test_the_command_trains_on_the_named_data_and_records_them(tmp_path, random, capsys):
    """Ten classes told apart by which of ten cells of a 6 x 6 image is white."""
    images = np.zeros([300, 36], np.uint8)
    images[np.arange(300), 3 * (np.arange(300) % 10)] = 255  # `write_images` labels image n with n modulo 10
    images = images.reshape(300, 6, 6, 1)
    data = write_images(tmp_path / "data", images, images[:50])
    words = ["--data-dir", str(data), "--out", str(tmp_path / "made"), "--epochs", "40"]
    assert main(words) == 0
    assert "accuracy 100.00% on 50 test images" in capsys.readouterr().out
    record = json.loads((tmp_path / "made" / "config.json").read_text())
    assert (record["data"], record["data_dir"], record["test_accuracy"]) == ("mnist", str(data), 1.0)
    assert load_classifier(str(tmp_path / "made")).trained_on.same_as(Source("mnist", str(data / ".." / "data")))
    assert main([*words, "--seed", str(2**31)]) == 2
    assert capsys.readouterr().err == "error: seed: 2147483648 is outside the allowed range 0 to 2147483647\n"
