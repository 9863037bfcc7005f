"""python -m fuel_compat"""

import signal
import sys

from fuel_compat.cli import main


def _end(number: int, _: object) -> None:
    raise SystemExit(128 + number)  # an exception, unlike the signal's default, lets temporary files be removed


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    sys.stdout.reconfigure(errors="backslashreplace")  # names of files need not be text
    sys.exit(main())
