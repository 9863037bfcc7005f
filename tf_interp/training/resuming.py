"""Going on with a run: its newest checkpoint, and what of its settings is other than before."""

from typing import Any, Dict, List

from tf_interp.config.stored import translated
from tf_interp.errors import FileError, InputError
from tf_interp.system.run_folder import RunFolder
from tf_interp.training.checkpoints import Checkpoints, saved_in
from tf_interp.training.trainer import Trainer


def restore(checkpoints: Checkpoints, trainer: Trainer, folder: RunFolder) -> None:
    """Reads the newest checkpoint of a run that can be read.

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


def record_start(folder: RunFolder, trainer: Trainer, start: Dict[str, Any]) -> None:
    """Writes config.json, and says which settings of a resumed run are others than before."""
    if folder.config.exists():
        for change in _changes(folder, trainer):
            print(f"changed      {change}")
    folder.write_start(trainer.config.to_dict(), trainer.parameter_counts(), start)


def _changes(folder: RunFolder, trainer: Trainer) -> List[str]:
    """Settings that are others than in the run's record, such as "steps: 5 -> 6"."""
    before = translated(folder.read_record()["settings"])
    now = trainer.config.to_dict().items()
    return [
        f"{name}: {before[name]} -> {value}"
        for name, value in now
        if name != "run_dir" and before.get(name, value) != value
    ]
