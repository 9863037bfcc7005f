"""The checkpoints of a run. Their own files say which there are.

TensorFlow's index of them, the file `checkpoint`, is written for the tools of TensorFlow and not read: where it is
damaged, TensorFlow would find no checkpoint, and the run would begin again.
"""

import re
import shutil
import sys
from pathlib import Path
from typing import List, Optional

import tensorflow as tf

from tf_interp.errors import FileError
from tf_interp.system.files import make_folder, replaced_file, written
from tf_interp.system.weights import UNFIT, first_line, written_by_tensorflow

_TEMPORARY = re.compile(r"\.tempstate|^\.checkpoint\.")  # what is renamed when it is written


class Checkpoints:
    """Saves and restores.

    Args:
        checkpoint: what is saved.
        folder: where; need not exist.
        keep: how many are kept, the newest; at least 1.

    Attributes:
        newest: the one that was saved or restored last, without the endings of its files.
    """

    def __init__(self, checkpoint: tf.train.Checkpoint, folder: Path, keep: int):
        self._checkpoint, self._folder, self._keep = checkpoint, folder, keep
        self._counter = checkpoint.save_counter  # is created now, for `restore` expects it in every checkpoint
        self.newest: Optional[Path] = None

    def restore(self) -> None:
        """Reads the newest that can be read, and says on stderr which cannot.

        Raises:
            FileError: none can be read.
        """
        reasons = []
        for path in reversed(saved_in(self._folder)):
            try:
                self._checkpoint.restore(str(path)).assert_consumed()
            except UNFIT as error:
                reasons.append(f"{path} is damaged or belongs to other settings: {first_line(error)}")
            else:
                self.newest = path
                break
        else:
            raise FileError(reasons[0] if reasons else f"{self._folder} holds no checkpoint")
        for reason in reasons:
            print(f"WARNING      {reason}; going on from {self.newest.name}", file=sys.stderr)

    def save(self, iteration: int) -> None:
        """Writes one, and removes the oldest if there are more than are kept.

        Raises:
            FileError: it cannot be written; those that are there stay.
        """
        path = self._folder / f"ckpt-{iteration}"
        make_folder(self._folder)
        with written(path), written_by_tensorflow(path):
            try:
                self._checkpoint.write(str(path))
                self._drop_older(path)
            finally:
                clear_leftovers(self._folder)
        self.newest = path

    def _drop_older(self, newest: Path) -> None:
        # One of a later iteration could not be read. It counts for nothing and will be written anew.
        saved = [path for path in saved_in(self._folder) if _iteration(path) <= _iteration(newest)]
        kept, older = saved[-self._keep :], saved[: -self._keep]
        with replaced_file(self._folder / "checkpoint") as temporary:
            lines = [f'model_checkpoint_path: "{newest.name}"']
            lines += [f'all_model_checkpoint_paths: "{path.name}"' for path in kept]
            temporary.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        for path in older:
            path.with_suffix(".index").unlink()  # what is left of it is cleared


def saved_in(folder: Path) -> List[Path]:
    """The checkpoints in a folder, without the endings of their files, oldest first.

    The file .index is written last and removed first: what has one is whole, unless it was damaged later.
    """
    found = [path.with_suffix("") for path in folder.glob("ckpt-*.index")]
    return sorted((path for path in found if path.name[len("ckpt-") :].isdecimal()), key=_iteration)


def clear_leftovers(folder: Path) -> None:
    """Removes the parts of checkpoints that were not written, or not removed, to the end."""
    whole = set(saved_in(folder))
    for path in folder.iterdir():
        if path.name.endswith("_temp") and path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
            continue
        stem, is_data, _ = path.name.partition(".data-")
        if _TEMPORARY.search(path.name) or (is_data and folder / stem not in whole):
            path.unlink()


def _iteration(path: Path) -> int:
    return int(path.name.rpartition("-")[2])
