"""Settings of a trained peer: one frozen dataclass, the one home of every default."""

from dataclasses import asdict, dataclass, fields
from typing import Any, Dict, List, Literal, Tuple

from tf_interp.config.validation import setting, validated

Kind = Literal["autoencoder", "vae", "acai"]


@dataclass(frozen=True)
class PeerSettings:
    """Settings of one training. Construction checks types and ranges.

    Raises:
        InputError: a value of the wrong type or out of its range; the message names field, value and range.
    """

    latent_size: int = setting(32, 1, 4096)
    """D, size of the latent; as large as the command of the project's own model."""
    features: Tuple[int, ...] = setting((40, 64, 104), 1, 4096)
    """Channels of the encoder's strided convolutions; the decoder mirrors them. With the default every kind has as many
    weights on MNIST as the project's own model, give or take 7%; ACAI's critic, gone after training, not counted."""

    iterations: int = setting(14000, 1, 10**9)
    """Training iterations. The default is 15 epochs of MNIST."""
    batch_size: int = setting(64, 1, 65536)
    """Images in one iteration. acai mixes images of one batch and needs 2."""
    learning_rate: float = setting(1e-3, 1e-8, 1.0)
    """Adam's learning rate."""
    seed: int = setting(0, 0, 2**31 - 1)
    """Seeds the weights, the order of the images and the noise."""
    precision: Literal["auto", "float32", "mixed_bfloat16"] = "auto"
    """Arithmetic of the convolutions. auto: mixed_bfloat16 where the CPU or GPU computes in bfloat16, else float32."""

    output: Literal["sigmoid", "linear"] = setting("sigmoid", used_by="autoencoder, acai")
    """autoencoder, acai: how pixels are decoded. sigmoid is better on MNIST (worst-step Frechet distance 42.6 and 6.2;
    linear 62.2 and 13.7). On lines it never learns to leave the black image; linear does."""
    beta: float = setting(1.0, 0.0, 1e6, used_by="vae")
    """vae: weight of the divergence from the prior; 1 is the evidence lower bound."""
    critic_weight: float = setting(0.5, 0.0, 1e6, used_by="acai")
    """acai: lambda, weight of fooling the critic."""
    realism: float = setting(0.2, 0.0, 1.0, used_by="acai")
    """acai: gamma, share of the true image in the images that the critic has to call unmixed."""

    def __post_init__(self):
        validated(self)

    def to_dict(self) -> Dict[str, Any]:
        """The settings as JSON-ready values."""
        return {**asdict(self), "features": list(self.features)}


def without_effect(kind: Kind, settings: PeerSettings) -> List[str]:
    """Names of the settings that differ from their defaults although this kind of peer does not use them."""
    changed = [item for item in fields(settings) if getattr(settings, item.name) != item.default]
    used_by = {item.name: item.metadata.get("used_by") for item in changed}
    return [name for name, kinds in used_by.items() if kinds is not None and kind not in kinds.split(", ")]
