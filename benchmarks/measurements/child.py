"""A process that repeats one piece of work; started by `turns.Subject`.

    child.py ROOT WORK ARGUMENTS     imports tf_interp from ROOT and runs work.WORK[WORK](**ARGUMENTS)

Prints the work's facts when it is ready. Then for every number of seconds that it reads it repeats the work for that
long, and prints the seconds of one call.
"""

import json
import os
import sys
import time
from pathlib import Path


def main() -> None:
    root, name, arguments = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    sys.path[0:1] = [root, str(Path(__file__).resolve().parent.parent)]
    answers = os.fdopen(os.dup(1), "w")  # so that nothing that a library prints gets among the answers
    os.dup2(2, 1)
    from measurements.work import WORK

    call, facts = WORK[name](**arguments)
    call()
    print(json.dumps(facts), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(_turn(call, float(line))), file=answers, flush=True)


def _turn(call, seconds: float):
    calls, cpu, wall = 0, time.process_time(), time.perf_counter()
    while not calls or time.process_time() - cpu < seconds:
        call()
        calls += 1
    return {"cpu": (time.process_time() - cpu) / calls, "wall": (time.perf_counter() - wall) / calls}


if __name__ == "__main__":
    main()
