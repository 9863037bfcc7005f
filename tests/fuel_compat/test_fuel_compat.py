"""Converted files: layout, pixels, attributes, splits. The real CelebA is used where it is at hand."""

import io
import zipfile

import h5py
import numpy as np
import pytest
from faces import (
    FuelReader,
    cut_by_hand,
    cut_in_two_passes,
    decoded,
    jpeg,
    numbered,
    optional_data,
    signs,
    write_archive,
    write_celeba,
    write_table,
)
from PIL import Image

import fuel_compat
from fuel_compat.splits import split_rows

FEATURE_AXES = ("batch", "channel", "height", "width")


@pytest.fixture
def celeba(tmp_path):
    """A folder with 10 faces, and the faces."""
    return tmp_path, write_celeba(tmp_path, 10)


def features_of(path):
    """uint8 [N,H,W,C] of a converted file."""
    with h5py.File(path) as file:
        return file["features"][...].transpose(0, 2, 3, 1)


def test_layout_is_fuels(celeba):
    folder, _ = celeba
    path = fuel_compat.convert_celeba(folder, folder / "out")
    assert path == folder / "out" / "celeba_64.hdf5"
    with h5py.File(path) as file:
        assert sorted(file) == ["features", "targets"]
        assert (file["features"].shape, file["features"].dtype) == ((10, 3, 64, 64), np.uint8)
        assert (file["targets"].shape, file["targets"].dtype) == ((10, 40), np.uint8)
        assert tuple(axis.label for axis in file["features"].dims) == FEATURE_AXES
        assert tuple(axis.label for axis in file["targets"].dims) == ("batch", "target")
        assert file.attrs["h5py_interface_version"] in (b"0.3", "0.3")
        assert {"fuel_convert_version", "fuel_convert_command"} <= set(file.attrs)


def test_split_attribute_has_fuels_fields_and_types(celeba):
    folder, _ = celeba
    with h5py.File(fuel_compat.convert_celeba(folder, folder)) as file:
        table = file.attrs["split"]
    assert table.dtype.names == ("split", "source", "start", "stop", "indices", "available", "comment")
    kinds = ["S5", "S8", np.int64, np.int64, None, np.bool_, "S1"]
    for name, kind in zip(table.dtype.names, kinds):
        assert kind is None or table.dtype[name] == np.dtype(kind), name
    assert h5py.check_ref_dtype(table.dtype["indices"]) is h5py.Reference
    assert [tuple(row)[:4] for row in table] == [
        (b"train", b"features", 0, 8),
        (b"train", b"targets", 0, 8),
        (b"valid", b"features", 8, 9),
        (b"valid", b"targets", 8, 9),
        (b"test", b"features", 9, 10),
        (b"test", b"targets", 9, 10),
    ]
    assert all(row["available"] and not row["indices"] and row["comment"] == b"." for row in table)


@pytest.mark.parametrize("split, rows", [("train", slice(0, 8)), ("valid", slice(8, 9)), ("test", slice(9, 10))])
def test_fuels_reader_finds_each_split(celeba, split, rows):
    folder, pictures = celeba
    with h5py.File(fuel_compat.convert_celeba(folder, folder)) as file:
        reader = FuelReader(file, split)
    assert reader.sources == ["features", "targets"]
    assert reader.axes == {"features": FEATURE_AXES, "targets": ("batch", "target")}
    faces = [cut_in_two_passes(decoded(content)).transpose(2, 0, 1) for content in list(pictures.values())[rows]]
    np.testing.assert_array_equal(reader.data["features"], faces)
    np.testing.assert_array_equal(reader.data["targets"], signs(10)[rows] == 1)


def test_pixels_are_those_of_two_other_ways_to_compute_them(celeba):
    folder, pictures = celeba
    features = features_of(fuel_compat.convert_celeba(folder, folder))
    for converted, content in zip(features, pictures.values()):
        face = decoded(content)
        np.testing.assert_array_equal(converted, cut_in_two_passes(face))
        difference = np.abs(converted.astype(int) - cut_by_hand(face))
        assert difference.max() <= 1 and difference.mean() < 0.01


