"""Where a result comes from: command, commit, versions, device. Recorded in every run's config.json."""

import datetime
import importlib.metadata
import platform
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, Optional

import tensorflow as tf

import tf_interp
from tf_interp.system.device import DeviceReport
from tf_interp.system.invocation import program

PACKAGES = ("tensorflow-probability", "tf-keras", "keras", "numpy", "scipy", "h5py", "matplotlib", "pillow")
_FILE = Path(__file__).resolve()
_PLACE = "tf_interp/system/provenance.py"  # of this file in the project's repository


def describe_start(report: DeviceReport, iteration: int) -> Dict[str, Any]:
    """What was started, when, from which commit, with which versions, on what; JSON-ready.

    Args:
        report: device and precision of the run.
        iteration: where training begins: 0, or where it resumes.
    """
    return {
        "command": shlex.join([*program(root=_FILE.parents[2]), *sys.argv[1:]]),
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "iteration": iteration,
        **describe_checkout(),
        "versions": versions(),
        "device": report.device,
        "precision": report.precision,
    }


def describe_checkout(file: Path = _FILE) -> Dict[str, Any]:
    """The project's commit: git_commit, and git_clean, whether no tracked file differs from it.

    Both are None unless git itself keeps `file`, at its place in this project. An installed copy has no commit, also
    where it lies inside of a repository of the user's.

    Args:
        file: this module's file; another one in tests.
    """
    if _git(file.parent, "ls-files", "--full-name", "--", file.name) != _PLACE:
        return {"git_commit": None, "git_clean": None}
    changes = _git(file.parent, "status", "--porcelain", "--untracked-files=no")
    return {"git_commit": _git(file.parent, "rev-parse", "HEAD"), "git_clean": changes == ""}


def versions() -> Dict[str, Optional[str]]:
    """Package -> version; None where it is not installed.

    TensorFlow is asked itself: its version comes under several names, tensorflow-cpu and tensorflow-macos among them.
    """
    found = {"python": platform.python_version(), "tf-interp": tf_interp.__version__, "tensorflow": tf.__version__}
    return {**found, **{name: _version(name) for name in PACKAGES}}


def _version(package: str) -> Optional[str]:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _git(folder: Path, *arguments: str) -> Optional[str]:
    """Output of a git command in `folder`; None where git is missing, or it is no repository."""
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True, timeout=20)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
