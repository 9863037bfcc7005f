"""The training loop: steps, and what is logged, drawn and saved between them."""

import time
from typing import Any, Dict, List, Tuple

import numpy as np
import tensorflow as tf

from tf_interp.config import Config, RunConfig
from tf_interp.errors import DivergedError, FileError
from tf_interp.model.transforms import maps_of
from tf_interp.system.run_folder import RunFolder
from tf_interp.training.run_log import RunLog
from tf_interp.training.trainer import Trainer


class TrainingLoop:
    """Trains until the last iteration, or until a signal asks to stop.

    Args:
        trainer: what is trained; goes on from its own iteration.
        folder: of the run.
        checkpoints: where to save.
        shown: (start, goal) images [N,H,W,C] whose rollouts are drawn for TensorBoard.
        signals: a list to which signals are added as they arrive, see `caught_signals`.
    """

    def __init__(
        self,
        trainer: Trainer,
        folder: RunFolder,
        checkpoints: tf.train.CheckpointManager,
        shown: Tuple[np.ndarray, np.ndarray],
        signals: List[int],
    ):
        self._trainer, self._folder, self._checkpoints = trainer, folder, checkpoints
        self._shown, self._signals = shown, signals
        self._every: RunConfig = trainer.config.run
        self._last = trainer.config.optimizer.iterations
        self._began = time.monotonic() - trainer.seconds_spent

    def run(self, pairs: tf.data.Dataset) -> None:
        """Trains on `pairs`, the stream of batches from the trainer's iteration on.

        Raises:
            DivergedError: a loss or gradient is not finite; the last good checkpoint is kept.
            FileError: something cannot be written.
        """
        first = self._trainer.done
        with RunLog(self._folder.path, first, self._last) as log:
            log.settings(self._trainer.config.to_dict())
            for iteration, batch in enumerate(self._trainer.distribute(pairs), first + 1):
                steps = _steps_of(self._trainer.config, iteration)
                metrics = self._trainer.train_step(*batch, steps)
                log.advance()
                if iteration == first + 1 and not self._trainer.config.optimizer.eager:
                    log.graph(self._trainer.train_step.get_concrete_function(*batch, steps).graph)
                stopping = iteration == self._last or bool(self._signals)
                self._record(log, iteration, metrics, stopping)
                if stopping:
                    break

    def save(self, iteration: int) -> None:
        """Writes a checkpoint.

        Raises:
            FileError: it cannot be written.
        """
        self._trainer.seconds.assign(self._seconds())
        try:
            self._checkpoints.save(iteration)
        except tf.errors.OpError as error:
            raise FileError(
                f"cannot write a checkpoint to {self._checkpoints.directory}: {error.message}; "
                "make room there, then --resume the run from its last one"
            ) from None

    def _record(self, log: RunLog, iteration: int, metrics: Dict[str, Any], stopping: bool) -> None:
        """Logs, draws and saves what is due after an iteration; everything before stopping.

        Between two of these nothing is read from the device, so that steps can follow each other at once. Whether they
        were finite is asked before anything is written.
        """
        every = (self._every.log_every, self._every.image_every, self._every.checkpoint_every)
        if stopping or any(iteration % each == 0 for each in every):
            self._check()
        if stopping or iteration % self._every.log_every == 0:
            row = {name: float(value) for name, value in metrics.items()}
            log.scalars(iteration, {**row, "seconds": self._seconds()})
        if stopping or iteration % self._every.image_every == 0:
            rollouts = self._trainer.walk(*self._shown)
            names = self._trainer.config.model.transformations
            log.pictures(iteration, rollouts, maps_of(names, rollouts), "held_out")
        if stopping or iteration % self._every.checkpoint_every == 0:
            self.save(iteration)

    def _check(self) -> None:
        try:
            self._trainer.divergence.check()
        except DivergedError as error:
            kept = self._checkpoints.latest_checkpoint
            raise DivergedError(f"{error}. Last good checkpoint: {kept}") from None

    def _seconds(self) -> float:
        return time.monotonic() - self._began


def _steps_of(config: Config, iteration: int) -> int:
    """K of the walks in an iteration: a function of the seed, so that a resumed run repeats it."""
    choices = config.model.steps_drawn or (config.model.steps,)
    return int(np.random.RandomState([config.seed, iteration]).choice(choices))
