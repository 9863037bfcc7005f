"""SIGINT and SIGTERM as something to be looked at between two steps instead of a sudden end."""

import contextlib
import signal
import threading
from typing import Iterator, List


@contextlib.contextmanager
def caught_signals() -> Iterator[List[int]]:
    """Yields a list that collects SIGINT and SIGTERM; a second one of a kind has its usual effect.

    Outside the main thread, where Python cannot catch signals, the list stays empty.
    """
    received: List[int] = []
    usual = {}

    def note(number: int, _) -> None:
        received.append(number)
        signal.signal(number, usual[number])

    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            usual[number] = signal.signal(number, note)
    try:
        yield received
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)
