"""Holds training to recorded figures: five iterations of every method and preset, on tiny networks.

    python benchmarks/recorded_training.py            compares with recorded_training.json, and says what differs
    python benchmarks/recorded_training.py --record   writes the file anew

A change of the code that should not change results leaves every scalar the same to 1e-6, and the weights to the bit
where the order of sums stayed. Figures depend on the CPU in their last digits, so record and compare on one machine.
"""

import argparse
import hashlib
import json
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tf_interp.system.startup import prepare_tensorflow

prepare_tensorflow()

import h5py
import numpy as np
import tensorflow as tf

from tf_interp import config as configs
from tf_interp.config.presets import PRESETS, settings_of
from tf_interp.data.drawn_faces import draw_faces
from tf_interp.data.pairs import training_pairs
from tf_interp.data.sources import Source, load_images
from tf_interp.peers.waypoints import load_waypoints
from tf_interp.system.keras2 import keras
from tf_interp.training.trainer import Trainer

FILE = Path(__file__).with_suffix(".json")
ITERATIONS, BATCH, IMAGES = 5, 4, 32
TOLERANCE = 1e-6
METHODS = ("bptt", "pg", "hybrid", "bptt_stop")
EVERY_REWARD = {
    "goal_weight": 2.0, "frame_goal_weight": 0.5, "flow_cost": 0.1, "roughness_cost": 0.2, "motion_cost": 0.3,
    "departure_cost": 0.4, "painting_cost": 0.5, "edge_weight": 0.1, "step_penalty": 1.0, "budget_penalty": 2.0,
    "manifold_weight": 3.0, "mixture_weight": 4.0, "transformations": ["warp", "blend"],
}  # fmt: skip
VARIANTS = {
    "every reward, bptt": {"method": "bptt", **EVERY_REWARD},
    "every reward, bptt_stop": {"method": "bptt_stop", **EVERY_REWARD},
    "exact stop": {"method": "bptt_stop", "stop_estimator": "exact", "step_penalty": 1.0},
    "pg with stop": {
        "method": "pg", "stochastic_flow": True, "use_stop": True, "budget_penalty": 1.0, "step_penalty": 0.5,
    },
    "hybrid through time": {"method": "hybrid", "policy_through_time": True, "use_stop": True, "huber": True},
    "agents take turns": {"method": "bptt", "trains": "alternate", "alternate_every": 2},
    "perceptual goal": {"method": "bptt", "goal_norm": "perceptual"},
    "L1 goal": {"method": "bptt", "goal_norm": "l1"},
}  # fmt: skip


def cases():
    """Name -> settings, flat."""
    found = {}
    for family, presets in PRESETS.items():
        for preset in presets:
            for method in METHODS:
                if not (family == "celeba" and method == "pg"):
                    found[f"{family}, {preset}, {method}"] = _tiny(settings_of(family, preset, method))
    return {**found, **{name: _tiny(settings) for name, settings in VARIANTS.items()}}


def _tiny(settings):
    full = configs.from_dict(settings, "preset").to_dict()
    full["policy_features"] = [4] * len(full["policy_features"])
    full["transformer_features"] = [4] * len(full["transformer_features"])
    full["command_size"] = 64 if full["spatial_command"] else 8
    return {**full, "iterations": ITERATIONS, "batch_size": BATCH, "precision": "float32", "log_every": 1}


def train(settings):
    """Rows of scalars, and a digest of the weights that does not depend on what they are called."""
    keras.backend.clear_session()
    config = configs.from_dict(settings, "case")
    images = load_images(config.data, config.data_dir)[0][:IMAGES]
    waypoints = load_waypoints(config.reward, Source(config.data), images.shape[1:], "float32")
    trainer = Trainer(config, images.shape[1:], "float32", waypoints)
    pairs = trainer.distribute(training_pairs(images, BATCH, config.seed))
    rows = []
    for _, pair in zip(range(ITERATIONS), pairs):
        rows.append({name: float(value) for name, value in trainer.train_step(*pair).items()})
    variables = [variable for net in trainer.networks.values() for variable in net.trainable_variables]
    values = sorted(variable.numpy().tobytes() for variable in variables)
    return {"rows": rows, "weights": hashlib.sha256(b"".join(values)).hexdigest()}


def differences(recorded, found):
    """What is not the same, a sentence each. A scalar that was always zero may be gone."""
    if recorded["weights"] != found["weights"]:
        yield "weights differ in some bit"
    for iteration, (before, now) in enumerate(zip(recorded["rows"], found["rows"]), 1):
        for name in sorted({*before, *now}):
            old, new = before.get(name), now.get(name)
            if not old and not new:
                continue
            if old is None or new is None or not np.isclose(old, new, rtol=TOLERANCE, atol=1e-9, equal_nan=True):
                yield f"iteration {iteration}: {name} was {old}, is {new}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--record", action="store_true", help="write the file anew, with today's presets")
    parser.add_argument("--only", default="", help="cases whose name contains this")
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    recorded = {} if options.record else json.loads(FILE.read_text(encoding="utf-8"))
    todo = cases() if options.record else {name: each["settings"] for name, each in recorded.items()}
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        faces = _write_faces(Path(folder))
        for name, settings in todo.items():
            if options.only not in name:
                continue
            found = train({**settings, "data_dir": faces if settings["data"] == "celeba" else None})
            if options.record:
                recorded[name] = {"settings": settings, **found}
            wrong = list(differences(recorded[name], found))
            failed += bool(wrong)
            print(
                f"{name}: {'the same' if not wrong else f'{len(wrong)} differences'}",
                *wrong[:5],
                sep="\n  ",
                flush=True,
            )
    if options.record:
        FILE.write_text(json.dumps(recorded, indent=1) + "\n", encoding="utf-8")
    print(f"{failed} of {len(todo)} cases differ")
    return int(failed > 0)


def _write_faces(folder):
    """A file of drawn faces in the layout of CelebA's."""
    images = draw_faces(2 * IMAGES, 0).transpose(0, 3, 1, 2)
    with h5py.File(folder / "celeba_64.hdf5", "w") as file:
        file["features"] = images
        dtype = np.dtype([("split", "S5"), ("source", "S8"), ("start", np.int64), ("stop", np.int64)])
        bounds = [(b"train", b"features", 0, IMAGES), (b"test", b"features", IMAGES, 2 * IMAGES)]
        file.attrs["split"] = np.array(bounds, dtype)
    return str(folder / "celeba_64.hdf5")


if __name__ == "__main__":
    sys.exit(main())
