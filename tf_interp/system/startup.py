"""What must happen before TensorFlow is imported: a fit Python, the packages, a quiet screen, Keras 2.

Written in the syntax of old Pythons on purpose: it has to run where the rest cannot.
"""

import importlib.machinery
import importlib.util
import os
import sys

OLDEST, NEWEST = (3, 9), (3, 13)
FIRST_CURRENT = (3, 12)  # from here on requirements.txt installs what requirements-current.txt has
PACKAGES = (
    "tensorflow", "tensorflow_probability", "numpy", "scipy", "h5py", "matplotlib", "PIL", "tqdm", "tyro",
)  # fmt: skip
CURRENT_PACKAGES = ("tf_keras", "tensorboard")  # which TensorFlow 2.15 has or brings


def prepare_tensorflow():
    """Keeps TensorFlow's start-up notes (CUDA probing, oneDNN) off the screen, has it take Keras 2 and use oneDNN.

    Commands call it; importing the package does not, since both are up to the program that imports TensorFlow. The
    package finds Keras 2 without it, see `tf_interp.system.keras2`; with it Keras 3 is not imported in addition.
    Values that the user has exported win. `tf_interp.system.device` reports what matters of the notes.
    """
    # TensorFlow leaves oneDNN off on CPUs without AVX-512, where it makes a training step nearly twice as fast.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    if importlib.util.find_spec("tf_keras"):
        os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
    if os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3") == "3" and _SilentImport not in sys.meta_path:
        sys.meta_path.insert(0, _SilentImport)


def require_environment(version=None, find=importlib.util.find_spec):
    """Ends the program with one sentence if this Python or its packages cannot run the project.

    Args:
        version: (major, minor) to judge; default: the running interpreter's.
        find: name -> spec or None, as `importlib.util.find_spec`; replaced in tests.

    Raises:
        SystemExit: with the sentence, which Python prints to stderr.
    """
    version = tuple(version or sys.version_info[:2])
    if not OLDEST <= version <= NEWEST:
        raise SystemExit(
            "tf_interp needs Python 3.9 to 3.13: no TensorFlow that it runs with has a build for Python {}.{}.\n"
            "Make an environment with one of them, for example:\n"
            "  python3.11 -m venv .venv && .venv/bin/pip install -r requirements.txt".format(*version)
        )
    wanted = PACKAGES + (CURRENT_PACKAGES if version >= FIRST_CURRENT else ())
    missing = [name for name in wanted if find(name) is None]
    if missing:
        raise SystemExit(
            "tf_interp: these packages are not installed for {0}: {1}.\n"
            "Install them with: {0} -m pip install -r requirements.txt".format(sys.executable, ", ".join(missing))
        )


class _SilentImport:
    """Finds TensorFlow as Python does; nothing that is written while it is imported reaches the screen.

    TensorFlow 2.21 writes some notes before it looks at TF_CPP_MIN_LOG_LEVEL.
    """

    @staticmethod
    def find_spec(name, path=None, target=None):
        spec = importlib.machinery.PathFinder.find_spec(name, path) if name == "tensorflow" else None
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module
            spec.loader.exec_module = lambda module: _without_stderr(execute, module)
        return spec


def _without_stderr(function, *arguments):
    """Calls the function while the process's stderr, that of C++ too, goes nowhere."""
    if sys.stderr is None:
        return function(*arguments)
    kept = os.dup(2)
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        return function(*arguments)
    finally:
        os.dup2(kept, 2)
        os.close(kept)
