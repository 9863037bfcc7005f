"""pi and T as they are built from settings: commands that are maps, and flows that are drawn."""

import numpy as np
import oracles
import pytest
import tensorflow as tf

from tf_interp.config import ModelConfig
from tf_interp.errors import InputError
from tf_interp.model.agents import Agents
from tf_interp.model.rollout import Rules, rollout
from tf_interp.system.keras2 import keras

SHAPE, STEPS = (9, 8, 1), 3


def images(random, shape, batch=3):
    return tf.constant(random.uniform(size=[batch, *shape]), tf.float32)


def test_a_spatial_command_is_read_and_obeyed_where_it_is_said(random):
    settings = dict(
        spatial_command=True, command_size=4 * 4 * 3, policy_features=(4, 4), transformer_features=(4, 4, 4)
    )  # fmt: skip
    agents = Agents(ModelConfig(**settings), (16, 16, 1))
    state, goal = images(random, (16, 16, 1), batch=1), images(random, (16, 16, 1), batch=1).numpy()
    before = agents.policy(state, goal, tf.ones([1])).mean.numpy().reshape(4, 4, 3)
    goal[0, :3, :3] = 0.0  # reaches cells as far as the receptive field does: 4 + 2 x 3, then 2 x 4 more for the head
    change = np.abs(agents.policy(state, tf.constant(goal), tf.ones([1])).mean.numpy().reshape(4, 4, 3) - before).max(
        -1
    )
    assert change[0, 0] > 0 and change[3, 3] == change[0, 3] == 0
    agents.transformer.heads["mu_flow"].kernel.assign(random.normal(size=(3, 3, 4, 2)))
    command = np.zeros([1, 48], np.float32)
    still = agents.transformer(state, tf.constant(command))["mu_flow"].numpy()
    command.reshape(4, 4, 3)[3, 3] = 1.0
    moved = np.abs(agents.transformer(state, tf.constant(command))["mu_flow"].numpy() - still).max((0, 3))
    assert moved[12:, 12:].max() > 0 and moved[0, 0] == 0
    for wrong, message in (
        (dict(command_size=50), "command_size: 50 is no multiple of the 4 x 4 cells"),
        (dict(policy_features=(4, 4, 4)), "policy_features end at 2 x 2 but transformer_features at 4 x 4"),
    ):
        with pytest.raises(InputError, match=message):
            Agents(ModelConfig(**{**settings, **wrong}), (16, 16, 1))


def stochastic(noise_size=None):
    """Agents whose T draws its flow, with weights moved off their initial values."""
    model = ModelConfig(
        command_size=4, policy_features=(4,), transformer_features=(4, 4), stochastic_flow=True,
        initial_sigma_flow=0.5, noise_size=noise_size,
    )  # fmt: skip
    keras.utils.set_random_seed(0)
    agents, random = Agents(model, SHAPE), np.random.RandomState(0)
    for variable in agents.trainable_variables:
        variable.assign_add(random.normal(scale=0.1, size=variable.shape).astype(np.float32))
    return agents


def drawn(agents, random, seed):
    start, goal = images(random, SHAPE, 40), images(random, SHAPE, 40)
    walks = rollout(agents.walker, start, goal, STEPS, Rules(seed and tf.constant(seed)))
    return {name: value.numpy() for name, value in walks.params.items()}, walks.frames.numpy()


def test_a_stochastic_t_draws_its_flow_around_the_mean_anew_in_every_step(random):
    params, _ = drawn(stochastic(), random, [1, 2])
    assert set(params) == {"mu_flow", "sigma_flow", "flow"}
    noise = (params["flow"] - params["mu_flow"]) / params["sigma_flow"]
    assert noise.mean() == pytest.approx(0.0, abs=0.03) and noise.std() == pytest.approx(1.0, abs=0.03)
    assert np.corrcoef(noise[:, 0].ravel(), noise[:, 1].ravel())[0, 1] == pytest.approx(0.0, abs=0.05)


def test_draws_differ_by_seed_and_without_one_the_flow_is_its_mean():
    agents = stochastic()
    (first, frames), (again, frames_again), (other, others), (mean, _) = (
        drawn(agents, np.random.RandomState(3), seed) for seed in ([1, 2], [1, 2], [1, 3], None)
    )
    np.testing.assert_array_equal(first["flow"], again["flow"])
    np.testing.assert_array_equal(frames, frames_again)
    assert np.abs(first["flow"] - other["flow"]).mean() > 0.1 and np.abs(frames - others).max() > 0.1
    np.testing.assert_array_equal(mean["flow"], mean["mu_flow"])
    assert np.abs(first["flow"] - first["mu_flow"]).mean() > 0.1


@pytest.mark.parametrize("noise_size, independent", [(None, True), (3, False)])
def test_the_noise_of_a_rollout_is_as_large_as_it_was_set(random, noise_size, independent):
    params, _ = drawn(stochastic(noise_size), random, [1, 2])
    noise = params["flow"] - params["mu_flow"]
    alike = np.corrcoef(noise[..., :-1, :].ravel(), noise[..., 1:, :].ravel())[0, 1]
    assert abs(alike) < 0.03 if independent else alike > 0.7


def test_the_frames_are_warped_by_the_drawn_flow_not_by_its_mean(random):
    agents = stochastic()
    params, frames = drawn(agents, random, [1, 2])
    np.testing.assert_allclose(frames[:5, 1], oracles.warp(frames[:5, 0], params["flow"][:5, 0]), atol=1e-5)


def test_gradients_of_frames_reach_mu_flow_and_sigma_flow_through_the_draw(random):
    """The reparameterisation trick (section 4.5)."""
    agents = stochastic()
    heads = agents.transformer.heads
    start, goal = images(random, SHAPE), images(random, SHAPE)
    with tf.GradientTape() as tape:
        walks = rollout(agents.walker, start, goal, STEPS, Rules(tf.constant([1, 2])))
        left = tf.reduce_sum(tf.square(walks.frames[:, -1] - goal))
    by_mu, by_sigma = tape.gradient(left, [heads["mu_flow"].kernel, heads["sigma_flow"].kernel])
    assert float(tf.norm(by_mu)) > 1e-3 and float(tf.norm(by_sigma)) > 1e-3


def test_a_deterministic_t_has_no_sigma_and_draws_nothing(random):
    agents = Agents(ModelConfig(command_size=4, policy_features=(4,), transformer_features=(4, 4)), SHAPE)
    params, _ = drawn(agents, random, [1, 2])
    assert set(params) == {"mu_flow"}
