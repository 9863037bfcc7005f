"""The command line of the training scripts, made from the `Config` dataclass by tyro.

Settings are taken in this order, later ones winning: defaults; --preset, --config or --resume; options.
"""

import dataclasses
import sys
from pathlib import Path
from typing import Any, Dict, List, Literal, Optional, Tuple

from tf_interp import config as configs
from tf_interp.commands.help_text import options_of, topic_after_help
from tf_interp.commands.options import check_models
from tf_interp.commands.train_help import training_help
from tf_interp.config import Config, presets
from tf_interp.config.stored import read_settings
from tf_interp.config.usage import check_usage
from tf_interp.errors import FileError, InputError
from tf_interp.system.entry import exit_code_of

DESCRIPTIONS = {
    "mnist": """Trains the interpolator on MNIST, which ships with the package.

  python train_mnist.py                     the run in results/, 11 minutes
  python train_mnist.py --preset quick      all of it in under 2 minutes
  python train_mnist.py --resume RUN        goes on after an interruption
  python train_mnist.py --data-dir FOLDER   Fashion-MNIST, KMNIST, the like""",
    "celeba": """Trains the interpolator on CelebA or other pictures, by all transformations.

  --demo              the whole pipeline in minutes, on faces that it draws
  --data-dir ZIP      CelebA's img_align_celeba.zip, converted once; from
                      https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html
  --data-dir FOLDER   pictures of any size, whose middle is taken
  --data-dir HDF5     what python -m fuel_compat convert celeba 64 wrote
  --resume RUN        goes on after an interruption""",
}
FAMILIES = {"mnist": ("mnist", "lines"), "celeba": ("celeba", "faces")}
"""First word of `tf-interp train` -> the data sets that its presets are for."""


def main(arguments: List[str]) -> int:
    """`tf-interp train mnist ...` and `tf-interp train celeba ...`; returns the exit code."""
    if not arguments or arguments[0] not in DESCRIPTIONS:
        print("usage: tf-interp train mnist|celeba [options]; --help after either tells the rest", file=sys.stderr)
        return 0 if arguments and arguments[0] in ("-h", "--help") else 2
    return exit_code_of(lambda: _train(arguments[0], arguments[1:]))


def _train(family: str, arguments: List[str]) -> None:
    config, resume = parse(family, arguments)
    for sentence in check_usage(config):
        print(f"WARNING      {sentence}", file=sys.stderr)
    from tf_interp.data.sources import check_place

    check_place(config.data, config.data_dir)
    check_models(filter(None, [config.run.initial_model]))
    from tf_interp.run import run  # here, so that --help and mistakes need not wait for TensorFlow

    run(config, resume)


def parse(family: str, arguments: List[str]) -> Tuple[Config, bool]:
    """Turns arguments into settings.

    Args:
        family: a key of `FAMILIES`.
        arguments: command-line arguments.

    Returns:
        The settings, and whether to resume the run in their run_dir.

    Raises:
        FileError, InputError: a settings file or a folder cannot be used.
        SystemExit: after --help (code 0); an option that does not exist or a value out of its range (code 2).
    """
    import tyro

    names = tuple(presets.PRESETS[family])
    arguments = _demo_as_preset(arguments) if "demo" in names else arguments

    @dataclasses.dataclass(frozen=True)
    class Options:
        preset: Optional[Literal[names]] = None
        """Settings to start from. Default: default."""
        config: Optional[str] = None
        """JSON file of settings to start from instead of the preset's: names and values, or a run's config.json."""
        resume: Optional[str] = None
        """Folder of a run to continue from its last checkpoint, with its settings."""
        settings: tyro.conf.OmitArgPrefixes[Config] = Config()

    # Parsed twice: what the first reading finds in --preset, --config or --resume are the defaults of the second.
    usual = Options(settings=configs.from_dict(presets.settings_of(family, "default", "bptt"), origin="preset"))
    topic = topic_after_help(arguments)
    if topic is not None:
        starts = options_of(Options)[: -len(configs.setting_names())]
        print(training_help(family, DESCRIPTIONS[family], topic, starts, usual.settings))
        raise SystemExit(0)
    prog = f"train_{family}.py"
    first = tyro.cli(Options, args=arguments, default=usual, prog=prog)
    preset = presets.settings_of(family, first.preset or "default", first.settings.method)
    _refuse_contradictions(first.preset, first.config, first.resume, first.settings.run.run_dir)
    base = _base(preset, first.config, first.resume)
    options = tyro.cli(Options, args=arguments, default=Options(settings=base), prog=prog)
    _refuse_other_families(family, options.settings.data)
    return options.settings, options.resume is not None


def _base(preset: Dict[str, Any], path: Optional[str], resume: Optional[str]) -> Config:
    if resume:
        path = str(Path(resume) / "config.json")
        _refuse_without_record(Path(resume))
        return configs.from_dict({**read_settings(path), "run_dir": resume}, origin=path)
    if path:
        return configs.from_dict(read_settings(path), origin=path)
    return configs.from_dict(preset, origin="preset")


def _refuse_without_record(folder: Path) -> None:
    if not folder.is_dir():
        raise FileError(f"--resume: there is no folder {folder}")
    if not (folder / "config.json").exists():
        rest = (
            "put it back"
            if any(folder.glob("[!.]*"))
            else "its run ended in its first seconds: start it again as it was"
        )
        raise FileError(f"--resume: {folder} has no config.json, so nothing says what to go on with; {rest}")


def _refuse_contradictions(preset: Optional[str], path: Optional[str], resume: Optional[str], run_dir: Optional[str]):
    """Of several places that settings could come from, one would be ignored."""
    given = [name for name, value in (("preset", preset), ("config", path), ("resume", resume)) if value]
    if len(given) > 1:
        raise InputError(f"--{given[0]} and --{given[1]} both say where the settings start from; give one of them")
    if resume and run_dir not in (None, resume):
        raise InputError(f"--run-dir: {run_dir!r} is not the run to resume, {resume!r}; leave it out")


def _demo_as_preset(arguments: List[str]) -> List[str]:
    """--demo is --preset demo."""
    if "--demo" in arguments and any(word.split("=")[0] == "--preset" for word in arguments):
        raise InputError("--demo is --preset demo, so it cannot go with another --preset; give one of them")
    return [word for given in arguments for word in (("--preset", "demo") if given == "--demo" else (given,))]


def _refuse_other_families(family: str, data: str) -> None:
    if data not in FAMILIES[family]:
        (other,) = (name for name, sets in FAMILIES.items() if data in sets)
        raise InputError(f"data: train_{family}.py has no presets for {data}; use train_{other}.py --data {data}")
