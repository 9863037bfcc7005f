"""One training run from settings to results: run(config) -> summary.

The folder of a run:

    config.json     settings (seed among them), command, git commit, versions, device, precision, parameter counts
    metrics.jsonl   one row of scalars every log_every iterations
    metrics.json    figures on the held-out pairs, at the end
    strips.png      held-out walks in the manner of Fig. 4b, at the end
    maps.png        one of them with what each transformation did, if there are several
    model/          weights and settings, for load_interpolator
    checkpoints/    to resume from
    tensorboard/    event files
"""

import dataclasses
import datetime
import json
import sys
import time
import warnings
from pathlib import Path
from typing import Any, Dict, List

import numpy as np
import tensorflow as tf

from tf_interp import figures
from tf_interp.config import Config
from tf_interp.data.pairs import held_out_pairs, training_pairs
from tf_interp.data.sources import load_training_images
from tf_interp.errors import DivergedError, FileError, InputError, RunInterrupted
from tf_interp.evaluation.held_out import images_of_pairs, measure_goal
from tf_interp.report.maps import draw_maps
from tf_interp.model.agents import UNREADABLE_CHECKPOINT, begin_with, save_model
from tf_interp.model.interpolator import load_interpolator
from tf_interp.model.transforms import maps_of
from tf_interp.system import files
from tf_interp.system.device import describe_device
from tf_interp.system.provenance import describe_start
from tf_interp.system.signals import caught_signals
from tf_interp.training.diagnostics import check_finite
from tf_interp.training.run_log import RunLog, write_summary
from tf_interp.training.trainer import Trainer

FIGURE_PAIRS = 12


def run(config: Config, resume: bool = False) -> Dict[str, Any]:
    """Trains, evaluates and saves one model.

    Args:
        config: settings.
        resume: continue the run in config.run_dir from its last checkpoint, or from its beginning if it was stopped
            before the first. With unchanged settings the final weights equal those of a run never interrupted.

    Returns:
        The content of metrics.json.

    Raises:
        InputError, FileError: settings, data or folder cannot be used.
        DivergedError: the loss or gradient became NaN or infinite; the last good checkpoint is kept.
        RunInterrupted: SIGINT or SIGTERM arrived; a checkpoint was saved first.
    """
    train, test = load_training_images(config.data, config.data_dir)
    folder = _folder_of(config, resume)
    config = dataclasses.replace(config, run_dir=str(folder))
    with caught_signals() as signals:
        report = describe_device(config.precision)
        _run_eagerly(config.eager)
        trainer = Trainer(config, train.shape[1:], report.precision)
        checkpoints = tf.train.CheckpointManager(
            trainer.checkpoint, str(folder / "checkpoints"), config.keep_checkpoints
        )
        if resume:
            _restore(checkpoints, trainer, config)
        if trainer.done == 0 and config.initial_model is not None:
            begin_with(trainer.models, Path(config.initial_model))
        folder.mkdir(parents=True, exist_ok=True)
        start = describe_start(report, trainer.done)
        _record_start(folder, config, trainer, start)
        _announce(folder, trainer, start, report.warning)
        _train(config, trainer, checkpoints, train, test, signals)
        _stop_if_asked(signals, trainer, config)
        save_model(trainer.models, config, train.shape[1:], folder / "model")
        _stop_if_asked(signals, trainer, config)
        return _evaluate(folder, trainer, test)


def _run_eagerly(eager: bool) -> None:
    tf.config.run_functions_eagerly(eager)
    # That tf.data stays compiled is as it should be.
    warnings.filterwarnings("ignore", message="Even though the `tf.config.experimental_run_functions_eagerly`")


def _stop_if_asked(signals: List[int], trainer: Trainer, config: Config) -> None:
    if signals:
        raise RunInterrupted(signals[0], trainer.done, config.run_dir)


def _folder_of(config: Config, resume: bool) -> Path:
    stamp = datetime.datetime.now().strftime("%Y%m%d-%H%M%S")
    folder = Path(config.run_dir or f"runs/{config.data}_{config.method}-{stamp}")
    if resume:
        return folder
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileError(f"{folder} already exists and is not empty; give another --run-dir, or --resume {folder}")
    return folder


