"""A discriminator that looks at images through a network trained on ImageNet (Sauer et al. 2021, Projected GANs)."""

import tensorflow as tf

from tf_interp.nets.blocks import convolution
from tf_interp.nets.lite0 import Lite0

TAPS = {0: 2, 2: 4, 4: 8, 10: 16}
"""Block of `Lite0` -> how many times coarser than the image its output is."""
_FEATURES = 64


class ProjectedDiscriminator(tf.keras.Model):
    """One number an image, its log-odds of being real, as `Discriminator` gives; but it learns from little.

    The ImageNet network is frozen. On each of its taps two convolutions learn to judge every place; an image's logit
    is the mean over the places, summed over the taps and divided by the root of their number, which leaves its scale
    at that of one tap.

    Args:
        dtype: Keras dtype policy of what is learned; the frozen network computes in float32.

    Raises:
        FileError: the weights of the ImageNet network are not there.
    """

    def __init__(self, dtype: str = "float32"):
        super().__init__(name="discriminator")
        # With strides from the first layer on it can be pleased by checkerboards, and T learns to paint them.
        self._project = Lite0(tuple(TAPS), antialiased=True)
        self.judges = [_judge(coarseness, dtype) for coarseness in TAPS.values()]

    def call(self, image: tf.Tensor) -> tf.Tensor:
        """image: float32 [B,H,W,C] in [0, 1], C = 1 or 3. Returns float32 [B], unbounded."""
        places = [tf.cast(judge(seen), tf.float32) for judge, seen in zip(self.judges, self._project(image))]
        verdicts = tf.stack([tf.reduce_mean(place, axis=[1, 2, 3]) for place in places])
        return tf.reduce_sum(verdicts, axis=0) / len(TAPS) ** 0.5


def _judge(coarseness: int, dtype: str) -> tf.keras.Sequential:
    """[B,h,w,channels] -> [B,h',w',1]. The coarsest tap keeps its resolution; of the others, half is enough."""
    kernel, stride = (3, 1) if coarseness == max(TAPS.values()) else (4, 2)
    return tf.keras.Sequential(
        [convolution(_FEATURES, kernel, stride, dtype), convolution(1, 3, 1, dtype, activation=None)]
    )
