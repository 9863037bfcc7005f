"""The walk: the while_loop against the Python loop, STOP, seeds."""

import numpy as np
import pytest
import tensorflow as tf

from tf_interp.config import ModelConfig
from tf_interp.model.agents import Agents
from tf_interp.model.rollout import Rules, Walker, rollout, unroll
from tf_interp.model.structs import PolicyOutput
from tf_interp.system.keras2 import keras

SHAPE, STEPS = (9, 7, 3), 3


@pytest.fixture(scope="module")
def agents():
    """Small networks with all transformations, with weights moved off their initial zeros."""
    config = ModelConfig(
        command_size=6,
        policy_features=(4, 4),
        transformer_features=(4, 6),
        transformations=("warp", "recolor", "blend"),
        initial_stddev=0.3,
    )
    keras.utils.set_random_seed(0)
    built = Agents(config, SHAPE)
    random = np.random.RandomState(0)
    for variable in built.trainable_variables:
        variable.assign_add(random.normal(scale=0.1, size=variable.shape).astype(np.float32))
    # Log-odds around zero: at the first step two of four walks stop, two go on.
    built.policy.stop.bias.assign_sub([np.median(built.policy(*pair(), tf.ones([4])).stop_logit)])
    return built


def pair(batch=4):
    random = np.random.RandomState(1)
    return [tf.constant(random.uniform(size=[batch, *SHAPE]), tf.float32) for _ in range(2)]


def values_and_gradients(walk, agents, start, goal, seed, use_stop):
    with tf.GradientTape() as tape:
        tape.watch([start, goal])
        trajectory = walk(agents.walker, start, goal, STEPS, Rules(seed, use_stop))
        loss = tf.reduce_sum((trajectory.frames[:, -1] - goal) ** 2) + tf.reduce_sum(trajectory.command.sample)
    sources = [start, goal, *agents.trainable_variables]
    return trajectory, tape.gradient(loss, sources, unconnected_gradients=tf.UnconnectedGradients.ZERO)


@pytest.mark.parametrize("use_stop", [False, True])
@pytest.mark.parametrize("seeded", [False, True])
def test_while_loop_equals_python_loop_in_values_and_gradients_eager_and_compiled(agents, seeded, use_stop):
    seed = tf.constant([3, 4]) if seeded else None
    start, goal = pair()

    def run(walk, compiled):
        def call(start, goal):
            return values_and_gradients(walk, agents, start, goal, seed, use_stop)

        return tf.nest.flatten((tf.function(call) if compiled else call)(start, goal))

    reference = run(unroll, compiled=False)
    moved = reference[0][:, -1] - reference[0][:, 0]
    assert float(tf.reduce_max(tf.abs(moved))) > 0.05  # the walk goes somewhere
    assert all(float(tf.norm(gradient)) > 0 for gradient in reference[-4:])
    taken = reference[-len(agents.trainable_variables) - 3].numpy()  # active, before the gradients of start and goal
    assert taken.mean() == 1.0 if not use_stop else 0.0 < taken.mean() < 1.0
    for walk, compiled in ((unroll, True), (rollout, False), (rollout, True)):
        for expected, found in zip(reference, run(walk, compiled)):
            if expected.dtype == tf.bool:
                np.testing.assert_array_equal(found, expected)
            else:  # float32; compiled kernels may add in another order
                np.testing.assert_allclose(found, expected, rtol=1e-4, atol=2e-5 * max(1, np.abs(expected).max()))


def test_trajectory_shapes_with_unknown_batch_size(agents):
    specs = [tf.TensorSpec([None, *SHAPE])] * 2
    walk = tf.function(lambda start, goal: rollout(agents.walker, start, goal, STEPS), input_signature=specs)
    for batch in (1, 5):
        trajectory = walk(*pair(batch))
        assert trajectory.frames.shape == (batch, STEPS + 1, *SHAPE)
        assert trajectory.command.sample.shape == (batch, STEPS, 6)
        assert trajectory.params["mu_flow"].shape == (batch, STEPS, *SHAPE[:2], 2)
        assert trajectory.params["recolor_matrix"].shape == (batch, STEPS, 3, 3)
        np.testing.assert_array_equal(trajectory.lengths, [STEPS] * batch)
        np.testing.assert_array_equal(trajectory.frames[:, 0], pair(batch)[0])


