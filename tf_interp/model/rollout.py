"""The walk of Fig. 1: policy, transformer and transformations composed, step by step, until STOP or the budget.

    s_k, g ──► policy ──► a_k, stop_k ──► transformer ──► params_k ──► transforms ──► s_{k+1}

`unroll` is the reference, a Python loop; `rollout` is the product, a `tf.while_loop`. Both run the same `step`, and
tests hold them equal in values and gradients, eagerly and compiled.
"""

from typing import Callable, NamedTuple, Optional, Tuple

import tensorflow as tf

from tf_interp.model.distributions import act
from tf_interp.model.structs import Command, PolicyOutput, Trajectory, TransformParams


class Walker(NamedTuple):
    """What a walk is made of.

    Attributes:
        policy: (state, goal) [B,H,W,C] -> `PolicyOutput`.
        transformer: (state [B,H,W,C], command [B,D]) -> `TransformParams` of one step.
        transform: (state [B,H,W,C], params of one step) -> next state [B,H,W,C], both in [0, 1].
        param_names: names in the params that reach `transform`.
        perturb: (params, seed of the step or None) -> params; draws what a stochastic T draws.
    """

    policy: Callable[[tf.Tensor, tf.Tensor], PolicyOutput]
    transformer: Callable[[tf.Tensor, tf.Tensor], TransformParams]
    transform: Callable[[tf.Tensor, TransformParams], tf.Tensor]
    param_names: Tuple[str, ...]
    perturb: Callable[[TransformParams, Optional[tf.Tensor]], TransformParams] = lambda params, seed: params


class GradientFlow(NamedTuple):
    """Through which joints of the walk gradients pass; through the others a value goes as a constant.

    Attributes:
        state: from s_{k+1} back into step k, that is through time.
        policy: from what pi says at s_k back into s_k.
        command: from T back into the command, by the reparameterisation trick.
    """

    state: bool = True
    policy: bool = True
    command: bool = True


class Step(NamedTuple):
    """Record of one step, tensors [B,...]. `active` tells whether it was taken; `state` is the next state."""

    state: tf.Tensor
    command: Command
    params: TransformParams
    active: tf.Tensor


def step(
    walker: Walker,
    state: tf.Tensor,
    goal: tf.Tensor,
    active: tf.Tensor,
    seed: Optional[tf.Tensor],
    use_stop: bool,
    gradients: GradientFlow,
) -> Step:
    """One transition s' = T(s, a), eq. 1. A walk that has stopped, now or earlier, keeps its image.

    Args:
        walker: networks and transformations.
        state, goal: float32 [B,H,W,C] in [0, 1].
        active: bool [B], False for walks that stopped earlier.
        seed: int32 [2] of this step, or None for the deterministic action.
        use_stop: whether STOP is obeyed.
        gradients: where they pass.
    """
    state = _passing(state, gradients.state)
    command = act(walker.policy(_passing(state, gradients.policy), goal), seed, use_stop)
    params = walker.transformer(state, _passing(command.sample, gradients.command))
    params = walker.perturb(params, seed)
    active = active & ~command.stop
    moved = walker.transform(state, params)
    return Step(tf.where(active[:, None, None, None], moved, state), command, params, active)


def unroll(
    walker: Walker,
    start: tf.Tensor,
    goal: tf.Tensor,
    steps: int,
    seed: Optional[tf.Tensor] = None,
    use_stop: bool = False,
    gradients: GradientFlow = GradientFlow(),
) -> Trajectory:
    """`rollout` as a plain Python loop."""
    state, active, records = start, _everyone(start), []
    for k in range(steps):
        records.append(step(walker, state, goal, active, _seed_of_step(seed, k), use_stop, gradients))
        state, active = records[-1].state, records[-1].active
    stacked = tf.nest.map_structure(lambda *leaves: tf.stack(leaves, axis=1), *records)
    return _trajectory(start, goal, steps, stacked)


def rollout(
    walker: Walker,
    start: tf.Tensor,
    goal: tf.Tensor,
    steps: int,
    seed: Optional[tf.Tensor] = None,
    use_stop: bool = False,
    gradients: GradientFlow = GradientFlow(),
) -> Trajectory:
    """Walks from `start` to `goal` in a `tf.while_loop` (section 4.4, BPTT).

    The loop asks for `swap_memory=True`, as the paper describes: activations kept for the backward pass may move
    to CPU memory. TensorFlow 2.15 ignores the request inside a `tf.function`.

    Args:
        walker: networks and transformations.
        start, goal: float32 [B,H,W,C] in [0, 1].
        steps: K, the budget.
        seed: int32 [2], a stateless seed for the whole walk; None for the deterministic walk.
        use_stop: whether the policy's STOP ends a walk. False gives K steps always.
        gradients: where they pass; everywhere by default (BPTT).

    Returns:
        `Trajectory`, differentiable in the networks' weights and in `start` and `goal`, as far as `gradients` lets.
    """
    command = Command(PolicyOutput(tf.float32, tf.float32, tf.float32), tf.float32, tf.bool)
    dtypes = Step(tf.float32, command, dict.fromkeys(walker.param_names, tf.float32), tf.bool)
    arrays = tf.nest.map_structure(lambda dtype: tf.TensorArray(dtype, size=steps), dtypes)

    def body(k, state, active, arrays):
        record = step(walker, state, goal, active, _seed_of_step(seed, k), use_stop, gradients)
        arrays = tf.nest.map_structure(lambda array, leaf: array.write(k, leaf), arrays, record)
        return k + 1, record.state, record.active, arrays

    _, _, _, arrays = tf.while_loop(
        cond=lambda k, *_: k < steps,
        body=body,
        loop_vars=(tf.constant(0), start, _everyone(start), arrays),
        maximum_iterations=steps,
        swap_memory=True,
    )
    return _trajectory(start, goal, steps, tf.nest.map_structure(_batch_first, arrays))


def _passing(value: tf.Tensor, gradients: bool) -> tf.Tensor:
    return value if gradients else tf.stop_gradient(value)


def _everyone(start: tf.Tensor) -> tf.Tensor:
    return tf.ones(tf.shape(start)[:1], tf.bool)


def _seed_of_step(seed: Optional[tf.Tensor], k) -> Optional[tf.Tensor]:
    return None if seed is None else tf.random.experimental.stateless_fold_in(seed, k)


def _batch_first(array: tf.TensorArray) -> tf.Tensor:
    stacked = array.stack()  # [K,B,...]
    return tf.transpose(stacked, tf.concat([[1, 0], tf.range(2, tf.rank(stacked))], axis=0))


def _trajectory(start: tf.Tensor, goal: tf.Tensor, steps: int, record: Step) -> Trajectory:
    frames = tf.concat([start[:, tf.newaxis], record.state], axis=1)
    frames = tf.ensure_shape(frames, [start.shape[0], steps + 1, *start.shape[1:]])  # which the loop has lost
    return Trajectory(frames, goal, record.command, record.params, record.active)
