"""Every reader of files, each with a small healthy file and what a user's command makes of it."""

import contextlib
import gzip
import io
import json
import struct
import tempfile
import zipfile
from pathlib import Path
from typing import Callable, Dict, NamedTuple, Tuple

import h5py
import numpy as np
from PIL import Image

import fuel_compat
from fuel_compat.attributes import read_targets
from fuel_compat.idx import read_idx
from fuel_compat.info import describe
from fuel_compat.layout import IMAGE_AXES, create_source, finish
from fuel_compat.pictures import Pictures, find_pictures
from fuel_compat.pixels import decode, geometry_of
from tf_interp import config
from tf_interp.config.stored import read_settings
from tf_interp.data.celeba import load_splits
from tf_interp.data.image_file import read_image
from tf_interp.errors import FileError, InputError
from tf_interp.system.run_folder import RunFolder, image_shape_of, read_json

DOCUMENTED = (FileError, InputError, fuel_compat.FileError, fuel_compat.InputError)
"""What a reader may raise; the commands print these as one line."""


class FileReader(NamedTuple):
    """A reader.

    Fields:
        name: of the file; its ending may matter.
        healthy: makes the content of a file that is read without an error.
        read: reads a file.
        words: what stands in such files, for changes of whole words.
        apart: whether reading starts a process, which takes a while.
    """

    name: str
    healthy: Callable[[], bytes]
    read: Callable[[Path], object]
    words: Tuple[bytes, ...] = ()
    apart: bool = False


def _picture(kind: str, mode: str = "RGB", **options) -> Callable[[], bytes]:
    def content() -> bytes:
        file, ramp = io.BytesIO(), np.arange(12 * 10 * 3, dtype=np.uint8).reshape(12, 10, 3)
        Image.fromarray(ramp).convert(mode).save(file, kind, **options)
        return file.getvalue()

    return content


def _photograph() -> bytes:
    """A JPEG with tags, of the size of an aligned face."""
    file, tags = io.BytesIO(), Image.Exif()
    tags[0x0112] = 6  # orientation
    Image.effect_mandelbrot((178, 218), (-2, -1, 1, 1), 20).convert("RGB").save(file, "JPEG", exif=tags)
    return file.getvalue()


def _animation() -> bytes:
    file = io.BytesIO()
    frames = [Image.new("P", (12, 10), colour) for colour in (1, 2, 3)]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], transparency=1)
    return file.getvalue()


def _archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in (1, 2, 3):
            archive.writestr(f"img_align_celeba/{number:06d}.jpg", bytes(range(200)) * number)
        archive.writestr("notes.txt", "stored", zipfile.ZIP_STORED)
    return file.getvalue()


def _read_archive(path: Path) -> None:
    pictures = find_pictures(path)
    for _ in pictures.read(pictures.origin, pictures.entries):
        pass


def _table() -> bytes:
    rows = [f"{number:06d}.jpg " + " ".join(["1", "-1"] * 20) for number in (1, 2, 3)]
    return "\n".join(["3", " ".join(f"Attribute_{n}" for n in range(40)), *rows, ""]).encode()


class _Entry(NamedTuple):
    name: str


def _read_table(path: Path) -> None:
    read_targets(path, Pictures(path, [_Entry(f"{number:06d}.jpg") for number in (1, 2, 3)], lambda *_: iter(())))


def _digits() -> bytes:
    return bytes([0, 0, 8, 3]) + struct.pack(">3I", 5, 4, 3) + bytes(range(60))


def _fuel() -> bytes:
    with tempfile.NamedTemporaryFile(suffix=".hdf5") as place:
        with h5py.File(place.name, "w") as file:
            create_source(file, "features", (6, 3, 4, 5), IMAGE_AXES)[...] = np.arange(60, dtype=np.uint8).reshape(
                3, 4, 5
            )
            create_source(file, "targets", (6, 40), ("batch", "target"))[...] = 1
            finish(file, {"train": (0, 3), "valid": (3, 4), "test": (4, 6)})
        return Path(place.name).read_bytes()


