"""Hours of small training and thousands of calls of the API: what of the machine do they take, and does it grow?

    python benchmarks/soak.py                                an hour of training, 10,000 calls
    python benchmarks/soak.py --minutes 5 --calls 1000

A tiny run is trained with rows, pictures and checkpoints every few iterations, and stopped by a signal. Its model is
then called with batches of 1 to 16 pairs in random order, with and without a seed. Measured every second: the resident
memory, open handles and threads of the process, and the files in the run's folder. "begin" is after a twentieth of the
iterations or calls. At the end: how often each compiled function has been traced.
"""

import argparse
import contextlib
import os
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Callable, List, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from tf_interp.system.startup import prepare_tensorflow, require_environment

prepare_tensorflow()
require_environment()

import numpy as np
from tiny_runs import WARPS_ALONE, tiny, write_spots

import tf_interp.run
from tf_interp.errors import RunInterrupted
from tf_interp.model.interpolator import load_interpolator
from tf_interp.training.saved import save_model

SETTINGS = dict(WARPS_ALONE, iterations=10**8, log_every=10, image_every=100, checkpoint_every=50, keep_checkpoints=3)
_PAUSE = 1.0  # seconds between two samples


class Sample(NamedTuple):
    """What the process has at a moment, when so many iterations or calls are done; memory in MB."""

    done: int
    seconds: float
    memory: float
    handles: int
    threads: int
    files: int


class Watch(threading.Thread):
    """Takes samples until it is stopped; then they are in `samples`."""

    def __init__(self, folder: Path, done: Callable[[], int]):
        super().__init__(daemon=True)
        self.samples: List[Sample] = []
        self._done = done
        self._folder, self._began, self._over = folder, time.monotonic(), threading.Event()

    def run(self) -> None:
        while not self._over.wait(_PAUSE):
            self._take()

    def stop(self) -> None:
        self._over.set()
        self.join()
        self._take()

    def _take(self) -> None:
        status = Path("/proc/self/status").read_text()
        fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
        files = sum(len(names) for _, _, names in os.walk(self._folder))
        memory = int(fields["VmRSS"].split()[0]) / 1024
        handles = len(os.listdir("/proc/self/fd"))
        taken = Sample(self._done(), time.monotonic() - self._began, memory, handles, int(fields["Threads"]), files)
        self.samples.append(taken)


def report(what: str, amount: str, watch: Watch, traces: str) -> None:
    """Prints a row of the table."""
    last = watch.samples[-1]
    first = next(each for each in watch.samples if each.done >= last.done / 20)
    most = Sample(*map(max, zip(*watch.samples)))
    growth = f"{last.memory / first.memory - 1:+.1%}"
    cells = [what, amount, f"{last.seconds / 60:.1f}", f"{first.memory:.0f}", f"{last.memory:.0f}", growth]
    cells += [f"{first.handles}, {last.handles}, {most.handles}", f"{first.threads}, {last.threads}"]
    cells += [f"{last.files}, {most.files}", traces]
    print(f"| {' | '.join(cells)} |", flush=True)


def train(place: Path, minutes: float) -> Path:
    """Trains for so many minutes; the folder of the model."""
    made, build, folder = [], tf_interp.run.Trainer, place / "run"

    def remembered(*given):
        made.append(build(*given))
        return made[-1]

    tf_interp.run.Trainer = remembered
    config = tiny(write_spots(place / "data"), folder, **SETTINGS)
    watch = Watch(folder, lambda: made[0].done if made else 0)
    end = threading.Timer(60 * minutes, lambda: os.kill(os.getpid(), signal.SIGTERM))
    watch.start()
    end.start()
    with contextlib.suppress(RunInterrupted), contextlib.redirect_stdout(sys.stderr):
        tf_interp.run.run(config)
    watch.stop()
    (trainer,) = made
    functions = {"train_step": trainer.train_step, "walk": trainer.walk}
    traces = ", ".join(f"{name} {each.experimental_get_tracing_count()}" for name, each in functions.items())
    report("training", f"{trainer.done:,} iterations", watch, traces)
    save_model(trainer.networks, config, (10, 9, 1), place / "model")
    return place / "model"


def call(model: Path, calls: int) -> None:
    """Walks between random images."""
    interpolator, draw = load_interpolator(model), np.random.RandomState(0)
    done = [0]
    watch = Watch(model, lambda: done[0])
    watch.start()
    for number in range(calls):
        start, goal = draw.uniform(size=[2, draw.randint(1, 17), *interpolator.image_shape])
        interpolator(start, goal, seed=number if draw.randint(2) else None)
        done[0] += 1
    watch.stop()
    traces = f"walk {interpolator._compiled.experimental_get_tracing_count()}"
    report("the API", f"{calls:,} calls", watch, traces)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--calls", type=int, default=10000)
    options = parser.parse_args()
    head = ["what", "how much", "minutes", "MB at begin", "MB at end", "growth", "handles: begin, end, most"]
    head += ["threads: begin, end", "files: end, most", "traces"]
    with tempfile.TemporaryDirectory() as made:
        print(f"| {' | '.join(head)} |\n|{' --- |' * len(head)}", flush=True)
        model = train(Path(made), options.minutes)
        call(model, options.calls)


if __name__ == "__main__":
    main()
