"""Kills a training run at random moments, resumes it to the end, and compares it with one that was never interrupted.

    python benchmarks/kill_and_resume.py --kills 20

Runs are tiny (tests/tiny_runs.py) and on one thread, so that they repeat to the bit. A run is killed with SIGKILL some
times, each time later, and then left to finish. Of the kills a third comes at a moment when the files say that a
checkpoint is being written, a third when the model or the end of the run is, the others after a random time. Then

- the weights and the last checkpoint are the same, bit for bit,
- metrics.jsonl and TensorBoard's events have each entry once, with the same values,
- the folder holds the same files, but for one file of events for each start.

Each start is a fork of one process that has TensorFlow loaded but has not used it, so that it takes seconds.
"""

import argparse
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from tf_interp.system.startup import prepare_tensorflow, require_environment

prepare_tensorflow()
require_environment()
os.environ.update(TF_NUM_INTRAOP_THREADS="1", TF_NUM_INTEROP_THREADS="1")

import numpy as np
import tensorflow as tf
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.util import tensor_util
from tiny_runs import WARPS_ALONE, tiny, write_spots

from tf_interp.run import run
from tf_interp.system.run_folder import RunFolder
from tf_interp.training.checkpoints import saved_in

SETTINGS = dict(WARPS_ALONE, iterations=60, log_every=5, image_every=20, checkpoint_every=3)
_TIMED = re.compile(r"seconds|^_hparams_|^config$|^held_out/train_seconds")  # tags whose values differ between runs
_EVENTS = re.compile(r"events\.out\.tfevents\..*?(\.held_out-\d+)?$")


class Moment(NamedTuple):
    """When to kill: as soon as something is seen in the folder, or after some seconds."""

    name: str
    seen: Callable[[Path], bool]


def _saving(folder: Path) -> bool:
    return any(name.endswith("_temp") or ".tempstate" in name for name in _names(folder / "checkpoints"))


def _ending(folder: Path) -> bool:
    return any(name.startswith((".model", ".metrics.", ".strips", ".config")) for name in _names(folder))


def _names(folder: Path) -> List[str]:
    return os.listdir(folder) if folder.is_dir() else []


def started(config, resume: bool, words: Path) -> int:
    """Forks a process that trains; its id. What it says goes to a file."""
    child = os.fork()
    if child:
        return child
    try:
        with words.open("a") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
            run(config, resume)
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)


def killed(child: int, folder: Path, moment: Moment) -> bool:
    """Waits for the moment and kills; False if the run had ended before."""
    while not os.waitpid(child, os.WNOHANG)[0]:
        if moment.seen(folder):
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return True
        time.sleep(0.0005)
    return False


def contents_of(folder: Path) -> Dict[str, Any]:
    """What a finished run holds, under names that do not depend on the time and the number of its starts."""
    paths = [str(path.relative_to(folder)) for path in sorted(folder.rglob("*"))]
    newest = tf.train.load_checkpoint(str(saved_in(folder / "checkpoints")[-1]))
    values = {name: newest.get_tensor(name) for name in newest.get_variable_to_shape_map()}
    rows = RunFolder(folder).read_rows()
    return {
        "files": sorted({_EVENTS.sub(r"events\1", path) for path in paths}),
        "model": (folder / "model" / "weights.data-00000-of-00001").read_bytes(),
        "checkpoint": {
            name: np.asarray(value).tobytes()
            for name, value in values.items()
            if not re.match("seconds|save_counter|_CHECKPOINTABLE", name)
        },
        "rows": [{name: value for name, value in row.items() if name != "seconds"} for row in rows],
        "events": Counter(_events(folder)),
        "ended": RunFolder(folder).read_record().get("ended"),
    }


def _events(folder: Path):
    """(tag, step, value) of all that was logged; settings and graph, which are of a start, without their values."""
    for path in sorted(folder.glob("events.*")):
        for event in EventFileLoader(str(path)).Load():
            if event.HasField("graph_def"):
                yield "graph", event.step, b""
            for value in event.summary.value:
                timed = _TIMED.search(value.tag)
                yield value.tag, event.step, b"" if timed else tensor_util.make_ndarray(value.tensor).tobytes()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--each", type=int, default=5, help="kills of one run before it is left to finish")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    draw, counts, wrong = random.Random(options.seed), Counter(), 0
    with tempfile.TemporaryDirectory() as made:
        place = Path(made)
        data = write_spots(place / "data")
        begun = time.monotonic()
        whole = started(tiny(data, place / "whole", **SETTINGS), False, place / "whole.txt")
        if os.waitpid(whole, 0)[1]:
            print((place / "whole.txt").read_text())
            return 1
        length = time.monotonic() - begun
        expected = contents_of(place / "whole")
        print(f"a whole run takes {length:.0f} s", file=sys.stderr)
        number = 0
        while sum(counts.values()) < options.kills:
            number += 1
            folder = place / f"run{number}"
            wrong += not _one_run(folder, data, length, draw, counts, options, expected)
    print("| killed while | times |\n| --- | --- |")
    for name, times in sorted(counts.items()):
        print(f"| {name} | {times} |")
    print(f"\n{number} runs, {sum(counts.values())} kills, {wrong} runs that differ from the uninterrupted one")
    return int(wrong > 0)


def _one_run(folder: Path, data: Path, length: float, draw: random.Random, counts: Counter, options, expected) -> bool:
    """Kills a run some times, lets it finish and says whether it is as it should be."""
    config, words = tiny(data, folder, **SETTINGS), folder.with_suffix(".txt")
    for _ in range(min(options.each, options.kills - sum(counts.values()))):
        moment, child = _moment(draw, length), _go_on(config, folder, words)
        if killed(child, folder, moment):
            counts[moment.name] += 1
            at = [path.name for path in saved_in(folder / "checkpoints")[-1:]]
            print(f"{folder.name}: killed while {moment.name}, after {at}", file=sys.stderr)
        else:
            break
    child = _go_on(config, folder, words)
    if os.waitpid(child, 0)[1]:
        print(words.read_text(), file=sys.stderr)
        return False
    found = contents_of(folder)
    differing = [name for name in expected if found.get(name) != expected[name]]
    for name in differing:
        print(f"{folder.name} differs in {name}: {_difference(found.get(name), expected[name])}", file=sys.stderr)
    return not differing


def _go_on(config, folder: Path, words: Path) -> int:
    """Resumes the run; starts it again if it has saved nothing yet, as the program then says."""
    resume = bool(saved_in(folder / "checkpoints"))
    if not resume:
        shutil.rmtree(folder, ignore_errors=True)
    return started(config, resume, words)


def _difference(found: Any, expected: Any) -> str:
    if isinstance(expected, Counter):
        return f"more {[each[:2] for each in found - expected]}, less {[each[:2] for each in expected - found]}"
    if isinstance(expected, dict):
        return f"{[name for name in {**expected, **found} if found.get(name) != expected.get(name)]}"
    return f"{str(found)[:1000]} for {str(expected)[:1000]}"


def _moment(draw: random.Random, length: float) -> Moment:
    kind = draw.choice(["saving", "ending", "any"])
    if kind == "saving":
        until = time.monotonic() + draw.uniform(0, length)
        return Moment("a checkpoint was being written", lambda path: time.monotonic() > until and _saving(path))
    if kind == "ending":
        return Moment("the model, the record or the figures were being written", _ending)
    until = time.monotonic() + draw.uniform(0, length)
    return Moment("at any time", lambda path: time.monotonic() > until)


if __name__ == "__main__":
    sys.exit(main())
