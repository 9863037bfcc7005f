"""What can end a program early. Each message names the file or field, the value and the remedy.

`tf_interp.system.entry.exit_code_of` prints these without a traceback and gives each its exit code.
"""


class InputError(ValueError):
    """A setting, an option or an array has a value that cannot be used."""


class FileError(OSError):
    """A file or folder is missing, truncated, corrupt or in the way."""


class DivergedError(ArithmeticError):
    """Training met a loss or a gradient that is not finite."""


class RunInterrupted(Exception):
    """A signal ended a run after its state was saved.

    Args:
        signal_number: the signal.
        iteration: where training stopped.
        run_dir: folder to resume.
    """

    def __init__(self, signal_number: int, iteration: int, run_dir: str):
        super().__init__(f"stopped at iteration {iteration}")
        self.signal_number, self.iteration, self.run_dir = signal_number, iteration, run_dir
