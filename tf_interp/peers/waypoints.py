"""Waypoints by an autoencoder: a straight walk through its latents, so timed that the decoded steps are about even.

Distances of pixels say nothing of how to cross from one digit to another: a cross-fade is the shortest way. An ACAI has
learned which images lie between. Its decoder blurs and misses the goal, so a walk that is told to come by its images
still has to do better than they are.
"""

from pathlib import Path
from typing import Optional

import numpy as np
import tensorflow as tf

from tf_interp.config import RewardConfig
from tf_interp.data.sources import Source
from tf_interp.errors import InputError
from tf_interp.model.structs import ImageShape
from tf_interp.peers.autoencoder import Autoencoder
from tf_interp.peers.cross_fade import step_times
from tf_interp.peers.saved import load_peer
from tf_interp.pretrained import MNIST_ACAI
from tf_interp.training.waypoints import Waypoints

HASTE = 1.25
"""How much faster decoded images change in the middle of a latent walk than at its ends, see `even_times`."""


def load_waypoints(
    weights: RewardConfig, source: Source, image_shape: ImageShape, precision: str
) -> Optional[Waypoints]:
    """The waypoints that settings ask for; None where they have no weight.

    Args:
        weights: of the rewards.
        source: the data that is walked between.
        image_shape: (H, W, C) of its images.
        precision: Keras dtype policy.

    Raises:
        FileError: the autoencoder cannot be read.
        InputError: it knows images of another shape; or it is only the default, and knows other data.
    """
    if not weights.waypoint_weight:
        return None
    folder = weights.waypoints or MNIST_ACAI
    peer = load_peer(Path(folder), precision)
    if peer.image_shape != tuple(image_shape):
        raise InputError(
            f"waypoints: the autoencoder in {folder} knows images {peer.image_shape}, but these are {image_shape}; "
            "give another folder, or waypoint_weight 0"
        )
    if weights.waypoints is None and not peer.source.same_as(source):
        raise InputError(
            f"waypoints: the autoencoder that ships knows {peer.source}, not {source}; train another with tf-interp "
            "peer acai and give its folder as --waypoints, or go without by --waypoint-weight 0"
        )
    return latent_waypoints(peer.model)


def latent_waypoints(autoencoder: Autoencoder) -> Waypoints:
    """Decodes (1 - t) z_start + t z_goal at the times `even_times`."""

    def waypoints(start: tf.Tensor, goal: tf.Tensor, steps: int) -> tf.Tensor:
        first, last = tf.split(autoencoder.encode(tf.concat([start, goal], axis=0))[:, tf.newaxis], 2)
        t = even_times(steps)[1:-1, np.newaxis]
        latents = (1.0 - t) * first + t * last
        decoded = autoencoder.decode(tf.reshape(latents, [-1, latents.shape[-1]]))
        images = tf.reshape(tf.clip_by_value(decoded, 0.0, 1.0), [tf.shape(start)[0], steps - 1, *start.shape[1:]])
        return tf.stop_gradient(images)

    return waypoints


def even_times(steps: int) -> np.ndarray:
    """t_0 ... t_K, float32 [K+1], from 0 to 1 and close together in the middle: 1/2 + sign(u) |u|^HASTE / 2 for even
    u in [-1, 1]. Decoded images change fastest half way, where one digit turns into another."""
    u = 2.0 * step_times(steps) - 1.0
    return 0.5 + 0.5 * np.sign(u) * np.abs(u) ** HASTE
