"""Images a second of the converter and of a plain loop, on the same archive of aligned faces.

    python benchmarks/convert.py img_align_celeba.zip --limit 3000

The plain loop does in one process what the original script did: decode, resize, crop and write one image at a time.
The two take turns, so that other work on the machine slows both; both times include reading the table of contents,
and the converter's includes starting its processes. The results are compared pixel by pixel.
"""

import argparse
import io
import os
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import h5py
import numpy as np
from PIL import Image

from fuel_compat import convert_celeba
from fuel_compat.workers import cores


def plain_loop(archive: Path, folder: Path, limit: int) -> Path:
    """Converts the first `limit` pictures, by name, one after the other."""
    path = folder / "plain.hdf5"
    with zipfile.ZipFile(archive) as pictures, h5py.File(path, "w") as file:
        names = sorted(name for name in pictures.namelist() if name.endswith(".jpg"))[:limit]
        features = file.create_dataset("features", (len(names), 3, 64, 64), dtype="uint8")
        for row, name in enumerate(names):
            image = Image.open(io.BytesIO(pictures.read(name)))
            face = image.resize((64, 78), Image.LANCZOS).crop((0, 7, 64, 71))
            features[row] = np.asarray(face).transpose(2, 0, 1)
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--limit", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    converters = {
        "plain loop": plain_loop,
        "fuel_compat": lambda archive, folder, limit: convert_celeba(archive, folder, targets=False, limit=limit),
    }
    print(f"{cores()} cores, load {os.getloadavg()[0]:.1f} before the start")
    rates = {name: [] for name in converters}
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(options.rounds):
            pixels = []
            for name, convert in converters.items():
                start = time.perf_counter()
                path = convert(options.archive, Path(folder), options.limit)
                seconds = time.perf_counter() - start
                with h5py.File(path) as file:
                    pixels.append(file["features"][...])
                rates[name].append(len(pixels[-1]) / seconds)
                print(f"round {turn + 1}: {name:12} {rates[name][-1]:7.0f} images/s")
            np.testing.assert_array_equal(*pixels)
    ratios = [fast / slow for slow, fast in zip(*rates.values())]
    for name, values in rates.items():
        print(f"median:  {name:12} {median(values):7.0f} images/s")
    print(f"median ratio {median(ratios):.2f}, from {min(ratios):.2f} to {max(ratios):.2f}; the same pixels")


if __name__ == "__main__":
    main()
