"""The transformer network T (Fig. 2b): a U-Net that turns an image and a command into a transformation's parameters."""

from typing import Dict, List, Sequence, Tuple

import tensorflow as tf

from tf_interp.errors import InputError
from tf_interp.model.networks.blocks import convolution, cropped, halved, upsampling
from tf_interp.model.structs import Head, TransformParams
from tf_interp.system.keras2 import keras


class Transformer(keras.Model):
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
        patch: side of the patches that T sees and predicts as a whole: their pixels become channels at the input
            (space-to-depth), and a head predicts all of a patch's pixels at once (sub-pixel convolution, Shi et al.
            2016). 1: every pixel is its own.
        skips: "concat" puts the encoder's maps, and the command's, beside those that they meet; "add" adds them, and
            doubles resolutions by 2 x 2 convolutions.

    Raises:
        InputError: the image has no whole patches or is too small to be halved that often, or maps would be coarser
            than the lowest level.
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
        patch: int = 1,
        skips: str = "concat",
    ):
        super().__init__(name="transformer")
        if image_shape[0] % patch or image_shape[1] % patch:
            raise InputError(f"patch: images of {image_shape[0]} x {image_shape[1]} have no whole patches of {patch}")
        self.patch, size = patch, [side // patch for side in image_shape[:2]]
        if min(size) < 2 ** (len(features) - 1):
            raise InputError(
                f"transformer_features: {len(features)} levels are too many "
                f"for images of {size[0]} x {size[1]} {'pixels' if patch == 1 else 'patches'}"
            )
        if halvings >= len(features):
            raise InputError(
                f"map_halvings: {halvings} is more than the {len(features) - 1} of transformer_features {features}"
            )
        self.specs = heads
        # ReLU, not the leaky one: its gradient takes TensorFlow a fifth of a training step less on a CPU.
        self.encoder = [convolution(size, 3, 1 + (level > 0), dtype, "relu") for level, size in enumerate(features)]
        coarse = halved(size, len(features) - 1)
        self.unpack_command = keras.Sequential(
            _unpacking(coarse, features[-1], spatial_command, skips, dtype), "unpack_command"
        )
        self.bottleneck = convolution(features[-1], 3, 1, dtype, "relu")
        self.join = (lambda parts: tf.concat(parts, axis=-1)) if skips == "concat" else tf.add_n
        kernel = 4 if skips == "concat" else 2
        self.upsample = [upsampling(size, dtype, "relu", kernel) for size in reversed(features[halvings:-1])]
        self.decoder = [convolution(size, 3, 1, dtype, "relu") for size in reversed(features[halvings:-1])]
        self.heads = {name: _head_layer(name, spec, patch) for name, spec in heads.items()}

    def call(self, image: tf.Tensor, command: tf.Tensor) -> TransformParams:
        """Reads the command and says how the image is to be changed.

        Args:
            image: float32 [B,H,W,C] in [0, 1].
            command: float32 [B,D].

        Returns:
            `TransformParams`: for each head by its name, float32, its activation of maps [B,H,W,size] or, where the
            head is not per pixel, of vectors [B,size].
        """
        skips, h = [], tf.nn.space_to_depth(image, self.patch) if self.patch > 1 else image
        for layer in self.encoder:
            h = layer(h)
            skips.append(h)
        coarse = h = self.bottleneck(self.join([skips.pop(), self.unpack_command(command)]))
        for upsample, layer in zip(self.upsample, self.decoder):
            skip = skips.pop()
            h = layer(self.join([cropped(upsample(h), skip.shape[1:3]), skip]))
        pooled = tf.reduce_mean(tf.cast(coarse, tf.float32), axis=[1, 2])
        params = {}
        for name, spec in self.specs.items():
            raw = self.heads[name](h if spec.per_pixel else pooled)
            if spec.per_pixel and self.patch > 1:
                raw = tf.nn.depth_to_space(raw, self.patch)
            if spec.per_pixel and raw.shape[1:3] != image.shape[1:3]:
                raw = tf.image.resize(raw, tf.shape(image)[1:3])
            params[name] = spec.activation(raw)
        return params


def _unpacking(
    coarse: Tuple[int, int], features: int, spatial: bool, skips: str, dtype: str
) -> List[keras.layers.Layer]:
    """Layers that make a command [B,D] maps [B,h,w,*]: of `features` channels, where they are to be added to maps."""
    maps = keras.layers.Reshape((*coarse, -1), dtype=dtype)
    if not spatial:
        return [keras.layers.Dense(coarse[0] * coarse[1] * features, dtype=dtype), maps]
    return [maps] if skips == "concat" else [maps, keras.layers.Conv2D(features, 1, dtype=dtype)]


def _head_layer(name: str, spec: Head, patch: int) -> keras.layers.Layer:
    if spec.per_pixel:
        outputs = spec.size * patch**2
        return keras.layers.Conv2D(outputs, 3, padding="same", kernel_initializer="zeros", dtype="float32", name=name)
    return keras.layers.Dense(spec.size, kernel_initializer="zeros", dtype="float32", name=name)
