"""Whole runs in seconds: tiny networks on images that are drawn for them, in this process or by the real script."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from idx_files import write_images

from tf_interp import load_interpolator
from tf_interp.config import settings
from tf_interp.config.presets import settings_of

ROOT = Path(__file__).parent.parent
TINY = dict(
    settings_of("mnist", "default", "bptt"),
    steps=2, command_size=4, policy_features=(4, 4), transformer_features=(4, 4), patch=1, batch_size=8, iterations=60,
    learning_rate=5e-3, waypoint_weight=0.0, log_every=5, image_every=10, checkpoint_every=10, keep_checkpoints=2,
    precision="float32",
)  # fmt: skip

WARPS_ALONE = dict(transformations=("warp",), painting_cost=0.0, mixture_weight=0.0, critic_learning_rate=5e-4)
"""Changes to TINY that make a run compile in half the time."""


def write_spots(folder):
    """Blurred spots of 10 x 9 pixels at random places, in the files of MNIST."""
    rows, columns = np.mgrid[:10, :9]
    centres = np.random.RandomState(0).uniform(3, 6, [2, 240, 1, 1])
    images = 255 * np.exp(-0.3 * ((rows - centres[0]) ** 2 + (columns - centres[1]) ** 2))[..., np.newaxis]
    return write_images(folder, *np.split(images.astype(np.uint8), [200]))


def tiny(data_dir, run_dir, **changes):
    """The `Config` of a tiny run."""
    return settings(**{**TINY, "data_dir": str(data_dir), "run_dir": str(run_dir), **changes})


def arguments(data_dir, run_dir, **changes):
    """The same as words of a command line."""
    words = []
    for name, value in {**TINY, "data_dir": data_dir, "run_dir": run_dir, **changes}.items():
        flag = name.replace("_", "-")
        if isinstance(value, bool):
            words.append(f"--{flag}" if value else f"--no-{flag}")
        else:
            words.extend([f"--{flag}", *map(str, value if isinstance(value, tuple) else [value])])
    return words


# With two threads TensorFlow 2.21 adds in another order now and then, and the last bit of a weight moves. On one thread
# a run repeats to the bit.
ONE_THREAD = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}


def script(*words, cwd=ROOT, **variables):
    """Starts train_mnist.py on one thread, in a folder and with variables of the environment."""
    command = [sys.executable, str(ROOT / "train_mnist.py"), *map(str, words)]
    environment = {**os.environ, "COLUMNS": "200", **ONE_THREAD, **variables}
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=cwd, env=environment
    )


def finished(process, code=0):
    """Waits for a script; what it printed on stdout and on stderr."""
    output, complaints = process.communicate(timeout=240)
    assert process.returncode == code, complaints
    return output, complaints


def wait_for(condition, process):
    """Waits until a condition holds that a running script is to bring about."""
    deadline = time.monotonic() + 200
    while not condition():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.02)


def final_weights(run_dir):
    """Weights of the agents that a run saved."""
    return [variable.numpy() for variable in load_interpolator(run_dir).agents.trainable_variables]


def contents(folder):
    """Every file below a folder, by name, and every folder, as None."""
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


def saved_iterations(run_dir):
    """Iterations of the checkpoints of a run."""
    return sorted(int(path.stem.split("-")[1]) for path in (Path(run_dir) / "checkpoints").glob("*.index"))
