"""Going on with a run: its newest checkpoint, what it has lost, and what of its settings is other than before."""

import sys
from typing import Any, Dict, List

from tf_interp.config.stored import translated
from tf_interp.errors import FileError, InputError
from tf_interp.system.run_folder import RunFolder
from tf_interp.training.checkpoints import Checkpoints, saved_in
from tf_interp.training.trainer import Trainer

_NAMED = 5  # missing rows that a warning lists


def restore(checkpoints: Checkpoints, trainer: Trainer, folder: RunFolder) -> None:
    """Reads the newest checkpoint of a run that can be read, and names on stderr the rows up to it that are gone.

    Raises:
        FileError: there is none; the message names the settings that are not the run's.
        InputError: more iterations are done than the settings want.
    """
    if not saved_in(folder.checkpoints):
        held = "; its results stay as they are" if folder.has_results else ""
        raise FileError(
            f"{folder} holds no checkpoint, so its run cannot go on{held}. To repeat the run: --config {folder.config}"
        )
    try:
        checkpoints.restore()
    except FileError as error:
        others = ", ".join(_changes(folder, trainer))
        reason = f"Its settings are others ({others})" if others else str(error)
        raise FileError(f"no checkpoint in {folder} can be read; start again in another --run-dir. {reason}") from None
    iterations = trainer.config.optimizer.iterations
    if trainer.done > iterations:
        raise InputError(f"iterations: {iterations} is less than the {trainer.done} that are done already")
    _name_missing_rows(folder, trainer.done)


def record_start(folder: RunFolder, trainer: Trainer, start: Dict[str, Any]) -> None:
    """Writes config.json, and says which settings of a resumed run are others than before."""
    if folder.config.exists():
        for change in _changes(folder, trainer):
            print(f"changed      {change}")
    folder.write_start(trainer.config.to_dict(), trainer.parameter_counts(), start)


def _name_missing_rows(folder: RunFolder, done: int) -> None:
    """A log that was cut short looks whole. So the iterations that the last start should have logged are counted."""
    record = folder.read_record()
    every, begun = record["settings"].get("log_every"), (record["starts"] or [{}])[-1].get("iteration")
    if not all(type(number) is int for number in (every, begun)) or every < 1:
        return  # a record that was altered
    logged = {row["iteration"] for row in folder.read_rows() if row["iteration"] <= done}
    first = min(begun, max(logged, default=0)) // every * every + every
    missing = [iteration for iteration in range(first, done + 1, every) if iteration not in logged]
    if missing:
        named = ", ".join(map(str, missing[:_NAMED])) + (f" and {len(missing) - _NAMED} more" * (len(missing) > _NAMED))
        print(f"WARNING      {folder.rows} has no rows of iterations {named}", file=sys.stderr)


def _changes(folder: RunFolder, trainer: Trainer) -> List[str]:
    """Settings that are others than in the run's record, such as "steps: 5 -> 6"."""
    before = translated(folder.read_record()["settings"])
    now = trainer.config.to_dict().items()
    return [
        f"{name}: {before[name]} -> {value}"
        for name, value in now
        if name != "run_dir" and before.get(name, value) != value
    ]
