"""Several machines that train one model: who they are, whether all are there, and what they tell each other.

TF_CONFIG names the workers, as TensorFlow has it. Before TensorFlow is asked to connect them, every worker calls every
other: TensorFlow would wait for a missing one without end, and would not hear Ctrl-C. The connections stay open. Each
worker sends one byte an iteration through them, so that all stop together. If a worker dies its connections close, and
the others end at once.
"""

import contextlib
import itertools
import json
import os
import select
import socket
import sys
import threading
import time
from typing import Any, Dict, Iterator, NamedTuple, Tuple

import tensorflow as tf

from tf_interp.errors import DivergedError, InputError, RunInterrupted

_EXAMPLE = '\'{"cluster": {"worker": ["HOST:PORT", "HOST:PORT"]}, "task": {"type": "worker", "index": 0}}\''
_PAUSE = 0.2  # seconds between two calls of a worker that does not answer yet
_GRACE = 2.0  # seconds in which a program whose fellow has ended may end by an error of its own


class Place(NamedTuple):
    """The addresses "host:port" of all workers, the chief's first, and which of them is this one."""

    addresses: Tuple[str, ...] = ("this machine",)
    index: int = 0


def place_in_cluster() -> Place:
    """What TF_CONFIG says.

    Raises:
        InputError: it is not set, or not understood.
    """
    text = os.environ.get("TF_CONFIG", "")
    try:
        content = json.loads(text)
        cluster, task = content["cluster"], content["task"]
        addresses = (*cluster.get("chief", ()), *cluster["worker"])
        first = 0 if task["type"] == "chief" else len(cluster.get("chief", ()))
        own = cluster[task["type"]][int(task["index"])]
        index = first + int(task["index"])
        known = set(cluster) <= {"chief", "worker"} and first < 2 and index >= first and addresses[index] == own
        known = known and all(_host_and_port(address) for address in addresses)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        known = False
    if not known:
        raise InputError(f"devices: multi_worker needs TF_CONFIG={_EXAMPLE}, the index another in each; it is {text!r}")
    return Place(addresses, index)


