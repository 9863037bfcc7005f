"""A function applied on all cores, by processes of our own.

Not by `multiprocessing`: its forked processes inherit the locks of a program that has TensorFlow loaded, its spawned
ones run the user's script a second time, and both outlive a parent that is killed.
"""

import collections
import contextlib
import os
import pickle
import queue
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Sequence

from fuel_compat.errors import FileError

_PACKAGE = Path(__file__).resolve().parent
_WAITING = 3  # results a worker may be ahead; bounds memory when the disk is slower than the cores


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def map_ordered(function: Callable[[Any], Any], arguments: Sequence[Any], processes: int) -> Iterator[Any]:
    """Yields function(argument) for each argument in order, computed by up to `processes` processes.

    Close the generator (`contextlib.closing`) to stop early. A single argument, or a single process, is computed here.

    Args:
        function: can be pickled, as can its arguments and results.

    Raises:
        FileError: a worker ended before its time.
        Exception: what `function` raised.
    """
    processes = min(processes, len(arguments))
    if processes <= 1:
        yield from map(function, arguments)
        return
    workers = [_Worker(function) for _ in range(processes)]
    idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
    for worker in workers:
        idle.put(worker)

    def ask(argument):
        worker = idle.get()
        try:
            return worker.ask(argument)
        finally:
            idle.put(worker)

    pending: collections.deque = collections.deque()
    with ThreadPoolExecutor(processes) as threads:  # each thread only waits for the worker it talks to
        try:
            for argument in arguments:
                pending.append(threads.submit(ask, argument))
                if len(pending) > _WAITING * processes:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()
            for worker in workers:
                worker.stop()


def command(*limits: int) -> List[str]:
    """Starts `worker`, which takes no limits, or seconds of a core and bytes of memory."""
    return [sys.executable, "-m", f"{_PACKAGE.name}.worker", *map(str, limits)]


def environment() -> Dict[str, str]:
    """That of this process, in which Python finds this package too."""
    path = os.pathsep.join(filter(None, [str(_PACKAGE.parent), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path}


class _Worker:
    """One process and its pipes."""

    def __init__(self, function: Callable[[Any], Any]):
        self._process = subprocess.Popen(
            command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(),
            start_new_session=True,  # Ctrl-C is for the parent, which stops its workers itself
        )
        self._send(function)

    def ask(self, argument: Any) -> Any:
        try:
            self._send(argument)
            reply = pickle.load(self._process.stdout)
        except (EOFError, OSError, pickle.UnpicklingError):
            self.stop()
            code = self._process.returncode
            raise FileError(f"a worker process ended with code {code}; is memory short? try fewer --workers") from None
        if isinstance(reply, Exception):
            raise reply
        return reply

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        with contextlib.suppress(OSError):  # Python 3.13 complains of what it did not read and nobody closed
            self._process.stdin.close()

    def _send(self, content: Any) -> None:
        pickle.dump(content, self._process.stdin, protocol=pickle.HIGHEST_PROTOCOL)
        self._process.stdin.flush()
