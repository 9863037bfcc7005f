"""One training run from settings to results: run(config) -> summary.

The folder of a run:

    config.json     settings (seed among them), command, git commit, versions, device, precision, parameter counts
    metrics.jsonl   one row of scalars every log_every iterations
    metrics.json    figures on the held-out pairs, at the end
    strips.png      held-out walks in the manner of Fig. 4b, at the end
    model/          weights and settings, for load_interpolator
    checkpoints/    to resume from
    tensorboard/    event files
"""

import contextlib
import dataclasses
import datetime
import json
import signal
import sys
import time
from pathlib import Path
from typing import Any, Dict, Iterator, List

import numpy as np
import tensorflow as tf

from tf_interp import figures, files
from tf_interp.config import Config
from tf_interp.data.pairs import held_out_pairs, training_pairs
from tf_interp.data.sources import load_images
from tf_interp.device import describe_device
from tf_interp.diagnostics import check_finite
from tf_interp.errors import DivergedError, FileError, RunInterrupted
from tf_interp.evaluate.held_out import images_of_pairs, measure_goal
from tf_interp.interpolator import load_interpolator
from tf_interp.models import UNREADABLE_CHECKPOINT, save_model
from tf_interp.provenance import describe_start
from tf_interp.runlog import RunLog, write_summary
from tf_interp.trainer import Trainer

FIGURE_PAIRS = 12


def run(config: Config, resume: bool = False) -> Dict[str, Any]:
    """Trains, evaluates and saves one model.

    Args:
        config: settings.
        resume: continue the run in config.run_dir from its last checkpoint. With unchanged settings the final
            weights equal those of a run that was never interrupted.

    Returns:
        The content of metrics.json.

    Raises:
        InputError, FileError: settings, data or folder cannot be used.
        DivergedError: the loss or gradient became NaN or infinite; the last good checkpoint is kept.
        RunInterrupted: SIGINT or SIGTERM arrived; a checkpoint was saved first.
    """
    train, test = load_images(config.data, config.data_dir)
    image_shape = train.shape[1:]
    config = dataclasses.replace(config, run_dir=str(_claim_folder(config, resume)))
    folder = Path(config.run_dir)
    tf.config.run_functions_eagerly(config.eager)
    report = describe_device(config.precision)
    trainer = Trainer(config, image_shape, report.precision)
    checkpoints = tf.train.CheckpointManager(trainer.checkpoint, str(folder / "checkpoints"), config.keep_checkpoints)
    if resume:
        _restore(checkpoints, folder)
    else:
        checkpoints.save(0)  # so that a run killed at any iteration can be resumed
    start = describe_start(report, int(trainer.iteration))
    _record_start(folder, config, trainer, start)
    _announce(folder, trainer, start, report.warning)

    _train(config, trainer, checkpoints, train, test)
    save_model(trainer.models, config, image_shape, folder / "model")
    return _evaluate(folder, trainer, test)


def _claim_folder(config: Config, resume: bool) -> Path:
    stamp = datetime.datetime.now().strftime("%Y%m%d-%H%M%S")
    folder = Path(config.run_dir or f"runs/{config.data}_{config.method}-{stamp}")
    if resume:
        return folder
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileError(f"{folder} already exists and is not empty; give another --run-dir, or --resume {folder}")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _restore(checkpoints: tf.train.CheckpointManager, folder: Path) -> None:
    if checkpoints.latest_checkpoint is None:
        raise FileError(f"nothing to resume in {folder}: it has no checkpoint; start again with another --run-dir")
    try:
        checkpoints.checkpoint.restore(checkpoints.latest_checkpoint).assert_consumed()
    except UNREADABLE_CHECKPOINT as error:
        reason = str(error).splitlines()[0]
        raise FileError(f"{checkpoints.latest_checkpoint} is damaged or belongs to other settings: {reason}") from None