class Workers:
    """This program among its fellows; alone if there is one address.

    Args:
        place: see `Place`.
        resume: folder of the run, which those who lose a fellow are told to resume.
    """

    def __init__(self, place: Place = Place(), resume: str = ""):
        self.place, self._resume = place, resume
        self._others = [index for index in range(len(place.addresses)) if index != place.index]
        self._to: Dict[int, socket.socket] = {}
        self._from: Dict[int, socket.socket] = {}
        self._leaving, self._lost = threading.Event(), threading.Event()

    @property
    def is_chief(self) -> bool:
        """Whether this is the worker that writes."""
        return self.place.index == 0

    def greatest(self, number: int) -> int:
        """The greatest of the numbers, 0 to 255, that all workers say; each must ask as often as the others."""
        for connection in self._to.values():
            with contextlib.suppress(OSError):  # who is not there any more is found out below
                connection.sendall(bytes([number]))
        said = [number]
        for connection in self._from.values():
            found = _received(connection, 1)
            if not found:
                self.end_if_one_is_lost()
            said.extend(found)
        return max(said)

    def meet(self, shared: Dict[str, Any], seconds: float) -> None:
        """Calls every other worker and is called by every other, or says who is missing.

        Args:
            shared: what must be the same in all workers, JSON-ready.
            seconds: how long it waits.

        Raises:
            InputError: a worker does not answer, or something that is shared differs.
        """
        if not self._others:
            return
        deadline, told = time.monotonic() + seconds, json.dumps([self.place.index, shared]).encode()
        theirs: Dict[int, Dict[str, Any]] = {}
        with self._listening() as listener:
            missing = self._others
            while missing:
                if time.monotonic() > deadline:
                    names = " and ".join(map(self._name, missing))
                    raise InputError(f"TF_CONFIG: {names} did not answer within {seconds:g} seconds; start all workers")
                for index in set(self._others) - set(self._to):
                    self._call(index, told)
                self._answer(listener, theirs)
                missing = [index for index in self._others if index not in self._to or index not in self._from]
        for index, name in itertools.product(self._others, shared):
            if theirs[index].get(name) != shared[name]:
                raise InputError(
                    f"{name}: {self._name(index)} has {theirs[index].get(name)!r} and this one {shared[name]!r}; "
                    "start all workers alike"
                )
        threading.Thread(target=self._watch, daemon=True).start()

    def leave(self, together: bool) -> None:
        """Closes the connections.

        Args:
            together: whether to wait until all leave; else the others take this worker for dead.
        """
        if together:
            self.greatest(0)
        self._leaving.set()  # within the grace of those whose watch has seen another worker leave just before
        for connection in (*self._to.values(), *self._from.values()):
            connection.close()

    def end_if_one_is_lost(self) -> None:
        """Waits for the watch to end this program, if another worker has ended."""
        if self._lost.wait(_GRACE):
            time.sleep(2 * _GRACE)

    def _name(self, index: int) -> str:
        return f"worker {index} ({self.place.addresses[index]})"

    def _listening(self) -> socket.socket:
        address = self.place.addresses[self.place.index]
        try:
            listener = socket.create_server(("", _host_and_port(address)[1]))
        except OSError as error:
            raise InputError(f"TF_CONFIG: cannot listen on {address}: {error.strerror or error}") from None
        listener.settimeout(_PAUSE)
        return listener

    def _call(self, index: int, told: bytes) -> None:
        with contextlib.suppress(OSError):
            connection = socket.create_connection(_host_and_port(self.place.addresses[index]), timeout=1.0)
            connection.sendall(len(told).to_bytes(4, "big") + told)
            connection.settimeout(None)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a single byte is to go at once
            self._to[index] = connection

    def _answer(self, listener: socket.socket, theirs: Dict[int, Dict[str, Any]]) -> None:
        try:
            connection, _ = listener.accept()
            connection.settimeout(5.0)
            index, told = json.loads(_received(connection, int.from_bytes(_received(connection, 4), "big")))
        except (OSError, ValueError, TypeError):
            return  # nobody has called, or somebody who is no worker
        if index in self._others and isinstance(told, dict):
            connection.settimeout(None)
            _keep_alive(connection)
            self._from[index], theirs[index] = connection, told

    def _watch(self) -> None:
        """Ends the program as soon as a fellow has ended without taking leave.

        TensorFlow may be waiting for that fellow and cannot be interrupted. So the program ends here, as if killed.
        """
        poll, closed, index_of = select.poll(), [], {each.fileno(): index for index, each in self._from.items()}
        for number in index_of:
            poll.register(number, select.POLLRDHUP)
        while not closed and not self._leaving.is_set():
            closed = poll.poll(1000 * _PAUSE)
        if closed:
            self._lost.set()
        if self._leaving.wait(_GRACE):
            return
        lost, again = self._name(index_of[closed[0][0]]), f"Start all workers again with --resume {self._resume}"
        print(f"\nerror: {lost} has ended. {again}", file=sys.stderr, flush=True)
        os._exit(1)


@contextlib.contextmanager
def joined(workers: Workers) -> Iterator[Workers]:
    """Leaves the others in good order at the end, and at an error which all workers meet alike."""
    try:
        yield workers
    except (DivergedError, RunInterrupted):
        workers.leave(together=True)
        raise
    except BaseException as error:
        if isinstance(error, tf.errors.OpError):  # TensorFlow may have noticed a fellow's end before the watch has
            workers.end_if_one_is_lost()
        workers.leave(together=False)
        raise
    workers.leave(together=True)


def _host_and_port(address: str) -> Tuple[str, int]:
    host, port = address.rsplit(":", 1)
    return host, int(port)


def _received(connection: socket.socket, count: int) -> bytes:
    """The next bytes; fewer if the other side has closed."""
    found = b""
    with contextlib.suppress(ConnectionError):
        while len(found) < count:
            more = connection.recv(min(count - len(found), 65536))
            if not more:
                break
            found += more
    return found


def _keep_alive(connection: socket.socket) -> None:
    """Has the system ask an idle fellow for a sign of life, so that a machine without power is noticed too."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in ((socket.TCP_KEEPIDLE, 10), (socket.TCP_KEEPINTVL, 5), (socket.TCP_KEEPCNT, 4)):
        connection.setsockopt(socket.IPPROTO_TCP, option, value)
