"""Settings of a run: one frozen dataclass, the one home of every default.

The command line, config.json and the presets are all made from `Config`; see `tf_interp.cli`.
"""

import dataclasses
import difflib
import json
import typing
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Dict, Literal, Optional, Tuple

from tf_interp.errors import FileError, InputError


def _ranged(default, low=None, high=None):
    """A field whose value, or whose every element, must lie in [low, high]."""
    return field(default=default, metadata={"low": low, "high": high})


@dataclass(frozen=True)
class Config:
    """Settings of one training run. Construction validates.

    Raises:
        InputError: a value of the wrong type or out of its range; the message names field, value and range.
    """

    data: Literal["mnist", "lines"] = "mnist"
    """Data set to walk on. lines: the benchmark of ACAI, 32 x 32 images of a line at a random angle."""
    data_dir: Optional[str] = None
    """Folder with four IDX .gz files named as MNIST's; Fashion-MNIST and KMNIST are drop-in. Default: the MNIST that
    ships inside the package."""
    method: Literal["bptt"] = "bptt"
    """Training strategy (section 4.4)."""
    seed: int = _ranged(0, 0, 2**31 - 1)
    """Seeds the weights, the order of the pairs and the command noise."""

    steps: int = _ranged(5, 1, 100)
    """K, transformations in one walk (sections 4.4 and 4.5: fixed for BPTT, 5 or 6)."""
    command_size: int = _ranged(32, 1, 4096)
    """D, size of the command that the policy sends to the transformer."""
    initial_stddev: float = _ranged(0.1, 1e-6, 10.0)
    """Standard deviation of the Gaussian command before training."""
    transformations: Tuple[Literal["warp", "recolor", "blend"], ...] = ("warp",)
    """Transformations applied in this order at each step (section 4.1; MNIST: the warp alone)."""
    max_flow: float = _ranged(4.0, 0.01, 1000.0)
    """Largest displacement of one warp along either axis, in pixels."""
    policy_features: Tuple[int, ...] = _ranged((32, 64, 64), 1, 4096)
    """Channels of the policy's strided convolutions (Fig. 2a). Each halves the resolution."""
    transformer_features: Tuple[int, ...] = _ranged((16, 32, 64), 1, 4096)
    """Channels of the U-Net from full resolution down (Fig. 2b). Each after the first halves the resolution."""

    goal_norm: Literal["l2", "l1"] = "l2"
    """Distance behind the goal reward (section 3), summed over pixels: l2 is ||s_K - g||^2, l1 is ||s_K - g||_1."""

    iterations: int = _ranged(3600, 1, 10**9)
    """Training iterations."""
    batch_size: int = _ranged(32, 1, 65536)
    """Pairs of images in one iteration."""
    learning_rate: float = _ranged(2e-3, 1e-8, 1.0)
    """Adam's learning rate at the start; it falls along a half cosine."""
    final_learning_rate: float = _ranged(2e-5, 0.0, 1.0)
    """Adam's learning rate at the last iteration."""
    clip_norm: float = _ranged(100.0, 1e-6, 1e9)
    """Largest global norm of the gradient; a larger gradient is scaled down to it."""
    precision: Literal["auto", "float32", "mixed_bfloat16"] = "auto"
    """Arithmetic of the convolutions. auto: mixed_bfloat16 where the CPU or GPU computes in bfloat16, else float32."""
    strategy: Literal["default", "mirrored"] = "default"
    """tf.distribute strategy: default uses one device, mirrored every visible GPU."""
    eager: bool = False
    """Runs without compiled graphs, for debugging."""

    run_dir: Optional[str] = None
    """Folder of the run. Default: runs/<data>_<method>-<date>-<time>."""
    log_every: int = _ranged(25, 1, 10**9)
    """Iterations between two rows of scalars."""
    image_every: int = _ranged(500, 1, 10**9)
    """Iterations between two sets of strips and histograms."""
    checkpoint_every: int = _ranged(250, 1, 10**9)
    """Iterations between two checkpoints."""
    keep_checkpoints: int = _ranged(3, 1, 1000)
    """Checkpoints kept; older ones are removed."""

    def __post_init__(self):
        hints = typing.get_type_hints(type(self))
        for item in fields(self):
            value = _coerce(item.name, getattr(self, item.name), hints[item.name])
            _check_range(item.name, value, item.metadata.get("low"), item.metadata.get("high"))
            object.__setattr__(self, item.name, value)
        _check_tuple("policy_features", self.policy_features)
        _check_tuple("transformer_features", self.transformer_features)
        _check_tuple("transformations", self.transformations)
        if len(set(self.transformations)) < len(self.transformations):
            raise InputError(f"transformations: {self.transformations} names one twice")

    def to_dict(self) -> Dict[str, Any]:
        """The settings as JSON-ready values."""
        return json.loads(json.dumps(dataclasses.asdict(self)))


