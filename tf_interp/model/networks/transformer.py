"""The transformer network T (Fig. 2b): a U-Net that turns an image and a command into a transformation's parameters."""

from typing import Dict, Sequence, Tuple

import tensorflow as tf

from tf_interp.errors import InputError
from tf_interp.model.networks.blocks import convolution, halved, upsampling
from tf_interp.model.structs import Head, TransformParams


class Transformer(tf.keras.Model):
    """T(s, a): an encoder, the command joined at the lowest resolution, a decoder with skip connections.

    The last layer of every head begins at zero, so that an untrained T predicts what raw zeros stand for:
    no flow, masks open to keep, A = identity. The first steps of training start from a walk that stands still.

    Args:
        image_shape: (H, W, C); H and W need not be multiples of anything.
        command_size: D.
        features: channels from full resolution down; each level after the first halves the resolution, rounding up.
        heads: parameter name -> `Head`, from `transforms.collect_heads`.
        halvings: 0 decodes the maps at full resolution; n at 2^n times less, from where they are enlarged bilinearly.
        dtype: Keras dtype policy of the convolutions. Heads are float32.
        spatial_command: the command is a map of the lowest resolution, flattened; else a dense layer unpacks it.

    Raises:
        InputError: the image is too small to be halved that often, or maps would be coarser than the lowest level.
    """

    def __init__(
        self,
        image_shape: Tuple[int, int, int],
        command_size: int,
        features: Sequence[int],
        heads: Dict[str, Head],
        halvings: int = 0,
        dtype: str = "float32",
        spatial_command: bool = False,
    ):
        super().__init__(name="transformer")
        if min(image_shape[:2]) < 2 ** (len(features) - 1):
            raise InputError(
                f"transformer_features: {len(features)} levels are too many "
                f"for images of {image_shape[0]} x {image_shape[1]} pixels"
            )
        if halvings >= len(features):
            raise InputError(
                f"map_halvings: {halvings} is more than the {len(features) - 1} of transformer_features {features}"
            )
        self.specs = heads
        # ReLU, not the leaky one: its gradient takes TensorFlow a fifth of a training step less on a CPU.
        self.encoder = [convolution(size, 3, 1 + (level > 0), dtype, "relu") for level, size in enumerate(features)]
        coarse = halved(image_shape[:2], len(features) - 1)
        unpack = [tf.keras.layers.Reshape((*coarse, -1), dtype=dtype)]
        if not spatial_command:
            unpack.insert(0, tf.keras.layers.Dense(coarse[0] * coarse[1] * features[-1], dtype=dtype))
        self.unpack_command = tf.keras.Sequential(unpack, name="unpack_command")
        self.bottleneck = convolution(features[-1], 3, 1, dtype, "relu")
        self.upsample = [upsampling(size, dtype, "relu") for size in reversed(features[halvings:-1])]
        self.decoder = [convolution(size, 3, 1, dtype, "relu") for size in reversed(features[halvings:-1])]
        self.heads = {name: _head_layer(name, spec) for name, spec in heads.items()}

    def call(self, image: tf.Tensor, command: tf.Tensor) -> TransformParams:
        """Reads the command and says how the image is to be changed.

        Args:
            image: float32 [B,H,W,C] in [0, 1].
            command: float32 [B,D].

        Returns:
            `TransformParams`: for each head by its name, float32, its activation of maps [B,H,W,size] or, where the
            head is not per pixel, of vectors [B,size].
        """
        skips, h = [], image
        for layer in self.encoder:
            h = layer(h)
            skips.append(h)
        coarse = h = self.bottleneck(tf.concat([skips.pop(), self.unpack_command(command)], axis=-1))
        for upsample, layer in zip(self.upsample, self.decoder):
            skip = skips.pop()
            # An odd size was rounded up on the way down; the surplus row or column goes here.
            h = upsample(h)[:, : tf.shape(skip)[1], : tf.shape(skip)[2]]
            h = layer(tf.concat([h, skip], axis=-1))
        pooled = tf.reduce_mean(tf.cast(coarse, tf.float32), axis=[1, 2])
        params = {}
        for name, spec in self.specs.items():
            raw = self.heads[name](h if spec.per_pixel else pooled)
            if spec.per_pixel and raw.shape[1:3] != image.shape[1:3]:
                raw = tf.image.resize(raw, tf.shape(image)[1:3])
            params[name] = spec.activation(raw)
        return params


def _head_layer(name: str, spec: Head) -> tf.keras.layers.Layer:
    if spec.per_pixel:
        return tf.keras.layers.Conv2D(
            spec.size, 3, padding="same", kernel_initializer="zeros", dtype="float32", name=name
        )
    return tf.keras.layers.Dense(spec.size, kernel_initializer="zeros", dtype="float32", name=name)
