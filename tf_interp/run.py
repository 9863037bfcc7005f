"""One training run from settings to results: run(config) -> summary. `system.run_folder` says what its folder holds."""

import contextlib
import datetime
import sys
import warnings
from functools import partial
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

import numpy as np
import tensorflow as tf

from tf_interp import figures
from tf_interp.config import Config
from tf_interp.data.pairs import held_out_pairs, training_pairs
from tf_interp.data.sources import Source, load_training_images
from tf_interp.errors import DivergedError, FileError, RunInterrupted
from tf_interp.evaluation.held_out import images_of_pairs, measure_goal
from tf_interp.model.interpolator import load_interpolator
from tf_interp.peers.waypoints import load_waypoints
from tf_interp.report.ending import ending
from tf_interp.report.maps import draw_maps
from tf_interp.system import files
from tf_interp.system.cluster import Place, Workers, joined, place_in_cluster
from tf_interp.system.device import describe_device
from tf_interp.system.lock import locked
from tf_interp.system.provenance import describe_start
from tf_interp.system.replicas import DEVICES
from tf_interp.system.run_folder import DIVERGED, FINISHED, INTERRUPTED, RunFolder
from tf_interp.system.signals import caught_signals
from tf_interp.training.checkpoints import Checkpoints, saved_in
from tf_interp.training.loop import TrainingLoop, follow
from tf_interp.training.resuming import record_start, restore
from tf_interp.training.run_log import write_summary
from tf_interp.training.saved import load_initial_weights, save_model
from tf_interp.training.trainer import Trainer

FIGURE_PAIRS = 12
WATCHED_PAIRS = 64


def run(config: Config, resume: bool = False) -> Dict[str, Any]:
    """Trains, evaluates and saves one model.

    Args:
        config: settings.
        resume: continue the run in config.run.run_dir from its last checkpoint. With unchanged settings the final
            weights equal those of a run never interrupted. A run that is finished is left as it is.

    Returns:
        The content of metrics.json; nothing in a worker that is not the chief.

    Raises:
        InputError, FileError: settings, data or folder cannot be used.
        DivergedError: the loss or gradient became NaN or infinite; the last good checkpoint is kept.
        RunInterrupted: SIGINT or SIGTERM arrived; a checkpoint was saved first.

    If one of several workers dies, the programs of the others end with a sentence and exit code 1.
    """
    train, test = load_training_images(config.data, config.data_dir)
    place = place_in_cluster() if config.optimizer.devices == "multi_worker" else Place()
    folder = _folder_of(config, may_exist=resume or place.index > 0)
    config = config.replace(run_dir=str(folder))
    with joined(Workers(place, resume=str(folder))) as workers:
        _meet(workers, config, folder, resume)
        # Before signals are caught here: the strategy of several workers takes SIGTERM, and the last to ask has it.
        devices = DEVICES[config.optimizer.devices]()
        with caught_signals() as signals, _eagerly(config.optimizer.eager), contextlib.ExitStack() as stack:
            report = describe_device(config.optimizer.precision)
            source = Source(config.data, config.data_dir)
            waypoints = load_waypoints(config.reward, source, train.shape[1:], report.precision)
            trainer = Trainer(config, train.shape[1:], report.precision, waypoints, devices)
            checkpoints = Checkpoints(trainer.checkpoint, folder.checkpoints, config.run.keep_checkpoints)
            if config.run.initial_model is not None and not resume:
                load_initial_weights(trainer.networks, Path(config.run.initial_model))
            if workers.is_chief:
                stack.enter_context(_claimed(folder, resume))
            if resume:
                restore(checkpoints, trainer, folder)
                if trainer.done == config.optimizer.iterations and folder.measured_at(trainer.done):
                    if folder.ended != FINISHED:  # killed between the last two things that runs write
                        folder.write_end(FINISHED, trainer.done)
                    print(f"{folder} is finished; with more --iterations it would go on")
                    return folder.read_metrics()
            pairs = training_pairs(train, config.optimizer.batch_size, config.seed, trainer.done)
            if not workers.is_chief:
                print(f"worker {place.index} of {len(place.addresses)}; worker 0 writes {folder}", flush=True)
                if trainer.done < config.optimizer.iterations:
                    follow(trainer, pairs, signals, workers)
                _stop_if_asked(signals, trainer, folder)
                return {}
            start = describe_start(report, trainer.done)
            record_start(folder, trainer, start)
            _announce(folder, trainer, start, report.warning)
            shown = images_of_pairs(test, held_out_pairs(len(test), WATCHED_PAIRS))
            loop = TrainingLoop(trainer, folder, checkpoints, shown, signals, workers)
            with _recorded_end(folder, trainer):
                if not resume:
                    loop.save(0)  # so that every run can be resumed, and a folder without a checkpoint is no run's
                stop_if_asked = partial(_stop_if_asked, signals, trainer, folder)
                stop_if_asked()
                if trainer.done < config.optimizer.iterations:
                    loop.run(pairs)
                stop_if_asked()
                save_model(trainer.networks, config, train.shape[1:], folder.model)
                return _evaluate(folder, trainer, test, stop_if_asked)


