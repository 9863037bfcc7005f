"""What every command of the project has in common: errors become one line and an exit code."""

import itertools
import logging
import shlex
import signal
import sys
from typing import Callable, List, Optional

from tf_interp.errors import DivergedError, FileError, InputError, RunInterrupted
from tf_interp.system import files
from tf_interp.system.invocation import program
from tf_interp.system.signals import raised_signals
from tf_interp.system.text import shortened


def exit_code_of(main: Callable[[], Optional[int]]) -> int:
    """Calls `main`; the errors of `tf_interp.errors` and of the file system, SIGINT and SIGTERM become one line on
    stderr and a code.

    Returns:
        What `main` returns, 0 for None; 2 for bad input and for files that cannot be read or written; 1 for diverged
        training; 128 + the signal's number for an interrupted program.
    """
    with raised_signals() as received:
        try:
            return main() or 0
        except BaseException as error:
            code = _explain(error, received)
            if code is None:
                raise
            return code


def _explain(error: BaseException, received: List[int]) -> Optional[int]:
    """Says what ended the program and returns its exit code; None if it is something unforeseen."""
    if isinstance(error, RunInterrupted):
        print(f"\nSaved and {error}. Resume with:\n  {_resume_command(error.run_dir)}", file=sys.stderr)
        return 128 + error.signal_number
    if received or isinstance(error, KeyboardInterrupt):
        number = received[0] if received else signal.SIGINT
        print(f"\ninterrupted by {signal.Signals(number).name}; what was saved before is kept", file=sys.stderr)
        return 128 + number
    if isinstance(error, OSError) and not isinstance(error, FileError):
        return _complain(files.explained(error, error.filename) if error.filename else str(error), 2)
    if isinstance(error, (InputError, FileError)):
        return _complain(str(error), 2)
    return _complain(str(error), 1) if isinstance(error, DivergedError) else None


def _resume_command(run_dir: str) -> str:
    subcommands = itertools.takewhile(lambda word: not word.startswith("-"), sys.argv[1:])  # none, or "train", "mnist"
    return shlex.join([*program(), *subcommands, "--resume", run_dir])


def _complain(error: str, code: int) -> int:
    # Of weights that could not be read TensorFlow lists every one as the program ends; the error says which it was.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    print(f"error: {shortened(error)}", file=sys.stderr)
    return code