def test_a_seed_fixes_the_commands_and_steps_differ(agents):
    start, goal = pair()
    commands = [
        rollout(agents.walker, start, goal, STEPS, Rules(tf.constant(seed))).command.sample.numpy()
        for seed in ([1, 2], [1, 2], [1, 3])
    ]
    np.testing.assert_array_equal(commands[0], commands[1])
    assert np.abs(commands[0] - commands[2]).min() > 0
    command = rollout(agents.walker, start, goal, STEPS, Rules(tf.constant([1, 2]))).command
    noise = ((command.sample - command.policy.mean) / command.policy.stddev).numpy()
    assert np.abs(noise[:, 0] - noise[:, 1]).min() > 0  # fresh noise at each step


@pytest.mark.parametrize("walk", [unroll, rollout])
def test_pi_is_told_how_many_steps_are_left(walk):
    """In units of the longest walk that it knows: its first step of 2 must differ from its first of 8."""

    def policy(state, goal, remaining):
        return PolicyOutput(remaining[:, None], tf.ones_like(remaining)[:, None], remaining)

    walker = Walker(policy, lambda state, command: {}, lambda s, p: s, (), horizon=8)
    start = tf.zeros([2, 1, 1, 1])
    told = [walk(walker, start, start, steps).command.policy.mean[..., 0].numpy() for steps in (8, 2)]
    np.testing.assert_allclose(told[0], np.tile(np.arange(8, 0, -1) / 8, (2, 1)))
    np.testing.assert_allclose(told[1], [[0.25, 0.125]] * 2)
    of_its_own = walk(walker._replace(horizon=None), start, start, 2).command.policy.mean[..., 0]
    np.testing.assert_allclose(of_its_own, [[1.0, 0.5]] * 2)


def adding_walker(stop_at):
    """s' = s + 1; example i wants to stop at step stop_at[i], read off the state itself."""

    def policy(state, goal, remaining):
        k = state[:, 0, 0, 0]
        zeros = tf.zeros([tf.shape(state)[0], 1])
        return PolicyOutput(zeros, zeros + 1.0, tf.where(k >= tf.constant(stop_at, tf.float32), 5.0, -5.0))

    return Walker(policy, lambda state, command: {"one": tf.ones_like(state)}, lambda s, p: s + p["one"], ("one",))


@pytest.mark.parametrize("walk", [unroll, rollout])
def test_stop_leaves_the_image_as_it_is(walk):
    """k          0  1  2  3        stop_at 0: frames 0 0 0 0   length 0
    stop drawn at the state it names;    stop_at 2: frames 0 1 2 2   length 2"""
    start = tf.zeros([3, 1, 1, 1])
    trajectory = walk(adding_walker([0, 2, 9]), start, start, 3, Rules(use_stop=True))
    np.testing.assert_array_equal(trajectory.frames[..., 0, 0, 0], [[0, 0, 0, 0], [0, 1, 2, 2], [0, 1, 2, 3]])
    np.testing.assert_array_equal(trajectory.lengths, [0, 2, 3])
    np.testing.assert_array_equal(trajectory.active, [[0, 0, 0], [1, 1, 0], [1, 1, 1]])
    np.testing.assert_array_equal(trajectory.command.stop, [[1, 1, 1], [0, 0, 1], [0, 0, 0]])


def test_stop_is_ignored_where_it_is_switched_off():
    start = tf.zeros([2, 1, 1, 1])
    trajectory = rollout(adding_walker([0, 1]), start, start, 3)
    np.testing.assert_array_equal(trajectory.lengths, [3, 3])
    assert not np.any(trajectory.command.stop)
