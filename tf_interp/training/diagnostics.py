"""What is logged of a batch: scalars by name. Each is a float32 tensor."""

import math
import re
from typing import Dict, List

import tensorflow as tf

from tf_interp.errors import DivergedError
from tf_interp.model.structs import LossOutput, Trajectory
from tf_interp.training import rewards

Metrics = Dict[str, tf.Tensor]


def check_finite(metrics: Metrics, iteration: int) -> None:
    """Raises DivergedError if the loss or a gradient norm of an iteration is NaN or infinite."""
    for name in metrics:
        if name != "loss" and not name.startswith("gradient_norm/"):
            continue
        value = float(metrics[name])
        if not math.isfinite(value):
            remedy = "try a lower --learning-rate, or --precision float32"
            raise DivergedError(f"{name} is {value} at iteration {iteration}; {remedy}")


def layer_gradient_norms(net: tf.keras.Model, gradients: List[tf.Tensor]) -> Metrics:
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


def reward_metrics(parts: Metrics) -> Metrics:
    """Mean return of a walk, and each reward's part in it."""
    sums = {f"reward/{name}": tf.reduce_mean(tf.reduce_sum(value, axis=1)) for name, value in parts.items()}
    return {"return": tf.add_n(list(sums.values())), **sums}


def walk_metrics(trajectory: Trajectory) -> Metrics:
    """Distances, lengths and what the agents' distributions look like, of the walks a batch was trained on."""
    frames, goal, policy = trajectory.frames, trajectory.goal, trajectory.command.policy
    params = trajectory.params
    metrics = {
        "goal_distance": tf.reduce_mean(rewards.distance(frames[:, -1], goal, "l2")),
        "start_distance": tf.reduce_mean(rewards.distance(frames[:, 0], goal, "l2")),
        "episode_length": tf.reduce_mean(tf.cast(trajectory.lengths, tf.float32)),
        "budget_hits": tf.reduce_mean(tf.cast(rewards.masks(trajectory.active).truncated, tf.float32)),
        "command_stddev": tf.reduce_mean(policy.stddev),
        "command_log_stddev": tf.reduce_mean(tf.math.log(policy.stddev)),
        "command_stddev_least": tf.reduce_min(policy.stddev),
        "stop_probability": tf.reduce_mean(tf.sigmoid(policy.stop_logit)),
    }
    if "mu_flow" in params:
        metrics["flow_magnitude"] = tf.reduce_mean(tf.norm(params["mu_flow"], axis=-1))
    for name in ("alpha_recolor", "alpha_blend"):
        if name in params:
            metrics[name] = tf.reduce_mean(params[name])
    if "sigma_flow" in params:
        metrics["sigma_flow"] = tf.reduce_mean(params["sigma_flow"])
    return metrics
