"""Rewards, returns and the objectives of section 4.4, on episodes small enough to work out by hand.

k            0     1     2        walk 0 stops at k = 2, walk 1 is cut off by the budget
stop         0     0     1
stop         0     0     0
"""

import math
from functools import partial

import numpy as np
import oracles
import pytest
import tensorflow as tf

from tf_interp.model.distributions import flow_log_prob, sample_flow
from tf_interp.model.rollout import GradientFlow, Walker, rollout
from tf_interp.model.structs import Command, Episode, PolicyOutput, Trajectory
from tf_interp.training import rewards
from tf_interp.training.critics.discriminator import discriminator_loss, manifold_reward
from tf_interp.training.critics.mixture import mixture_loss, mixture_rewards, mixtures
from tf_interp.training.strategies import METHODS
from tf_interp.training.strategies.advantage import AdvantageSettings, advantages, value_loss
from tf_interp.training.strategies.bptt import bptt
from tf_interp.training.strategies.bptt_stop import bptt_exact_stop, bptt_stop, stop_time_distribution
from tf_interp.training.strategies.hybrid import hybrid
from tf_interp.training.strategies.log_prob import command_log_prob
from tf_interp.training.strategies.policy_gradient import policy_gradient

STOP = np.array([[0, 0, 1], [0, 0, 0]], bool)
ACTIVE = np.array([[1, 1, 0], [1, 1, 1]], bool)
DECIDING = np.array([[1, 1, 1], [1, 1, 1]], float)
PLAIN = AdvantageSettings(normalize=False)


def numbers(seed, *shape, low=-1.0, high=1.0):
    return tf.constant(np.random.RandomState(seed).uniform(low, high, shape), tf.float32)


@pytest.fixture
def parts():
    """The tensors an episode is made of, by name, so that a test can ask for gradients in each."""
    return {
        "mean": numbers(0, 2, 3, 4),
        "stddev": numbers(1, 2, 3, 4, low=0.3, high=2.0),
        "logit": numbers(2, 2, 3),
        "sample": numbers(3, 2, 3, 4),
        "mu_flow": numbers(4, 2, 3, 2, 2, 2),
        "sigma_flow": numbers(5, 2, 3, 2, 2, 2, low=0.3, high=2.0),
        "flow": numbers(6, 2, 3, 2, 2, 2),
        "rewards": numbers(7, 2, 3),
        "values": numbers(8, 2, 3),
        "ending": numbers(9, 2, 4),
    }


def episode_of(p):
    command = Command(PolicyOutput(p["mean"], p["stddev"], p["logit"]), p["sample"], tf.constant(STOP))
    flows = {name: p[name] for name in ("mu_flow", "sigma_flow", "flow")}
    frames = tf.zeros([2, 4, 2, 2, 1])
    trajectory = Trajectory(frames, frames[:, 0], command, flows, tf.constant(ACTIVE))
    return Episode(trajectory, p["rewards"], p["ending"], p["values"])


def gradients_of(objective, parts):
    with tf.GradientTape() as tape:
        tape.watch(parts)
        loss = tf.reduce_sum(objective(episode_of(parts)).loss)
    return tape.gradient(loss, parts)


def advantage_by_hand(parts):
    r, v = parts["rewards"].numpy().astype(float), parts["values"].numpy()
    returns = np.array([[row[k:].sum() for k in range(3)] for row in r])
    return (returns - v) * DECIDING, returns


def test_masks_tell_stop_from_the_budget():
    mask = rewards.masks(tf.constant([[1, 1, 0], [1, 1, 1], [0, 0, 0], [1, 0, 0]]) > 0)
    np.testing.assert_array_equal(mask.deciding, [[1, 1, 1], [1, 1, 1], [1, 0, 0], [1, 1, 0]])
    np.testing.assert_array_equal(mask.last, [[0, 0, 1], [0, 0, 1], [1, 0, 0], [0, 1, 0]])
    np.testing.assert_array_equal(mask.truncated, [0, 1, 0, 0])


