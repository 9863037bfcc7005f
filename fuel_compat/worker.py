"""A worker process: python -m fuel_compat.worker, started by `workers.py`, which owns the other end of the pipes.

On stdin come, pickled, a function and then its arguments one after the other; to stdout goes what it returns or
raises for each. It ends when stdin does, and so also when the process that started it is killed. With two
numbers, seconds of a core and bytes of memory, the system stops it once it has used so much.
"""

import os
import pickle
import resource
import sys
from typing import BinaryIO


def serve(requests: BinaryIO, replies: BinaryIO) -> None:
    """Answers requests until there are no more."""
    function = pickle.load(requests)
    while True:
        try:
            argument = pickle.load(requests)
        except EOFError:
            return
        try:
            reply = function(argument)
        except Exception as error:
            reply = error
        pickle.dump(reply, replies, protocol=pickle.HIGHEST_PROTOCOL)
        replies.flush()


def bound(seconds: int, size: int) -> None:
    """Limits the time, its start included, and the memory of this process, and lets it leave no core file."""
    for limit, most in ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_DATA, size), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(limit)[1]
        resource.setrlimit(limit, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


if __name__ == "__main__":
    if sys.argv[1:]:
        bound(*map(int, sys.argv[1:]))
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the replies
    try:
        serve(sys.stdin.buffer, output)
    except BrokenPipeError:
        os._exit(1)  # nobody is left to tell
