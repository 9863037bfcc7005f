"""The embedded MNIST, the IDX reader's refusals, and the streams of pairs."""

import gzip
import hashlib

import numpy as np
import pytest
from idx_files import idx

from tf_interp.data import mnist
from tf_interp.data.pairs import held_out_pairs, training_pairs
from tf_interp.errors import FileError, InputError

IMAGES, LABELS = mnist.FILES["test"]


@pytest.fixture
def folder(tmp_path):
    """A data folder with 6 test images of 4 x 3 pixels."""
    images = np.arange(72, dtype=np.uint8).reshape(6, 4, 3)
    (tmp_path / IMAGES).write_bytes(idx(images))
    (tmp_path / LABELS).write_bytes(idx(np.arange(6, dtype=np.uint8)))
    return tmp_path


def test_embedded_mnist_is_the_original():
    expected = dict(
        line.strip("| ").split(" | ")
        for line in (mnist.EMBEDDED / "README.md").read_text().splitlines()
        if line.startswith("| t")
    )
    assert len(expected) == 4
    for name, checksum in expected.items():
        content = gzip.decompress((mnist.EMBEDDED / name).read_bytes())
        assert hashlib.md5(content).hexdigest() == checksum
    train = mnist.load_split("train")
    assert train.images.shape == (60000, 28, 28, 1) and train.images.dtype == np.uint8
    assert train.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert mnist.load_split("test").images.shape == (10000, 28, 28, 1)


def test_other_data_in_the_same_format(folder):
    split = mnist.load_split("test", str(folder))
    assert split.images.shape == (6, 4, 3, 1)
    assert split.images[1, 0, :, 0].tolist() == [12, 13, 14]  # row-major, first axis is the image
    assert split.labels.tolist() == [0, 1, 2, 3, 4, 5]


def truncated(content):
    return content[:-20]


def corrupt(content):
    return content[:30] + bytes([content[30] ^ 255]) + content[31:]


@pytest.mark.parametrize(
    "name, damage, message",
    [
        (IMAGES, lambda _: idx(np.zeros([6, 4, 3], np.uint8), magic=b"\0\0\x0d\3"), "magic number is 0x00000d03"),
        (IMAGES, lambda _: idx(np.zeros(6, np.uint8)), "magic number is 0x00000801, expected 0x00000803"),
        (IMAGES, lambda c: gzip.compress(gzip.decompress(c) + b"\0"), "announces 6 x 4 x 3 = 72 bytes but 73 follow"),
        (IMAGES, lambda c: gzip.compress(gzip.decompress(c)[:-1]), "but 71 follow"),
        (IMAGES, lambda c: gzip.compress(gzip.decompress(c)[:7]), "ends inside its header"),
        (IMAGES, truncated, "not a whole gzip file"),
        (IMAGES, corrupt, "not a whole gzip file"),
        (IMAGES, lambda _: b"<html>404</html>", "not a whole gzip file"),
        (IMAGES, lambda _: b"", "magic number is 0x, expected"),
        (LABELS, lambda _: idx(np.zeros(5, np.uint8)), "has 6 images but .* has 5 labels"),
        (IMAGES, lambda _: idx(np.zeros([6, 4, 1], np.uint8)), "2 x 2"),
    ],
)
def test_damaged_files_are_refused_by_name(folder, name, damage, message):
    path = folder / name
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(FileError, match=message) as caught:
        mnist.load_split("test", str(folder))
    assert name in str(caught.value)


def test_missing_files_and_folders_are_named(folder):
    (folder / LABELS).unlink()
    with pytest.raises(FileError, match=LABELS):
        mnist.load_split("test", str(folder))
    with pytest.raises(FileError, match="nowhere does not exist; give --data-dir"):
        mnist.load_split("test", str(folder / "nowhere"))


def numbered(count):
    """Images whose every pixel is their number."""
    return np.broadcast_to(np.arange(count, dtype=np.uint8)[:, None, None, None], (count, 2, 2, 1)).copy()


def batches(dataset, count):
    return [[np.round(image[:, 0, 0, 0] * 255) for image in pair] for pair in dataset.take(count).as_numpy_iterator()]


def test_batch_n_of_the_stream_depends_on_seed_and_n_alone():
    images = numbered(200)
    whole = batches(training_pairs(images, 8, seed=3), 6)
    np.testing.assert_array_equal(batches(training_pairs(images, 8, seed=3, first=4), 2), whole[4:])
    assert np.abs(np.array(batches(training_pairs(images, 8, seed=4), 6)) - np.array(whole)).max() > 0
    assert np.abs(np.array(whole[0]) - np.array(whole[1])).max() > 0


def test_pairs_are_independent_and_uniform():
    drawn = np.concatenate(batches(training_pairs(numbered(100), 500, seed=0), 20), axis=1)
    assert set(drawn[0]) == set(range(100)) == set(drawn[1])
    for side in drawn:  # 10,000 draws of a uniform number in 0..99: the mean has standard error 0.29
        assert abs(side.mean() - 49.5) < 5 * 0.29
    assert abs(np.corrcoef(drawn)[0, 1]) < 5 / np.sqrt(10000)


def test_pairs_are_floats_in_the_unit_interval():
    images = np.array([0, 51, 255, 255], np.uint8).reshape(4, 1, 1, 1) * np.ones([1, 3, 2, 1], np.uint8)
    start, goal = next(iter(training_pairs(images, 50, seed=0)))
    assert start.shape == goal.shape == (50, 3, 2, 1) and start.dtype == "float32"
    np.testing.assert_allclose(sorted(set(np.asarray(start).ravel())), [0.0, 0.2, 1.0])


def test_held_out_pairs_never_change():
    pairs = held_out_pairs(10000)
    assert pairs.shape == (2000, 2) and pairs.min() >= 0 and pairs.max() < 10000
    assert np.all(pairs[:, 0] != pairs[:, 1])
    np.testing.assert_array_equal(held_out_pairs(10000, 12), pairs[:12])
    assert hashlib.sha256(pairs.astype("<i8").tobytes()).hexdigest() == (
        "c67633fc7bc51b6a7cd1d26abfc3a23775dc2073ffa09abbc824d9bd0c3cf750"
    )


def test_held_out_pairs_of_two_images_and_of_one():
    assert {tuple(pair) for pair in held_out_pairs(2, 50)} == {(0, 1), (1, 0)}
    with pytest.raises(InputError, match="at least 2"):
        held_out_pairs(1)
