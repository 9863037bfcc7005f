"""CelebA's table of attributes, `list_attr_celeba.txt`.

Its first line is the number of pictures, its second the names of the 40 attributes; each further line is a picture's
name and 40 times 1 or -1, for has and has not.
"""

import re
from pathlib import Path
from typing import Dict, List, Tuple

import numpy as np

from fuel_compat.errors import FileError
from fuel_compat.guard import guard
from fuel_compat.pictures import Pictures, stem_of

TABLE = "list_attr_celeba.txt"
COUNT = 40
_LARGEST = 2**26  # bytes; CelebA's has 27 MB
_VALUES = {"1", "-1"}


def read_targets(table: Path, pictures: Pictures) -> np.ndarray:
    """Reads the attributes of the given pictures.

    Returns:
        uint8 [N,40] in the order of the pictures: 0 where the table says -1.

    Raises:
        FileError: the table is missing, contradicts itself, or has no row for one of the pictures.
    """
    row_of, values = _read_table(table)
    rows = []
    for entry in pictures.entries:
        if stem_of(entry.name) not in row_of:
            raise FileError(
                f"{table}: has no row for {entry.name} of {pictures.origin} among its {len(values)}; "
                "use the table that belongs to the pictures, or --no-targets"
            )
        rows.append(row_of[stem_of(entry.name)])
    return values[rows]


def find_table(pictures: Pictures) -> Path:
    """Returns where the table is: in the folder of the pictures, or beside the folder or archive.

    Raises:
        FileError: it is in neither place.
    """
    candidates = [folder / TABLE for folder in (pictures.origin, pictures.origin.resolve().parent)]
    for path in candidates:
        if path.is_file():
            return path
    raise FileError(f"{candidates[-1]} does not exist; put the table beside the pictures, or give --no-targets")


def _read_table(table: Path) -> Tuple[Dict[str, int], np.ndarray]:
    lines = _lines(table)
    names = lines[1].split() if len(lines) > 1 else []
    if not re.fullmatch("[0-9]+", lines[0].strip()) or len(names) != COUNT:
        raise FileError(
            f"{table}: the first line must be the number of pictures and the second {COUNT} names, but they are "
            f"{lines[0][:40]!r} and {len(names)} names; use CelebA's own {TABLE}"
        )
    announced = lines[0].strip().lstrip("0") or "0"
    if announced != str(len(lines) - 2):  # as texts: Python refuses numbers of thousands of digits
        raise FileError(f"{table}: announces {announced[:40]} rows but has {len(lines) - 2}; fetch the table again")
    row_of: Dict[str, int] = {}
    values = np.empty([len(lines) - 2, COUNT], np.uint8)
    for row, line in enumerate(lines[2:]):
        name, *fields = line.split() or [""]
        if len(fields) != COUNT or not _VALUES.issuperset(fields):
            raise FileError(f"{table}: line {row + 3} is not a name and {COUNT} times 1 or -1: {line[:60]!r}")
        if stem_of(name) in row_of:
            raise FileError(f"{table}: line {row + 3} is a second row for {name}; remove one of the two")
        row_of[stem_of(name)] = row
        values[row] = [field == "1" for field in fields]
    return row_of, values


def _lines(table: Path) -> List[str]:
    with guard(f"{table} is not a text file", f"; use CelebA's own {TABLE}"):
        size = table.stat().st_size
        if size > _LARGEST:
            raise FileError(f"{table} has {size:,} bytes, more than {_LARGEST:,}; use CelebA's own {TABLE}")
        return table.read_text(encoding="utf-8").rstrip().splitlines() or [""]
