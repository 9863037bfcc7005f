"""The training loop: steps, and what is logged, drawn and saved between them."""

import time
from typing import Any, Dict, Iterator, List, Tuple

import numpy as np
import tensorflow as tf

from tf_interp.config import RunConfig
from tf_interp.config.presets import departures
from tf_interp.errors import DivergedError
from tf_interp.evaluation.held_out import watched
from tf_interp.model.transforms import maps_of
from tf_interp.system.cluster import Workers
from tf_interp.system.run_folder import RunFolder
from tf_interp.training.checkpoints import Checkpoints
from tf_interp.training.run_log import RunLog
from tf_interp.training.trainer import Trainer


class TrainingLoop:
    """Trains until the last iteration, or until a signal asks to stop.

    Args:
        trainer: what is trained; goes on from its own iteration.
        folder: of the run.
        checkpoints: where to save.
        shown: (start, goal) images [N,H,W,C] whose rollouts TensorBoard shows: figures of all, pictures of the first.
        signals: a list to which signals are added as they arrive, see `caught_signals`.
        workers: that train together; this one writes.
    """

    def __init__(
        self,
        trainer: Trainer,
        folder: RunFolder,
        checkpoints: Checkpoints,
        shown: Tuple[np.ndarray, np.ndarray],
        signals: List[int],
        workers: Workers,
    ):
        self._trainer, self._folder, self._checkpoints = trainer, folder, checkpoints
        self._shown, self._signals, self._workers = shown, signals, workers
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
            log.settings(self._trainer.config.to_dict(), departures(self._trainer.config))
            for iteration, batch, metrics, stopping in _updates(self._trainer, pairs, self._signals, self._workers):
                log.advance()
                if iteration == first + 1 and not self._trainer.config.optimizer.eager:
                    log.graph(self._trainer.train_step.get_concrete_function(*batch).graph)
                self._record(log, iteration, metrics, stopping)

    def save(self, iteration: int) -> None:
        """Writes a checkpoint.

        Raises:
            FileError: it cannot be written.
        """
        self._trainer.seconds.assign(self._seconds())
        self._checkpoints.save(iteration)

    def _record(self, log: RunLog, iteration: int, metrics: Dict[str, Any], stopping: bool) -> None:
        """Logs, draws and saves what is due after an iteration; everything before stopping.

        Between two of these nothing is read from the device, so that steps can follow each other at once. Whether they
        were finite is asked before anything is written.
        """
        if stopping or _due(self._every, iteration):
            self._check()
        if stopping or iteration % self._every.log_every == 0:
            row = {name: float(value) for name, value in metrics.items()}
            log.scalars(iteration, {**row, "seconds": self._seconds()})
        if stopping or iteration % self._every.image_every == 0:
            rollouts = self._trainer.walk(*self._shown)
            names = self._trainer.config.model.transformations
            log.pictures(iteration, rollouts, maps_of(names, rollouts), "held_out")
            log.charts(iteration, watched(*map(np.asarray, (rollouts.frames, rollouts.goal, rollouts.lengths))))
        if stopping or iteration % self._every.checkpoint_every == 0:
            log.flush()
            self.save(iteration)

    def _check(self) -> None:
        try:
            self._trainer.divergence.check()
        except DivergedError as error:
            raise DivergedError(f"{error}. Last good checkpoint: {self._checkpoints.newest}") from None

    def _seconds(self) -> float:
        return time.monotonic() - self._began


def follow(trainer: Trainer, pairs: tf.data.Dataset, signals: List[int], workers: Workers) -> None:
    """Trains along with the chief, which writes; arguments as of `TrainingLoop`.

    Raises:
        DivergedError: as the chief does, at the same iteration.
    """
    for iteration, _, _, stopping in _updates(trainer, pairs, signals, workers):
        if stopping or _due(trainer.config.run, iteration):
            trainer.divergence.check()


def _updates(trainer: Trainer, pairs: tf.data.Dataset, signals: List[int], workers: Workers) -> Iterator[Tuple]:
    """Trains, and yields (iteration, batch, metrics, stopping) after each update; stopping is true of the last one.

    All workers stop at the same iteration: a signal that one of them has caught is added to the signals of all.
    """
    for iteration, pair in enumerate(trainer.distribute(pairs), trainer.done + 1):
        batch = (*pair, _steps_of(trainer, iteration))
        metrics = trainer.train_step(*batch)
        caught = workers.greatest(signals[0] if signals else 0)
        if caught and not signals:
            signals.append(caught)
        stopping = iteration == trainer.config.optimizer.iterations or caught > 0
        yield iteration, batch, metrics, stopping
        if stopping:
            break


def _due(every: RunConfig, iteration: int) -> bool:
    """Whether anything is written after an iteration."""
    return any(iteration % each == 0 for each in (every.log_every, every.image_every, every.checkpoint_every))


def _steps_of(trainer: Trainer, iteration: int) -> int:
    """K of the walks in an iteration: a function of the seed, so that a resumed run repeats it."""
    choices = trainer.config.model.steps_drawn or (trainer.config.model.steps,)
    return int(np.random.RandomState([trainer.config.seed, iteration]).choice(choices))
