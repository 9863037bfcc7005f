"""How fast the project is on this machine, and how much memory it takes: one table.

    python benchmarks/speed.py                        everything, an hour on a quiet core
    python benchmarks/speed.py --only step warp       some of it
    python benchmarks/speed.py --before ../earlier    training steps of an earlier checkout in the same turns
    python benchmarks/speed.py --avx2 --out avx2.json as if the CPU had AVX2 and nothing newer

Times are a process's CPU time on one thread, which other work on the machine disturbs least: the median over the
rounds and its quartiles; the time by the clock stands beside. In every round all cases of a measurement take one turn,
in random order. A ratio is the median of the ratios within the rounds. PyTorch, if it is installed
(pip install torch==2.13.0), runs the same networks as the yardstick.
"""

import argparse
import json
import platform
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from measurements import machine
from measurements.comparisons import ONEDNN, Options
from measurements.tables import TABLES


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=list(TABLES), default=list(TABLES), metavar="NAME",
                        help=", ".join(TABLES))  # fmt: skip
    parser.add_argument("--out", type=Path, help="JSON file of all figures")
    parser.add_argument("--before", type=Path, help="checkout of an earlier version")
    parser.add_argument("--avx2", action="store_true", help="emulate a CPU whose newest instructions are AVX2")
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--seconds", type=float, default=0.7, help="CPU time of a turn")
    given = parser.parse_args()
    environment = {ONEDNN: "1", **(machine.AVX2_ONLY if given.avx2 else {})}
    options = Options(given.rounds, given.seconds, environment, given.before and given.before.resolve())
    about = {
        "cpu": machine.name(), "instructions": machine.instructions(), "load": machine.load(),
        "python": platform.python_version(), "command": sys.argv[1:],
    }  # fmt: skip
    print(f"CPU: {about['cpu']}, with {', '.join(about['instructions'])}; load {about['load']:.1f} at the start\n")
    print("| measurement | case | instructions | CPU time or memory | beside |\n| --- | --- | --- | --- | --- |")
    rows = []
    for name in given.only:
        for row in TABLES[name](options):
            rows.append(row)
            print("| " + " | ".join(row[:-1]) + " |", flush=True)
            if given.out:
                _write(given.out, {**about, "rows": [each._asdict() for each in rows]})


def _write(path: Path, content: dict) -> None:
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
