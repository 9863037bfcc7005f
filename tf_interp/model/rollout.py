"""The walk of Fig. 1: policy, transformer and transformations composed, step by step, until STOP or the budget.

    s_k, g ──► policy ──► a_k, stop_k ──► transformer ──► params_k ──► transforms ──► s_{k+1}

`unroll` is the reference, a Python loop; `rollout` is the product, a `tf.while_loop`. Both run the same `step`, and
tests hold them equal in values and gradients, eagerly and compiled.
"""

from typing import Callable, Dict, Literal, NamedTuple, Optional, Tuple

import tensorflow as tf

from tf_interp.model.distributions import act
from tf_interp.model.memory import recomputed
from tf_interp.model.structs import Command, PolicyOutput, Trajectory, TransformParams

Memory = Literal["store", "recompute", "host"]


class Walker(NamedTuple):
    """What a walk is made of.

    Attributes:
        policy: (state, goal) [B,H,W,C], steps that are left [B], in units of `horizon` -> `PolicyOutput`.
        transformer: (state [B,H,W,C], command [B,D]) -> `TransformParams` of one step.
        transform: (canvas, params of one step) -> next canvas. A canvas is float32 [B,H,W,*]; its first C channels are
            the state, in [0, 1].
        begin: s_0 -> its canvas. By default the canvas is the state itself.
        param_names: names in the params that reach `transform`.
        perturb: (params, seed of the step or None) -> params; draws what a stochastic T draws.
        horizon: steps of the longest walk that the agents are trained for; None for those of the walk at hand.
    """

    policy: Callable[[tf.Tensor, tf.Tensor, tf.Tensor], PolicyOutput]
    transformer: Callable[[tf.Tensor, tf.Tensor], TransformParams]
    transform: Callable[[tf.Tensor, TransformParams], tf.Tensor]
    param_names: Tuple[str, ...]
    perturb: Callable[[TransformParams, Optional[tf.Tensor]], TransformParams] = lambda params, seed: params
    begin: Callable[[tf.Tensor], tf.Tensor] = tf.identity
    horizon: Optional[int] = None


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


class Measure(NamedTuple):
    """What is computed of every step as it is taken, and kept in place of the maps that it is computed from.

    Attributes:
        names: of the values.
        of_step: (k, state, next state, goal, params) -> name -> float32 [B]; differentiable.
    """

    names: Tuple[str, ...] = ()
    of_step: Callable[..., Dict[str, tf.Tensor]] = lambda *_: {}


class Step(NamedTuple):
    """Record of one step, tensors [B,...]. `active` tells whether it was taken; `canvas` is that of the next state."""

    canvas: tf.Tensor
    command: Command
    params: TransformParams
    measured: Dict[str, tf.Tensor]
    active: tf.Tensor


class Rules(NamedTuple):
    """How rollouts are made, beside the agents.

    Attributes:
        seed: int32 [2], a stateless seed for the whole rollout; None for the deterministic one.
        use_stop: whether the policy's STOP ends a rollout. False gives K steps always.
        gradients: where they pass; everywhere by default (BPTT).
        measure: what is computed of every step.
        keep: names of T's parameters that are returned; None for all.
    """

    seed: Optional[tf.Tensor] = None
    use_stop: bool = False
    gradients: GradientFlow = GradientFlow()
    measure: Measure = Measure()
    keep: Optional[Tuple[str, ...]] = None


def step(
    walker: Walker, k: tf.Tensor, steps: int, canvas: tf.Tensor, goal: tf.Tensor, active: tf.Tensor, rules: Rules
) -> Step:
    """One transition s' = T(s, a), eq. 1. A rollout that has stopped, now or earlier, keeps its image.

    Args:
        walker: networks and transformations.
        k: int32, number of the step.
        steps: K.
        canvas: of s_k, see `Walker`.
        goal: float32 [B,H,W,C] in [0, 1].
        active: bool [B], False for rollouts that stopped earlier.
        rules: of the rollout.
    """
    seed, gradients = _seed_of_step(rules.seed, k), rules.gradients
    canvas = _passing(canvas, gradients.state)
    state = _state(canvas, goal)
    left = (1.0 - tf.cast(k, tf.float32) / steps) * (steps / (walker.horizon or steps))
    remaining = tf.fill(tf.shape(state)[:1], left)
    command = act(walker.policy(_passing(state, gradients.policy), goal, remaining), seed, rules.use_stop)
    params = walker.transformer(state, _passing(command.sample, gradients.command))
    params = walker.perturb(params, seed)
    active = active & ~command.stop
    canvas = tf.where(active[:, None, None, None], walker.transform(canvas, params), canvas)
    measured = rules.measure.of_step(k, state, _state(canvas, goal), goal, params)
    kept = {name: params[name] for name in _kept(walker, rules)}
    return Step(canvas, command, kept, measured, active)


