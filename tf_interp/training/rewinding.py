"""Taking back what an interrupted run logged past its last checkpoint, and saying what of a log is damaged."""

import json
import shutil
import sys
from pathlib import Path

import tensorflow as tf
from tensorboard.compat.proto import event_pb2

from tf_interp.system.files import replaced_file
from tf_interp.system.run_folder import parse_rows
from tf_interp.system.weights import written_by_tensorflow

ENDING = ".held_out-"
"""In the names of files of events with the figures that end a run."""


def rewind(rows: Path, iteration: int) -> None:
    """Leaves in a run's metrics.jsonl, and in TensorBoard's events beside it, what was logged up to an iteration.

    What is damaged is named on stderr.

    Args:
        rows: the file metrics.jsonl; it need not exist.
        iteration: that of the checkpoint which the run goes on from; 0 for a new run.
    """
    _drop_rows_after(rows, iteration)
    steps = [_drop_events_after(events, iteration) for events in rows.parent.glob("events.*")]
    if steps:
        _compare(rows, rows.parent, max(steps))


def _drop_rows_after(path: Path, iteration: int) -> None:
    """A killed run may have logged past its last checkpoint, and its last row may be cut short.

    Rows that cannot be read for another reason are counted on stderr; the file as it was is kept beside the new one.
    """
    if not path.exists():
        return
    rows, lost = parse_rows(path.read_bytes())
    due = [row["iteration"] <= iteration for row in rows]
    lost += due[: len(due) - due[::-1].index(True)].count(False) if any(due) else 0  # iterations only rise
    if lost:
        kept = path.with_name(path.name + ".damaged")
        with replaced_file(kept) as temporary:
            shutil.copyfile(path, temporary)
        print(f"WARNING      {path}: {lost} rows cannot be read and are left out; as it was: {kept}", file=sys.stderr)
    with replaced_file(path) as temporary:
        content = "".join(json.dumps(row) + "\n" for row, wanted in zip(rows, due) if wanted)
        temporary.write_text(content, encoding="utf-8")


def _drop_events_after(path: Path, iteration: int) -> int:
    """Else TensorBoard would draw both what was logged before the interruption and what is logged again.

    Settings and graph, which are at step 0, are written at each start.

    Returns:
        The last step of the training that is left; 0 if none is.
    """
    last = 0
    with replaced_file(path) as temporary, written_by_tensorflow(path), tf.io.TFRecordWriter(str(temporary)) as writer:
        try:
            for record in tf.data.TFRecordDataset(str(path)).as_numpy_iterator():
                event = event_pb2.Event.FromString(record)
                if event.HasField("file_version") or 0 < event.step <= iteration:
                    writer.write(record)
                    last = event.step
        except tf.errors.DataLossError as error:
            # A run that is killed leaves a record cut short, and nothing follows it.
            if "truncated" not in error.message:
                print(f"WARNING      {path} is damaged; its later events are left out", file=sys.stderr)
    return 0 if ENDING in path.name else last


def _compare(rows: Path, pages: Path, last: int) -> None:
    """Each row is in TensorBoard's events too. Files of events that were cut short look whole."""
    logged = parse_rows(rows.read_bytes())[0] if rows.exists() else []
    if logged and last < logged[-1]["iteration"]:
        print(
            f"WARNING      {pages}: TensorBoard has no events after iteration {last}; {rows.name} has rows",
            file=sys.stderr,
        )
