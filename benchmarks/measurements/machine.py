"""The CPU's name and those of its instructions that decide how fast a step is; and how to pretend it had fewer."""

import os
import platform
from pathlib import Path
from typing import Dict, List

_SHOWN = {"avx2": "AVX2", "avx512f": "AVX-512", "avx512_bf16": "bfloat16", "amx_bf16": "AMX"}
AVX2_ONLY = {"ONEDNN_MAX_CPU_ISA": "AVX2", "ATEN_CPU_CAPABILITY": "avx2", "MKL_ENABLE_INSTRUCTIONS": "AVX2"}
"""Variables that make oneDNN, PyTorch and MKL compute as if the CPU had AVX2 and nothing newer."""


def name() -> str:
    """As the system calls it."""
    return _field("model name") or platform.processor() or platform.machine()


def instructions() -> List[str]:
    """Of AVX2, AVX-512, bfloat16 and AMX those that there are."""
    flags = _field("flags").split()
    return [shown for flag, shown in _SHOWN.items() if flag in flags]


def has_bfloat16() -> bool:
    return "bfloat16" in instructions() or "AMX" in instructions()


def newer_than_avx2() -> bool:
    return instructions()[1:] != []


def describe(environment: Dict[str, str]) -> str:
    """What a process with these variables computes with, for tables."""
    if environment.get("ONEDNN_MAX_CPU_ISA") == "AVX2" and newer_than_avx2():
        return "AVX2 (emulated)"
    return ", ".join(instructions()) or "none of them"


def load() -> float:
    """Processes that wanted to run, averaged over the last minute."""
    return os.getloadavg()[0]


def _field(wanted: str) -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
    return next((line.split(":", 1)[1].strip() for line in lines if line.split(":")[0].strip() == wanted), "")
