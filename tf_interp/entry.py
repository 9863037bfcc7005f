"""What every command of the project has in common: errors become one line and an exit code."""

import sys
from typing import Any, Callable

from tf_interp.errors import DivergedError, FileError, InputError, RunInterrupted


def guarded(main: Callable[[], Any]) -> int:
    """Calls `main` and turns the errors of `tf_interp.errors` into one line on stderr and an exit code.

    Returns:
        0 on success; 2 for bad input; 1 for diverged training; 128 + the signal's number for an interrupted run.
    """
    try:
        main()
    except (InputError, FileError) as error:
        return _complain(error, 2)
    except DivergedError as error:
        return _complain(error, 1)
    except RunInterrupted as stop:
        print(f"\nSaved and {stop}. Resume with:\n  python {sys.argv[0]} --resume {stop.run_dir}", file=sys.stderr)
        return 128 + stop.signal_number
    return 0


def _complain(error: Exception, code: int) -> int:
    print(f"error: {error}", file=sys.stderr)
    return code