def test_the_four_rewards_and_their_returns(parts):
    trajectory = episode_of(parts).trajectory
    realism = tf.constant([[-1.0, -2.0, -4.0], [-0.5, -0.25, -0.125]])
    found = rewards.step_rewards(trajectory, tf.constant([8.0, 16.0]), realism, step_penalty=0.5, budget_penalty=3.0)
    np.testing.assert_array_equal(found["step"], [[-0.5, -0.5, 0], [-0.5, -0.5, -0.5]])
    np.testing.assert_array_equal(found["budget"], [[0, 0, 0], [0, 0, -3]])
    np.testing.assert_array_equal(found["manifold"], [[-1, -2, 0], [-0.5, -0.25, -0.125]])
    np.testing.assert_array_equal(found["goal"], [[0, 0, -8], [0, 0, -16]])
    total = sum(found.values())
    np.testing.assert_allclose(rewards.returns_to_go(total), [[-12, -10.5, -8], [-21.375, -20.375, -19.625]])


def test_rewards_of_every_frame_and_of_the_flow_by_hand():
    found = rewards.frame_goal_rewards(tf.constant([[0.25, 0.0625]]), 4.0)
    np.testing.assert_allclose(found, [[-2.0 * 0.25, -4.0 * 0.0625]])
    # one step, 2 x 2 pixels: flows (1, 0) (1, 2) above (0, 0) (0, 0)
    flow = tf.constant([[[[[1.0, 0.0], [1.0, 2.0]], [[0.0, 0.0], [0.0, 0.0]]]]])
    # |F|^2: 1 + 5 over 4 pixels. Right: 4 and 0 over 2 pairs. Down: 1 and 5 over 2 pairs.
    np.testing.assert_allclose(rewards.flow_rewards(flow, 2.0, 0.0), [[-2.0 * 6 / 4]])
    np.testing.assert_allclose(rewards.flow_rewards(flow, 0.0, 3.0), [[-3.0 * (4 / 2 + 6 / 2)]])


def test_motion_by_hand():
    frames = tf.reshape([0.0, 0.0, 0.5, 0.25, 0.5, 0.25], [1, 3, 1, 2, 1])  # two steps of 1 x 2 pixels
    np.testing.assert_allclose(rewards.motion_rewards(frames, 4.0, 0.0), [[-4.0 * (0.25 + 0.0625), 0.0]])
    backwards = frames[:, ::-1]  # stands still, then moves: the departure is free, the second step is not dearer
    np.testing.assert_allclose(rewards.motion_rewards(backwards, 4.0, 3.0), [[0.0, -4.0 * (0.25 + 0.0625)]])
    np.testing.assert_allclose(rewards.motion_rewards(frames, 4.0, 3.0), [[-7.0 * (0.25 + 0.0625), 0.0]])


def test_painting_and_edges_by_hand():
    alpha = tf.reshape([1.0, 0.5, 0.25, 1.0, 1.0, 1.0], [1, 3, 1, 2, 1])  # three steps of 1 x 2 pixels
    np.testing.assert_allclose(rewards.painting_rewards(alpha, 8.0), [[-8 * 0.5 / 2, -8 * 0.75 / 2, 0]])
    image = tf.reshape([0.0, 0.5, 1.0, 0.25], [1, 2, 2, 1])
    goal = tf.reshape([0.0, 1.0, 1.0, 1.0], [1, 2, 2, 1])
    # image - goal: 0 -.5 above 0 -.75. Right: .5 and .75. Down: 0 and .25.
    np.testing.assert_allclose(rewards.edge_distance(image, goal), [1.5])
    np.testing.assert_allclose(rewards.edge_distance(image[:, None] + 0.25, image[:, None]), [[0.0]])


def test_a_blurred_edge_is_farther_than_a_sharp_one_at_the_same_squared_distance():
    goal = np.zeros([2, 6, 6, 1], np.float32)
    goal[:, :, 3:] = 1.0
    blurred, darker = goal[0].copy(), goal[1].copy()
    blurred[:, 2:4, 0] = [1 / 3, 2 / 3]
    darker[:, 3:] -= np.sqrt(2 / 9 / 3)  # everywhere a little, with the edge in its place
    images = tf.constant([blurred, darker])
    np.testing.assert_allclose(*rewards.distance(images, goal, "l2"), rtol=1e-5)
    assert float(rewards.edge_distance(images, goal)[0]) > 2 * float(rewards.edge_distance(images, goal)[1])