def _record_start(folder: Path, config: Config, trainer: Trainer, start: Dict[str, Any]) -> None:
    """Writes config.json; a resumed run keeps the record of every earlier start."""
    path = folder / "config.json"
    earlier: List[Dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["starts"] if path.exists() else []
    counts = trainer.models.parameter_counts()
    files.write_json(path, {"settings": config.to_dict(), "parameters": counts, "starts": [*earlier, start]})


def _announce(folder: Path, trainer: Trainer, start: Dict[str, Any], warning: Any) -> None:
    counts = trainer.models.parameter_counts()
    sizes = ", ".join(f"{name} {count:,}" for name, count in counts.items())
    print(f"device       {start['device']}, {start['precision']}")
    if warning:
        print(f"WARNING      {warning}", file=sys.stderr)
    print(f"parameters   {sizes}, together {sum(counts.values()):,}")
    print(f"run folder   {folder}")
    print(f"TensorBoard  tensorboard --logdir {folder}")
    if start["iteration"]:
        print(f"resuming from iteration {start['iteration']}")
    sys.stdout.flush()


def _train(config: Config, trainer: Trainer, checkpoints: tf.train.CheckpointManager, train, test) -> None:
    first = int(trainer.iteration)
    if first >= config.iterations:
        return
    pairs = trainer.distribute(training_pairs(train, config.batch_size, config.seed, first))
    shown = images_of_pairs(test, held_out_pairs(len(test), FIGURE_PAIRS))
    folder = Path(config.run_dir)
    started = time.monotonic() - float(trainer.seconds)
    with RunLog(folder, first, config.iterations) as log, _caught_signals() as signals:
        log.settings(config.to_dict())
        for iteration, (start, goal) in enumerate(pairs, first + 1):
            metrics = trainer.train_step(start, goal)
            _check(metrics, iteration, checkpoints)
            log.advance()
            stopping = iteration == config.iterations or bool(signals)
            if iteration == first + 1:
                log.graph(trainer.train_step.get_concrete_function(start, goal).graph)
            if iteration % config.log_every == 0 or stopping:
                row = {name: float(value) for name, value in metrics.items()}
                log.scalars(iteration, {**row, "seconds": time.monotonic() - started})
            if iteration % config.image_every == 0 or stopping:
                log.pictures(iteration, trainer.walk(*shown), "held_out")
            if iteration % config.checkpoint_every == 0 or stopping:
                trainer.seconds.assign(time.monotonic() - started)
                checkpoints.save(iteration)
            if stopping:
                break
        if signals and iteration < config.iterations:
            raise RunInterrupted(signals[0], iteration, config.run_dir)


def _check(metrics: Dict[str, tf.Tensor], iteration: int, checkpoints: tf.train.CheckpointManager) -> None:
    try:
        check_finite(metrics, iteration)
    except DivergedError as error:
        kept = checkpoints.latest_checkpoint
        raise DivergedError(f"{error}. Last good checkpoint: {kept or 'none yet'}") from None


@contextlib.contextmanager
def _caught_signals() -> Iterator[List[int]]:
    """Collects SIGINT and SIGTERM instead of dying from them; a second one of a kind has its usual effect."""
    received: List[int] = []
    usual = {}

    def note(number: int, _) -> None:
        received.append(number)
        signal.signal(number, usual[number])

    for number in (signal.SIGINT, signal.SIGTERM):
        usual[number] = signal.signal(number, note)
    try:
        yield received
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)


def _evaluate(folder: Path, trainer: Trainer, test: np.ndarray) -> Dict[str, Any]:
    """Measures the saved model as its users will load it, and draws it."""
    interpolator = load_interpolator(folder / "model")
    goal_metrics = measure_goal(lambda start, goal: interpolator(start, goal)[:2], test)
    summary = {**goal_metrics, "train_seconds": float(trainer.seconds), "iterations": int(trainer.iteration)}
    files.write_json(folder / "metrics.json", summary)
    write_summary(folder, summary["iterations"], goal_metrics)
    start, goal = images_of_pairs(test, held_out_pairs(len(test), FIGURE_PAIRS))
    title = f"held-out pairs; residual {summary['goal_relative']:.1%} of the start distance"
    figures.strip_figure(interpolator(start, goal).frames, goal, title, folder / "strips.png")
    return summary
