"""Pictures that are converted once, kept, and converted anew when they change."""

import os
import zipfile

import h5py
import numpy as np
import pytest
from faces import decoded, jpeg, numbered, write_archive
from PIL import Image

from tf_interp.data.converted import hdf5_of
from tf_interp.data.sources import load_images, load_training_images
from tf_interp.errors import FileError, InputError


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "tf_interp"


def test_an_archive_is_converted_once_and_anew_when_it_changes(cache, tmp_path, capsys):
    archive = tmp_path / "img_align_celeba.zip"
    write_archive(archive, numbered(20))
    train, test = load_images("celeba", str(archive))
    assert train.shape == (16, 64, 64, 3) and test.shape == (2, 64, 64, 3)
    (file,) = cache.glob("img_align_celeba-*/celeba_64.hdf5")
    assert f"{archive} is converted once, to {file}" in capsys.readouterr().out
    stamp = file.stat().st_mtime_ns
    np.testing.assert_array_equal(load_images("celeba", str(archive))[0], train)
    said = capsys.readouterr().out
    assert f"from its conversion of an earlier run: {file}" in said and "converted once" not in said
    assert file.stat().st_mtime_ns == stamp
    write_archive(archive, numbered(21))
    assert len(load_images("celeba", str(archive))[0]) == 17
    (again,) = cache.iterdir()  # the copy of what it was before is gone
    assert again != file.parent


def test_a_known_archive_is_found_again_without_being_opened(cache, tmp_path, monkeypatch):
    """Reading the table of CelebA's 202,599 members takes seconds."""
    (tmp_path / "folder").mkdir()
    archive = tmp_path / "folder" / "img_align_celeba.zip"
    write_archive(archive, numbered(20))
    file = hdf5_of(archive)
    monkeypatch.setattr(zipfile, "ZipFile", lambda path: pytest.fail(f"{path} was opened"))
    assert hdf5_of(archive) == hdf5_of(tmp_path / "folder") == file


def test_archives_of_one_name_in_two_folders_keep_a_copy_each(cache, tmp_path):
    for name, count in (("mine", 20), ("yours", 21)):
        (tmp_path / name).mkdir()
        write_archive(tmp_path / name / "faces.zip", numbered(count))
    files = [hdf5_of(tmp_path / name / "faces.zip") for name in ("mine", "yours", "mine")]
    assert files[0] == files[2] != files[1] and all(file.is_file() for file in files)
    os.utime(tmp_path / "mine" / "faces.zip", ns=(0, 0))  # changed, as far as one can see
    assert hdf5_of(tmp_path / "mine" / "faces.zip") != files[0]
    assert not files[0].exists() and files[1].is_file()


def test_a_folder_of_pictures_and_a_folder_with_a_converted_file(cache, tmp_path):
    for number in range(20):
        (tmp_path / "mine").mkdir(exist_ok=True)
        (tmp_path / "mine" / f"cat {number}.jpg").write_bytes(jpeg(number))
    train, _ = load_images("celeba", str(tmp_path / "mine"))
    assert train.shape == (16, 64, 64, 3)
    (file,) = cache.glob("mine-*/celeba_64.hdf5")
    assert hdf5_of(file) == file and hdf5_of(file.parent) == file
    (tmp_path / "mine" / "cat 3.jpg").write_bytes(jpeg(300))
    assert not np.array_equal(load_images("celeba", str(tmp_path / "mine"))[0], train)
    (again,) = cache.glob("mine-*/celeba_64.hdf5")
    with h5py.File(again) as content:
        assert list(content) == ["features"]  # the attributes are not needed


def test_pictures_of_any_size_are_taken_by_their_middle_and_aligned_faces_as_ever(cache, tmp_path, capsys):
    (tmp_path / "mine").mkdir()
    for number in range(20):
        content = jpeg(number) if number % 2 else jpeg(number, size=(300, 200), mode="L")
        (tmp_path / "mine" / f"{number:02d}.jpg").write_bytes(content)
    train, _ = load_images("celeba", str(tmp_path / "mine"))
    said = capsys.readouterr().out
    assert "178 x 218 are cut as CelebA's, of others the largest square in the middle is taken" in said
    aligned = Image.fromarray(decoded(jpeg(1))).resize((64, 78), Image.LANCZOS).crop((0, 7, 64, 71))
    np.testing.assert_array_equal(train[1], aligned)
    middle = decoded(jpeg(0, size=(300, 200), mode="L"))[:, 50:250]
    expected = np.asarray(Image.fromarray(middle).resize((64, 64), Image.LANCZOS)).astype(int)
    np.testing.assert_allclose(train[0][:, 4:-4], expected[:, 4:-4], atol=1)  # the filter sees beyond the cut


def test_pictures_that_cannot_be_used_say_why_and_what_to_do(cache, tmp_path):
    folder = tmp_path / "holidays"
    folder.mkdir()
    with pytest.raises(FileError, match="holidays holds no pictures"):
        load_images("celeba", str(folder))
    (folder / "a.jpg").write_bytes(jpeg(1)[:900])
    remedy = "replace or remove it.*options named are those of: python -m fuel_compat convert celeba 64 --no-targets"
    with pytest.raises(FileError, match=f"a.jpg cannot be decoded.*{remedy} -d .*holidays -o FOLDER; give the"):
        load_images("celeba", str(folder))
    (folder / "a.jpg").write_bytes(jpeg(1, size=(300, 200)))
    with pytest.raises(InputError, match="has 1 pictures to train on and 0 to test on; a walk needs two of each"):
        load_training_images("celeba", str(folder))
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK\3\4 and no more")
    with pytest.raises(FileError, match="broken.zip is not a whole zip archive"):
        load_images("celeba", str(broken))
    assert not list(cache.glob("broken*"))
