"""SIGINT and SIGTERM: as KeyboardInterrupt, or as something to be looked at between two steps."""

import contextlib
import signal
import threading
from typing import Callable, Iterator, List


@contextlib.contextmanager
def raised_signals() -> Iterator[List[int]]:
    """SIGTERM raises KeyboardInterrupt as SIGINT does; yields a list that collects both.

    The list is there because libraries, above all while they are imported, may turn the exception into another one.
    """
    received: List[int] = []

    def interrupt(number: int, _) -> None:
        received.append(number)
        raise KeyboardInterrupt

    with _handled_by(interrupt):
        yield received


@contextlib.contextmanager
def caught_signals() -> Iterator[List[int]]:
    """Yields a list that collects SIGINT and SIGTERM; a second one of a kind has its usual effect."""
    received: List[int] = []
    usual = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def note(number: int, _) -> None:
        received.append(number)
        signal.signal(number, usual[number])

    with _handled_by(note):
        yield received


@contextlib.contextmanager
def _handled_by(handler: Callable) -> Iterator[None]:
    """Outside the main thread, where Python cannot catch signals, nothing is changed."""
    usual = {}
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            usual[number] = signal.signal(number, handler)
    try:
        yield
    finally:
        for number, before in usual.items():
            signal.signal(number, before)
