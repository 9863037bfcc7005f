"""What an episode is made of rollouts: distances in the chosen norm, and what the value network expects."""

import numpy as np
import pytest
import tensorflow as tf
from paying import paid_episode

from tf_interp.config import RewardConfig
from tf_interp.model.structs import Command, PolicyOutput, Trajectory
from tf_interp.training.episodes import expected_returns

FRAMES = tf.constant([[0.0, 0.5, 0.75], [1.0, 0.25, 0.25]], shape=[2, 3, 1, 1, 1])  # s_0, s_1, s_2 of two rollouts
GOAL = tf.constant([1.0, 0.0], shape=[2, 1, 1, 1])
ENDING = tf.constant([[-1.0, -2.0, -4.0], [-8.0, -16.0, -32.0]])


def trajectory_of(frames=FRAMES, goal=GOAL):
    zeros = tf.zeros([2, 2, 1])
    command = Command(PolicyOutput(zeros, zeros + 1.0, zeros[..., 0]), zeros, tf.zeros([2, 2], tf.bool))
    return Trajectory(frames, goal, command, {}, tf.constant([[True, True], [True, False]]))


def test_what_the_value_network_adds_is_the_gain_over_ending_at_once():
    """V(s_k) = network(s_k, g) + what ending at s_k earns, for k < K; only the network learns."""
    weight = tf.Variable([10.0, 100.0])

    def network(state, goal, remaining):
        return weight[0] * state[:, 0, 0, 0] + weight[1] * goal[:, 0, 0, 0] + 1000.0 * remaining

    frames, goal, ending = tf.identity(FRAMES), tf.identity(GOAL), tf.identity(ENDING)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([frames, goal, ending])
        values = expected_returns(trajectory_of(frames, goal), network, ending)
        first = values[0, 0] + 3.0 * values[1, 1]
    np.testing.assert_allclose(values, [[1000 + 100 - 1, 500 + 5 + 100 - 2], [1000 + 10 - 8, 500 + 2.5 - 16]])
    np.testing.assert_allclose(tape.gradient(first, weight), [0.0 + 3 * 0.25, 1.0])
    assert tape.gradient(first, [frames, goal, ending]) == [None, None, None]


def test_without_a_value_network_nothing_is_expected():
    np.testing.assert_array_equal(expected_returns(trajectory_of(), None, ENDING), np.zeros([2, 2]))


def test_an_episode_sums_rewards_and_expects_from_the_weighted_ending():
    weights = RewardConfig(goal_weight=2.0, step_penalty=0.5, budget_penalty=4.0)
    episode, parts = paid_episode(
        trajectory_of(), weights, value=lambda state, goal, remaining: tf.zeros(tf.shape(state)[0])
    )
    # Rollout 0 is ended by the budget at 0.75, rollout 1 stops at 0.25; their goals are 1 and 0.
    np.testing.assert_allclose(parts["goal"], [[0.0, -2 * 0.0625], [0.0, -2 * 0.0625]])
    np.testing.assert_allclose(parts["step"], [[-0.5, -0.5], [-0.5, 0.0]])
    np.testing.assert_allclose(parts["budget"], [[0.0, -4.0], [0.0, 0.0]])
    np.testing.assert_allclose(episode.rewards, [[-0.5, -0.5 - 0.125 - 4.0], [-0.5, -0.125]])
    np.testing.assert_allclose(episode.values, [[-2 * 1.0, -2 * 0.25], [-2 * 1.0, -2 * 0.0625]])
    np.testing.assert_allclose(episode.ending_returns[0], [-2.0, -0.5 - 0.5, -1.0 - 0.125 - 4.0])


@pytest.mark.parametrize("norm, left", [("l2", [0.0625, 0.0625]), ("l1", [0.25, 0.25])])
def test_the_goal_reward_is_in_the_chosen_norm(norm, left):
    _, parts = paid_episode(trajectory_of(), RewardConfig(goal_norm=norm))
    np.testing.assert_allclose(parts["goal"][:, 1], -np.array(left))


def test_the_perceptual_goal_reward_compares_activations_of_frames_and_goal():
    def perceive(images):  # two activations an image
        return tf.concat([3.0 * images[:, 0, 0], tf.square(images[:, 0, 0])], axis=1)

    _, parts = paid_episode(trajectory_of(), RewardConfig(goal_norm="perceptual"), perceive=perceive)
    by_hand = [(3 * 0.25) ** 2 + (1 - 0.75**2) ** 2, (3 * 0.25) ** 2 + 0.25**4]
    np.testing.assert_allclose(parts["goal"][:, 1], -np.array(by_hand), rtol=1e-6)
