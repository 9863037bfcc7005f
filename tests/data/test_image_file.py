"""Any picture as what a model takes."""

import numpy as np
import pytest
from PIL import Image

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