def test_ending_returns_are_what_a_walk_that_ended_there_is_paid():
    found = rewards.ending_returns(tf.constant([[4.0, 1.0, 0.25, 0.0]]), step_penalty=0.5, budget_penalty=3.0)
    np.testing.assert_allclose(found, [[-4.0, -1.0 - 0.5, -0.25 - 1.0, 0.0 - 1.5 - 3.0]])


def test_advantages_are_data_normalised_over_decisions(parts):
    by_hand, _ = advantage_by_hand(parts)
    np.testing.assert_allclose(advantages(episode_of(parts), PLAIN)[0], by_hand, rtol=1e-5)
    normalised = advantages(episode_of(parts), AdvantageSettings())[0].numpy()
    np.testing.assert_allclose(normalised, (by_hand - by_hand.mean()) / by_hand.std(), rtol=1e-4)
    traced = advantages(episode_of(parts), PLAIN._replace(trace=0.5))[0].numpy()
    r, v = parts["rewards"].numpy(), parts["values"].numpy()
    last = r[:, 2] - v[:, 2]
    middle = r[:, 1] + v[:, 2] - v[:, 1] + 0.5 * last
    np.testing.assert_allclose(traced[:, 2], last, rtol=1e-5)
    np.testing.assert_allclose(traced[:, 0], r[:, 0] + v[:, 1] - v[:, 0] + 0.5 * middle, rtol=1e-4)
    clipped = advantages(episode_of(parts), AdvantageSettings(normalize=False, clip=0.3))[0]
    np.testing.assert_allclose(clipped, np.clip(by_hand, -0.3, 0.3), rtol=1e-5)