def unroll(walker: Walker, start: tf.Tensor, goal: tf.Tensor, steps: int, rules: Rules = Rules()) -> Trajectory:
    """`rollout` as a plain Python loop."""
    canvas, active, records = walker.begin(start), _everyone(start), []
    for k in range(steps):
        records.append(step(walker, k, steps, canvas, goal, active, rules))
        canvas, active = records[-1].canvas, records[-1].active
    stacked = tf.nest.map_structure(lambda *leaves: tf.stack(leaves, axis=1), *records)
    return _trajectory(start, goal, steps, stacked)


def rollout(
    walker: Walker,
    start: tf.Tensor,
    goal: tf.Tensor,
    steps: int,
    rules: Rules = Rules(),
    memory: Memory = "store",
) -> Trajectory:
    """Walks from `start` to `goal` in a `tf.while_loop` (section 4.4, BPTT).

    Args:
        walker: networks and transformations.
        start, goal: float32 [B,H,W,C] in [0, 1].
        steps: K, the budget.
        rules: the rest.
        memory: what is kept for the backward pass, see `memory`; values and gradients are the same.

    Returns:
        `Trajectory`, differentiable in the networks' weights and in `start` and `goal`, as far as `rules.gradients`
        lets.
    """
    if memory != "store":
        return _rollout_recomputed(walker, start, goal, steps, rules, memory == "host")
    arrays = tf.nest.map_structure(lambda dtype: tf.TensorArray(dtype, size=steps), _dtypes(walker, rules))

    def body(k, canvas, active, arrays):
        record = step(walker, k, steps, canvas, goal, active, rules)
        arrays = tf.nest.map_structure(lambda array, leaf: array.write(k, leaf), arrays, record)
        return k + 1, record.canvas, record.active, arrays

    _, _, _, arrays = tf.while_loop(
        cond=lambda k, *_: k < steps,
        body=body,
        loop_vars=(tf.constant(0), walker.begin(start), _everyone(start), arrays),
        maximum_iterations=steps,
        swap_memory=True,
    )
    return _trajectory(start, goal, steps, tf.nest.map_structure(lambda array: _batch_first(array.stack()), arrays))


def _rollout_recomputed(
    walker: Walker, start: tf.Tensor, goal: tf.Tensor, steps: int, rules: Rules, on_host: bool
) -> Trajectory:
    """`rollout` by `memory.recomputed`, which wants every tensor of a step as numbers that can be differentiated."""
    dtypes = _dtypes(walker, rules)

    def step_of_leaves(k, canvas, goal, active):
        record = step(walker, k, steps, canvas, goal, active > 0.5, rules)
        return [tf.cast(leaf, tf.float32) for leaf in tf.nest.flatten(record)]

    count, begun = len(tf.nest.flatten(dtypes)), walker.begin(start)
    leaves = [_batch_first(leaf) for leaf in recomputed(step_of_leaves, begun, goal, steps, count, on_host)]
    record = tf.nest.pack_sequence_as(dtypes, leaves)
    command = record.command._replace(stop=record.command.stop > 0.5)
    return _trajectory(start, goal, steps, record._replace(command=command, active=record.active > 0.5))


def _kept(walker: Walker, rules: Rules) -> Tuple[str, ...]:
    return walker.param_names if rules.keep is None else rules.keep


def _dtypes(walker: Walker, rules: Rules) -> Step:
    command = Command(PolicyOutput(tf.float32, tf.float32, tf.float32), tf.float32, tf.bool)
    params, measured = (dict.fromkeys(names, tf.float32) for names in (_kept(walker, rules), rules.measure.names))
    return Step(tf.float32, command, params, measured, tf.bool)


def _state(canvas: tf.Tensor, goal: tf.Tensor) -> tf.Tensor:
    channels = goal.shape[-1]
    return canvas if canvas.shape[-1] == channels else canvas[..., :channels]


def _passing(value: tf.Tensor, gradients: bool) -> tf.Tensor:
    return value if gradients else tf.stop_gradient(value)


def _everyone(start: tf.Tensor) -> tf.Tensor:
    return tf.ones(tf.shape(start)[:1], tf.bool)


def _seed_of_step(seed: Optional[tf.Tensor], k) -> Optional[tf.Tensor]:
    return None if seed is None else tf.random.experimental.stateless_fold_in(seed, k)


def _batch_first(stacked: tf.Tensor) -> tf.Tensor:
    """[K,B,...] -> [B,K,...]."""
    return tf.transpose(stacked, tf.concat([[1, 0], tf.range(2, tf.rank(stacked))], axis=0))


def _trajectory(start: tf.Tensor, goal: tf.Tensor, steps: int, record: Step) -> Trajectory:
    frames = tf.concat([start[:, tf.newaxis], record.canvas[..., : start.shape[-1]]], axis=1)
    frames = tf.ensure_shape(frames, [start.shape[0], steps + 1, *start.shape[1:]])  # which the loop has lost
    return Trajectory(frames, goal, record.command, record.params, record.active, record.measured)
