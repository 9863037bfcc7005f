"""Reading faces from HDF5, and the face network that measures walks between them."""

import io
import json
import re
import zipfile
from collections import defaultdict

import h5py
import numpy as np
import pytest
from faces import optional_data
from PIL import Image

from fuel_compat.stored import Source
from tf_interp.commands.evaluate import main as evaluate_command
from tf_interp.data import celeba
from tf_interp.data.pairs import training_pairs
from tf_interp.errors import FileError, InputError
from tf_interp.evaluation import metrics
from tf_interp.features import dlib_faces
from tf_interp.features.classifier import Activations

SPLIT = [("split", "S5"), ("source", "S8"), ("start", "<i8"), ("stop", "<i8"), ("available", "?")]


def write_hdf5(path, features, train, test, **storage):
    """A file as Fuel reads it: `train` rows, then `test` rows."""
    with h5py.File(path, "w") as file:
        file.create_dataset("features", data=features, **storage)
        rows = [("train", "targets", 0, 1, True), ("train", "features", 0, train, True)]
        rows += [("test", "features", train, train + test, True), ("valid", "features", 0, 0, False)]
        file.attrs["split"] = np.array(rows, dtype=SPLIT)
    return path


@pytest.fixture
def features(random):
    return random.randint(0, 256, [12, 3, 5, 4]).astype(np.uint8)


def test_a_split_is_its_rows_channels_last_and_stays_on_disk(tmp_path, features):
    path = write_hdf5(tmp_path / "faces.hdf5", features, 9, 3)
    train, test = celeba.load_splits(("train", "test"), str(path))
    assert train.shape == (9, 5, 4, 3) and test.shape == (3, 5, 4, 3)
    assert isinstance(train.base, np.memmap) and not train.flags.writeable
    np.testing.assert_array_equal(train[[7, 2]][1, 4, 3], features[2, :, 4, 3])
    np.testing.assert_array_equal(np.moveaxis(test, 3, 1), features[9:])
    start, goal = next(iter(training_pairs(train, 6, seed=1)))
    again = next(iter(training_pairs(np.array(train), 6, seed=1)))
    np.testing.assert_array_equal([start, goal], again)
    assert start.shape == (6, 5, 4, 3)


def test_files_that_are_not_fuels_are_named(tmp_path, features):
    whole = write_hdf5(tmp_path / "whole.hdf5", features, 9, 3)
    with pytest.raises(InputError, match="celeba is not part of this package. CelebA is had from .* fuel_compat"):
        celeba.load_splits(["train"], None)
    with pytest.raises(FileError, match="nowhere does not exist"):
        celeba.load_splits(["train"], "nowhere")
    assert celeba.load_splits(["valid"], str(whole))[0].shape == (0, 5, 4, 3)
    with pytest.raises(InputError, match="whole.hdf5 has no split 'dev' of features"):
        celeba.load_splits(["dev"], str(whole))
    spoilt = tmp_path / "spoilt.hdf5"
    spoilt.write_bytes(whole.read_bytes()[:300])
    with pytest.raises(FileError, match="spoilt.hdf5 is not an HDF5 file in Fuel's layout"):
        celeba.load_splits(["train"], str(spoilt))
    packed = write_hdf5(tmp_path / "packed.hdf5", features, 9, 3, compression="gzip")
    with pytest.raises(FileError, match="features must be contiguous uint8"):
        celeba.load_splits(["train"], str(packed))
    floats = write_hdf5(tmp_path / "floats.hdf5", features / 255.0, 9, 3)
    with pytest.raises(FileError, match=r"must be contiguous uint8 \[N,C,H,W\], not float64"):
        celeba.load_splits(["train"], str(floats))


def edited(path, edit):
    """A copy of an HDF5 file after edit(file)."""
    copy = path.with_name("edited.hdf5")
    copy.write_bytes(path.read_bytes())
    with h5py.File(copy, "a") as file:
        edit(file)
    return str(copy)


def table(dtype, *rows):
    return lambda file: file.attrs.__setitem__("split", np.array(list(rows), dtype))


def linked(file):
    with h5py.File(file.filename + ".other", "w") as other:
        other["features"] = file["features"][...]
    del file["features"]
    file["features"] = h5py.ExternalLink(file.filename + ".other", "/features")


@pytest.mark.parametrize(
    "edit, message",
    [
        (table(SPLIT[:1], ("train",)), "edited.hdf5 is not an HDF5 file in Fuel's layout .*source"),
        (lambda file: file.attrs.__setitem__("split", 3.0), "edited.hdf5 is not an HDF5 file in Fuel's layout"),
        (table([("split", "S5"), ("source", "<i8"), *SPLIT[2:]], ("train", 1, 0, 1, True)), "has no split 'train'"),
        (table([("split", "S5"), *SPLIT[1:]], (b"\xff", "features", 0, 1, True)), "not an HDF5 file in Fuel's layout"),
        (table(SPLIT, ("train", "features", 0, 13, True)), "split 'train' is rows 0 to 13 of 12"),
        (table(SPLIT, ("train", "features", -3, 9, True)), "split 'train' is rows -3 to 9 of 12"),
        (linked, "features must be contiguous"),
    ],
    ids=["no field", "no table", "a number as a name", "bytes that are no text", "beyond", "before", "another file"],
)
def test_a_spoilt_table_of_splits_is_named(tmp_path, features, edit, message):
    path = edited(write_hdf5(tmp_path / "whole.hdf5", features, 9, 3), edit)
    with pytest.raises((FileError, InputError), match=message):
        celeba.load_splits(["train"], path)


