"""What is logged of a batch: scalars by name. Each is a float32 tensor."""

import re
from typing import Dict, List, Sequence

import numpy as np
import tensorflow as tf

from tf_interp.model.rollout import Measure
from tf_interp.model.structs import LossOutput, PolicyOutput, Trajectory
from tf_interp.system.keras2 import keras
from tf_interp.system.replicas import largest, total
from tf_interp.training.masks import masks
from tf_interp.training.measures import distance

Metrics = Dict[str, tf.Tensor]

_LOGGED = {
    "mu_flow": "flow_magnitude",
    "sigma_flow": "sigma_flow",
    "alpha_recolor": "alpha_recolor",
    "alpha_blend": "alpha_blend",
}
"""T's parameter -> the scalar that is logged of it."""


def layer_gradient_norms(net: keras.Model, gradients: List[tf.Tensor]) -> Metrics:
    """Norm of the gradient of each layer of a network, by the layer's place and kind.

    Args:
        net: the network.
        gradients: of its trainable variables, in their order.
    """
    gradient_of = {variable.ref(): gradient for variable, gradient in zip(net.trainable_variables, gradients)}
    norms = {}
    for place, layer in enumerate(net.layers):
        own = [gradient_of[variable.ref()] for variable in layer.trainable_variables]
        kind = re.sub(r"_\d+$", "", layer.name)  # Keras counts layers on over all models of a process
        norms[f"layer_gradient_norm/{net.name}/{place}_{kind}"] = tf.linalg.global_norm(own)
    return norms


def means(output: LossOutput) -> Metrics:
    """Batch means of an objective's diagnostics."""
    return {name: tf.reduce_mean(value) for name, value in output.diagnostics.items()}


def reward_metrics(rewards: Metrics) -> Metrics:
    """Mean return of a rollout, and each reward's part in it; of rewards float32 [B,K] by name."""
    sums = {f"reward/{name}": tf.reduce_mean(tf.reduce_sum(value, axis=1)) for name, value in rewards.items()}
    return {"return": tf.add_n(list(sums.values())) if sums else tf.constant(0.0), **sums}


def rollout_metrics(trajectory: Trajectory) -> Metrics:
    """Distances, lengths and what the agents' distributions look like, of the rollouts a batch was trained on.

    What T predicted is averaged over the steps that were taken, what pi predicted over the decisions that were taken.
    """
    frames, goal = trajectory.frames, trajectory.goal
    mask = masks(trajectory.active)
    logged = [label for label in _LOGGED.values() if label in trajectory.measured]
    return {
        "goal_distance": tf.reduce_mean(distance(frames[:, -1], goal, "l2")),
        "start_distance": tf.reduce_mean(distance(frames[:, 0], goal, "l2")),
        "episode_length": tf.reduce_mean(tf.cast(trajectory.lengths, tf.float32)),
        "budget_hits": tf.reduce_mean(tf.cast(mask.truncated, tf.float32)),
        **_policy_metrics(trajectory.command.policy, mask.deciding),
        **{name: _mean_where(trajectory.active, trajectory.measured[name]) for name in logged},
    }


def _policy_metrics(policy: PolicyOutput, deciding: tf.Tensor) -> Metrics:
    return {
        "command_stddev": _mean_where(deciding, policy.stddev),
        "command_log_stddev": _mean_where(deciding, tf.math.log(policy.stddev)),
        "command_stddev_least": -largest(-tf.reduce_min(tf.where(deciding[..., tf.newaxis], policy.stddev, np.inf))),
        "stop_probability": _mean_where(deciding, tf.sigmoid(policy.stop_logit)),
    }


def maps_measure(names: Sequence[str]) -> Measure:
    """Means over pixels of the masks and of the length and deviation of flows, as something to measure of every step.

    Args:
        names: T's parameters.
    """
    logged = {name: label for name, label in _LOGGED.items() if name in names}

    def of_step(k, state, next_state, goal, params) -> Metrics:
        shown = {label: params[name] for name, label in logged.items()}
        if "mu_flow" in logged:
            shown["flow_magnitude"] = tf.norm(params["mu_flow"], axis=-1, keepdims=True)
        return {label: tf.reduce_mean(tf.stop_gradient(value), axis=[1, 2, 3]) for label, value in shown.items()}

    return Measure(tuple(logged.values()), of_step)


def _mean_where(mask: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    """Mean of float32 [B,K,...] over the steps of bool [B,K] that are True in the whole batch; 0 if none is."""
    means = tf.reduce_mean(tf.reshape(values, [*values.shape[:2], -1]), axis=-1)
    weights = tf.cast(mask, tf.float32)
    return tf.math.divide_no_nan(total(tf.reduce_sum(weights * means)), total(tf.reduce_sum(weights)))
