"""Rows of the table, and how cases that take turns become rows."""

import statistics
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Sequence

from measurements import machine
from measurements.turns import ROOT, Subject, Turn, ratios, take_turns

ONEDNN = "TF_ENABLE_ONEDNN_OPTS"


class Row(NamedTuple):
    """A row of the table.

    Attributes:
        measurement, case: what was measured.
        instructions: of the CPU, with which.
        result: the figure with its unit.
        beside: what to compare it with.
        numbers: the same for programs; times in seconds.
    """

    measurement: str
    case: str
    instructions: str
    result: str
    beside: str
    numbers: Dict[str, Any]


class Options(NamedTuple):
    """How long to measure, and what with.

    Attributes:
        rounds: turns of every case.
        seconds: CPU time of a turn.
        environment: variables of every process, those of the emulated CPU among them.
        before: an earlier checkout to compare training steps with, or None.
    """

    rounds: int
    seconds: float
    environment: Dict[str, str]
    before: Optional[Path]

    @property
    def emulated(self) -> bool:
        """Whether a CPU with fewer instructions is emulated."""
        return machine.describe(self.environment) != machine.describe({})


class Case(NamedTuple):
    """A name for the table, work and its arguments, variables beside those of the options, and the checkout."""

    name: str
    work: str
    arguments: Dict[str, Any]
    environment: Dict[str, str] = {}
    root: Path = ROOT


def compared(measurement: str, cases: Sequence[Case], options: Options) -> List[Row]:
    """Runs cases in turns; each is compared with the first."""
    environments = [{**options.environment, **case.environment} for case in cases]
    subjects = [
        Subject(case.name, case.work, case.arguments, environment, case.root)
        for case, environment in zip(cases, environments)
    ]
    turns = take_turns(subjects, options.rounds, options.seconds)
    rows = []
    for case, environment, subject in zip(cases, environments, subjects):
        subject.close()
        numbers = {**subject.facts, **_times(turns[case.name])}
        beside = []
        if case.name != cases[0].name:
            ratio, low, high = ratios(turns[case.name], turns[cases[0].name])
            numbers.update(ratio=ratio, ratio_low=low, ratio_high=high)
            beside.append(f"{ratio:.2f} of {cases[0].name} ({low:.2f} to {high:.2f})")
        if "gigaflop" in numbers:
            beside.append(f"{numbers['gigaflop'] / numbers['cpu']:.0f} GFLOP/s")
        cpu, low, high, wall = (_milliseconds(numbers[name]) for name in ("cpu", "cpu_low", "cpu_high", "wall"))
        result = f"{cpu} ms ({low} to {high}), by the clock {wall}"
        rows.append(Row(measurement, case.name, machine.describe(environment), result, "; ".join(beside), numbers))
    return rows


def facts_of(case: Case, options: Options) -> Dict[str, Any]:
    """What a case's work says of itself, in a fresh process."""
    subject = Subject(case.name, case.work, case.arguments, {**options.environment, **case.environment}, case.root)
    subject.close()
    return subject.facts


def _times(turns: Sequence[Turn]) -> Dict[str, Any]:
    low, cpu, high = statistics.quantiles([turn.cpu for turn in turns], n=4, method="inclusive")
    return {"cpu": cpu, "cpu_low": low, "cpu_high": high, "wall": statistics.median(turn.wall for turn in turns)}


def _milliseconds(seconds: float) -> str:
    return f"{1e3 * seconds:.0f}" if seconds >= 0.1 else f"{1e3 * seconds:.3g}"
