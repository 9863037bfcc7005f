"""Settings of a trained peer: one frozen dataclass, the one home of every default."""

from dataclasses import asdict, dataclass
from typing import Any, Dict, List, Literal, Tuple

from tf_interp.config.validation import ranged, validated

Kind = Literal["autoencoder", "vae", "acai"]
_USED_BY = {
    "output": ("autoencoder", "acai"),
    "beta": ("vae",),
    "critic_weight": ("acai",),
    "realism": ("acai",),
}
"""Setting -> the kinds that use it; all use the others."""


@dataclass(frozen=True)
class PeerSettings:
    """Settings of one training. Construction checks types and ranges.

    Raises:
        InputError: a value of the wrong type or out of its range; the message names field, value and range.
    """

    latent_size: int = ranged(32, 1, 4096)
    """D, size of the latent; as large as the command of the project's own model."""
    features: Tuple[int, ...] = ranged((40, 64, 104), 1, 4096)
    """Channels of the encoder's strided convolutions; the decoder mirrors them. With the default every kind has as many
    weights on MNIST as the project's own model, give or take 7%; ACAI's critic, gone after training, not counted."""

    iterations: int = ranged(14000, 1, 10**9)
    """Training iterations. The default is 15 epochs of MNIST."""
    batch_size: int = ranged(64, 1, 65536)
    """Images in one iteration. acai mixes images of one batch and needs 2."""
    learning_rate: float = ranged(1e-3, 1e-8, 1.0)
    """Adam's learning rate."""
    seed: int = ranged(0, 0, 2**31 - 1)
    """Seeds the weights, the order of the images and the noise."""
    precision: Literal["auto", "float32", "mixed_bfloat16"] = "auto"
    """Arithmetic of the convolutions. auto: mixed_bfloat16 where the CPU or GPU computes in bfloat16, else float32."""

    output: Literal["sigmoid", "linear"] = "sigmoid"
    """autoencoder, acai: how pixels are decoded. On MNIST sigmoid is better (worst-step Frechet distance 42.6 and 6.2;
    linear 62.2 and 13.7). On lines it makes the squared error flat where the image is black, nearly everywhere, and
    training never leaves the black image; linear does."""
    beta: float = ranged(1.0, 0.0, 1e6)
    """vae: weight of the divergence from the prior; 1 is the evidence lower bound."""
    critic_weight: float = ranged(0.5, 0.0, 1e6)
    """acai: lambda, weight of fooling the critic."""
    realism: float = ranged(0.2, 0.0, 1.0)
    """acai: gamma, share of the true image in the images that the critic has to call unmixed."""

    def __post_init__(self):
        validated(self)

    def to_dict(self) -> Dict[str, Any]:
        """The settings as JSON-ready values."""
        return {**asdict(self), "features": list(self.features)}


def without_effect(kind: Kind, settings: PeerSettings) -> List[str]:
    """Names of the settings that differ from their defaults although this kind of peer does not use them."""
    usual = PeerSettings()
    return [
        name
        for name, kinds in _USED_BY.items()
        if kind not in kinds and getattr(settings, name) != getattr(usual, name)
    ]
