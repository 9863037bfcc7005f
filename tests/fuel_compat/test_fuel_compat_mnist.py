"""MNIST in Fuel's layout, and the files that are refused."""

import gzip
import struct
from pathlib import Path

import h5py
import numpy as np
import pytest
from faces import FuelReader

import fuel_compat

EMBEDDED = Path(__file__).parents[2] / "tf_interp" / "data" / "mnist_idx"
NAMES = [f"{part}-{what}" for part in ("train", "t10k") for what in ("images-idx3-ubyte", "labels-idx1-ubyte")]


def idx(array):
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


@pytest.fixture
def folder(tmp_path):
    """4 training and 2 test images of 5 x 3 pixels; one file is gzipped."""
    random = np.random.RandomState(0)
    shapes = [(4, 5, 3), (4,), (2, 5, 3), (2,)]
    for name, shape in zip(NAMES, shapes):
        (tmp_path / name).write_bytes(idx(random.randint(0, 256, shape).astype(np.uint8)))
    (tmp_path / (NAMES[0] + ".gz")).write_bytes(gzip.compress((tmp_path / NAMES[0]).read_bytes()))
    (tmp_path / NAMES[0]).unlink()
    return tmp_path


def test_the_real_digits(tmp_path):
    path = fuel_compat.convert_mnist(EMBEDDED, tmp_path)
    assert path == tmp_path / "mnist.hdf5"
    with h5py.File(path) as file:
        assert (file["features"].shape, file["features"].dtype) == ((70000, 1, 28, 28), np.uint8)
        assert (file["targets"].shape, file["targets"].dtype) == ((70000, 1), np.uint8)
        train, test = FuelReader(file, "train"), FuelReader(file, "test")
    assert train.axes == {"features": ("batch", "channel", "height", "width"), "targets": ("batch", "index")}
    assert train.data["targets"][:5, 0].tolist() == [5, 0, 4, 1, 9]
    assert test.data["targets"][:5, 0].tolist() == [7, 2, 1, 0, 4]
    assert len(train.data["features"]) == 60000 and len(test.data["features"]) == 10000
    with gzip.open(EMBEDDED / "t10k-images-idx3-ubyte.gz") as file:
        assert test.data["features"].tobytes() == file.read()[16:]


def test_other_data_in_the_same_files(folder):
    with h5py.File(fuel_compat.convert_mnist(folder, folder, output_filename="other")) as file:
        assert Path(file.filename).name == "other.hdf5" and file["features"].shape == (6, 1, 5, 3)
        assert FuelReader(file, "test").data["features"].tobytes() == (folder / NAMES[2]).read_bytes()[16:]


@pytest.mark.parametrize(
    "name, content, message",
    [
        (NAMES[1], None, "labels-idx1-ubyte.gz does not exist"),
        (NAMES[1], b"<html>", "magic number is 0x3c68746d, expected 0x00000801"),
        (NAMES[1], idx(np.zeros(3, np.uint8)), "4 train images but 3 labels"),
        (NAMES[1], idx(np.zeros(4, np.uint8))[:-1], "announces 4 = 4 bytes but 3 follow"),
        (NAMES[2], idx(np.zeros([2, 6, 3], np.uint8)), "5 x 3 and 6 x 3"),
        (NAMES[2], bytes([0, 0, 8, 3]) + struct.pack(">3I", 2**16, 2**16, 1), "= 4294967296 bytes, more than"),
        (
            NAMES[0] + ".gz",
            gzip.compress(idx(np.zeros([4, 5, 3], np.uint8)) + bytes(2**22)),
            "60 bytes but 1048636 and more",
        ),
        (NAMES[0] + ".gz", b"PK", "not a whole gzip file"),
        (NAMES[0] + ".gz", gzip.compress(idx(np.zeros([4, 5, 3], np.uint8)), mtime=0)[:-9], "not a whole gzip file"),
    ],
    ids=[
        "missing",
        "another file",
        "too few labels",
        "cut short",
        "other size",
        "announces too much",
        "unpacks to more",
        "not gzip",
        "cut gzip",
    ],  # fmt: skip
)
def test_unfit_files_are_named(folder, name, content, message):
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)
    with pytest.raises(fuel_compat.FileError, match=message):
        fuel_compat.convert_mnist(folder, folder)
    assert not list(folder.glob("*.hdf5"))
