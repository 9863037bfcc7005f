"""Where walks should come by: frames between start and goal that are real and evenly spaced."""

from typing import Callable

import tensorflow as tf

Waypoints = Callable[[tf.Tensor, tf.Tensor, int], tf.Tensor]
"""(start, goal, K), images float32 [B,H,W,C] in [0, 1] -> w_1 ... w_{K-1}, float32 [B,K-1,H,W,C]; without gradient."""
