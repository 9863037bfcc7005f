"""What a run tells its user: progress bar, metrics.jsonl and TensorBoard.

TensorBoard names a run by the folder that its event files are in, so they are in the run's folder itself.
"""

import contextlib
import json
import sys
from pathlib import Path
from typing import Any, Dict, Iterator, Optional, Sequence

import numpy as np
import tensorflow as tf
from tensorboard.plugins.hparams import api as hparams
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData
from tqdm import tqdm

from tf_interp.model.structs import Trajectory
from tf_interp.strips import strips
from tf_interp.system.files import make_folder, written
from tf_interp.system.text import markdown_table
from tf_interp.system.weights import written_by_tensorflow
from tf_interp.training.charts import chart
from tf_interp.training.rewinding import ENDING, rewind

_STRIPS_SHOWN = 8
_HOUSEKEEPING = ("run_dir", "log_every", "image_every", "checkpoint_every", "keep_checkpoints", "eager")
_COMPARED = ("final/goal_relative", "return", "goal_distance")  # columns of the hparams table
_HEADLINE = {"return": "return", "goal_distance": "|s_K-g|^2"}


class RunLog:
    """Log of one run. Use as a context manager.

    Args:
        folder: the run's folder; writes metrics.jsonl and TensorBoard's event files there.
        first: iteration the run starts or resumes from; what an interrupted run logged past it is dropped.
        last: iteration the run ends at.
        headline: scalars shown beside the progress bar, and their labels.
    """

    def __init__(self, folder: Path, first: int, last: int, headline: Dict[str, str] = _HEADLINE):
        self._headline = headline
        self._path, self._pages = folder / "metrics.jsonl", folder
        rewind(self._path, first)
        make_folder(self._pages)
        with written_by_tensorflow(self._pages):
            self._writer = tf.summary.create_file_writer(str(self._pages))
        self._first, self._last = first, last
        self._bar: Optional[tqdm] = None

    def __enter__(self) -> "RunLog":
        print("compiling    the first iteration takes up to a minute", file=sys.stderr, flush=True)
        return self

    def __exit__(self, *_: Any) -> None:
        if self._bar is not None:
            self._bar.close()
        with written_by_tensorflow(self._pages):
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

    def settings(self, settings: Dict[str, Any], first: Sequence[str] = ()) -> None:
        """Shows the settings in TensorBoard's text page, and as a row of the hparams table in which runs compare.

        Args:
            settings: by name.
            first: those that the table begins with.
        """
        table = markdown_table(("setting", "value"), ((key, str(value)) for key, value in settings.items()))
        compared = {key: value for key, value in settings.items() if key not in _HOUSEKEEPING}
        plain = {key: value if isinstance(value, (bool, int, float)) else str(value) for key, value in compared.items()}
        with self._page(0):
            tf.summary.text("config", table)
            tf.summary.experimental.write_raw_pb(_columns(plain, first).SerializeToString())
            hparams.hparams(plain, trial_id=self._path.parent.name)  # else the table names runs by a hash

    def graph(self, graph: tf.Graph) -> None:
        """Shows a compiled graph in TensorBoard's graph page."""
        with self._page(0):
            tf.summary.graph(graph)

    def scalars(self, iteration: int, metrics: Dict[str, float]) -> None:
        """Writes one row to metrics.jsonl and TensorBoard, and the headline figures to the progress bar."""
        with written(self._path), self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"iteration": iteration, **metrics}) + "\n")
        with self._page(iteration):
            _draw(metrics)
        headline = [f"{label} {metrics[name]:.2f}" for name, label in self._headline.items()]
        if self._bar is not None:
            self._bar.set_postfix_str(", ".join(headline), refresh=False)

    def charts(self, iteration: int, metrics: Dict[str, float]) -> None:
        """Writes scalars to TensorBoard alone."""
        with self._page(iteration):
            _draw(metrics)

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
        with self._page(iteration):
            drawn = chart(f"{prefix}/strips")
            tf.summary.image(drawn.tag, picture[np.newaxis], description=f"{drawn.text}{', '.join(maps) or 'no maps'}.")
            _histogram(f"{prefix}/command", trajectory.command.sample)
            if flows is not None:
                _histogram(f"{prefix}/flow", flows)

    def flush(self) -> None:
        """Writes what TensorFlow still holds back. A checkpoint saved after it has its whole history on the disk."""
        with written_by_tensorflow(self._pages):
            self._writer.flush()

    @contextlib.contextmanager
    def _page(self, step: int) -> Iterator[None]:
        """What is inside goes to TensorBoard."""
        with written_by_tensorflow(self._pages), self._writer.as_default(step=step):
            yield


def write_summary(folder: Path, iteration: int, summary: Dict[str, float]) -> None:
    """Adds a finished run's figures on the held-out pairs to its TensorBoard pages, or replaces them.

    Raises:
        FileError: they cannot be written.
    """
    ending = f"{ENDING}{iteration}"
    for earlier in folder.glob(f"events.*{ending}"):  # of a run that was interrupted after it had measured
        earlier.unlink()
    with written_by_tensorflow(folder):
        writer = tf.summary.create_file_writer(str(folder), filename_suffix=ending)
        with writer.as_default(step=iteration):
            _draw({f"final/{name}": value for name, value in summary.items()})
        writer.close()


def _draw(metrics: Dict[str, float]) -> None:
    for name, value in metrics.items():
        drawn = chart(name)
        tf.summary.scalar(drawn.tag, value, description=drawn.text)


def _histogram(name: str, values: tf.Tensor) -> None:
    drawn = chart(name)
    tf.summary.histogram(drawn.tag, values, description=drawn.text)


def _columns(settings: Sequence[str], first: Sequence[str]) -> Any:
    """The columns of the hparams table, a `Summary`. TensorBoard puts those that are said to differ first."""
    infos = [hparams.HParam(key) for key in settings]
    metrics = [hparams.Metric(chart(name).tag, display_name=name) for name in _COMPARED]
    summary = hparams.hparams_config_pb(infos, metrics)
    plugin = summary.value[0].metadata.plugin_data
    content = HParamsPluginData.FromString(plugin.content)
    for info in content.experiment.hparam_infos:
        info.differs = info.name in first
    plugin.content = content.SerializeToString()
    return summary
