"""Small stand-ins for CelebA, drawn anew for each test, and what a converter should make of them."""

import io
import os
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest
from PIL import Image

ATTRIBUTES = [f"Attribute_{number}" for number in range(40)]


def optional_data(name):
    """Path of optional data: in the folder that SHARED_DATA names, else in ../shared/data beside the checkout.

    A test that asks for data that are not there is skipped.
    """
    path = Path(os.environ.get("SHARED_DATA") or Path(__file__).parents[2] / "shared" / "data") / name
    if not path.exists():
        pytest.skip(f"{path} is not there; SHARED_DATA names the folder that has {name}")
    return path


def jpeg(seed, size=(178, 218), mode="RGB", kind="JPEG"):
    """A picture with both smooth parts and sharp edges, encoded."""
    random = np.random.RandomState(seed)
    coarse = Image.fromarray(random.randint(0, 256, [14, 11, 3]).astype(np.uint8))
    image = np.array(coarse.resize(size, Image.BICUBIC))
    image[size[1] // 3 : size[1] // 2, size[0] // 4 : size[0] // 2] = random.randint(0, 256, 3)
    file = io.BytesIO()
    Image.fromarray(image).convert(mode).save(file, kind, quality=92)
    return file.getvalue()


def decoded(content):
    """uint8 [H,W,3] of an encoded picture."""
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))


def numbered(count):
    """Name -> content of `count` pictures under CelebA's names."""
    return {f"img_align_celeba/{number:06d}.jpg": jpeg(number) for number in range(1, count + 1)}


def signs(count):
    """Attributes -1 and 1, int [count,40]."""
    return np.random.RandomState(count).choice([-1, 1], [count, 40])


def write_archive(path, pictures):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in pictures.items():
            archive.writestr(name, content)


def write_table(folder, values):
    rows = [f"{row + 1:06d}.jpg  " + " ".join(f"{value:2d}" for value in signs) for row, signs in enumerate(values)]
    lines = [str(len(values)), " ".join(ATTRIBUTES) + " ", *rows]
    (folder / "list_attr_celeba.txt").write_text("\n".join(lines) + "\n")


def write_celeba(folder, count):
    """Writes an archive and its table; returns the pictures."""
    pictures = numbered(count)
    write_archive(folder / "img_align_celeba.zip", pictures)
    write_table(folder, signs(count))
    return pictures


def lanczos_matrix(source, target):
    """Weights [target,source] of Lanczos with 3 lobes, widened by the reduction, renormalised at the borders."""
    scale = source / target
    centres = (np.arange(target) + 0.5) * scale
    distance = (np.arange(source) + 0.5 - centres[:, None]) / scale
    weights = np.where(np.abs(distance) < 3, np.sinc(distance) * np.sinc(distance / 3), 0)
    return weights / weights.sum(axis=1, keepdims=True)


def cut_by_hand(image):
    """uint8 [64,64,3] of an aligned face [218,178,3], by matrix products; within one grey level of the original."""
    rows, columns = lanczos_matrix(218, 78), lanczos_matrix(178, 64)
    wide = np.clip(np.rint(np.einsum("xw,hwc->hxc", columns, image.astype(float))), 0, 255)
    return np.clip(np.rint(np.einsum("yh,hxc->yxc", rows, wide)), 0, 255)[7:71].astype(np.uint8)


def cut_in_two_passes(image):
    """uint8 [64,64,3] of an aligned face, by Pillow: columns first, then rows. Exactly the original."""
    narrow = Image.fromarray(image).resize((64, 218), Image.LANCZOS)
    return np.asarray(narrow.resize((64, 78), Image.LANCZOS))[7:71]


class FuelReader:
    """What Fuel's H5PYDataset makes of a file: the rows of some splits, found by the `split` attribute alone."""

    def __init__(self, file: h5py.File, split):
        table = [row for row in file.attrs["split"] if row["split"].decode("utf8") == split]
        self.sources = sorted(row["source"].decode("utf8") for row in table if row["available"])
        self.axes = {name: tuple(axis.label for axis in file[name].dims) for name in self.sources}
        self.data = {}
        for name in self.sources:
            assert "shapes" not in file[name].dims[0]  # that would mean pictures of varying size
            (row,) = [row for row in table if row["source"].decode("utf8") == name]
            rows = file[row["indices"]][...] if row["indices"] else slice(row["start"], row["stop"])
            self.data[name] = file[name][rows]
