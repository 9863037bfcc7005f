"""Processes that take turns at repeating a piece of work, so that a machine whose speed drifts is the same for all.

Each subject is a process of its own, because what is compared are often variables of the environment that TensorFlow
reads when it is imported. In every round each subject has one turn, in random order; a ratio is that of two turns of
one round, and of the ratios the median is reported.
"""

import json
import os
import random
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

ROOT = Path(__file__).resolve().parent.parent.parent
CHILD = Path(__file__).with_name("child.py")


class Turn(NamedTuple):
    """Seconds of one call, averaged over a turn: of the process's CPU time, and by the clock."""

    cpu: float
    wall: float


class Subject:
    """A process that repeats a piece of work when asked to.

    Args:
        name: what tables call it.
        work: name in `work.WORK`.
        arguments: of that function.
        environment: variables set for the process.
        root: checkout whose `tf_interp` is imported.

    Attributes:
        facts: what the work says of itself: precision, GFLOP of a call and the like.

    Raises:
        RuntimeError: the process ended while it prepared; its last line says why.
    """

    def __init__(
        self,
        name: str,
        work: str,
        arguments: Optional[Dict[str, Any]] = None,
        environment: Optional[Dict[str, str]] = None,
        root: Path = ROOT,
    ):
        self.name = name
        variables = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", **(environment or {})}
        command = [sys.executable, str(CHILD), str(root), work, json.dumps(arguments or {})]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=variables, text=True
        )
        self.facts: Dict[str, Any] = self._answer()

    def turn(self, seconds: float) -> Turn:
        """Repeats the work until so many seconds of CPU time have passed."""
        self._process.stdin.write(f"{seconds}\n")
        self._process.stdin.flush()
        return Turn(**self._answer())

    def close(self) -> None:
        """Ends the process."""
        self._process.stdin.close()
        self._process.wait()

    def _answer(self) -> Dict[str, Any]:
        line = self._process.stdout.readline()
        if not line:
            said = self._process.stderr.read().strip().splitlines() or ["it said nothing"]
            raise RuntimeError(f"{self.name}: {said[-1]}")
        return json.loads(line)


def take_turns(subjects: Sequence[Subject], rounds: int, seconds: float) -> Dict[str, List[Turn]]:
    """Name -> one turn a round."""
    turns: Dict[str, List[Turn]] = {subject.name: [] for subject in subjects}
    order = list(subjects)
    for _ in range(rounds):
        random.shuffle(order)
        for subject in order:
            turns[subject.name].append(subject.turn(seconds))
    return turns


def ratios(turns: Sequence[Turn], others: Sequence[Turn]) -> Tuple[float, float, float]:
    """CPU time over that of the others, round by round: the median, and the quartiles."""
    found = [own.cpu / other.cpu for own, other in zip(turns, others)]
    low, middle, high = statistics.quantiles(found, n=4, method="inclusive")
    return middle, low, high
