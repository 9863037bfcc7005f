"""What a run tells its user: progress bar, metrics.jsonl and TensorBoard."""

import json
import sys
from pathlib import Path
from typing import Any, Dict, Optional

import numpy as np
import tensorflow as tf
from tensorboard.compat.proto import event_pb2
from tensorboard.plugins.hparams import api as hparams
from tqdm import tqdm

from tf_interp.figures import strips
from tf_interp.model.structs import Trajectory
from tf_interp.system.files import replaced_file
from tf_interp.system.text import markdown_table

_STRIPS_SHOWN = 8
_HOUSEKEEPING = ("run_dir", "log_every", "image_every", "checkpoint_every", "keep_checkpoints", "eager")
_COMPARED = ("return", "goal_distance", "held_out/goal_relative")  # columns of the hparams table
_HEADLINE = {"return": "return", "goal_distance": "|s_K-g|^2"}


class RunLog:
    """Log of one run. Use as a context manager.

    Args:
        folder: the run's folder; writes metrics.jsonl and tensorboard/ there.
        first: iteration the run starts or resumes from; what an interrupted run logged past it is dropped.
        last: iteration the run ends at.
        headline: scalars shown beside the progress bar, and their labels.
    """

    def __init__(self, folder: Path, first: int, last: int, headline: Dict[str, str] = _HEADLINE):
        self._headline = headline
        self._path = folder / "metrics.jsonl"
        _drop_rows_after(self._path, first)
        for events in (folder / "tensorboard").glob("events.*"):
            _drop_events_after(events, first)
        self._file = self._path.open("a", encoding="utf-8")
        self._writer = tf.summary.create_file_writer(str(folder / "tensorboard"))
        self._first, self._last = first, last
        self._bar: Optional[tqdm] = None

    def __enter__(self) -> "RunLog":
        print("compiling    the first iteration takes up to a minute", file=sys.stderr, flush=True)
        return self

    def __exit__(self, *_: Any) -> None:
        if self._bar is not None:
            self._bar.close()
        self._file.close()
        self._writer.close()

    def advance(self) -> None:
        """Moves the progress bar by one iteration. It begins after the first, whose compilation tells nothing of the
        others' time."""
        if self._bar is None:
            # In a log file a bar that is redrawn ten times a second is only noise.
            every = 0.1 if sys.stderr.isatty() else 30.0
            begun = self._first + 1
            self._bar = tqdm(
                total=self._last, initial=begun, unit="it", dynamic_ncols=True, mininterval=every, smoothing=0.05
            )
        else:
            self._bar.update()

    def settings(self, settings: Dict[str, Any]) -> None:
        """Shows the settings in TensorBoard's text page, and as a row of the hparams table in which runs compare."""
        table = markdown_table(("setting", "value"), ((key, str(value)) for key, value in settings.items()))
        compared = {key: value for key, value in settings.items() if key not in _HOUSEKEEPING}
        plain = {key: value if isinstance(value, (bool, int, float)) else str(value) for key, value in compared.items()}
        with self._writer.as_default(step=0):
            tf.summary.text("config", table)
            hparams.hparams_config([hparams.HParam(key) for key in plain], [hparams.Metric(tag) for tag in _COMPARED])
            hparams.hparams(plain, trial_id=self._path.parent.name)  # else the table names runs by a hash

    def graph(self, graph: tf.Graph) -> None:
        """Shows a compiled graph in TensorBoard's graph page."""
        with self._writer.as_default(step=0):
            tf.summary.graph(graph)

    def scalars(self, iteration: int, metrics: Dict[str, float]) -> None:
        """Writes one row to metrics.jsonl and TensorBoard, and the headline figures to the progress bar."""
        self._file.write(json.dumps({"iteration": iteration, **metrics}) + "\n")
        self._file.flush()
        with self._writer.as_default(step=iteration):
            for name, value in metrics.items():
                tf.summary.scalar(name, value)
        headline = [f"{label} {metrics[name]:.2f}" for name, label in self._headline.items()]
        if self._bar is not None:
            self._bar.set_postfix_str(", ".join(headline), refresh=False)

    def pictures(self, iteration: int, trajectory: Trajectory, maps: Dict[str, tf.Tensor], prefix: str) -> None:
        """Writes strips, the goal last, with the maps [B,K,H,W,*] of each walk beneath; histograms of commands, flows.

        Under each walk come, in the order of `maps`, flows on the colour wheel, masks (white keeps) and images.
        """
        shown = slice(_STRIPS_SHOWN)
        picture = strips(
            np.asarray(trajectory.frames[shown]),
            np.asarray(trajectory.goal[shown]),
            [np.asarray(each[shown]) for each in maps.values()],
            np.asarray(trajectory.lengths[shown]),
        )
        flows = trajectory.params.get("mu_flow")
        with self._writer.as_default(step=iteration):
            tf.summary.image(f"{prefix}/strips", picture[np.newaxis], description=f"rows: walk, {', '.join(maps)}")
            tf.summary.histogram(f"{prefix}/command", trajectory.command.sample)
            if flows is not None:
                tf.summary.histogram(f"{prefix}/flow", flows)
        self._writer.flush()


def write_summary(folder: Path, iteration: int, summary: Dict[str, float]) -> None:
    """Adds a finished run's figures on the held-out pairs to its TensorBoard pages."""
    writer = tf.summary.create_file_writer(str(folder / "tensorboard"))
    with writer.as_default(step=iteration):
        for name, value in summary.items():
            tf.summary.scalar(f"held_out/{name}", value)
    writer.close()


def _drop_rows_after(path: Path, iteration: int) -> None:
    """A killed run may have logged past its last checkpoint, and its last row may be cut short."""
    if not path.exists():
        return
    kept = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            if json.loads(line)["iteration"] <= iteration:
                kept.append(line)
        except ValueError:
            break
    with replaced_file(path) as temporary:
        temporary.write_text("".join(line + "\n" for line in kept), encoding="utf-8")


def _drop_events_after(path: Path, iteration: int) -> None:
    """Else TensorBoard would draw both what was logged before the interruption and what is logged again."""
    with replaced_file(path) as temporary, tf.io.TFRecordWriter(str(temporary)) as writer:
        try:
            for record in tf.data.TFRecordDataset(str(path)).as_numpy_iterator():
                if event_pb2.Event.FromString(record).step <= iteration:
                    writer.write(record)
        except tf.errors.DataLossError:
            pass  # the record that was being written when the run was killed; nothing follows it
