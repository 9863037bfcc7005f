"""A function that may crash, never end or take all memory, run by a process of its own."""

import pickle
import signal
import subprocess
from typing import Any, Callable

from fuel_compat.workers import command, environment

_SECONDS = 4  # of a core; starting takes 0.3 of them
_PATIENCE = 60  # seconds by the clock, most of which a slow disk or a busy machine may need
_BYTES = 2**31  # of memory
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # NumPy sets memory aside for each


def run_apart(function: Callable[[Any], Any], argument: Any) -> Any:
    """Returns function(argument), computed by a new process, which may use a few seconds of a core and no more.

    Args:
        function: can be pickled, as can its argument and result.

    Raises:
        ChildProcessError: the process crashed, or was stopped for using too much.
        Exception: what `function` raised.
    """
    request = pickle.dumps(function) + pickle.dumps(argument)
    try:
        done = subprocess.run(
            command(_SECONDS, _BYTES),
            input=request,
            capture_output=True,
            env={**environment(), **_ONE_THREAD},
            timeout=_PATIENCE,
            check=False,  # a crash is no surprise
        )
        reply = pickle.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise ChildProcessError(f"reading it took more than {_PATIENCE} seconds") from None
    except (EOFError, pickle.UnpicklingError):
        raise ChildProcessError(_fate(done.returncode)) from None
    if isinstance(reply, Exception):
        raise reply
    return reply


def _fate(code: int) -> str:
    if code == -signal.SIGXCPU:
        return f"reading it took more than {_SECONDS} seconds of a core"
    return f"reading it crashed: {signal.strsignal(-code) if code < 0 else f'exit code {code}'}"
