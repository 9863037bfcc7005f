"""What a rollout keeps for its gradients: the memory of backpropagation through time (section 4.4).

    store      every activation of every step, as any loop does. TensorFlow is asked to swap them to the host, as the
               paper describes, but ignores the request inside a `tf.function`.
    recompute  the state of each step alone. The backward pass runs every step again to get its activations: one more
               forward pass, and memory for the activations of one step.
    host       the same, with the states in host memory, copied to the device step by step.

Draws are functions of a seed, so that a step which runs again draws the same. What the rollout returns is kept beside
the states: commands, a number for everything that is measured of a step, and of T's parameters those that `Rules.keep`
names. In training these are the flows that policy gradients read, and none for the other strategies.
"""

import contextlib
from typing import Callable, ContextManager, List, Optional, Sequence

import tensorflow as tf

Leaves = List[tf.Tensor]
StepOfLeaves = Callable[[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor], Leaves]
"""(k int32 [], state [B,H,W,C], goal [B,H,W,C], active [B]) -> tensors float32 [B,...]: the next state first, the next
active last, which is 1 where the step was taken and 0 elsewhere. Differentiable in state, goal and any variables."""

HOST = "/CPU:0"


def recomputed(step: StepOfLeaves, start: tf.Tensor, goal: tf.Tensor, steps: int, count: int, on_host: bool) -> Leaves:
    """Runs a chain of steps whose backward pass runs each step again.

    Args:
        step: one step.
        start, goal: float32 [B,H,W,C].
        steps: K.
        count: number of tensors that a step returns.
        on_host: whether states are kept in host memory.

    Returns:
        Each of the step's tensors, stacked to [K,B,...]. The gradients are those of a plain loop.
    """

    @tf.custom_gradient
    def run(start: tf.Tensor, goal: tf.Tensor):
        states, *stacked = _forward(step, start, goal, steps, count, on_host)
        active = tf.concat([tf.ones_like(stacked[-1][:1]), stacked[-1][:-1]], axis=0)  # before each step

        def gradient(*upstream: tf.Tensor, variables: Sequence[tf.Variable] = ()):
            found = _backward(step, states, active, goal, upstream, list(variables), on_host)
            return (found[:2], found[2:]) if variables else found[:2]

        return stacked, gradient

    return run(start, goal)


def _forward(step, start, goal, steps, count, on_host) -> Leaves:
    """The states before each step, and the tensors that each step returned, all [K,B,...]."""
    compute = _current_device()
    with _placed(HOST, on_host):
        arrays = [tf.TensorArray(tf.float32, size=steps) for _ in range(1 + count)]

        def body(k, state, active, arrays):
            with _placed(compute, on_host):
                leaves = step(k, state, goal, active)
            return k + 1, leaves[0], leaves[-1], [a.write(k, leaf) for a, leaf in zip(arrays, [state, *leaves])]

        begin = (tf.constant(0), start, tf.ones(tf.shape(start)[:1]), arrays)
        *_, arrays = _loop(lambda k, *_: k < steps, body, begin, steps)
        return [array.stack() for array in arrays]


def _backward(step, states, active, goal, upstream, variables, on_host) -> Leaves:
    """Gradients in start, goal and each variable."""
    compute, steps = _current_device(), states.shape[0] or tf.shape(states)[0]

    def body(k, by_state, by_goal, by_variables):
        with _placed(HOST, on_host):
            state = states[k]
        with _placed(compute, on_host), tf.GradientTape() as tape:
            tape.watch([state, goal])
            leaves = step(k, state, goal, active[k])
        by_leaves = [each[k] for each in upstream]
        by_leaves[0] += by_state
        by_state, own_goal, *own = tape.gradient(
            leaves, [state, goal, *variables], by_leaves, unconnected_gradients=tf.UnconnectedGradients.ZERO
        )
        return k - 1, by_state, by_goal + own_goal, [total + new for total, new in zip(by_variables, own)]

    zeros = [tf.zeros_like(each) for each in (states[0], goal, *variables)]
    begin = (tf.constant(steps - 1), zeros[0], zeros[1], zeros[2:])
    _, by_state, by_goal, by_variables = _loop(lambda k, *_: k >= 0, body, begin, steps)
    return [by_state, by_goal, *by_variables]


def _loop(going_on, body, begin, steps):
    """A loop that begins a step when the one before is done: steps that run ahead would keep their activations."""
    return tf.while_loop(going_on, body, begin, maximum_iterations=steps, parallel_iterations=1)


def _current_device() -> Optional[str]:
    """The device that operations are placed on where nothing else is said; None leaves it to TensorFlow."""
    return tf.zeros([]).device or None


def _placed(device: Optional[str], on_host: bool) -> ContextManager:
    """Places operations if states are kept on the host; else all stays where the caller has placed it."""
    return tf.device(device) if on_host else contextlib.nullcontext()
