"""Any picture as what a model takes."""

import struct

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from tf_interp.data.image_file import read_image
from tf_interp.errors import FileError


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK"])
@pytest.mark.parametrize("channels", [1, 3])
def test_pictures_of_every_mode_are_read(mode, channels, tmp_path):
    """Half white, half black in any mode stays so."""
    picture = Image.new("RGB", (6, 4), "black")
    picture.paste("white", (0, 0, 3, 4))
    picture.convert(mode).save(tmp_path / "p.tiff")
    found = read_image(tmp_path / "p.tiff", (4, 6, channels))
    assert found.shape == (4, 6, channels) and found.dtype == np.float32
    np.testing.assert_allclose(found[:, :3], 1.0, atol=0.01)
    np.testing.assert_allclose(found[:, 3:], 0.0, atol=0.01)


def test_a_photograph_is_turned_upright_and_grey_is_luma(tmp_path):
    picture = Image.new("RGB", (6, 4), (255, 0, 0))
    picture.paste((0, 0, 255), (0, 0, 3, 4))
    tags = Image.Exif()
    tags[0x0112] = 6  # the camera was turned: the left edge of the stored pixels is the top
    picture.save(tmp_path / "p.png", exif=tags)
    colour, grey = (read_image(tmp_path / "p.png", (6, 4, channels)) for channels in (3, 1))
    np.testing.assert_allclose(colour[0], [[0, 0, 1]] * 4, atol=1e-6)
    np.testing.assert_allclose(colour[5], [[1, 0, 0]] * 4, atol=1e-6)
    np.testing.assert_allclose(grey[[0, 5], 0, 0], [0.114, 0.299], atol=0.003)  # ITU-R 601


def test_what_is_transparent_is_black(tmp_path):
    picture = Image.new("LA", (2, 1))
    picture.putdata([(200, 255), (200, 51)])
    picture.save(tmp_path / "p.png")
    np.testing.assert_allclose(read_image(tmp_path / "p.png", (1, 2, 1))[0, :, 0], [200 / 255, 40 / 255], atol=0.003)


def test_what_is_no_picture_is_named(tmp_path):
    (tmp_path / "p.png").write_bytes(b"hello")
    with pytest.raises(FileError, match="p.png cannot be read as an image"):
        read_image(tmp_path / "p.png", (4, 6, 1))
    with pytest.raises(FileError, match="none.png does not exist"):
        read_image(tmp_path / "none.png", (4, 6, 1))


def test_the_middle_of_larger_pictures_is_taken_or_all_of_them_as_they_are(tmp_path, capsys):
    picture = Image.new("RGB", (60, 30), (0, 0, 255))
    picture.paste((255, 0, 51), (15, 0, 45, 30))
    picture.save(tmp_path / "photo.png")
    middle, whole = (read_image(tmp_path / "photo.png", (12, 12, 3), as_is=each) for each in (False, True))
    np.testing.assert_allclose(middle[:, 2:-2], np.broadcast_to([1.0, 0.0, 0.2], (12, 8, 3)), atol=0.02)
    np.testing.assert_allclose(whole[6, [0, 6, 11]], [[0, 0, 1], [1, 0, 0.2], [0, 0, 1]], atol=0.02)
    said = capsys.readouterr().out
    assert "photo.png: its middle resized from 60 x 30 to 12 x 12" in said
    assert "photo.png: resized from 60 x 30 to 12 x 12" in said
    Image.new("RGB", (12, 10)).save(tmp_path / "fitting.png")
    read_image(tmp_path / "fitting.png", (10, 12, 3))
    assert not capsys.readouterr().out


def test_aligned_faces_are_cut_as_for_training(tmp_path, capsys):
    """178 x 218 to 64 x 78, of which rows 7 to 71 are kept: the stripe at half height stays at half height."""
    face = Image.new("RGB", (178, 218))
    face.paste("white", (0, 106, 178, 112))
    face.save(tmp_path / "face.png")
    found = read_image(tmp_path / "face.png", (64, 64, 3))
    expected = np.asarray(face.resize((64, 78), Image.LANCZOS).crop((0, 7, 64, 71))) / 255
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert "cut and resized from 178 x 218 as CelebA's faces are" in capsys.readouterr().out


def test_sixteen_bit_grey_keeps_its_range(tmp_path):
    ramp = np.linspace(0, 65535, 120).astype(np.uint16).reshape(10, 12)
    Image.fromarray(ramp).save(tmp_path / "deep.png")
    np.testing.assert_allclose(read_image(tmp_path / "deep.png", (10, 12, 1))[..., 0], ramp / 65535, atol=1 / 255)
    Image.fromarray(ramp.astype(np.float32)).save(tmp_path / "float.tiff")
    with pytest.raises(FileError, match="float.tiff: pixels of mode F have no fixed range"):
        read_image(tmp_path / "float.tiff", (10, 12, 3))


def test_half_a_picture_is_refused(tmp_path):
    Image.new("RGB", (50, 50), (1, 2, 3)).save(tmp_path / "whole.png")
    whole = (tmp_path / "whole.png").read_bytes()
    (tmp_path / "half.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FileError, match="half.png cannot be read"):
        read_image(tmp_path / "half.png", (10, 12, 3))


@pytest.mark.parametrize("kind", ["dds", "ppm", "tga", "ico", "pcx"])
def test_rare_formats_are_not_offered(kind, tmp_path):
    Image.new("RGB", (16, 16)).save(tmp_path / "p.png", kind)
    with pytest.raises(FileError, match="p.png cannot be read as an image .no picture of a known format: PNG, JPEG"):
        read_image(tmp_path / "p.png", (4, 6, 1))


@pytest.mark.parametrize("error", [RuntimeError("two\nlines"), NotImplementedError(), IndexError(), struct.error()])
def test_whatever_a_decoder_raises_is_one_line(error, tmp_path, monkeypatch):
    def fail(self):
        raise error

    Image.new("RGB", (12, 10)).save(tmp_path / "p.png")
    monkeypatch.setattr(PngImagePlugin.PngImageFile, "load", fail)
    reason = "two lines" if error.args else type(error).__name__
    with pytest.raises(FileError, match=f"p.png cannot be read as an image .{reason}.$"):
        read_image(tmp_path / "p.png", (10, 12, 3))


def test_too_many_pixels_are_refused_before_they_are_decoded(tmp_path, monkeypatch):
    Image.new("1", (8193, 8192)).save(tmp_path / "p.png")
    monkeypatch.setattr(PngImagePlugin.PngImageFile, "load", None)
    with pytest.raises(FileError, match="p.png .*implausibly many pixels .8193 x 8192"):
        read_image(tmp_path / "p.png", (10, 12, 3))
