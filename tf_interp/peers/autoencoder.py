"""A convolutional autoencoder; between two images it walks along the straight line between their latents."""

from typing import Dict, List, Sequence, Tuple

import numpy as np
import tensorflow as tf

from tf_interp.errors import InputError
from tf_interp.model.networks.blocks import ConvBody, cropped, halved, leaky_relu, upsampling
from tf_interp.model.structs import ImageShape, LossOutput
from tf_interp.peers.cross_fade import full_lengths, step_times
from tf_interp.peers.settings import PeerSettings
from tf_interp.system.keras2 import keras


class Encoder(keras.Model):
    """Strided convolutions as in Fig. 2a, then one dense layer.

    Args:
        outputs: size of the result.
        features: channels of the convolutions, each of which halves the resolution, rounding up.
        dtype: Keras dtype policy of the convolutions.
    """

    def __init__(self, outputs: int, features: Sequence[int], dtype: str = "float32"):
        super().__init__(name="encoder")
        self.body = ConvBody(features, dtype)
        self.head = keras.layers.Dense(outputs, dtype="float32")

    def call(self, images: tf.Tensor) -> tf.Tensor:
        """images: float32 [B,H,W,C] in [0, 1]. Returns float32 [B,outputs]."""
        return self.head(self.body(images))


class Decoder(keras.Model):
    """The encoder mirrored: one dense layer, then transposed convolutions, each doubling the resolution.

    Args:
        image_shape: (H, W, C); H and W need not be multiples of anything.
        features: the encoder's.
        dtype: Keras dtype policy of the convolutions but the last, which is float32.
    """

    def __init__(self, image_shape: ImageShape, features: Sequence[int], dtype: str = "float32"):
        super().__init__(name="decoder")
        *self.sizes, coarse = [halved(image_shape[:2], times) for times in range(len(features) + 1)]
        volume = (*coarse, features[-1])
        self.unpack = keras.layers.Dense(int(np.prod(volume)), activation=leaky_relu, dtype=dtype)
        self.reshape = keras.layers.Reshape(volume, dtype=dtype)
        self.upsample = [upsampling(size, dtype) for size in reversed(features[:-1])]
        self.upsample.append(upsampling(image_shape[-1], "float32", activation=None))

    def call(self, latents: tf.Tensor) -> tf.Tensor:
        """latents: float32 [B,D]. Returns float32 [B,H,W,C], not bounded."""
        h = self.reshape(self.unpack(latents))
        for layer, size in zip(self.upsample, reversed(self.sizes)):
            h = cropped(layer(h), size)
        return h


class Autoencoder(tf.Module):
    """Encoder and decoder, with their variables created.

    Args:
        settings: D (latent_size), the channels of the encoder's convolutions (features), and the output: "sigmoid"
            bounds decoded pixels to [0, 1], "linear" leaves that to `walk`.
        image_shape: (H, W, C).
        dtype: Keras dtype policy, "float32" or "mixed_bfloat16".

    Attributes:
        settings: as given.
        encoder: images float32 [B,H,W,C] -> `outputs_per_latent` times D numbers.
        decoder: latents float32 [B,D] -> float32 [B,H,W,C], not bounded; log-odds if the output is a sigmoid.
    """

    outputs_per_latent = 1
    """Numbers that the encoder emits for each of the D latents."""

    def __init__(self, settings: PeerSettings, image_shape: ImageShape, dtype: str = "float32"):
        super().__init__()
        self.settings = settings
        self.encoder = Encoder(self.outputs_per_latent * settings.latent_size, settings.features, dtype)
        self.decoder = Decoder(image_shape, settings.features, dtype)
        self.encoder(tf.zeros([1, *image_shape]))
        self.decoder(tf.zeros([1, settings.latent_size]))

    def encode(self, images: tf.Tensor) -> tf.Tensor:
        """float32 [B,H,W,C] in [0, 1] -> latents float32 [B,D]."""
        return self.encoder(images)

    def decode(self, latents: tf.Tensor) -> tf.Tensor:
        """float32 [B,D] -> images float32 [B,H,W,C], in [0, 1] if the output is a sigmoid."""
        decoded = self.decoder(latents)
        return tf.sigmoid(decoded) if self.settings.output == "sigmoid" else decoded

    def losses(self, images: tf.Tensor, seed: tf.Tensor) -> List[LossOutput]:
        """What training minimises on a batch, one loss for each of the `players`.

        Args:
            images: float32 [B,H,W,C] in [0, 1].
            seed: int64 [2], stateless seed of this batch's noise.
        """
        return [squared_error(images, self.decode(self.encode(images)))]

    @property
    def players(self) -> List[List[keras.Model]]:
        """The networks that each of the `losses` updates; it updates no others."""
        return [[self.encoder, self.decoder]]

    def parameter_counts(self) -> Dict[str, int]:
        """Network name -> number of trainable weights."""
        return {net.name: net.count_params() for player in self.players for net in player}

    def walk(self, start: np.ndarray, goal: np.ndarray, steps: int) -> Tuple[np.ndarray, np.ndarray]:
        """Decodes the points (1 - k/K) z_start + (k/K) z_goal for k = 1 ... K.

        Args:
            start, goal: float32 [B,H,W,C] in [0, 1].
            steps: K.

        Returns:
            frames float32 [B,K+1,H,W,C] in [0, 1]: frame 0 is the start itself, frame K the reconstruction of the
            goal, because that is all that this method can offer there. lengths int32 [B], all K.

        Raises:
            InputError: the shapes differ, or less than one step.
        """
        start, goal = np.asarray(start, np.float32), np.asarray(goal, np.float32)
        if start.shape != goal.shape:
            raise InputError(f"start {start.shape} and goal {goal.shape} must have the same shape")
        t = step_times(steps)[1:, np.newaxis]
        first, last = (self.encode(images).numpy()[:, np.newaxis] for images in (start, goal))
        latents = (1 - t) * first + t * last
        decoded = np.clip(self.decode(latents.reshape(-1, latents.shape[-1])), 0.0, 1.0)
        frames = [start[:, np.newaxis], decoded.reshape(len(start), steps, *start.shape[1:])]
        return np.concatenate(frames, axis=1), full_lengths(start, steps)


def squared_error(images: tf.Tensor, decoded: tf.Tensor) -> LossOutput:
    """The plain autoencoder's loss, ||x - x'||^2 summed over pixels and channels.

    Args:
        images, decoded: float32 [B,H,W,C].

    Returns:
        `LossOutput` with loss [B]; diagnostics: reconstruction, the same.
    """
    distance = tf.reduce_sum(tf.square(images - decoded), axis=[1, 2, 3])
    return LossOutput(loss=distance, diagnostics={"reconstruction": distance})
