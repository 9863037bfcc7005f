"""What every command of the project has in common: errors become one line and an exit code."""

import logging
import shlex
import signal
import sys
from typing import Any, Callable

from tf_interp.errors import DivergedError, InputError, RunInterrupted


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
        command = shlex.join(["python", sys.argv[0], "--resume", stop.run_dir])
        print(f"\nSaved and {stop}. Resume with:\n  {command}", file=sys.stderr)
        return 128 + stop.signal_number
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return 128 + signal.SIGINT
    return 0


def _complain(error: Exception, code: int) -> int:
    # Of weights that could not be read TensorFlow lists every one as the program ends; the error says which it was.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    print(f"error: {error}", file=sys.stderr)
    return code
