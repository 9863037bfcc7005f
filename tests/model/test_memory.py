"""What a rollout keeps for its gradients: the three ways give what the plain Python loop gives."""

import numpy as np
import pytest
import tensorflow as tf

from tf_interp.config import settings
from tf_interp.model.agents import Agents
from tf_interp.model.memory import HOST
from tf_interp.model.rollout import GradientFlow, Measure, Rules, rollout, unroll

SHAPE, STEPS, BATCH = (8, 8, 1), 4, 3
SMALL = dict(command_size=4, policy_features=(4, 8), transformer_features=(4, 8))
RULES = {
    "fixed steps": Rules(tf.constant([1, 2])),
    "STOP": Rules(tf.constant([1, 3]), use_stop=True),
    "the mean walk": Rules(),
    "policy gradients": Rules(tf.constant([1, 2]), gradients=GradientFlow(False, False, False)),
    "hybrid": Rules(tf.constant([1, 2]), gradients=GradientFlow(state=True, policy=False, command=False)),
}


def build(precision="float32", **changes):
    """Agents whose flows and masks are not those of an untrained model, and whose STOP comes now and then."""
    tf.keras.utils.set_random_seed(0)
    config = settings(**{**SMALL, "transformations": ("warp", "blend"), "stop_bias": -1.0, **changes})
    agents = Agents(config.model, SHAPE, precision)
    for number, variable in enumerate(agents.trainable_variables):
        variable.assign_add(0.1 * tf.random.stateless_normal(variable.shape, [number, 2]))
    return agents


@pytest.fixture(scope="module")
def agents():
    return build()


@pytest.fixture
def pair(random):
    return [tf.constant(random.uniform(size=[BATCH, *SHAPE]), tf.float32) for _ in range(2)]


def brightness(k, state, next_state, goal, params):
    return {"brightness": tf.reduce_mean(next_state * params["alpha_blend"], axis=[1, 2, 3])}


def values_and_gradients(agents, walk, rules, start, goal, **how):
    """The rollout's tensors, and the gradients of a sum that each of them is part of."""
    rules = rules._replace(measure=Measure(("brightness",), brightness))
    with tf.GradientTape() as tape:
        tape.watch([start, goal])
        found = walk(agents.walker, start, goal, STEPS, rules, **how)
        loss = tf.reduce_mean(tf.square(found.frames - goal[:, tf.newaxis])) + tf.reduce_mean(found.command.sample**2)
        loss += tf.reduce_mean(tf.square(found.params["mu_flow"])) + tf.reduce_mean(found.measured["brightness"])
        loss += tf.reduce_mean(found.command.policy.stop_logit * tf.cast(found.command.stop, tf.float32))
    sources = [start, goal, *agents.trainable_variables]
    gradients = tape.gradient(loss, sources, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    numbers = [tf.cast(leaf, tf.float32) for leaf in tf.nest.flatten(found)]
    return [*numbers, *gradients]


@pytest.mark.parametrize("memory", ["store", "recompute", "host"])
@pytest.mark.parametrize("name", RULES)
def test_every_memory_gives_the_values_and_gradients_of_the_python_loop(agents, pair, name, memory):
    reference = values_and_gradients(agents, unroll, RULES[name], *pair)
    compiled = tf.function(lambda *pair: values_and_gradients(agents, rollout, RULES[name], *pair, memory=memory))
    for expected, found in zip(reference, compiled(*pair)):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)
    lengths = tf.reduce_sum(tf.cast(unroll(agents.walker, *pair, STEPS, RULES[name]).active, tf.int32), axis=1)
    assert (min(lengths.numpy()) < STEPS) == (name == "STOP")  # else the masks would not be tried


def test_a_stochastic_transformer_draws_the_same_flows_again(pair):
    agents = build(transformations=("warp", "blend"), stochastic_flow=True, noise_size=4)
    reference = values_and_gradients(agents, unroll, RULES["fixed steps"], *pair)
    compiled = tf.function(
        lambda *pair: values_and_gradients(agents, rollout, RULES["fixed steps"], *pair, memory="recompute")
    )
    for expected, found in zip(reference, compiled(*pair)):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


def test_in_bfloat16_the_steps_that_run_again_are_the_ones_that_ran(pair):
    agents = build("mixed_bfloat16")
    reference = values_and_gradients(agents, unroll, RULES["STOP"], *pair)
    found = values_and_gradients(agents, rollout, RULES["STOP"], *pair, memory="recompute")
    for expected, value in zip(reference, found):
        # bfloat16 has 8 bits, 0.4% of a number. Gradients of the steps are added in float32 here and there.
        scale = float(tf.reduce_max(tf.abs(expected))) + 1e-6
        np.testing.assert_allclose(value, expected, rtol=0.0, atol=1e-2 * scale)


def test_states_are_kept_on_the_host_and_steps_run_on_the_device(agents, pair):
    device = "/device:CPU:1"  # of two logical CPUs, this one stands in for a GPU

    @tf.function
    def compiled(start, goal):
        with tf.device(device):
            return values_and_gradients(agents, rollout, RULES["fixed steps"], start, goal, memory="host")

    graph = compiled.get_concrete_function(*pair).graph
    loops = [op for op in graph.get_operations() if op.type in ("While", "StatelessWhile")]
    bodies = [graph._get_function(op.get_attr("body").name).graph.as_graph_def().node for op in loops]
    forward = max(bodies, key=lambda nodes: sum(node.op == "TensorListSetItem" for node in nodes))
    kept = {node.device for node in forward if node.op == "TensorListSetItem"}
    convolved = {node.device for nodes in bodies for node in nodes if node.op.startswith("Conv2D")}
    assert kept and all(HOST.strip("/") in placed for placed in kept)
    assert convolved and all("CPU:1" in placed for placed in convolved)


def test_tensorflow_still_ignores_swap_memory(agents, pair):
    """The paper's swapping is asked for. The day TensorFlow honours it this fails, and `memory` can say so."""
    start, goal = pair

    def operations(swap):
        @tf.function
        def loop(x):
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = tf.while_loop(lambda k, _: k < 3, lambda k, y: (k + 1, tf.sin(y)), (0, x), swap_memory=swap)[1]
            return tape.gradient(y, x)

        graph = loop.get_concrete_function(start).graph
        nodes = [node for each in graph.as_graph_def().library.function for node in each.node_def]
        return sorted(node.op for node in nodes)

    assert operations(True) == operations(False)
