"""What must happen before TensorFlow is imported: a fit Python, the packages, a quiet screen.

Written in the syntax of old Pythons on purpose: it has to run where the rest cannot.
"""

import importlib.util
import os
import sys

OLDEST, NEWEST = (3, 9), (3, 11)
PACKAGES = (
    "tensorflow", "tensorflow_probability", "tensorflow_addons", "keras", "numpy", "scipy", "h5py", "matplotlib", "PIL",
    "tqdm", "tyro",
)  # fmt: skip


def quiet_tensorflow():
    """Keeps TensorFlow's start-up notes (CUDA probing, oneDNN) off the screen, and has it compute by oneDNN.

    Commands call it; importing the package does not, since both are up to the program that does.
    Values that the user has exported win. `tf_interp.system.device` reports what matters of the notes.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # TensorFlow leaves oneDNN off on CPUs without AVX-512, where it makes a training step nearly twice as fast.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")


def require_environment(version=None, find=importlib.util.find_spec):
    """Ends the program with one sentence if this Python or its packages cannot run the project.

    Args:
        version: (major, minor) to judge; default: the running interpreter's.
        find: name -> spec or None, as `importlib.util.find_spec`; replaced in tests.

    Raises:
        SystemExit: with the sentence, which Python prints to stderr.
    """
    major, minor = version or sys.version_info[:2]
    if not OLDEST <= (major, minor) <= NEWEST:
        raise SystemExit(
            f"tf_interp needs Python 3.9, 3.10 or 3.11: TensorFlow 2.15.1 has no build for Python {major}.{minor}.\n"
            "Make an environment with one of them, for example:\n"
            "  python3.11 -m venv .venv && .venv/bin/pip install -r requirements.txt"
        )
    missing = [name for name in PACKAGES if find(name) is None]
    if missing:
        raise SystemExit(
            "tf_interp: these packages are not installed for {0}: {1}.\n"
            "Install them with: {0} -m pip install -r requirements.txt".format(sys.executable, ", ".join(missing))
        )
