"""What becomes of the files of a run when its disk is full: the room that is left is made smaller and smaller.

    python benchmarks/full_disk.py                     as root: mounts a small tmpfs and takes it away again
    python benchmarks/full_disk.py --place FOLDER      on a small file system that is there, and is filled

A tiny run is trained to its first checkpoints. A copy on the small disk is resumed with so many kilobytes left, so that
it fails while it writes a checkpoint, its rows or events, the model, the figures or the record; a larger number gets it
further. The same is done to a strip of figures and to a conversion, each in place of an earlier file. A failure must

- be one sentence with the file and the remedy, and exit code 2,
- leave what was there: every file that the command replaces is whole, the old one or the new one,
- for a run: with room made, --resume goes on to the end, with the weights of a run that had room.
"""

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Callable, Dict, Iterator, List, NamedTuple, Sequence, Tuple

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from tf_interp.system.startup import prepare_tensorflow, require_environment

prepare_tensorflow()
require_environment()
os.environ.update(TF_NUM_INTRAOP_THREADS="1", TF_NUM_INTEROP_THREADS="1")

from PIL import Image
from tiny_runs import WARPS_ALONE, tiny, write_spots

import fuel_compat.cli
from tf_interp.commands import interpolate
from tf_interp.config import Config
from tf_interp.run import run
from tf_interp.system.entry import exit_code_of
from tf_interp.training.checkpoints import saved_in

FEW = dict(log_every=1, image_every=2, checkpoint_every=2, eager=True, **WARPS_ALONE)
HALF, WHOLE = 4, 8  # iterations
SIZE = 4 * 2**20  # bytes of the disk
ROOM = (0, 4, 8, 12, 16, 24, 32, 40, 48, 56, 64, 72, 80, 96, 112, 128, 144, 160, 192, 224, 256, 320, 384)  # kB


class Outcome(NamedTuple):
    """How a command ended: its code, what it said, what of the old files is not as it should be."""

    code: int
    words: str
    lost: List[str]


def in_child(command: Callable[[], int]) -> Tuple[int, str]:
    """Exit code of a command in a process of its own, and what it said on stderr."""
    with tempfile.TemporaryFile() as said:
        child = os.fork()
        if not child:
            with open(os.devnull, "w") as nowhere:
                os.dup2(nowhere.fileno(), 1)
                os.dup2(said.fileno(), 2)
                code = exit_code_of(command)
                sys.stderr.flush()
                os._exit(code)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        said.seek(0)
        return code, said.read().decode(errors="replace")


@contextlib.contextmanager
def full_but_for(disk: Path, room: int) -> Iterator[None]:
    """Leaves so many bytes on a disk while inside."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        with contextlib.suppress(OSError):
            while file.write(bytes(4096)):
                pass
        file.truncate(max(0, file.tell() - room))
    try:
        yield
    finally:
        filler.unlink()


def resumed(disk: Path, half: Path, data: Path, room: int, expected: Dict[str, bytes]) -> Outcome:
    """Resumes a copy of a run on the disk; then once more with room."""
    folder = disk / "run"
    shutil.copytree(half, folder)
    go_on = partial(_train, tiny(data, folder, iterations=WHOLE, **FEW), resume=True)
    with full_but_for(disk, room):
        code, words = in_child(go_on)
    lost = [] if saved_in(folder / "checkpoints") else ["every checkpoint"]
    lost += [name for name in ("config.json", "metrics.json") if not _is_json(folder / name)]
    lost += [name for name in _leftovers(folder) if code]
    if code and (again := in_child(go_on))[0]:
        lost.append(f"cannot go on: {again[1][-300:]}")
    lost += [name for name, content in weights_of(folder).items() if content != expected[name]]
    shutil.rmtree(folder)
    return Outcome(code, words, lost)


def _succeed(command: Callable[[], int]) -> None:
    code, words = in_child(command)
    if code:
        raise RuntimeError(words)


def _train(config: Config, resume: bool = False) -> int:
    run(config, resume)
    return 0


def _is_json(path: Path) -> bool:
    try:
        return not path.exists() or bool(json.loads(path.read_text()))
    except ValueError:
        return False


def _leftovers(folder: Path) -> List[str]:
    return [str(path.relative_to(folder)) for path in folder.rglob(".*")]


def weights_of(folder: Path) -> Dict[str, bytes]:
    """The weights of a run's model."""
    path = folder / "model" / "weights.data-00000-of-00001"
    return {"the model": path.read_bytes() if path.exists() else b""}


