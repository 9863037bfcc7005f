"""What training does with numbers at the edge of their range: one table of cases by training strategies.

    python benchmarks/numerics.py
    python benchmarks/numerics.py --only "all black" "1 x 1" --iterations 20

Networks are small, images too, and every reward, critic and transformation that a strategy allows is there. A cell says

trains      every scalar that is logged, every weight and the walk after the last iteration is finite
refused     one sentence says why this cannot be trained
stops       training ends as the program does when it diverges, and names what was not finite first
NOT FINITE  something is NaN or infinite and nobody has said so
"""

import argparse
import math
import sys
import warnings
from pathlib import Path
from typing import Any, Dict, NamedTuple, Tuple

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from tf_interp.system.startup import prepare_tensorflow, require_environment

prepare_tensorflow()
require_environment()

import numpy as np
import tensorflow as tf
from tiny_trainers import trainer_of

from tf_interp.errors import DivergedError, FileError, InputError
from tf_interp.system.text import markdown_table

EVERYTHING = dict(
    transformations=("similarity", "warp", "recolor", "blend"), composition=False, counts_steps=True, max_flow=2.0,
    manifold_weight=1.0, mixture_weight=1.0, goal_weight=1.0, coarse_goal_weight=0.1, edge_weight=0.1,
    frame_goal_weight=0.1, evenness_cost=0.1, pace_cost=0.1, pace=1.0, motion_cost=0.1, departure_cost=0.1,
    flow_cost=0.1, roughness_cost=0.1, folding_cost=0.1, painting_cost=0.1, batch_size=4, final_learning_rate=1e-2,
)  # fmt: skip
OF_FLOWS = dict(EVERYTHING, transformations=("warp",), painting_cost=0.0, stochastic_flow=True, noise_size=3)
STRATEGIES: Dict[str, Dict[str, Any]] = {
    "bptt": EVERYTHING,
    "pg": dict(OF_FLOWS, use_stop=True, step_penalty=0.1, budget_penalty=0.1, normalize_advantages=True),
    "hybrid": dict(EVERYTHING, use_stop=True, step_penalty=0.1, normalize_advantages=True, gradient_threshold=1.0),
    "bptt_stop": dict(EVERYTHING, step_penalty=0.1, normalize_advantages=True),
}
WARPS_ALONE = dict(transformations=("warp",), painting_cost=0.0, manifold_weight=0.0)  # takes a tenth of the time
FAST = dict(learning_rate=1.0, final_learning_rate=1.0, critic_learning_rate=1.0, clip_norm=1e9)
SMALLEST_SIGMA = dict(initial_stddev=1e-6, stddev_floor=0.0)


class Case(NamedTuple):
    """Settings that differ, the shape of images, and the grey of start and goal; None draws them."""

    settings: Dict[str, Any] = {}
    shape: Tuple[int, int, int] = (8, 8, 1)
    greys: Any = None


CASES = {
    "as usual": Case(),
    "start = goal": Case(greys="same"),
    "all black": Case(greys=(0.0, 0.0)),
    "all white": Case(greys=(1.0, 1.0)),
    "black to white": Case(greys=(0.0, 1.0)),
    "1 x 1": Case(shape=(1, 1, 1)),
    "1 x 1, no level below": Case({"transformer_features": (4,)}, shape=(1, 1, 1)),
    "1 x 7, no level below": Case({"transformer_features": (4,)}, shape=(1, 7, 1)),
    "5 x 3, colour": Case(shape=(5, 3, 3)),
    "17 x 9": Case(shape=(17, 9, 1)),
    "13 x 32, colour": Case(shape=(13, 32, 3)),
    "batch 1": Case({"batch_size": 1}),
    "1 step": Case({"steps": 1}),
    "learning rate 1": Case(FAST),
    "sigma 1e-6": Case(SMALLEST_SIGMA),
    "sigma 10": Case({"initial_stddev": 10.0}),
    "sigma of flows 1e-3": Case({"initial_sigma_flow": 1e-3}),
    "sigma of flows 100": Case({"initial_sigma_flow": 100.0}),
    "STOP at once": Case({"stop_bias": 20.0}),
    "STOP never": Case({"stop_bias": -20.0}),
    "weights 1e6": Case({"goal_weight": 1e6, "motion_cost": 1e6}),
    "flows of 1000 pixels": Case({"max_flow": 1000.0}),
    "64 steps, warps alone": Case({**WARPS_ALONE, "steps": 64}),
}


def images_of(case: Case, batch_size: int, draw: np.random.RandomState) -> Tuple[tf.Tensor, tf.Tensor]:
    """Start and goal, float32 [B,H,W,C]."""
    drawn = draw.uniform(size=[2, batch_size, *case.shape]).astype("float32")
    if case.greys == "same":
        drawn[1] = drawn[0]
    elif case.greys is not None:
        drawn[:] = np.reshape(case.greys, [2, 1, 1, 1, 1])
    return tf.constant(drawn[0]), tf.constant(drawn[1])


def outcome_of(method: str, case: Case, iterations: int) -> str:
    """A cell of the table."""
    settings = {**STRATEGIES[method], **case.settings}
    if method == "pg" and "learning_rate" in case.settings:
        settings["value_learning_rate"] = 1.0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            return _trained(method, settings, case, iterations)
    except (InputError, FileError) as error:
        return f"refused: {error}"
    except DivergedError as error:
        return f"stops: {error}"


def _trained(method: str, settings: Dict[str, Any], case: Case, iterations: int) -> str:
    trainer = trainer_of(case.shape, method=method, iterations=iterations, **settings)
    draw = np.random.RandomState(0)
    for iteration in range(1, iterations + 1):
        metrics = trainer.train_step(*images_of(case, settings["batch_size"], draw))
        trainer.divergence.check()
        bad = [name for name, value in metrics.items() if not math.isfinite(float(value))]
        if bad:
            return f"NOT FINITE: {', '.join(bad)} at {iteration}"
    for network in trainer.networks.values():
        for variable in network.variables:
            if not np.all(np.isfinite(variable.numpy())):
                return f"NOT FINITE: {variable.name}"
    frames = trainer.walk(*images_of(case, settings["batch_size"], draw)).frames.numpy()
    # A warp may leave [0, 1] by one rounding.
    return "trains" if np.all(np.abs(frames - 0.5) <= 0.5 + 1e-5) else "NOT FINITE: the walk"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=list(CASES), default=list(CASES), metavar="CASE")
    parser.add_argument("--iterations", type=int, default=3, help="of each case, ten times as many at learning rate 1")
    options = parser.parse_args()
    tf.config.run_functions_eagerly(True)
    rows = []
    for name in options.only:
        case = CASES[name]
        iterations = options.iterations * (10 if case.settings is FAST else 1)
        rows.append((name, *(outcome_of(method, case, iterations) for method in STRATEGIES)))
        print(" | ".join(rows[-1]), file=sys.stderr, flush=True)
    print(markdown_table(("case", *STRATEGIES), rows))
    return int(any("NOT FINITE" in cell for row in rows for cell in row))


if __name__ == "__main__":
    sys.exit(main())