def _packed_hdf5() -> bytes:
    """What Fuel does not write: groups, chunks, compression, texts of any length, an array of arrays."""
    with tempfile.NamedTemporaryFile(suffix=".hdf5") as place:
        with h5py.File(place.name, "w") as file:
            file.create_dataset("group/data", data=np.zeros([40, 20]), chunks=(20, 20), compression="gzip")
            file.create_dataset("names", data=["one", "two"], dtype=h5py.string_dtype())
            file["group"].attrs["note"] = "text"
            file["link"] = h5py.SoftLink("/group/data")
        return Path(place.name).read_bytes()


def _settings(record: bool) -> Callable[[], bytes]:
    def content() -> bytes:
        settings = config.settings().to_dict()
        parts = {"settings": settings, "parameters": {"policy": 3}, "starts": [{"iteration": 0}]}
        return json.dumps({**parts, "image_shape": [28, 28, 1]} if record else settings).encode()

    return content


def _read_settings(path: Path) -> None:
    """As --config does, and then the run, which records its settings."""
    json.dumps(config.from_dict(read_settings(str(path)), origin=str(path)).to_dict()).encode()


def _read_record(path: Path) -> None:
    """As --resume, `tf-interp interpolate --model` and the report do."""
    _read_settings(path)
    RunFolder(path.parent).read_record()
    image_shape_of(read_json(path), path)


def _read_image(path: Path) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        read_image(path, (10, 12, 3))


def _decode(fit: bool) -> Callable[[Path], object]:
    return lambda path: decode(path.read_bytes(), geometry_of(64), fit)


_JSON_WORDS = (b'"settings"', b'"starts"', b'"method"', b'"steps"', b'"data_dir"', b'"run_dir"', b"null", b"0.0", b"[")
_ZIP_WORDS = (b"PK\1\2", b"PK\3\4", b"PK\5\6", b".jpg", b"img_align_celeba/", b"\x2d\0")
_HDF5_WORDS = (b"train", b"features", b"split", b"source", b"start", b"TREE", b"SNOD", b"HEAP", b"GCOL", b"OHDR")

READERS: Dict[str, FileReader] = {
    "zip of pictures": FileReader("a.zip", _archive, _read_archive, _ZIP_WORDS),
    "CelebA's table": FileReader("list_attr_celeba.txt", _table, _read_table, (b"1", b"-1", b"000002.jpg", b"\n")),
    "IDX": FileReader("images", _digits, lambda path: read_idx(path, 3)),
    "IDX, gzipped": FileReader(
        "images.gz", lambda: gzip.compress(_digits(), mtime=0), lambda path: read_idx(path.with_suffix(""), 3)
    ),
    "face to convert, JPEG": FileReader("a.jpg", _photograph, _decode(fit=False)),
    "picture to convert, PNG": FileReader("a.png", _picture("PNG", "RGBA"), _decode(fit=True), (b"IDAT", b"IHDR")),
    "picture to convert, WebP": FileReader("a.webp", _picture("WEBP", "RGBA"), _decode(fit=True), (b"VP8 ", b"VP8X")),
    "picture to walk, PNG": FileReader("a.png", _picture("PNG", "P"), _read_image, (b"IDAT", b"IHDR", b"PLTE")),
    "picture to walk, JPEG": FileReader("a.jpg", _photograph, _read_image, (b"Exif", b"JFIF", b"\xff\xda")),
    "picture to walk, GIF": FileReader("a.gif", _animation, _read_image, (b"GIF89a", b"NETSCAPE2.0", b",")),
    "picture to walk, WebP": FileReader(
        "a.webp", _picture("WEBP", lossless=True), _read_image, (b"VP8L", b"VP8 ", b"VP8X", b"ANIM")
    ),
    "picture to walk, BMP": FileReader("a.bmp", _picture("BMP"), _read_image),
    "picture to walk, TIFF": FileReader("a.tif", _picture("TIFF", compression="tiff_lzw"), _read_image, (b"II*\0",)),
    "settings": FileReader("settings.json", _settings(record=False), _read_settings, _JSON_WORDS),
    "record of a run": FileReader("config.json", _settings(record=True), _read_record, _JSON_WORDS),
    "HDF5, to train on": FileReader(
        "a.hdf5", _fuel, lambda path: load_splits(("train", "test"), str(path)), _HDF5_WORDS, apart=True
    ),
    "HDF5, info": FileReader("a.hdf5", _fuel, describe, _HDF5_WORDS, apart=True),
    "HDF5 of others, info": FileReader("b.hdf5", _packed_hdf5, describe, _HDF5_WORDS, apart=True),
}
