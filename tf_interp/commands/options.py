"""What the commands share: from words to options to an exit code, and checks of single options."""

from typing import Any, Callable, List, Optional

import tyro

from tf_interp.commands.help_text import flowing_help
from tf_interp.errors import InputError
from tf_interp.system.entry import exit_code_of

LARGEST_SEED = 2**31 - 1


def run_command(name: str, options: type, description: str, action: Callable[[Any], Any], arguments: List[str]) -> int:
    """Reads the options of `tf-interp NAME`, acts on them, and returns the exit code.

    Args:
        name: the subcommand.
        options: dataclass of its options; its docstrings are their help.
        description: the words above the options in --help. Indented lines are kept as they are.
        action: what to do with the options.
        arguments: the words after the subcommand.

    Raises:
        SystemExit: after --help (code 0); an option that does not exist, or a value of the wrong type (code 2).
    """

    def act() -> None:
        prog = f"tf-interp {name}"
        action(tyro.cli(flowing_help(options), description=description, args=arguments, prog=prog))

    return exit_code_of(act)


def check_range(name: str, value: Optional[float], low: float, high: Optional[float] = None) -> None:
    """Raises InputError if a value is below `low` or above `high`; None is allowed."""
    if value is None or (low <= value and (high is None or value <= high)):
        return
    if high is None:
        raise InputError(f"{name}: {value} is below the smallest allowed value {low}")
    raise InputError(f"{name}: {value} is outside the allowed range {low} to {high}")


def check_seed(seed: Optional[int]) -> None:
    """Raises InputError if a seed is not one that NumPy and TensorFlow both take; None is allowed."""
    check_range("seed", seed, 0, LARGEST_SEED)
