"""Kills a training run at random moments, resumes it to the end, and compares it with one that was never interrupted.

    python benchmarks/kill_and_resume.py --kills 20                      with SIGKILL
    python benchmarks/kill_and_resume.py --kills 20 --signals TERM INT   stopped as a user or a cluster would
    python benchmarks/kill_and_resume.py --kills 0 --early 10            both in the first seconds of a program

Runs are tiny (tests/tiny_runs.py) and on one thread, so that they repeat to the bit. A run is stopped some times and
then left to finish. Of the signals a third comes at a moment when the files say that a checkpoint is being written, a
third when the model or the end of the run is, the others after a random time. A program that is asked to stop must end
with exit code 128 and the signal's number, or with 0 if it was done. Then

- the weights and the last checkpoint are the same, bit for bit,
- metrics.jsonl and TensorBoard's events have each entry once, with the same values, and besides only what a run logs
  that is asked to stop,
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
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Set

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from tf_interp.system.startup import prepare_tensorflow, require_environment

prepare_tensorflow()
require_environment()
os.environ.update(TF_NUM_INTRAOP_THREADS="1", TF_NUM_INTEROP_THREADS="1")

import numpy as np
import tensorflow as tf
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tiny_runs import WARPS_ALONE, arguments, script, tiny, write_spots

from tf_interp.run import run
from tf_interp.system.entry import exit_code_of
from tf_interp.system.run_folder import FINISHED, RunFolder
from tf_interp.training.checkpoints import saved_in

# Without compilation, in which most of the kills would fall.
SETTINGS = dict(WARPS_ALONE, iterations=60, log_every=5, image_every=20, checkpoint_every=3, eager=True)
_TIMED = re.compile(r"seconds|^_hparams_|^config$|^held_out/train_seconds")  # tags whose values differ between runs
_EVENTS = re.compile(r"events\.out\.tfevents\..*?(\.held_out-\d+)?$")


class Moment(NamedTuple):
    """When to send which signal: as soon as something is seen in the folder, or after some seconds."""

    name: str
    number: signal.Signals
    seen: Callable[[Path], bool]


def _saving(folder: Path) -> bool:
    return any(name.endswith("_temp") or ".tempstate" in name for name in _names(folder / "checkpoints"))


def _ending(folder: Path) -> bool:
    return any(re.match(r"\.model|\.strips|\.metrics\..*json$", name) for name in _names(folder))


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
            code = exit_code_of(lambda: run(config, resume) and 0)
            sys.stdout.flush()
            os._exit(code)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)


def stopped(child: int, folder: Path, moment: Moment) -> Optional[int]:
    """Waits for the moment and sends the signal; how the run ended then, or None if it had ended before."""
    while not os.waitpid(child, os.WNOHANG)[0]:
        if moment.seen(folder):
            os.kill(child, moment.number)
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            return 128 - code if code < 0 else code
        time.sleep(0.001)
    return None


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
                yield value.tag, event.step, b"" if _TIMED.search(value.tag) else value.tensor.SerializeToString()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--signals", nargs="+", choices=["KILL", "TERM", "INT"], default=["KILL"])
    parser.add_argument("--each", type=int, default=5, help="signals to one run before it is left to finish")
    parser.add_argument("--early", type=int, default=0, help="programs that are stopped in their first seconds")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    draw, counts, wrong = random.Random(options.seed), Counter(), 0
    with tempfile.TemporaryDirectory() as made:
        place = Path(made)
        data = write_spots(place / "data")
        wrong += _stopped_early(options.early, data, place, draw)
        if options.kills:
            wrong += _many_runs(data, place, draw, counts, options)
    print("| signal | while | times |\n| --- | --- | --- |")
    for (number, name), times in sorted(counts.items()):
        print(f"| {number} | {name} | {times} |")
    print(f"\n{sum(counts.values())} signals, {options.early} in the first seconds, {wrong} runs with something wrong")
    return int(wrong > 0)


def _many_runs(data: Path, place: Path, draw: random.Random, counts: Counter, options) -> int:
    """How many runs are not as the uninterrupted one."""
    begun, wrong, number = time.monotonic(), 0, 0
    whole = started(tiny(data, place / "whole", **SETTINGS), False, place / "whole.txt")
    if os.waitpid(whole, 0)[1]:
        raise RuntimeError((place / "whole.txt").read_text())
    length = time.monotonic() - begun
    expected = contents_of(place / "whole")
    print(f"a whole run takes {length:.0f} s", file=sys.stderr)
    while sum(counts.values()) < options.kills:
        number += 1
        wrong += not _one_run(place / f"run{number}", data, length, draw, counts, options, expected)
    print(f"{number} runs", file=sys.stderr)
    return wrong


def _stopped_early(times: int, data: Path, place: Path, draw: random.Random) -> int:
    """Stops programs while they load or begin; how many end with another code or with more than a sentence or two."""
    wrong = 0
    for number in range(times):
        asked, folder = draw.choice([signal.SIGTERM, signal.SIGINT]), place / f"early{number}"
        program = script(*arguments(data, folder, **SETTINGS))
        time.sleep(draw.uniform(0.2, 15))
        program.send_signal(asked)
        said = program.communicate()[1]
        fine = program.returncode == 128 + asked and "Traceback" not in said
        print(f"{asked.name} early: exit code {program.returncode}, {said.splitlines()[-1:]}", file=sys.stderr)
        wrong += not fine
    return wrong


def _one_run(folder: Path, data: Path, length: float, draw: random.Random, counts: Counter, options, expected) -> bool:
    """Stops a run some times, lets it finish and says whether it is as it should be."""
    config, words = tiny(data, folder, **SETTINGS), folder.with_suffix(".txt")
    fine, stops = True, set()
    for _ in range(min(options.each, options.kills - sum(counts.values()))):
        number = signal.Signals[f"SIG{draw.choice(options.signals)}"]
        moment, child = _moment(draw, length, number), _go_on(config, folder, words)
        code = stopped(child, folder, moment)
        if code is None:
            break
        fine &= code == 128 + number or (code == 0 and RunFolder(folder).ended == FINISHED)
        counts[number.name, moment.name] += 1
        at = [path.name for path in saved_in(folder / "checkpoints")[-1:]]
        stops.update(int(name.rpartition("-")[2]) for name in at if moment.number != signal.SIGKILL)
        print(f"{folder.name}: {number.name} {moment.name}, after {at}, exit code {code}", file=sys.stderr)
    child = _go_on(config, folder, words)
    if os.waitpid(child, 0)[1]:
        print(words.read_text(), file=sys.stderr)
        return False
    found = _without_stops(contents_of(folder), expected, stops)
    differing = [name for name in expected if found.get(name) != expected[name]]
    for name in differing:
        print(f"{folder.name} differs in {name}: {_difference(found.get(name), expected[name])}", file=sys.stderr)
    return fine and not differing


def _without_stops(found: Dict[str, Any], expected: Dict[str, Any], stops: Set[int]) -> Dict[str, Any]:
    """A run that is asked to stop logs and draws once more before it does; that once is left out."""
    rows = [row for row in found["rows"] if row["iteration"] not in stops or row in expected["rows"]]
    last = [entry for entry in found["events"] if entry[1] in stops and entry not in expected["events"]]
    return {**found, "rows": rows, "events": found["events"] - Counter(last)}


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


def _moment(draw: random.Random, length: float, number: signal.Signals) -> Moment:
    kind = draw.choice(["saving", "ending", "any"])
    if kind == "saving":
        until = time.monotonic() + draw.uniform(0, length)
        return Moment("a checkpoint is written", number, lambda path: time.monotonic() > until and _saving(path))
    if kind == "ending":
        return Moment("the model, the record or the figures are written", number, _ending)
    until = time.monotonic() + draw.uniform(0, length)
    return Moment("anything", number, lambda path: time.monotonic() > until)


if __name__ == "__main__":
    sys.exit(main())