def _meet(workers: Workers, config: Config, folder: RunFolder, resume: bool) -> None:
    """Waits for the other workers, and holds their settings and the checkpoint that they begin with against ours."""
    settings = config.to_dict()
    for path in ("data_dir", "run_dir"):  # the same folder may have another path on each machine
        del settings[path]
    newest = [checkpoint.name for checkpoint in saved_in(folder.checkpoints)[-1:]] if resume else []
    workers.meet({**settings, "newest checkpoint": newest}, config.optimizer.worker_wait)


@contextlib.contextmanager
def _eagerly(eager: bool) -> Iterator[None]:
    """Runs compiled functions as plain Python while inside, if asked to."""
    before = tf.config.functions_run_eagerly()
    with warnings.catch_warnings():
        # That tf.data stays compiled is as it should be.
        warnings.filterwarnings("ignore", message="Even though the `tf.config.experimental_run_functions_eagerly`")
        tf.config.run_functions_eagerly(eager)
        try:
            yield
        finally:
            tf.config.run_functions_eagerly(before)


@contextlib.contextmanager
def _recorded_end(folder: RunFolder, trainer: Trainer) -> Iterator[None]:
    """Writes into the run's record how it ended."""
    try:
        yield
    except DivergedError:
        folder.write_end(DIVERGED, trainer.done)
        raise
    except RunInterrupted:
        folder.write_end(INTERRUPTED, trainer.done)
        raise
    folder.write_end(FINISHED, trainer.done)


def _stop_if_asked(signals: List[int], trainer: Trainer, folder: RunFolder) -> None:
    if signals:
        raise RunInterrupted(signals[0], trainer.done, str(folder))


def _folder_of(config: Config, may_exist: bool) -> RunFolder:
    stamp = datetime.datetime.now().strftime("%Y%m%d-%H%M%S")
    folder = RunFolder(config.run.run_dir or f"runs/{config.data}_{config.method}-{stamp}")
    if not may_exist:
        _refuse_used(folder)
    return folder


def _refuse_used(folder: RunFolder) -> None:
    """Hidden files do not count: a run that was killed in its first seconds leaves nothing else."""
    path = folder.path
    if path.exists() and (not path.is_dir() or any(not each.name.startswith(".") for each in path.iterdir())):
        or_resume = f", or --resume {path}" if folder.checkpoints.is_dir() else ""
        raise FileError(f"{path} already exists and is not empty; give another --run-dir{or_resume}")


@contextlib.contextmanager
def _claimed(folder: RunFolder, resume: bool) -> Iterator[None]:
    """Keeps other runs out of the folder while inside."""
    with locked(folder.path):
        if not resume:
            _refuse_used(folder)  # another run may have come and gone since it was asked
        folder.clear_leftovers()
        yield


def _announce(folder: RunFolder, trainer: Trainer, start: Dict[str, Any], warning: Optional[str]) -> None:
    counts = trainer.parameter_counts()
    sizes = ", ".join(f"{name} {count:,}" for name, count in counts.items())
    print(f"device       {start['device']}, {start['precision']}")
    if warning:
        print(f"WARNING      {warning}", file=sys.stderr)
    print(f"parameters   {sizes}, together {sum(counts.values()):,}")
    print(f"run folder   {folder}")
    print(f"TensorBoard  tensorboard --logdir {folder.path.parent}")
    if start["iteration"]:
        print(f"resuming from iteration {start['iteration']}")
    sys.stdout.flush()


def _evaluate(
    folder: RunFolder, trainer: Trainer, test: np.ndarray, stop_if_asked: Callable[[], None]
) -> Dict[str, Any]:
    """Measures the saved model as its users will load it, and draws it. metrics.json, which says so, comes last."""
    interpolator = load_interpolator(folder.model)

    def walk(start: np.ndarray, goal: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
        stop_if_asked()
        return interpolator(start, goal)[:2]

    goal_metrics = measure_goal(walk, test)
    summary = {**goal_metrics, "train_seconds": trainer.seconds_spent, "iterations": trainer.done}
    start, goal = images_of_pairs(test, held_out_pairs(len(test), FIGURE_PAIRS))
    title = f"held-out pairs; residual {summary['goal_relative']:.1%} of the start distance"
    frames, lengths = walk(start, goal)
    figures.strip_figure(frames, goal, title, folder.strips, lengths)
    if len(trainer.config.model.transformations) > 1:
        draw_maps(interpolator, start[:1], goal[:1], "a held-out pair", folder.maps)
    stop_if_asked()
    write_summary(folder.path, summary["iterations"], goal_metrics)
    files.write_json(folder.metrics, summary)
    print(ending(folder, trainer.config.data, summary))
    return summary