def _restore(checkpoints: tf.train.CheckpointManager, trainer: Trainer, config: Config) -> None:
    """Reads the newest checkpoint that can be read; without any the run starts from its beginning."""
    reason = None
    for path in reversed(checkpoints.checkpoints):
        try:
            checkpoints.checkpoint.restore(path).assert_consumed()
        except UNREADABLE_CHECKPOINT as error:
            reason = f"{path} is damaged or belongs to other settings: {str(error).splitlines()[0]}"
            print(f"WARNING      {reason}", file=sys.stderr)
        else:
            break
    else:
        if reason:
            raise FileError(
                f"no checkpoint in {config.run_dir} can be read; start again in another --run-dir. {reason}"
            )
    if trainer.done > config.iterations:
        raise InputError(f"iterations: {config.iterations} is less than the {trainer.done} that are done already")


def _record_start(folder: Path, config: Config, trainer: Trainer, start: Dict[str, Any]) -> None:
    """Writes config.json; a resumed run keeps the record of every earlier start, and says what is different now."""
    path, earlier, settings = folder / "config.json", [], config.to_dict()
    if path.exists():
        before = json.loads(path.read_text(encoding="utf-8"))
        earlier = before["starts"]
        for name in settings:
            if name != "run_dir" and before["settings"].get(name, settings[name]) != settings[name]:
                print(f"changed      {name}: {before['settings'][name]} -> {settings[name]}")
    counts = trainer.models.parameter_counts()
    files.write_json(path, {"settings": settings, "parameters": counts, "starts": [*earlier, start]})


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


def _train(
    config: Config,
    trainer: Trainer,
    checkpoints: tf.train.CheckpointManager,
    train: np.ndarray,
    test: np.ndarray,
    signals: List[int],
) -> None:
    first = trainer.done
    if first >= config.iterations:
        return
    pairs = trainer.distribute(training_pairs(train, config.batch_size, config.seed, first))
    shown = images_of_pairs(test, held_out_pairs(len(test), FIGURE_PAIRS))
    started = time.monotonic() - trainer.seconds_spent
    with RunLog(Path(config.run_dir), first, config.iterations) as log:
        log.settings(config.to_dict())
        for iteration, (start, goal) in enumerate(pairs, first + 1):
            metrics = trainer.train_step(start, goal)
            _check(metrics, iteration, checkpoints)
            log.advance()
            stopping = iteration == config.iterations or bool(signals)
            if iteration == first + 1 and not config.eager:
                log.graph(trainer.train_step.get_concrete_function(start, goal).graph)
            if iteration % config.log_every == 0 or stopping:
                row = {name: float(value) for name, value in metrics.items()}
                log.scalars(iteration, {**row, "seconds": time.monotonic() - started})
            if iteration % config.image_every == 0 or stopping:
                walks = trainer.walk(*shown)
                log.pictures(iteration, walks, maps_of(config.transformations, walks), "held_out")
            if iteration % config.checkpoint_every == 0 or stopping:
                trainer.seconds.assign(time.monotonic() - started)
                _save(checkpoints, iteration)
            if stopping:
                break


def _save(checkpoints: tf.train.CheckpointManager, iteration: int) -> None:
    try:
        checkpoints.save(iteration)
    except tf.errors.OpError as error:
        raise FileError(
            f"cannot write a checkpoint to {checkpoints.directory}: {error.message}; "
            "make room there, then --resume the run from its last one"
        ) from None


def _check(metrics: Dict[str, tf.Tensor], iteration: int, checkpoints: tf.train.CheckpointManager) -> None:
    try:
        check_finite(metrics, iteration)
    except DivergedError as error:
        kept = checkpoints.latest_checkpoint
        raise DivergedError(f"{error}. Last good checkpoint: {kept or 'none yet'}") from None


def _evaluate(folder: Path, trainer: Trainer, test: np.ndarray) -> Dict[str, Any]:
    """Measures the saved model as its users will load it, and draws it."""
    interpolator = load_interpolator(folder / "model")
    goal_metrics = measure_goal(lambda start, goal: interpolator(start, goal)[:2], test)
    summary = {**goal_metrics, "train_seconds": trainer.seconds_spent, "iterations": trainer.done}
    files.write_json(folder / "metrics.json", summary)
    write_summary(folder, summary["iterations"], goal_metrics)
    start, goal = images_of_pairs(test, held_out_pairs(len(test), FIGURE_PAIRS))
    title = f"held-out pairs; residual {summary['goal_relative']:.1%} of the start distance"
    frames, lengths, _ = interpolator(start, goal)
    figures.strip_figure(frames, goal, title, folder / "strips.png", lengths)
    if len(trainer.config.transformations) > 1:
        draw_maps(interpolator, start[:1], goal[:1], "a held-out pair", folder / "maps.png")
    return summary