def replaced(disk: Path, name: str, command: Callable[[Path], int], room: int) -> Outcome:
    """Calls a command that replaces a file on the disk."""
    path = disk / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"what was there")
    with full_but_for(disk, room):
        code, words = in_child(lambda: command(path))
    lost = [name] if code and path.read_bytes() != b"what was there" else []
    lost += [each.name for each in path.parent.iterdir() if each != path]
    shutil.rmtree(path.parent)
    return Outcome(code, words, lost)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--place", type=Path, help="an empty folder on a file system of a few MB")
    parser.add_argument("--every", type=int, default=1, help="takes every second, third, ... of the sizes")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made, contextlib.ExitStack() as stack:
        place = Path(made)
        disk = options.place or stack.enter_context(_mounted(place / "disk"))
        print("| command | tries | ended well | one sentence | anything else |\n| --- | --- | --- | --- | --- |")
        return max(_count(name, attempt, ROOM[:: options.every]) for name, attempt in _attempts(place, disk))


def _attempts(place: Path, disk: Path) -> Iterator[Tuple[str, Callable[[int], Outcome]]]:
    data = write_spots(place / "data")
    half, whole = place / "half", place / "whole"
    _succeed(partial(_train, tiny(data, half, iterations=HALF, **FEW)))
    # What a kill after a checkpoint leaves: nothing of the end is there.
    shutil.rmtree(half / "model")
    for name in ("metrics.json", "strips.png"):
        (half / name).unlink()
    shutil.copytree(half, whole)
    _succeed(partial(_train, tiny(data, whole, iterations=WHOLE, **FEW), resume=True))
    expected = weights_of(whole)
    yield "a run that is resumed", lambda room: resumed(disk, half, data, room, expected)
    pictures = [_picture(place / f"{name}.png", grey) for name, grey in (("a", 60), ("b", 200))]
    model = ["--model", str(whole)]

    def strip(path: Path) -> int:
        return interpolate.main([*map(str, pictures), *model, "--out", str(path), "--as-is"])

    def conversion(path: Path) -> int:
        return fuel_compat.cli.main(["convert", "mnist", "-d", str(data), "-o", str(path.parent)])

    yield "`interpolate --out strip.png`", lambda room: replaced(disk, "figures/strip.png", strip, room)
    yield "`fuel_compat convert mnist`", lambda room: replaced(disk, "converted/mnist.hdf5", conversion, room)


def _picture(path: Path, grey: int) -> Path:
    Image.new("L", (9, 10), grey).save(path)
    return path


def _count(name: str, attempt: Callable[[int], Outcome], rooms: Sequence[int]) -> int:
    counts, named = Counter(), Counter()
    for room in rooms:
        outcome = attempt(room * 1024)
        complaint = [line for line in outcome.words.splitlines() if line.startswith("error: ")]
        if outcome.lost or outcome.code not in (0, 2) or (outcome.code == 2 and len(complaint) != 1):
            counts["else"] += 1
            print(f"{name}, {room} kB: {outcome.code} {outcome.lost} {outcome.words[-500:]}", file=sys.stderr)
        else:
            counts["well" if outcome.code == 0 else "refused"] += 1
        if complaint:
            named[Path(complaint[0].split(":")[1].removeprefix(" cannot write ")).name] += 1
    print(f"| {name} | {len(rooms)} | {counts['well']} | {counts['refused']} | {counts['else']} |", flush=True)
    print(f"{name}, files that had no room: {dict(named)}", file=sys.stderr)
    return int(counts["else"] > 0)


@contextlib.contextmanager
def _mounted(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    if subprocess.run(["mount", *options], check=False).returncode:
        raise SystemExit("only root may mount a file system; give a small one with --place")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=False)


if __name__ == "__main__":
    sys.exit(main())