def test_policy_gradient_is_equation_6(parts):
    """Minus advantage times the gradient of each log-likelihood; nothing reaches actions, rewards or, but for its own
    regression, V."""
    objective = partial(policy_gradient, use_stop=True, settings=PLAIN)
    found = gradients_of(objective, parts)
    advantage, returns = advantage_by_hand(parts)
    taken = ACTIVE.astype(float)
    z = (parts["sample"] - parts["mean"]).numpy() / parts["stddev"].numpy()
    weight = -(advantage * taken)[..., None]
    np.testing.assert_allclose(found["mean"], weight * z / parts["stddev"], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(found["stddev"], weight * (z**2 - 1) / parts["stddev"], rtol=1e-4, atol=1e-6)
    probability = 1 / (1 + np.exp(-parts["logit"].numpy()))
    np.testing.assert_allclose(found["logit"], -advantage * (STOP - probability), rtol=1e-4, atol=1e-6)
    z = (parts["flow"] - parts["mu_flow"]).numpy() / parts["sigma_flow"].numpy()
    weight = -(advantage * taken)[..., None, None, None]
    np.testing.assert_allclose(found["mu_flow"], weight * z / parts["sigma_flow"], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(found["sigma_flow"], weight * (z**2 - 1) / parts["sigma_flow"], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(found["values"], (parts["values"].numpy() - returns) / 3, rtol=1e-4, atol=1e-6)
    assert found["sample"] is None and found["flow"] is None and found["rewards"] is None and found["ending"] is None


def test_without_stop_the_logit_gets_nothing(parts):
    assert gradients_of(partial(policy_gradient, use_stop=False, settings=PLAIN), parts)["logit"] is None


def test_hybrid_is_bptt_for_the_rewards_and_equation_6_for_the_policy(parts):
    found = gradients_of(partial(hybrid, use_stop=False, settings=PLAIN), parts)
    by_pg = gradients_of(partial(policy_gradient, use_stop=False, settings=PLAIN), parts)
    np.testing.assert_array_equal(found["rewards"], -np.ones([2, 3]))
    for name in ("mean", "stddev", "values"):
        np.testing.assert_array_equal(found[name], by_pg[name])
    assert found["mu_flow"] is None and found["sample"] is None


def test_bptt_and_bptt_stop_differ_by_the_credit_of_stop(parts):
    assert {k for k, v in gradients_of(bptt, parts).items() if v is not None} == {"rewards"}
    found = gradients_of(partial(bptt_stop, settings=PLAIN), parts)
    assert {k for k, v in found.items() if v is not None} == {"rewards", "logit", "values"}
    advantage, _ = advantage_by_hand(parts)
    probability = 1 / (1 + np.exp(-parts["logit"].numpy()))
    np.testing.assert_allclose(found["logit"], -advantage * (STOP - probability), rtol=1e-4, atol=1e-6)


def test_value_losses(parts):
    _, returns = advantage_by_hand(parts)
    error = parts["values"].numpy() - returns
    squared = value_loss(episode_of(parts), PLAIN)
    np.testing.assert_allclose(squared, 0.5 * np.mean(error**2, axis=1), rtol=1e-5)
    far = {**parts, "values": parts["values"] + 10.0}
    huber = value_loss(episode_of(far), AdvantageSettings(huber=True))
    np.testing.assert_allclose(huber, np.mean(np.abs(error + 10) - 0.5, axis=1), rtol=1e-5)


@pytest.mark.parametrize("threshold", [0.1, 1.0, 1e6])
def test_equation_9_bounds_each_gradient(parts, threshold):
    command = episode_of(parts).trajectory.command
    with tf.GradientTape() as tape:
        tape.watch([parts["mean"], parts["stddev"]])
        policy = PolicyOutput(parts["mean"], parts["stddev"], parts["logit"])
        value = command_log_prob(command._replace(policy=policy), threshold)
        weighted = tf.reduce_sum(value * tf.constant([[2.0, -1.0, 0.5]]))
    by_mean, by_stddev = tape.gradient(weighted, [parts["mean"], parts["stddev"]])
    mean, stddev, sample = (parts[name].numpy().astype(float) for name in ("mean", "stddev", "sample"))
    np.testing.assert_allclose(value, oracles.gaussian_log_prob(sample, mean, stddev), rtol=1e-4)
    z = (sample - mean) / stddev
    for found, exact in ((by_mean, z / stddev), (by_stddev, (z**2 - 1) / stddev)):
        norm = np.linalg.norm(exact, axis=-1, keepdims=True)
        expected = np.array([2.0, -1.0, 0.5])[:, None] * exact / norm * np.minimum(norm, threshold)
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-6)


def test_stop_times_by_hand():
    half = stop_time_distribution(tf.zeros([1, 3]))
    np.testing.assert_allclose(half, [[0.5, 0.25, 0.125, 0.125]])
    certain = stop_time_distribution(tf.constant([[-200.0, 200.0, 0.0]]))
    np.testing.assert_allclose(certain, [[0, 1, 0, 0]], atol=1e-6)
    np.testing.assert_allclose(
        tf.reduce_sum(stop_time_distribution(numbers(0, 5, 7, low=-9, high=9)), axis=1), 1, rtol=1e-5
    )


def test_exact_stop_is_the_expectation_and_the_estimator_agrees_on_average():
    """Four possible endings with known returns. The exact gradient in the logits is compared with finite differences,
    and the mean of the policy-gradient estimate over 100,000 drawn walks with the exact one."""
    logits, ending = np.array([-0.5, 0.3, 0.2]), np.array([-3.0, -1.0, -0.5, -2.0])

    def expected(x):
        p = 1 / (1 + np.exp(-x))
        going = np.concatenate([[1], np.cumprod(1 - p)])
        return np.sum(going * np.append(p, 1) * ending)

    exact = oracles.central_difference(expected, logits)
    count = 100000

    def episode(logit, stop):
        """The rewards of walks that end as drawn: all of the return at the last decision."""
        active = tf.math.cumsum(tf.cast(stop, tf.int32), axis=1) == 0
        lengths = tf.reduce_sum(tf.cast(active, tf.int32), axis=1)
        last = tf.cast(rewards.masks(active).last, tf.float32)
        paid = last * tf.gather(tf.constant(ending, tf.float32), lengths)[:, tf.newaxis]
        zeros = tf.zeros([len(stop), 3, 1])
        command = Command(PolicyOutput(zeros, zeros + 1, logit), zeros, stop)
        frames = tf.zeros([len(stop), 4, 1, 1, 1])
        whole = tf.tile(tf.constant(ending, tf.float32)[tf.newaxis], [len(stop), 1])
        return Episode(
            Trajectory(frames, frames[:, 0], command, {}, active), paid, whole, tf.zeros([len(stop), 3]) - 1.5
        )

    row = tf.constant(logits[None], tf.float32)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(row)
        summed = bptt_exact_stop(episode(row, tf.zeros([1, 3], tf.bool)))
        logit = tf.tile(row, [count, 1])
        drawn = tf.random.stateless_uniform([count, 3], [1, 2]) < tf.sigmoid(logit)
        estimate = tf.reduce_mean(bptt_stop(episode(logit, drawn), PLAIN).loss)
    assert float(summed.loss) == pytest.approx(-expected(logits), rel=1e-5)
    np.testing.assert_allclose(tape.gradient(summed.loss, row)[0], -exact, rtol=1e-3)
    # The standard error of each component is below 0.005 at this count.
    np.testing.assert_allclose(tape.gradient(estimate, row)[0], -exact, atol=0.02)


def test_policy_gradient_estimates_the_true_gradient():
    """One step, return -(a - 1)^2 for a ~ N(m, s^2): the true gradients are -2 (m - 1) and -2 s."""
    m, s, count = 0.4, 0.5, 200000
    mean, stddev = tf.constant(m), tf.constant(s)
    noise = tf.random.stateless_normal([count, 1, 1], [3, 4])
    with tf.GradientTape() as tape:
        tape.watch([mean, stddev])
        means, stddevs = (tf.fill([count, 1, 1], x) for x in (mean, stddev))
        sample = means + stddevs * noise  # reparameterised on purpose: the objective has to treat it as data
        policy = PolicyOutput(means, stddevs, tf.zeros([count, 1]))
        command = Command(policy, sample, tf.zeros([count, 1], tf.bool))
        frames = tf.zeros([count, 2, 1, 1, 1])
        still = {name: tf.ones([count, 1, 1, 1, 2]) for name in ("flow", "mu_flow", "sigma_flow")}
        trajectory = Trajectory(frames, frames[:, 0], command, still, tf.ones([count, 1], tf.bool))
        paid = -tf.square(sample[:, :, 0] - 1.0)
        episode = Episode(trajectory, paid, tf.zeros([count, 2]), tf.fill([count, 1], -0.6))
        loss = tf.reduce_mean(policy_gradient(episode, use_stop=False, settings=PLAIN).loss)
    by_mean, by_stddev = tape.gradient(loss, [mean, stddev])
    # Standard errors at this count are 0.005 and 0.009.
    assert float(by_mean) == pytest.approx(2 * (m - 1), abs=0.03)
    assert float(by_stddev) == pytest.approx(2 * s, abs=0.05)


def linear_walker(w, v):
    """One-pixel images; a ~ N(w (g - s), 0.5^2), and T adds v a."""

    def policy(state, goal):
        mean = w * (goal - state)[:, 0, 0]
        return PolicyOutput(mean, tf.zeros_like(mean) + 0.5, mean[:, 0])

    return Walker(policy, lambda s, a: {"shift": v * a[:, None, None]}, lambda s, p: s + p["shift"], ("shift",))


@pytest.mark.parametrize(
    "gradients, by_return, by_log_prob",
    [  # does the return's gradient reach (pi, T); does the last log-likelihood's
        (GradientFlow(), (True, True), (True, True)),
        (GradientFlow(state=False, policy=False, command=False), (False, True), (True, False)),
        (GradientFlow(state=True, policy=False, command=False), (False, True), (True, False)),
        (GradientFlow(state=True, policy=True, command=False), (True, True), (True, True)),
    ],
)
def test_gradients_pass_where_they_are_let(gradients, by_return, by_log_prob):
    w, v = tf.Variable(0.3), tf.Variable(0.8)
    start, goal = tf.constant([0.2], shape=[1, 1, 1, 1]), tf.constant([0.9], shape=[1, 1, 1, 1])
    with tf.GradientTape(persistent=True) as tape:
        trajectory = rollout(linear_walker(w, v), start, goal, 3, tf.constant([1, 2]), gradients=gradients)
        returns = tf.reduce_sum(tf.square(trajectory.frames[:, -1] - goal))
        log_prob = command_log_prob(trajectory.command)[0, -1]
    zero = tf.UnconnectedGradients.ZERO
    # With the command constant but pi in the loop, the return reaches pi not at all: pi acts through commands alone.
    reached = [float(x) != 0 for x in tape.gradient(returns, [w, v], unconnected_gradients=zero)]
    assert reached == [by_return[0] and gradients.command, by_return[1]]
    reached = [float(x) != 0 for x in tape.gradient(log_prob, [w, v], unconnected_gradients=zero)]
    assert reached == list(by_log_prob)


def test_flow_noise_of_equations_7_and_8():
    mu, sigma = tf.fill([400, 8, 8, 2], 1.5), tf.fill([400, 8, 8, 2], 0.5)

    def correlation(field, distance):
        a, b = field[:, :, : 8 - distance, 0].ravel(), field[:, :, distance:, 0].ravel()
        return np.corrcoef(a, b)[0, 1]

    torn = sample_flow(mu, sigma, tf.constant([1, 2]), None).numpy() - 1.5
    assert torn.std() == pytest.approx(0.5, rel=0.02) and abs(correlation(torn, 1)) < 0.02
    bent = sample_flow(mu, sigma, tf.constant([1, 2]), (2, 2)).numpy() - 1.5
    assert correlation(bent, 1) > 0.8 and abs(bent.mean()) < 0.05
    # At H' x W' bilinear upsampling reproduces the drawn values near the grid's centres, so the scale stays sigma's.
    assert bent[:, 0, 0].std() == pytest.approx(0.5, rel=0.1)
    full = sample_flow(mu, sigma, tf.constant([1, 2]), (8, 8)).numpy() - 1.5
    np.testing.assert_allclose(full, torn, atol=1e-5)


def test_flow_likelihood_is_that_of_a_diagonal_gaussian(parts):
    found = flow_log_prob(parts["flow"], parts["mu_flow"], parts["sigma_flow"])
    flat = [parts[name].numpy().reshape(2, 3, -1) for name in ("flow", "mu_flow", "sigma_flow")]
    np.testing.assert_allclose(found, oracles.gaussian_log_prob(*flat), rtol=1e-5)


def test_discriminator_loss_by_hand():
    real, fake = tf.constant([math.log(3.0)]), tf.constant([[0.0, math.log(3.0), 100.0]])
    output = discriminator_loss(real, fake, tf.constant([[1.0, 1.0, 0.0]]), tf.fill([1, 2, 2, 1], 0.5), r1_weight=4.0)
    # -log 3/4, the mean of -log 1/2 and -log 1/4, and 4/2 * 4 * 0.25
    assert float(output.loss) == pytest.approx(math.log(4 / 3) + 0.5 * (math.log(2) + math.log(4)) + 2.0, rel=1e-5)
    assert float(output.diagnostics["discriminator/fake"]) == pytest.approx(0.625)
    np.testing.assert_allclose(manifold_reward(real), [math.log(0.75)], rtol=1e-5)


def test_mixtures_are_shares_of_the_way_to_the_nearer_end():
    start, goal = np.zeros([1, 2, 2, 1]), np.full([1, 2, 2, 1], 0.8)
    shares = [0.25, 0.5, 0.9, 1.0]
    line = np.stack([start + share * (goal - start) for share in [0.0, *shares]], axis=1)
    far = np.full([1, 1, 2, 2, 1], -5.0)  # further from both ends than they are apart
    frames = tf.constant(np.concatenate([line, far], axis=1), tf.float32)
    found = mixtures(frames, tf.constant(goal, tf.float32))
    np.testing.assert_allclose(found, [[0.25, 0.5, 0.1, 0.0, 1.0]], atol=1e-4)
    np.testing.assert_array_equal(mixtures(tf.zeros([1, 3, 2, 2, 1]), tf.zeros([1, 2, 2, 1])), [[0.0, 0.0]])


def test_mixture_loss_by_hand():
    guesses, answers = tf.constant([[0.5, 0.0, 9.0]]), tf.constant([[0.1, 0.2, 0.0]])
    output = mixture_loss(guesses, answers, tf.constant([[1.0, 1.0, 0.0]]), tf.constant([0.3]), tf.constant([-0.1]))
    # the mean of 0.16 and 0.04, and the squares of 0.3 and 0.1
    assert float(output.loss) == pytest.approx(0.1 + 0.09 + 0.01, rel=1e-5)
    assert float(output.diagnostics["mixture_critic/guess"]) == pytest.approx(0.25)
    np.testing.assert_allclose(mixture_rewards(guesses, 4.0), [[-1.0, 0.0, -324.0]], rtol=1e-6)


def test_every_method_has_a_row():
    assert set(METHODS) == {"bptt", "pg", "hybrid", "bptt_stop"}
