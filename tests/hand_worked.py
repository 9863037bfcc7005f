"""Episodes small enough to work objectives out by hand.

k            0     1     2
stop         0     0     1        walk 0 stops at k = 2
stop         0     0     0        walk 1 is cut off by the budget
stop         1     0     1        walk 2 stops at once; what is drawn later counts for nothing
"""

import numpy as np
import tensorflow as tf

from tf_interp.model.structs import Command, PolicyOutput, Trajectory
from tf_interp.training.episodes import Episode

STOP = np.array([[0, 0, 1], [0, 0, 0], [1, 0, 1]], bool)
ACTIVE = np.array([[1, 1, 0], [1, 1, 1], [0, 0, 0]], bool)
DECIDING = np.array([[1, 1, 1], [1, 1, 1], [1, 0, 0]], float)
COUNTS = DECIDING.sum(axis=1)


def numbers(seed, *shape, low=-1.0, high=1.0):
    """Seeded random numbers, float32."""
    return tf.constant(np.random.RandomState(seed).uniform(low, high, shape), tf.float32)


def parts_of_episodes():
    """The tensors an episode is made of, by name, so that a test can ask for gradients in each."""
    return {
        "mean": numbers(0, 3, 3, 4),
        "stddev": numbers(1, 3, 3, 4, low=0.3, high=2.0),
        "logit": numbers(2, 3, 3),
        "sample": numbers(3, 3, 3, 4),
        "mu_flow": numbers(4, 3, 3, 2, 2, 2),
        "sigma_flow": numbers(5, 3, 3, 2, 2, 2, low=0.3, high=2.0),
        "flow": numbers(6, 3, 3, 2, 2, 2),
        "rewards": numbers(7, 3, 3) * tf.constant(DECIDING, tf.float32),
        "values": numbers(8, 3, 3),  # a value network has an opinion of every frame, also of those after STOP
        "ending": numbers(9, 3, 4),
    }


def episode_of(parts):
    """The three walks of the table, with these tensors."""
    policy = PolicyOutput(parts["mean"], parts["stddev"], parts["logit"])
    command = Command(policy, parts["sample"], tf.constant(STOP))
    flows = {name: parts[name] for name in ("mu_flow", "sigma_flow", "flow")}
    frames = tf.zeros([3, 4, 2, 2, 1])
    trajectory = Trajectory(frames, frames[:, 0], command, flows, tf.constant(ACTIVE))
    return Episode(trajectory, parts["rewards"], parts["ending"], parts["values"])


def gradients_of(objective, parts):
    """Gradient of the sum of an objective's losses in each part; None where it does not reach."""
    with tf.GradientTape() as tape:
        tape.watch(parts)
        loss = tf.reduce_sum(objective(episode_of(parts)).loss)
    return tape.gradient(loss, parts)


def returns_and_advantages(parts):
    """G_k and G_k - V_k, the latter zero where nothing was decided; float64 [3,3] each."""
    rewards, values = parts["rewards"].numpy().astype(float), parts["values"].numpy()
    returns = np.array([[row[k:].sum() for k in range(3)] for row in rewards])
    return returns, DECIDING * (returns - values)
