"""What every command of the project has in common: errors become one line and an exit code."""

import itertools
import logging
import shlex
import signal
import sys
from typing import Any, Callable

from tf_interp.errors import DivergedError, InputError, RunInterrupted
from tf_interp.system.invocation import program
from tf_interp.system.text import shortened


def exit_code_of(main: Callable[[], Any]) -> int:
    """Calls `main`; the errors of `tf_interp.errors` and of the file system become one line on stderr and a code.

    Returns:
        0 on success; 2 for bad input and for files that cannot be read or written; 1 for diverged training;
        128 + the signal's number for an interrupted program.
    """
    try:
        main()
    except (InputError, OSError) as error:
        return _complain(error, 2)
    except DivergedError as error:
        return _complain(error, 1)
    except RunInterrupted as stop:
        print(f"\nSaved and {stop}. Resume with:\n  {_resume_command(stop.run_dir)}", file=sys.stderr)
        return 128 + stop.signal_number
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return 128 + signal.SIGINT
    return 0


def _resume_command(run_dir: str) -> str:
    subcommands = itertools.takewhile(lambda word: not word.startswith("-"), sys.argv[1:])  # none, or "train", "mnist"
    return shlex.join([*program(), *subcommands, "--resume", run_dir])


def _complain(error: Exception, code: int) -> int:
    # Of weights that could not be read TensorFlow lists every one as the program ends; the error says which it was.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    print(f"error: {shortened(str(error))}", file=sys.stderr)
    return code
