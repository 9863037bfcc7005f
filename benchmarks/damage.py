"""What becomes of a run and of a model whose files are damaged: each file is damaged in many places, one at a time.

    python benchmarks/damage.py --places 100
    python benchmarks/damage.py --places 100 --only "newest checkpoint, .data" metrics.jsonl

A tiny run is trained. A file of it is cut short, has a bit flipped or 64 bytes zeroed; in one of JSON also a value is
replaced or left out. Then the run is resumed up to its first iteration, or the model is loaded. The outcome is counted:

unchanged   all is as it would be with the healthy file
fell back   a WARNING says what could not be read; the rest is used
refused     one line says what is wrong
altered     the damaged file is a valid one that says something else, such as another digit; nobody can notice
silent loss an earlier iteration or fewer rows than in the healthy file, without a word
traceback   any other exception
"""

import argparse
import contextlib
import hashlib
import io
import json
import os
import random
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, NamedTuple, Tuple

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from tf_interp.system.startup import prepare_tensorflow, require_environment

prepare_tensorflow()
require_environment()

from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tiny_runs import WARPS_ALONE, tiny, write_spots

from tf_interp.commands.train import parse
from tf_interp.errors import FileError, InputError
from tf_interp.model.interpolator import load_interpolator
from tf_interp.run import run
from tf_interp.system.run_folder import RunFolder
from tf_interp.training.checkpoints import Checkpoints
from tf_interp.training.resuming import record_start, restore
from tf_interp.training.run_log import RunLog
from tf_interp.training.trainer import Trainer

FEW = dict(iterations=6, log_every=1, image_every=6, checkpoint_every=2, eager=True, **WARPS_ALONE)
SHAPE = (10, 9, 1)
OUTCOMES = ("unchanged", "fell back", "refused", "altered", "silent loss", "traceback")
_ODD = (None, True, -1, 0, 1.5, 10**30, 1e300, float("nan"), "", "x" * 1000, [], [[]], {}, [None], "a\0b")


def resumed(folder: Path) -> Dict[str, Any]:
    """Resumes a run up to its first iteration; what it goes on with."""
    arguments = ["--resume", str(folder), "--iterations", "8"]
    config, _ = parse("mnist", arguments)
    trainer, run_folder = _trainer_of(config), RunFolder(folder)
    restore(Checkpoints(trainer.checkpoint, run_folder.checkpoints, 2), trainer, run_folder)
    run_folder.measured_at(trainer.done)
    record_start(run_folder, trainer, {"iteration": trainer.done})
    with RunLog(folder, trainer.done, 8):
        pass
    values = [value.numpy().tobytes() for network in trainer.networks.values() for value in network.variables]
    return {
        "iteration": trainer.done,
        "rows": len(run_folder.read_rows()),
        "events": sum(1 for _ in _events(folder)),
        "said": [run_folder.read_rows(), config.replace(run_dir=None).to_dict(), run_folder.read_record()["starts"]],
        "weights": hashlib.sha256(b"".join(values)).hexdigest(),
    }


_TRAINERS: Dict[str, Trainer] = {}


def _trainer_of(config) -> Trainer:
    """Networks are the same for most of the damaged files, and cost more to build than to restore."""
    key = json.dumps({name: value for name, value in config.to_dict().items() if name != "run_dir"}, sort_keys=True)
    if key not in _TRAINERS:
        if len(_TRAINERS) > 1:
            _TRAINERS.popitem()
        _TRAINERS[key] = Trainer(config, SHAPE, "float32")
    return _TRAINERS[key]


def _events(folder: Path) -> Iterator[Tuple[str, int]]:
    for path in sorted(folder.glob("events.*")):
        for event in EventFileLoader(str(path)).Load():
            yield from ((value.tag, event.step) for value in event.summary.value if event.step > 0)


def loaded(folder: Path) -> Dict[str, Any]:
    """Loads a model; what it is made of."""
    model = load_interpolator(folder)
    values = [value.numpy().tobytes() for value in model.agents.variables]
    digest = hashlib.sha256(b"".join(values)).hexdigest()
    return {"said": [model.config.to_dict(), model.image_shape], "weights": digest}


