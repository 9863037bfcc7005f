"""What the commands share: from words to options to an exit code, and checks of single options."""

from pathlib import Path
from typing import Any, Callable, Iterable, List, Optional, Sequence

import tyro

from tf_interp.commands.help_text import help_page, options_of, topic_after_help, usage_of
from tf_interp.errors import FileError, InputError
from tf_interp.system.entry import exit_code_of

LARGEST_SEED = 2**31 - 1
UNTRAINED = ("cross_fade", "optimal_transport", "warp_blend", "graph_walk")
"""Methods that need no training, by the names that `tf-interp evaluate` knows them by."""


def run_command(name: str, options: type, description: str, action: Callable[[Any], Any], arguments: List[str]) -> int:
    """Reads the options of `tf-interp NAME`, acts on them, and returns the exit code.

    Args:
        name: the subcommand.
        options: dataclass of its options; its docstrings are their help.
        description: the words above the options in --help, see `help_page`.
        action: what to do with the options.
        arguments: the words after the subcommand.

    Raises:
        SystemExit: after --help (code 0); an option that does not exist, or a value of the wrong type (code 2).
    """

    prog = f"tf-interp {name}"
    if topic_after_help(arguments) is not None:
        shown = options_of(options)
        print(help_page(usage_of(prog, shown), description, {"options": shown}))
        raise SystemExit(0)
    return exit_code_of(lambda: action(tyro.cli(options, args=arguments, prog=prog)))


def check_range(name: str, value: Optional[float], low: float, high: Optional[float] = None) -> None:
    """Raises InputError if a value is below `low` or above `high`; None is allowed."""
    if value is None or (low <= value and (high is None or value <= high)):
        return
    if high is None:
        raise InputError(f"{name}: {value} is below the smallest allowed value {low}")
    raise InputError(f"{name}: {value} is outside the allowed range {low} to {high}")


def check_models(names: Iterable[str], others: Sequence[str] = ()) -> None:
    """Raises FileError if a name is neither a folder nor one of `others`. Commands ask before TensorFlow is loaded."""
    for name in names:
        if name not in others and not Path(name).is_dir():
            known = f"{name} is neither a folder nor one of {', '.join(others)}"
            raise FileError(known if others else f"{name} is no folder, so there is no model")


def check_seed(seed: Optional[int]) -> None:
    """Raises InputError if a seed is not one that NumPy and TensorFlow both take; None is allowed."""
    check_range("seed", seed, 0, LARGEST_SEED)
