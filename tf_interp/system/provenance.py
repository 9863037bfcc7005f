"""Where a result comes from: command, commit, versions, device. Recorded in every run's config.json."""

import datetime
import importlib.metadata
import platform
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, Optional

from tf_interp.system.device import DeviceReport

PACKAGES = ("tensorflow", "tensorflow-probability", "tensorflow-addons", "keras", "numpy", "matplotlib", "pillow")


def describe_start(report: DeviceReport, iteration: int) -> Dict[str, Any]:
    """What was started, when, from which commit, with which versions, on what; JSON-ready.

    Args:
        report: device and precision of the run.
        iteration: where training begins: 0, or where it resumes.
    """
    return {
        "command": _command(),
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "iteration": iteration,
        "git_commit": _git("rev-parse", "HEAD"),
        "git_clean": _git("status", "--porcelain", "--untracked-files=no") == "",
        "versions": {
            "python": platform.python_version(),
            **{name: importlib.metadata.version(name) for name in PACKAGES},
        },
        "device": report.device,
        "precision": report.precision,
    }


def _command() -> str:
    module = getattr(sys.modules["__main__"], "__spec__", None)
    script, root = Path(sys.argv[0]).resolve(), Path(__file__).resolve().parent.parent
    name = script.relative_to(root).as_posix() if root in script.parents else script.name
    words = ["-m", module.name.removesuffix(".__main__")] if module else [name]
    return shlex.join(["python", *words, *sys.argv[1:]])


def _git(*arguments: str) -> Optional[str]:
    """Output of a git command on the project's own repository; None outside of one."""
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=Path(__file__).parent, capture_output=True, text=True, check=True, timeout=20
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