class Part(NamedTuple):
    """A file, by a pattern in the run's folder, and what reads it."""

    pattern: str
    read: Callable[[Path], Dict[str, Any]]


PARTS = {
    "checkpoint, TensorFlow's index": Part("checkpoints/checkpoint", resumed),
    "newest checkpoint, .index": Part("checkpoints/ckpt-6.index", resumed),
    "newest checkpoint, .data": Part("checkpoints/ckpt-6.data*", resumed),
    "config.json": Part("config.json", resumed),
    "metrics.jsonl": Part("metrics.jsonl", resumed),
    "metrics.json": Part("metrics.json", resumed),
    "TensorBoard's events": Part("events*[!6]", resumed),
    "model, config.json": Part("model/config.json", loaded),
    "model, .index": Part("model/weights.index", loaded),
    "model, .data": Part("model/weights.data*", loaded),
}


def damaged(content: bytes, is_json: bool, draw: random.Random) -> bytes:
    """A copy with one damage."""
    kind = draw.choice(["cut", "bit", "zeros", *["value"] * 3 * is_json])
    place = draw.randrange(len(content))
    if kind == "cut":
        return content[:place]
    if kind == "bit":
        return content[:place] + bytes([content[place] ^ 1 << draw.randrange(8)]) + content[place + 1 :]
    if kind == "zeros":
        return content[:place] + bytes(len(content[place : place + 64])) + content[place + 64 :]
    record = json.loads(content)
    holder = draw.choice([record, *[record.get("settings", record)] * 3])
    name = draw.choice(list(holder))
    if draw.random() < 0.2:
        del holder[name]
    else:
        holder[name] = draw.choice(_ODD)
    return json.dumps(record).encode()


def outcome_of(part: Part, folder: Path, healthy: Dict[str, Any]) -> Tuple[str, str]:
    """An entry of OUTCOMES, and what was said."""
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
            found = part.read(folder)
    except (FileError, InputError) as error:
        lines = str(error).splitlines()
        return ("refused" if len(lines) == 1 else "traceback"), str(error)
    except (Exception, SystemExit) as error:
        return "traceback", f"{type(error).__name__}: {error}"
    warned = "WARNING" in said.getvalue()
    if found == healthy:
        return "unchanged", said.getvalue()
    if warned:
        return "fell back", said.getvalue()
    less = any(found.get(name, 0) < healthy.get(name, 0) for name in ("iteration", "rows", "events"))
    return ("silent loss" if less else "altered"), f"{found} for {healthy}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--places", type=int, default=100, help="damages of each file")
    parser.add_argument("--only", nargs="+", choices=list(PARTS), default=list(PARTS), metavar="NAME")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--log", type=Path, help="file for every outcome with its words")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made, (options.log or Path(os.devnull)).open("a") as log:
        place = Path(made)
        with contextlib.redirect_stdout(sys.stderr):
            run(tiny(write_spots(place / "data"), place / "run", **FEW))
        print(f"| file | damages | {' | '.join(OUTCOMES)} |\n|{' --- |' * (len(OUTCOMES) + 2)}")
        for name in options.only:
            counts = _count(name, options, place, log)
            print(f"| {name} | {options.places} | {' | '.join(str(counts[each]) for each in OUTCOMES)} |", flush=True)


def _count(name: str, options: argparse.Namespace, place: Path, log) -> Counter:
    part, draw, counts = PARTS[name], random.Random(options.seed), Counter()
    copy = place / "copy"
    healthy = None
    for number in range(-1, options.places):
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(place / "run", copy)
        if number < 0:
            healthy = part.read(copy)
            continue
        (path,) = copy.glob(part.pattern)
        path.write_bytes(damaged(path.read_bytes(), path.suffix == ".json", draw))
        outcome, words = outcome_of(part, copy, healthy)
        counts[outcome] += 1
        print(f"{name} {number}: {outcome}: {words[:600]}", file=log, flush=True)
    return counts


if __name__ == "__main__":
    main()
