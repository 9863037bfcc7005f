"""The measurements by name. Each gives rows of the one table."""

import importlib.util
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List

from measurements import machine
from measurements.comparisons import ONEDNN, Case, Options, Row, compared, facts_of
from measurements.turns import ROOT

FAMILIES = {"mnist": "digits", "celeba": "faces"}
MEMORIES = ("store", "recompute", "host")
STEPS = (1, 4, 16, 64)


def train_steps(options: Options) -> Iterator[Row]:
    """The default presets' steps, by arithmetic and by what TensorFlow is allowed to use."""
    for family, label in FAMILIES.items():
        now, off = {"family": family}, {ONEDNN: "0"}
        cases = [Case("float32", "train_step", now), Case("oneDNN off", "train_step", now, off)]
        if machine.has_bfloat16() and not options.emulated:
            cases.append(Case("bfloat16", "train_step", {**now, "precision": "mixed_bfloat16"}))
        if options.before:
            cases.append(Case("before", "train_step", now, {}, options.before))
            cases.append(Case("before, oneDNN off", "train_step", now, off, options.before))
        cases.append(Case("large matrix product", "matrix_product", {}))
        yield from compared(f"training step, {label}", cases, options)
        if machine.newer_than_avx2() and not options.emulated:
            cases = [Case(case.name, case.work, now, {**machine.AVX2_ONLY, **case.environment}) for case in cases[:2]]
            yield from compared(f"training step, {label}", cases, options)


def walks(options: Options) -> Iterator[Row]:
    """Walks of a batch, which need no gradients."""
    for family, label in FAMILIES.items():
        for row in compared(f"walk of a batch, {label}", [Case("no gradients", "walk", {"family": family})], options):
            yield row._replace(beside=f"{row.numbers['batch_size'] / row.numbers['cpu']:.0f} walks/s")


def warps(options: Options) -> Iterator[Row]:
    """The own warp against TensorFlow Addons', where that is installed."""
    names = {"own": False, "TensorFlow Addons": True}
    if importlib.util.find_spec("tensorflow_addons") is None:
        names.pop("TensorFlow Addons")
    for family, label in FAMILIES.items():
        cases = [Case(name, "warping", {"family": family, "addons": addons}) for name, addons in names.items()]
        yield from compared(f"warp with both gradients, 32 {label}", cases, options)


def pipelines(options: Options) -> Iterator[Row]:
    """What a batch costs beside a step."""
    for family, label in FAMILIES.items():
        cases = [Case("step", "train_step", {"family": family}), Case("batch", "pipeline", {"family": family})]
        row = compared(f"input pipeline, {label}", cases, options)[-1]
        yield row._replace(beside=f"{row.numbers['ratio']:.2%} of a step")


def loops(options: Options) -> Iterator[Row]:
    """The loop of the graph against copies of the step."""
    names = {"while_loop": False, "unrolled": True}
    cases = [Case(name, "rollout_gradient", {"family": "mnist", "unrolled": each}) for name, each in names.items()]
    yield from compared("gradient of a rollout, digits", cases, options)


def batches(options: Options) -> Iterator[Row]:
    """Steps by the size of the batch."""
    sizes = (8, 16, 32, 64, 128)
    cases = [Case(str(each), "train_step", {"family": "mnist", "overrides": {"batch_size": each}}) for each in sizes]
    for size, row in zip(sizes, compared("training step by batch, digits", cases, options)):
        yield row._replace(beside=f"{1e3 * row.numbers['cpu'] / size:.2f} ms a pair")


def yardstick(options: Options) -> Iterator[Row]:
    """The same networks in PyTorch, where that is installed; both without waypoints, which are none of them."""
    if importlib.util.find_spec("torch") is None:
        print("PyTorch is not installed, so the yardstick is left out: pip install torch==2.13.0", file=sys.stderr)
        return
    for preset, changes in (("default", {"waypoint_weight": 0.0}), ("paper", {"batch_size": 64})):
        same = {"family": "mnist", "preset": preset, "overrides": changes}
        cases = [
            Case("PyTorch", "torch_step", same),
            Case("PyTorch, channels last", "torch_step", {**same, "channels_last": True}),
            Case("PyTorch, compiled", "torch_step", {**same, "compiled": True}),
            Case("TensorFlow", "train_step", same),
            Case("large matrix product", "matrix_product", {}),
        ]
        yield from compared(f"the same networks, digits, preset {preset}", cases, options)