def test_aligned_cropped_keeps_every_pixel(celeba):
    folder, pictures = celeba
    path = fuel_compat.convert_celeba(folder, folder, size=None)
    assert path.name == "celeba_aligned_cropped.hdf5"
    features = features_of(path)
    assert features.shape == (10, 218, 178, 3)
    np.testing.assert_array_equal(features, [decoded(content) for content in pictures.values()])


def test_other_sizes_keep_the_cut(celeba):
    folder, pictures = celeba
    features = features_of(fuel_compat.convert_celeba(folder, folder, size=32))
    face = Image.fromarray(decoded(next(iter(pictures.values()))))
    np.testing.assert_array_equal(features[0], np.asarray(face.resize((32, 39), Image.LANCZOS))[3:35])


def test_attributes_become_zero_and_one_in_the_order_of_the_pictures(tmp_path):
    pictures = numbered(4)
    write_archive(tmp_path / "img_align_celeba.zip", dict(reversed(pictures.items())))
    write_table(tmp_path, signs(4))
    with h5py.File(fuel_compat.convert_celeba(tmp_path, tmp_path)) as file:
        np.testing.assert_array_equal(file["targets"], (signs(4) + 1) // 2)
    first = features_of(tmp_path / "celeba_64.hdf5")[0]
    np.testing.assert_array_equal(first, cut_in_two_passes(decoded(pictures["img_align_celeba/000001.jpg"])))


def test_without_targets_there_is_no_trace_of_them(tmp_path):
    write_archive(tmp_path / "faces.zip", {f"people/{name}.jpg": jpeg(seed) for seed, name in enumerate("cab")})
    path = fuel_compat.convert_celeba(tmp_path / "faces.zip", tmp_path, targets=False)
    with h5py.File(path) as file:
        assert list(file) == ["features"]
        assert {row["source"] for row in file.attrs["split"]} == {b"features"}
    expected = [cut_in_two_passes(decoded(jpeg(seed))) for seed in (1, 2, 0)]  # by name: a, b, c
    np.testing.assert_array_equal(features_of(path), expected)


def test_a_folder_gives_what_the_archive_gives(celeba):
    folder, pictures = celeba
    from_archive = features_of(fuel_compat.convert_celeba(folder, folder / "out"))
    unpacked = folder / "unpacked"
    with zipfile.ZipFile(folder / "img_align_celeba.zip") as archive:
        archive.extractall(unpacked)
    (unpacked / ".hidden.jpg").write_bytes(b"")
    (unpacked / "readme.txt").write_text("passed over")
    write_table(unpacked, signs(10))
    for place in (unpacked, unpacked / "img_align_celeba"):  # the table lies in it, or beside it
        with h5py.File(fuel_compat.convert_celeba(place, folder / "out")) as file:
            np.testing.assert_array_equal(file["features"][...].transpose(0, 2, 3, 1), from_archive)
            np.testing.assert_array_equal(file["targets"], signs(10) == 1)


def test_official_and_proportional_splits():
    assert split_rows(202599) == {"train": (0, 162770), "valid": (162770, 182637), "test": (182637, 202599)}
    assert split_rows(558) == {"train": (0, 448), "valid": (448, 503), "test": (503, 558)}
    assert split_rows(10, (5, 3, 2)) == {"train": (0, 5), "valid": (5, 8), "test": (8, 10)}


def test_limit_and_a_given_split(celeba):
    folder, _ = celeba
    path = fuel_compat.convert_celeba(folder, folder, limit=6, split=(4, 2, 0))
    with h5py.File(path) as file:
        assert file["features"].shape[0] == file["targets"].shape[0] == 6
        assert FuelReader(file, "valid").data["targets"].tolist() == (signs(10)[4:6] == 1).astype(int).tolist()
        assert FuelReader(file, "test").sources == []  # no rows: not available


def test_a_numbered_subset_keeps_its_own_attributes(tmp_path):
    pictures = numbered(5)
    del pictures["img_align_celeba/000002.jpg"]
    write_archive(tmp_path / "img_align_celeba.zip", pictures)
    write_table(tmp_path, signs(5))
    with h5py.File(fuel_compat.convert_celeba(tmp_path, tmp_path, allow_missing=True)) as file:
        np.testing.assert_array_equal(file["targets"], signs(5)[[0, 2, 3, 4]] == 1)


@pytest.mark.parametrize("mode, kind", [("RGB", "JPEG"), ("L", "JPEG"), ("CMYK", "JPEG"), ("P", "PNG"), ("1", "PNG")])
def test_fit_takes_any_size_and_mode(tmp_path, mode, kind):
    content = jpeg(3, size=(300, 120), mode=mode, kind=kind)
    (tmp_path / "wide.jpg").write_bytes(content)
    features = features_of(fuel_compat.convert_celeba(tmp_path, tmp_path, targets=False, fit=True))
    whole = Image.fromarray(decoded(content)).resize((160, 64), Image.LANCZOS)
    expected = np.asarray(whole)[:, 48:112]  # the centre
    assert np.abs(features[0].astype(int) - expected).max() <= 1 and np.mean(features[0] == expected) > 0.99


def test_fit_keeps_the_shape_of_whole_faces_and_obeys_orientation_and_transparency(tmp_path):
    red_and_clear = np.zeros([436, 356, 4], np.uint8)
    red_and_clear[:218] = [255, 0, 0, 255]
    red_and_clear[218:] = [0, 255, 0, 0]  # green, but not to be seen
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    Image.fromarray(red_and_clear).save(tmp_path / "a.png", exif=exif)
    features = features_of(fuel_compat.convert_celeba(tmp_path, tmp_path, size=None, targets=False, fit=True))
    assert features.shape == (1, 218, 178, 3)
    assert features[0, 0, 0].tolist() == [0, 0, 0] and features[0, -1, 0].tolist() == [255, 0, 0]


def test_several_processes_give_what_one_gives(tmp_path):
    write_archive(tmp_path / "faces.zip", {f"{seed:02d}.jpg": jpeg(seed) for seed in range(20)})
    results = [
        features_of(
            fuel_compat.convert_celeba(tmp_path / "faces.zip", tmp_path, size=None, targets=False, workers=workers)
        )
        for workers in (1, 2)
    ]
    assert len(results[0]) == 20
    np.testing.assert_array_equal(*results)


def test_real_sample(tmp_path):
    sample = optional_data("celeba_sample")
    signs = np.loadtxt(sample / "list_attr_celeba.txt", dtype=int, skiprows=2, usecols=range(1, 41))
    path = fuel_compat.convert_celeba(sample, tmp_path)
    with h5py.File(path) as file, zipfile.ZipFile(sample / "img_align_celeba.zip") as archive:
        assert file["features"].shape == (558, 3, 64, 64)
        np.testing.assert_array_equal(file["targets"], signs == 1)
        lengths = [len(FuelReader(file, split).data["features"]) for split in ("train", "valid", "test")]
        assert lengths == [448, 55, 55]
        for row in range(0, 558, 6):
            face = decoded(archive.read(f"img_align_celeba/{row + 1:06d}.jpg"))
            converted = file["features"][row].transpose(1, 2, 0)
            np.testing.assert_array_equal(converted, cut_in_two_passes(face))
            assert np.abs(converted.astype(int) - cut_by_hand(face)).max() <= 1


def test_info_names_what_is_inside(celeba):
    folder, _ = celeba
    text = fuel_compat.describe(fuel_compat.convert_celeba(folder, folder))
    assert "features: uint8 [10, 3, 64, 64] (batch, channel, height, width)" in text
    assert "targets: uint8 [10, 40] (batch, target)" in text
    assert ["valid", "targets", "8", "9", "1"] in [line.split() for line in text.splitlines()]
    assert "h5py_interface_version = 0.3" in text


def test_info_of_a_file_that_fuel_did_not_make(tmp_path):
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file.create_dataset("group/data", data=np.zeros([4, 2]), chunks=(2, 2), compression="gzip")
        file["group"].attrs["note"] = "x" * 1000
    text = fuel_compat.describe(tmp_path / "other.h5")
    assert "no splits" in text and "group: group of 1" in text and "x" * 201 not in text
    assert "group/data: float64 [4, 2], chunks [2, 2], gzip" in text
    buffer = io.BytesIO((tmp_path / "other.h5").read_bytes()[:600])
    (tmp_path / "cut.h5").write_bytes(buffer.getvalue())
    for name in ("cut.h5", "missing.h5"):
        with pytest.raises(fuel_compat.FileError, match=name):
            fuel_compat.describe(tmp_path / name)
