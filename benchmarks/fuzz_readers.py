"""How the readers of files stand up to damaged input: each reads thousands of files with random damage, and is counted.

    python benchmarks/fuzz_readers.py --inputs 10000                 every reader of tests/fuzz/file_readers.py
    python benchmarks/fuzz_readers.py --only "IDX, gzipped" settings     some of them
    python benchmarks/fuzz_readers.py --keep FOLDER                  keeps the files that a reader did not survive

Files are read in worker processes, so that crashes are counted too. A traceback is any exception but the documented
errors, and a warning counts as one. A hang is more than 5 s of a core, its child processes included, or 2 minutes by
the clock. Which files are drawn depends on --seed and the release of Hypothesis alone.

HDF5 is read by a process of its own, which here is a fork of one that has the library loaded: to start it anew, as the
program does, takes 30 times as long. The column `kept apart` counts those of its crashes and endless loops that came
out as the documented error.
"""

import argparse
import io
import json
import os
import resource
import selectors
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections import Counter
from pathlib import Path
from typing import Iterator, Optional, Sequence

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "fuzz")]

from file_readers import DOCUMENTED, READERS
from hypothesis import HealthCheck, Phase, given, seed, settings
from mutations import damaged

from fuel_compat import apart, worker

_AT_ONCE = 2500  # files that one worker reads, if it lives
_SLOW, _PATIENCE = 5, 120  # seconds of a core, and by the clock
_STOPPED = "(reading it "  # in the message of a process that crashed or was stopped
_COLUMNS = ("inputs", "read", "refused", "apart", "tracebacks", "crashes", "hangs")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=10000, help="of each reader")
    parser.add_argument("--only", nargs="+", choices=list(READERS), default=list(READERS), metavar="NAME")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="folder for files that a reader did not survive")
    parser.add_argument("--worker", type=Path, help=argparse.SUPPRESS)
    given_options = parser.parse_args()
    if given_options.worker:
        _work(given_options.only[0], given_options.worker, given_options.seed, given_options.inputs)
        return
    print("| reader | inputs | read | refused | kept apart | tracebacks | crashes | hangs over 5 s | peak memory |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for name in given_options.only:
        counts, peak = _count(name, given_options.inputs, given_options.seed, given_options.keep)
        cells = [f"{counts[column]:,}" for column in _COLUMNS]
        print(f"| {name} | {' | '.join(cells)} | {peak / 2**10:.0f} MB |", flush=True)


def _count(name: str, inputs: int, first_seed: int, keep: Optional[Path]):
    """How many files had which outcome, and the largest memory of a process, in KiB."""
    counts, peak, number = Counter(), 0, first_seed
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / READERS[name].name
        while counts["inputs"] < inputs:
            for told in _outcomes(name, path, number, min(_AT_ONCE, inputs - counts["inputs"])):
                peak = max(peak, told["peak"])
                slow = told["seconds"] > _SLOW
                contained = _STOPPED in told["words"]
                counts.update(["inputs", told["outcome"], *["hangs"] * slow, *["apart"] * contained])
                if told["outcome"] in ("tracebacks", "crashes", "hangs") or slow:
                    _report(name, path, told, keep, counts["inputs"])
            number += 1
    return counts, peak


def _outcomes(name: str, path: Path, number: int, inputs: int) -> Iterator[dict]:
    """What one worker tells of each file, and of its end if that comes early."""
    options = ["--worker", str(path), "--only", name, "--seed", str(number), "--inputs", str(inputs)]
    # Not buffered, so that what is told is never waited for.
    reading = subprocess.Popen([sys.executable, __file__, *options], stdout=subprocess.PIPE, bufsize=0)
    told = 0
    with reading, selectors.DefaultSelector() as selector:
        selector.register(reading.stdout, selectors.EVENT_READ)
        while told < inputs:
            if not selector.select(_PATIENCE):
                reading.kill()
                yield {"outcome": "hangs", "seconds": 0, "peak": 0, "words": "stopped"}
                return
            line = reading.stdout.readline()
            if not line:
                break
            told += 1
            yield json.loads(line)
    if told < inputs:
        yield {"outcome": "crashes", "seconds": 0, "peak": 0, "words": f"exit code {reading.returncode}"}


def _report(name: str, path: Path, told: dict, keep: Optional[Path], count: int) -> None:
    print(f"{name}: {told['outcome']}, {told['words']}, {told['seconds']:.1f} s", file=sys.stderr)
    if keep:
        keep.mkdir(parents=True, exist_ok=True)
        source = Path(told["kept"]) if "kept" in told else path
        shutil.copy(source, keep / f"{name.replace(' ', '_')}_{count}_{path.name}")


def _work(name: str, path: Path, number: int, inputs: int) -> None:
    """Reads damaged files at `path`, and prints a line of JSON for each."""
    reader = READERS[name]
    apart.subprocess.run = _forked

    @seed(number)
    @settings(
        max_examples=inputs,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(damaged(reader.healthy(), reader.words))
    def read(content):
        path.write_bytes(content)
        before = _seconds()
        outcome, words = _outcome(reader.read, path)
        told = {"outcome": outcome, "words": words, "seconds": _seconds() - before, "peak": _peak()}
        if outcome == "tracebacks":  # the next file takes its place before it is looked at
            told["kept"] = str(shutil.copy(path, path.with_name(f"kept_{path.name}")))
        print(json.dumps(told), flush=True)

    read()


def _forked(command: Sequence[str], input: bytes, **_) -> subprocess.CompletedProcess:
    """`subprocess.run` of a worker of `fuel_compat`, whose limits stand at the end of the command."""
    output, replies = os.pipe()
    child = os.fork()
    if not child:
        try:
            worker.bound(*map(int, command[-2:]))
            with os.fdopen(replies, "wb") as file:
                worker.serve(io.BytesIO(input), file)
        finally:
            os._exit(0)
    os.close(replies)
    with os.fdopen(output, "rb") as file:
        content = file.read()
    return subprocess.CompletedProcess(command, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), content)


def _outcome(read, path: Path):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            read(path)
    except DOCUMENTED as error:
        return "refused", str(error)
    except Exception as error:
        return "tracebacks", repr(error)[:300]
    return "read", ""


def _seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _peak() -> int:
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


if __name__ == "__main__":
    main()