def memories(options: Options) -> Iterator[Row]:
    """Peak memory by the number of steps, and the time of each way to keep less."""
    for family, label in FAMILIES.items():
        for memory in MEMORIES:
            yield _peaks(family, label, memory, options)
    changes = {memory: {"steps": 16, "memory": memory} for memory in MEMORIES}
    cases = [Case(name, "train_step", {"family": "mnist", "overrides": each}) for name, each in changes.items()]
    yield from compared("training step at K = 16, digits", cases, options)


def _peaks(family: str, label: str, memory: str, options: Options) -> Row:
    peaks = []
    for steps in STEPS:
        arguments = {"family": family, "overrides": {"steps": steps, "memory": memory}}
        peaks.append(facts_of(Case(memory, "peak_memory", arguments), options)["megabytes"])
    each = (peaks[-1] - peaks[-2]) / (STEPS[-1] - STEPS[-2])
    result = ", ".join(f"{peak:.0f}" for peak in peaks) + f" MB at K = {', '.join(map(str, STEPS))}"
    numbers = {"steps": STEPS, "megabytes": peaks, "megabytes_a_step": each}
    beside = f"{each:.2f} MB a step"
    return Row(f"peak memory, {label}", memory, machine.describe(options.environment), result, beside, numbers)


def startups(options: Options) -> Iterator[Row]:
    """From the command to the first iteration, on all cores."""
    program = Path(__file__).with_name("startup.py")
    for family, label in FAMILIES.items():
        command, variables = [sys.executable, str(program), str(ROOT), family], {**os.environ, **options.environment}
        done = subprocess.run(command, env=variables, stdout=subprocess.PIPE, check=True)
        parts = json.loads(done.stdout)
        cpu, wall = (sum(part[clock] for part in parts.values()) for clock in ("cpu", "wall"))
        beside = ", ".join(f"{name} {part['cpu']:.1f}" for name, part in parts.items())
        result = f"{cpu:.1f} s, by the clock {wall:.1f}"
        case, instructions = "to the first iteration", machine.describe(options.environment)
        yield Row(f"start-up, {label}", case, instructions, result, beside, parts)


def operations(options: Options) -> Iterator[Row]:
    """Where a step's time goes, by network and by kind of operation."""
    versions = [("now", {}, ROOT)]
    versions += [("before, oneDNN off", {ONEDNN: "0"}, options.before)] if options.before else []
    for family, label in FAMILIES.items():
        for version, environment, root in versions:
            case = Case(version, "time_by_operation", {"family": family}, environment, root)
            yield from _shares(f"shares of a step, {label}, {version}", facts_of(case, options)["rows"], options)


def _shares(measurement: str, rows: List[Any], options: Options) -> Iterator[Row]:
    networks, kinds = Counter(), Counter()
    for network, kind, seconds in rows:
        networks[network] += seconds
        kinds[kind] += seconds
    total, instructions = sum(networks.values()), machine.describe(options.environment)
    for case, found in (("by network", networks.most_common()), ("by kind", kinds.most_common(12))):
        result = ", ".join(f"{name} {seconds / total:.1%}" for name, seconds in found)
        beside = f"of {1e3 * total:.0f} ms in operations"
        yield Row(measurement, case, instructions, result, beside, dict(found))


TABLES: Dict[str, Callable[[Options], Iterator[Row]]] = {
    "step": train_steps, "walk": walks, "warp": warps, "pipeline": pipelines, "loop": loops, "batch": batches,
    "torch": yardstick, "memory": memories, "startup": startups, "profile": operations,
}  # fmt: skip
"""Name for --only -> measurement."""
