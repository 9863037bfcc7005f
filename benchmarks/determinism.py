"""Whether training repeats itself: the same seed on the same machine with one thread, and every mode of --memory.

    python benchmarks/determinism.py --iterations 5

Each strategy trains small networks twice with --memory store, and once each with recompute and host. A cell says
whether the weights of all networks are equal, bit for bit, to those of the first, or the largest difference between two
weights.
"""

import argparse
import os
import sys
from pathlib import Path
from typing import List

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from tf_interp.system.startup import prepare_tensorflow, require_environment

prepare_tensorflow()
require_environment()
os.environ.update(TF_NUM_INTRAOP_THREADS="1", TF_NUM_INTEROP_THREADS="1")

import numpy as np
from numerics import STRATEGIES
from tiny_trainers import train, trainer_of, weights

LIGHT = dict(transformations=("warp",), painting_cost=0.0, manifold_weight=0.0, steps=2)
"""What compiles in a few seconds; the draws and the losses of each strategy are all there."""
COLUMNS = {"again": "store", "recompute": "recompute", "host": "host"}


def trained(method: str, memory: str, iterations: int) -> List[np.ndarray]:
    """The weights after so many iterations."""
    settings = {**STRATEGIES[method], **LIGHT}
    trainer = trainer_of(method=method, memory=memory, iterations=iterations, **settings)
    images = np.random.RandomState(0).randint(0, 256, [40, 8, 8, 1]).astype(np.uint8)
    train(trainer, images, iterations)
    return [each for own in weights(trainer).values() for each in own]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--iterations", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=list(STRATEGIES), default=list(STRATEGIES))
    options = parser.parse_args()
    print(f"| strategy | {' | '.join(COLUMNS)} |\n|{' --- |' * (len(COLUMNS) + 1)}", flush=True)
    for method in options.only:
        first = trained(method, "store", options.iterations)
        cells = []
        for memory in COLUMNS.values():
            other = trained(method, memory, options.iterations)
            most = max(float(np.max(np.abs(a - b))) for a, b in zip(first, other))
            cells.append("equal" if most == 0 else f"{most:.1g}")
        print(f"| {method} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
