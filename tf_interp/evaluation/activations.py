"""What a feature network has to offer so that walks can be measured in its features."""

from typing import Callable, NamedTuple, Optional

import numpy as np


class Activations(NamedTuple):
    """What a feature network computes of N images.

    Attributes:
        perceptual: float32 [N,P]. The squared distance of two rows is LPIPS with unit weights (Zhang et al. 2018,
            eq. 1, without the learned weights): for each convolution, the squared difference of the channel-wise unit
            vectors, averaged over positions; summed over the convolutions.
        features: float32 [N,F], the penultimate layer.
        confidence: float32 [N], largest class probability in [0, 1]; None where the network has no classes.
    """

    perceptual: np.ndarray
    features: np.ndarray
    confidence: Optional[np.ndarray]


Extract = Callable[[np.ndarray], Activations]
"""A feature network: images float32 [N,H,W,C] in [0, 1] -> `Activations`."""
