"""Settings of a trained baseline: one frozen dataclass, the one home of every default."""

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Dict, Literal, Tuple

from tf_interp.errors import InputError

Kind = Literal["autoencoder", "vae", "acai"]


def _ranged(default, low, high):
    """A field whose value, or whose every element, must lie in [low, high]."""
    return field(default=default, metadata={"low": low, "high": high})


@dataclass(frozen=True)
class Settings:
    """Settings of one training. Construction validates.

    Raises:
        InputError: a value is not a number or out of its range; the message names field, value and range.
    """

    latent_size: int = _ranged(32, 1, 4096)
    """D, size of the latent; as large as the command of the project's own model."""
    features: Tuple[int, ...] = _ranged((40, 64, 104), 1, 4096)
    """Channels of the encoder's strided convolutions; the decoder mirrors them. With the default every kind has as many
    weights on MNIST as the project's own model, give or take 7%; ACAI's critic, gone after training, not counted."""

    iterations: int = _ranged(14000, 1, 10**9)
    """Training iterations. The default is 15 epochs of MNIST."""
    batch_size: int = _ranged(64, 1, 65536)
    """Images in one iteration. acai mixes images of one batch and needs 2."""
    learning_rate: float = _ranged(1e-3, 1e-8, 1.0)
    """Adam's learning rate."""
    seed: int = _ranged(0, 0, 2**31 - 1)
    """Seeds the weights, the order of the images and the noise."""
    precision: Literal["auto", "float32", "mixed_bfloat16"] = "auto"
    """Arithmetic of the convolutions. auto: mixed_bfloat16 where the CPU or GPU computes in bfloat16, else float32."""

    beta: float = _ranged(1.0, 0.0, 1e6)
    """vae: weight of the divergence from the prior; 1 is the evidence lower bound."""
    critic_weight: float = _ranged(0.5, 0.0, 1e6)
    """acai: lambda, weight of fooling the critic."""
    realism: float = _ranged(0.2, 0.0, 1.0)
    """acai: gamma, share of the true image in the images that the critic has to call unmixed."""

    def __post_init__(self):
        object.__setattr__(self, "features", tuple(self.features))  # JSON knows only lists
        if not self.features:
            raise InputError("features: needs at least one element")
        for item in fields(self):
            value = getattr(self, item.name)
            for element in value if isinstance(value, tuple) else (value,):
                _check(item.name, element, **item.metadata)

    def to_dict(self) -> Dict[str, Any]:
        """The settings as JSON-ready values."""
        return {**asdict(self), "features": list(self.features)}


def _check(name: str, value: Any, low: Any = None, high: Any = None) -> None:
    if low is None:
        if value not in ("auto", "float32", "mixed_bfloat16"):
            raise InputError(f"{name}: {value!r} is not one of auto, float32, mixed_bfloat16")
        return
    # "not <=" instead of ">": NaN must not pass.
    if isinstance(value, (bool, str)) or not low <= value <= high:
        raise InputError(f"{name}: {value!r} is outside the allowed range {low} to {high}")