@pytest.mark.parametrize("offset, fits", [(280, True), (281, False), (-1, False)])
def test_features_beyond_the_end_of_the_file_are_refused(tmp_path, monkeypatch, offset, fits):
    path = tmp_path / "short.hdf5"
    path.write_bytes(bytes(1000))
    source = Source((12, 3, 5, 4), "uint8", offset, {"train": (0, 12)})  # 720 bytes
    monkeypatch.setattr(celeba, "read_source", lambda *_: source)
    if fits:
        assert celeba.load_splits(["train"], str(path))[0].shape == (12, 5, 4, 3)
    else:
        with pytest.raises(FileError, match="short.hdf5 ends before its features do"):
            celeba.load_splits(["train"], str(path))


def test_without_the_network_its_packages_are_named(monkeypatch, tmp_path, features, capsys):
    monkeypatch.setattr(dlib_faces.importlib.util, "find_spec", lambda name: None)
    path = write_hdf5(tmp_path / "faces.hdf5", features, 9, 3)
    words = ["cross_fade", "--data", "celeba", "--data-dir", str(path), "--out", str(tmp_path / "out")]
    assert evaluate_command(words) == 2
    assert "pip install -r requirements-faces.txt" in capsys.readouterr().err


def test_walks_between_faces_are_measured_on_the_named_file(monkeypatch, tmp_path, random, capsys):
    """With the mean colour for features: cross-fades change colour evenly, and faces have no class to be sure of."""

    def mean_colour(images):
        means = images.mean(axis=(1, 2))
        return Activations(means, means, None)

    monkeypatch.setattr(dlib_faces, "FaceFeatures", lambda: mean_colour)
    path = write_hdf5(tmp_path / "faces.hdf5", random.randint(0, 256, [40, 3, 8, 8]).astype(np.uint8), 0, 40)
    words = ["cross_fade", "--data", "celeba", "--data-dir", str(path), "--out", str(tmp_path), "--pairs", "30"]
    assert evaluate_command([*words, "--steps", "4"]) == 0
    (row,) = json.loads((tmp_path / "metrics.json").read_text())["methods"]
    assert row["pairs"] == 30 and row["largest_step_ratio_features"] == pytest.approx(1.0, abs=1e-3)
    assert row["confidence"] is None and row["nearest_real"] is None  # no training faces in that file
    assert len(row["kernel"]) == 5 and "| cross_fade | 0.0% |" in capsys.readouterr().out
    assert evaluate_command([*words, "--classifier", "x"]) == 2
    assert "faces are measured by a face network" in capsys.readouterr().err


@pytest.fixture(scope="module")
def network():
    pytest.importorskip("dlib", reason="needs the packages of requirements-faces.txt")
    return dlib_faces.FaceFeatures()


@pytest.fixture(scope="module")
def people():
    """Two photographs each of twelve people, float32 [12,2,64,64,3] in [0, 1]."""
    photographs = defaultdict(list)
    with zipfile.ZipFile(optional_data("lfw_aligned/img_align_lfw.zip")) as archive:
        for name in sorted(archive.namelist()):
            photographs[re.sub(r"_\d+\.jpg$", "", name)].append(name)
        chosen = [names[:2] for names in photographs.values() if len(names) > 1][:12]
        return np.stack([[_small(archive.read(name)) for name in pair] for pair in chosen])


def _small(content):
    return np.asarray(Image.open(io.BytesIO(content)).resize((64, 78), Image.LANCZOS), np.float32)[7:71] / 255.0


def test_a_face_is_nearer_to_the_same_person_than_to_others(network, people):
    first, second = (network(people[:, n]).features for n in (0, 1))
    assert first.shape == (12, 128) and first.dtype == np.float32
    distances = np.linalg.norm(first[:, None] - second[None], axis=2)
    assert np.diag(distances).mean() < 0.6 < distances[~np.eye(12, dtype=bool)].mean()  # 0.6: the author's threshold
    assert np.mean(np.argmin(distances, axis=1) == np.arange(12)) == 1.0


def test_order_and_batches_do_not_matter_and_grey_is_refused(network, people):
    images = people.reshape(-1, 64, 64, 3)[:18]  # more than a batch
    described = network(images)
    assert described.confidence is None
    np.testing.assert_allclose(network(images[::-1]).features[::-1], described.features, atol=1e-5)
    with pytest.raises(InputError, match=r"faces must be \[N,H,W,3\]"):
        network(images[..., :1])


def test_blurred_faces_are_farther_from_faces_than_faces_are(network, people):
    images = people.reshape(-1, 64, 64, 3)
    blurred = images.copy()
    for _ in range(6):  # a box of 3 pixels along both axes, six times
        blurred = sum(np.roll(blurred, n, axis=1) for n in (-1, 0, 1)) / 3
        blurred = sum(np.roll(blurred, n, axis=2) for n in (-1, 0, 1)) / 3
    real, other, spoilt = (network(x).features for x in (people[:, 0], people[:, 1], blurred[1::2]))
    assert metrics.kernel_distance(spoilt, real) > 0 > metrics.kernel_distance(other, real)  # the same people: below 0
