"""Walks as files for the page of the gallery: a picture a method, a picture a map, and a record."""

import base64
from pathlib import Path
from typing import Any, Dict, List

import numpy as np
from PIL import Image

from tf_interp.strips import to_rgb
from tf_interp.system.files import replaced_file, write_json

RECORD = "gallery.json"
_ARROWS = 14  # along a side, about


def save_walks(folder: Path, films: Dict[str, np.ndarray], maps: Dict[str, np.ndarray], record: Dict[str, Any]) -> None:
    """Writes all that the page shows of some pairs.

    Args:
        folder: where to.
        films: method -> float [P,N,H,W,C] in [0, 1], N images at equal times, of all the methods the same.
        maps: label -> [P,K,H,W,*] of the first method, see `maps_of`; K divides N - 1. Flows become arrows.
        record: what else is to be known.
    """
    pairs, times, height, width, _ = next(iter(films.values())).shape
    steps = next(iter(maps.values())).shape[1]
    for name, images in films.items():
        _save_sprite(images, folder / _file(name))
    drawn: List[Dict[str, Any]] = []
    for label, values in maps.items():
        if values.shape[-1] == 2:
            drawn.append({"label": label, "arrows": _arrows(values)})
        else:
            _save_sprite(values, folder / _file(label))
            drawn.append({"label": label, "file": _file(label)})
    sizes = {"pairs": pairs, "times": times, "steps": steps, "height": height, "width": width}
    files = {name: _file(name) for name in films}
    write_json(folder / RECORD, {**sizes, "films": files, "maps": drawn, **record})


def _file(name: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in name) + ".webp"


def _save_sprite(images: np.ndarray, path: Path) -> None:
    """Writes images [P,N,H,W,C] in [0, 1] as one picture: a row a pair, a column a time. Grey ones are exact."""
    pairs, times, height, width, channels = images.shape
    pixels = np.round(255 * to_rgb(images)).astype(np.uint8).transpose(0, 2, 1, 3, 4)
    picture = Image.fromarray(pixels.reshape(pairs * height, times * width, 3))
    with replaced_file(path) as temporary:
        picture.save(temporary, lossless=channels == 1, quality=85, method=6)


def _arrows(flow: np.ndarray) -> Dict[str, Any]:
    """A flow [P,K,H,W,2] in pixels as arrows on a grid.

    Returns:
        cell: side of the squares that share an arrow, in pixels; unit: pixels; values: int8 [P,K,rows,columns,2], x
        before y, mean flow of each square in units, as base64.
    """
    pairs, steps, height, width, _ = flow.shape
    cell = max(1, min(height, width) // _ARROWS)
    rows, columns = height // cell, width // cell
    cut = flow[:, :, : rows * cell, : columns * cell]
    means = cut.reshape(pairs, steps, rows, cell, columns, cell, 2).mean(axis=(3, 5))
    unit = max(float(np.abs(means).max()), 1e-6) / 127
    values = base64.b64encode(np.round(means / unit).astype(np.int8).tobytes()).decode()
    return {"cell": cell, "unit": unit, "values": values}