PRESETS: Dict[str, Dict[str, Dict[str, Any]]] = {
    "mnist": {
        "default": {},
        "quick": {
            "iterations": 300, "steps": 3, "max_flow": 6.0, "transformer_features": (8, 16, 32),
            "policy_features": (16, 32, 32), "image_every": 100, "checkpoint_every": 100,
        },
        "lines": {
            "data": "lines", "steps": 15, "transformer_features": (8, 16, 32), "policy_features": (16, 32, 64),
            "iterations": 600, "batch_size": 16, "image_every": 200, "checkpoint_every": 100,
        },
    },
}  # fmt: skip
"""Entry script -> preset -> the settings in which it differs from the defaults."""

PRESET_HELP = {
    "default": "the run shown in results/",
    "lines": "the lines benchmark: 15 steps, so that start and steps are its 16 frames",
    "quick": "a narrow network and few iterations: the whole pipeline in under 2 minutes",
}


def from_dict(values: Dict[str, Any], origin: str) -> Config:
    """Builds a `Config` from names and values; missing names take their defaults.

    Raises:
        InputError: an unknown name (with the nearest known one) or a bad value; the message begins with `origin`.
    """
    known = [item.name for item in fields(Config)]
    for name in values:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known settings: {', '.join(known)}"
            raise InputError(f"{origin}: unknown setting {name!r}; {hint}")
    try:
        return Config(**values)
    except InputError as error:
        raise InputError(f"{origin}: {error}") from None


def read_settings(path: str) -> Dict[str, Any]:
    """Reads settings from a JSON file: either plain names and values, or the config.json of a run.

    Raises:
        FileError: no such file, or not JSON.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise FileError(f"cannot read the settings file {path}: {error.strerror}") from None
    except ValueError as error:
        raise FileError(f"{path} is not valid JSON: {error}") from None
    settings = content.get("settings", content) if isinstance(content, dict) else content
    if not isinstance(settings, dict):
        raise FileError(f"{path} must hold a JSON object of settings, not a {type(settings).__name__}")
    return settings


def _coerce(name: str, value: Any, hint: Any) -> Any:
    """Returns `value` as the type that `hint` asks for, without losing information."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Union:
        return None if value is None else _coerce(name, value, args[0])
    if origin is tuple:
        if not isinstance(value, (list, tuple)):
            raise InputError(f"{name}: expected a list, got {value!r}")
        return tuple(_coerce(name, element, args[0]) for element in value)
    if origin is Literal:
        if value not in args:
            raise InputError(f"{name}: {value!r} is not one of {', '.join(map(str, args))}")
        return value
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        raise InputError(f"{name}: expected {hint.__name__}, got {value!r}")
    return value


def _check_range(name: str, value: Any, low: Any, high: Any) -> None:
    for element in value if isinstance(value, tuple) else (value,):
        # "not <=" instead of ">": NaN must not pass.
        if (low is not None and not low <= element) or (high is not None and not element <= high):
            raise InputError(f"{name}: {element!r} is outside the allowed range {low} to {high}")


def _check_tuple(name: str, value: Tuple) -> None:
    if not value:
        raise InputError(f"{name}: needs at least one element")
