"""The folder of a run: its files by name, its record, and how the run ended.

config.json     settings (seed among them), every start (command, commit, versions, device), how the run ended
metrics.jsonl   one row of scalars every log_every iterations
metrics.json    figures on the held-out pairs, at the end
strips.png      held-out walks in the manner of Fig. 4b, at the end
maps.png        one of them with what each transformation did, if there are several
model/          weights and settings, for load_interpolator
evaluation/     what `tf-interp evaluate` measured
checkpoints/    to resume from
events.*        for TensorBoard, which calls the run by this folder's name
"""

import json
import math
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple, Union

from tf_interp.errors import FileError
from tf_interp.system import files

FINISHED, INTERRUPTED, DIVERGED = "finished", "interrupted", "diverged"
_LARGEST_IMAGE = 2**24  # numbers; networks for larger ones would fill the memory
_PARTS = {"settings": dict, "parameters": dict, "starts": list}


class RunFolder:
    """One run's folder, which need not exist yet.

    Args:
        path: the folder.
    """

    def __init__(self, path: Union[str, Path]):
        self.path = Path(path)
        self.config = self.path / "config.json"
        self.rows = self.path / "metrics.jsonl"
        self.metrics = self.path / "metrics.json"
        self.strips = self.path / "strips.png"
        self.maps = self.path / "maps.png"
        self.model = self.path / "model"
        self.evaluation = self.path / "evaluation"
        self.checkpoints = self.path / "checkpoints"

    def __str__(self) -> str:
        return str(self.path)

    @property
    def has_results(self) -> bool:
        """Whether there is something that a new run would overwrite."""
        return self.model.exists() or self.metrics.exists() or self.rows.exists()

    def read_record(self) -> Dict[str, Any]:
        """The content of config.json.

        Returns:
            "settings", "parameters", "starts"; and "ended", with "how" and "iteration", once the run has ended.

        Raises:
            FileError: it is missing, damaged, or not the record of a run.
        """
        record = read_json(self.config)
        for name, kind in _PARTS.items():
            if not isinstance(record.get(name), kind):
                raise FileError(f"{self.config} is not the record of a run: it has no {name!r}")
        if not isinstance(record.get("ended", {}), dict):
            raise FileError(
                f"{self.config}: 'ended' is {record['ended']!r}; it should say how and after which iteration"
            )
        return record

    def write_start(self, settings: Dict[str, Any], parameters: Dict[str, int], start: Dict[str, Any]) -> None:
        """Writes config.json; the record of every earlier start is kept.

        Args:
            settings: flat, by name.
            parameters: network -> number of weights.
            start: see `provenance.describe_start`.
        """
        earlier = self.read_record()["starts"] if self.config.exists() else []
        files.write_json(self.config, {"settings": settings, "parameters": parameters, "starts": [*earlier, start]})

    def write_end(self, how: str, iteration: int) -> None:
        """Adds to config.json how the run ended: FINISHED, INTERRUPTED or DIVERGED, and after which iteration."""
        files.write_json(self.config, {**self.read_record(), "ended": {"how": how, "iteration": iteration}})

    @property
    def ended(self) -> Optional[str]:
        """FINISHED, INTERRUPTED or DIVERGED; None for a run that goes on, or was killed."""
        return self.read_record().get("ended", {}).get("how")

    def read_metrics(self) -> Dict[str, Any]:
        """The content of metrics.json.

        Raises:
            FileError: it is missing or damaged.
        """
        return read_json(self.metrics)

    def measured_at(self, iteration: int) -> bool:
        """Whether metrics.json has the figures of the model after so many iterations.

        Raises:
            FileError: it is damaged.
        """
        return self.metrics.exists() and self.read_metrics().get("iterations") == iteration

    def read_rows(self) -> List[Dict[str, float]]:
        """The rows of metrics.jsonl that can be read; none if there is no such file."""
        return parse_rows(self.rows.read_bytes())[0] if self.rows.exists() else []

    def clear_leftovers(self) -> None:
        """Removes the temporary files of a run that was killed while it wrote. Only for who has the lock."""
        for path in (self.config, self.rows, self.metrics, self.strips, self.maps, self.model):
            files.clear_leftovers(path)
        for events in self.path.glob(".events.*"):
            events.unlink()

    @property
    def recipe(self) -> str:
        """The command that repeats the run: it reads the recorded settings, so it cannot drift from them."""
        faces = self.read_record()["settings"].get("data") in ("celeba", "faces")
        return f"python train_{'celeba' if faces else 'mnist'}.py --config {self.config}"


def parse_rows(content: bytes) -> Tuple[List[Dict[str, float]], int]:
    """Reads rows of scalars, each a JSON object on a line of its own with a whole number "iteration".

    Returns:
        The rows that can be read, and how many cannot. A last one that was cut short, as when a run is killed, is not
        counted.
    """
    *lines, rest = content.split(b"\n")
    rows = [_row(line) for line in lines]
    lost = rows.count(None)
    return [row for row in (*rows, _row(rest)) if row is not None], lost


def _row(line: bytes) -> Optional[Dict[str, float]]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(row, dict) or type(row.get("iteration")) is not int or row["iteration"] < 0:
        return None
    return row if all(isinstance(value, (int, float)) for value in row.values()) else None


def read_json(path: Path) -> Dict[str, Any]:
    """The JSON object in a file.

    Raises:
        FileError: the file is missing, cannot be read, or does not hold an object.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise FileError(f"{path} is not valid JSON: {error}") from None
    if not isinstance(content, dict):
        raise FileError(f"{path} must hold a JSON object, not a {type(content).__name__}")
    return content


def image_shape_of(record: Dict[str, Any], path: Path) -> Tuple[int, int, int]:
    """(H, W, C) in the record of a model, a peer or a classifier.

    Args:
        record: the content of `path`.
        path: for the error.

    Raises:
        FileError: there is no image_shape, or it cannot be one.
    """
    shape = record.get("image_shape")
    if not (isinstance(shape, list) and len(shape) == 3 and all(type(n) is int and 0 < n < 2**16 for n in shape)):
        raise FileError(f"{path}: image_shape is {shape!r}; it should be height, width and channels")
    if math.prod(shape) > _LARGEST_IMAGE:
        raise FileError(f"{path}: image_shape is {shape!r}; no image has more than {_LARGEST_IMAGE:,} numbers")
    return tuple(shape)
