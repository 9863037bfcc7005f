"""Settings of a run: nested groups in Python, flat names on the command line and in config.json.

`Config` is made of the groups of `groups`; each part of the code receives its own. Names are unique over all groups,
so that files and flags need no prefixes.
"""

import dataclasses
import json
from dataclasses import dataclass, fields
from typing import Any, Dict, Literal, Optional, Tuple

from tf_interp.config.groups import (
    CriticConfig,
    Group,
    ModelConfig,
    OptimizerConfig,
    PolicyGradientConfig,
    RewardConfig,
    RunConfig,
)
from tf_interp.config.stored import translated
from tf_interp.config.validation import check_names, setting
from tf_interp.errors import InputError


@dataclass(frozen=True)
class Config(Group):
    """Settings of one training run. Construction validates.

    Raises:
        InputError: a value of the wrong type or out of its range; the message names setting, value and range. What
            does not go together is found by `usage.check_usage`.
    """

    data: Literal["mnist", "lines", "faces", "celeba"] = setting("mnist")
    """Data set. lines: the benchmark of ACAI, 32 x 32 images of a line at a random angle. faces: 64 x 64 cartoons,
    which the program draws."""
    data_dir: Optional[str] = setting(None)
    """mnist: folder with four IDX .gz files named as MNIST's; Fashion-MNIST and KMNIST are drop-in. Default: the MNIST
    that ships inside the package. celeba: img_align_celeba.zip, another zip archive or folder of pictures, or the HDF5
    file that python -m fuel_compat convert writes."""
    method: Literal["bptt", "pg", "hybrid", "bptt_stop"] = setting("bptt")
    """Training strategy (section 4.4)."""
    seed: int = setting(0, 0, 2**31 - 1)
    """Seeds the weights, the order of the pairs and everything that is drawn."""
    model: ModelConfig = ModelConfig()
    reward: RewardConfig = RewardConfig()
    critic: CriticConfig = CriticConfig()
    policy_gradient: PolicyGradientConfig = PolicyGradientConfig()
    optimizer: OptimizerConfig = OptimizerConfig()
    run: RunConfig = RunConfig()

    def __post_init__(self):
        super().__post_init__()
        chosen = self.model.transformations
        if len(set(chosen)) < len(chosen):
            raise InputError(f"transformations: {chosen} names one twice")

    @property
    def obeys_stop(self) -> bool:
        """Whether STOP may end a walk."""
        return self.method == "bptt_stop" or (self.model.use_stop and self.method != "bptt")

    @property
    def uses_policy_gradients(self) -> bool:
        """Whether eq. 6 trains anything, so that there are advantages and a value network."""
        exact = self.policy_gradient.stop_estimator == "exact"
        return self.method in ("pg", "hybrid") or (self.method == "bptt_stop" and not exact)

    def to_dict(self) -> Dict[str, Any]:
        """The settings as flat, JSON-ready names and values."""
        flat: Dict[str, Any] = {}
        for item in fields(self):
            value = getattr(self, item.name)
            flat.update(dataclasses.asdict(value) if isinstance(value, Group) else {item.name: value})
        return json.loads(json.dumps(flat))

    def replace(self, **settings: Any) -> "Config":
        """A copy in which some settings, by their flat names, have other values."""
        return from_dict({**self.to_dict(), **settings}, origin="settings")


GROUPS: Dict[str, Any] = {item.name: item.type for item in fields(Config) if isinstance(item.default, Group)}
"""Name of a group in `Config` -> its class."""


def setting_names() -> Tuple[str, ...]:
    """The flat names of all settings."""
    own = [item.name for item in fields(Config) if item.name not in GROUPS]
    return (*own, *(item.name for group in GROUPS.values() for item in fields(group)))


def from_dict(values: Dict[str, Any], origin: str) -> Config:
    """Builds a `Config` from flat names and values; missing names take their defaults, old names are understood.

    Raises:
        InputError: an unknown name (with the nearest known one) or a bad value; the message begins with `origin`.
    """
    try:
        values = translated(values)
        check_names(values, setting_names())
        nested = {name: group(**_part(values, group)) for name, group in GROUPS.items()}
        return Config(**{name: value for name, value in values.items() if name in _OWN}, **nested)
    except InputError as error:
        raise InputError(f"{origin}: {error}") from None


def settings(**values: Any) -> Config:
    """`from_dict` for use from Python: settings(method="hybrid", steps=6)."""
    return from_dict(values, origin="settings")


def _part(values: Dict[str, Any], group: Any) -> Dict[str, Any]:
    return {item.name: values[item.name] for item in fields(group) if item.name in values}


_OWN = tuple(item.name for item in fields(Config) if item.name not in GROUPS)
