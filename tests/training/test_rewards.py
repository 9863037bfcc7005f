"""The table of rewards: every row worked out by hand, for rollouts that stop at once, later, and never.

k          0     1                            s_0      s_1      s_2      goal
stop       1     .    stops at s_0            0  0     0 .5     0  1     0  1
stop       0     1    stops at s_1            0  0    .5 .5     1 .5     1  1
stop       0     0    is ended by the budget at s_2
"""

from functools import partial

import numpy as np
import oracles
import pytest
import tensorflow as tf
from paying import measured, paid_episode

from tf_interp.config import RewardConfig
from tf_interp.model.structs import Command, PolicyOutput, Trajectory
from tf_interp.training import rewards
from tf_interp.training.measures import distance
from tf_interp.training.rewards import TERMS, Steps, pay, rewards_of_steps
from tf_interp.training.strategies.bptt_stop import bptt_exact_stop

FRAMES = np.float32([[[0, 0], [0, 0]], [[0, 0.5], [0.5, 0.5]], [[0, 1], [1, 0.5]]])[..., None]
GOAL = np.float32([[0, 1], [1, 1]])[..., None]
WAYPOINT = np.float32([[0, 1], [0.5, 0.5]])[..., None]
# In step 0 flows (1, 2) (1, 0) above (0, 0) (0, 0), in step 1 (0, 1) everywhere; masks 1 .5 above .25 1, then .5.
FLOW = np.float32([[[[1, 2], [1, 0]], [[0, 0], [0, 0]]], np.tile([0, 1], (2, 2, 1))])
ALPHA = np.float32([[[1, 0.5], [0.25, 1]], np.full([2, 2], 0.5)])[..., None]
STEPS = 2


def pyramid(level):
    """The pyramid's distance, given the one pixel of its first level; the next three are that times (6 / 16)^2."""
    return sum(16 ** (n + 1) * (level * (36 / 256) ** n) ** 2 for n in range(4))


EARNED = {  # for a weight of 1, by step of each of the three rollouts
    "step": [[0, 0], [-1, 0], [-1, -1]],
    "budget": [[0, 0], [0, 0], [0, -1]],
    "manifold": [[0, 0], [-0.375, 0], [-0.375, -0.625]],  # minus the mean intensity
    "goal": [[-3, 0], [0, -0.75], [0, -0.25]],
    "mixture": [[0, 0], [-(0.375**2), 0], [-(0.375**2), -(0.625**2)]],  # minus its square
    "edges": [[-2, 0], [0, -1], [0, -1]],
    # The 2 x 2 pixels weigh (4, 6) / 16 along either axis.
    "coarse_goal": [[-pyramid(84 / 256), 0], [0, -pyramid(42 / 256)], [0, -pyramid(18 / 256)]],
    "frame_goal": [[0, 0], [-0.5 * 0.75, 0], [-0.5 * 0.75, -0.25]],
    "waypoints": [[0, 0], [0, -0.25], [0, -0.25]],
    "evenness": [[0, 0], [0, 0], [0, -((0.75**0.5 - 0.5**0.5) ** 2) / 2]],
    "pace": [[0, 0], [-((2 - 0.75**0.5) ** 2), 0], [-((2 - 0.75**0.5) ** 2), -((2 - 0.5**0.5) ** 2)]],
    "motion": [[0, 0], [-0.75, 0], [-0.75, -0.5]],
    "departure": [[0, 0], [-0.75, 0], [-0.75, 0]],
    "flow": [[0, 0], [-6 / 4, 0], [-6 / 4, -1]],
    "roughness": [[0, 0], [-(4 / 2 + 6 / 2), 0], [-(4 / 2 + 6 / 2), 0]],
    # det(I + dF) is (1 + 0)(1 - 2) - (-2)(-1) = -3 in the one place where there are neighbours, then 1.
    "folds": [[0, 0], [-(3.2**2), 0], [-(3.2**2), 0]],
    "painting": [[0, 0], [-1.25 / 4, 0], [-1.25 / 4, -0.5]],
}
ENDING_RETURNS = {name: np.sum(rows, axis=1) for name, rows in EARNED.items()}
LOGITS = np.float32([[-0.5, 0.3]])


class Judge:
    """A critic with an opinion that can be worked out by hand."""

    def __init__(self, opinion):
        self.opinion = opinion

    def reward(self, frames):
        return self.opinion(tf.reduce_mean(frames, axis=[1, 2, 3]))


CRITICS = {"manifold_weight": Judge(lambda mean: -mean), "mixture_weight": Judge(lambda mean: -tf.square(mean))}


def rollouts(lengths, frames=FRAMES, logits=None):
    """Rollouts that take the same steps as long as they last, then keep their image."""
    kept = np.minimum(np.arange(STEPS + 1), np.array(lengths)[:, None])
    repeated = tf.gather(tf.constant(frames), kept)
    count = len(lengths)
    params = {
        "mu_flow": tf.tile(tf.constant(FLOW)[None], [count, 1, 1, 1, 1]),
        "alpha_blend": tf.tile(tf.constant(ALPHA)[None], [count, 1, 1, 1, 1]),
    }
    zeros = tf.zeros([count, STEPS, 1])
    policy = PolicyOutput(zeros, zeros + 1.0, zeros[..., 0] if logits is None else logits)
    active = tf.constant(np.arange(STEPS) < np.array(lengths)[:, None])
    command = Command(policy, zeros, ~active)
    return Trajectory(repeated, tf.tile(tf.constant(GOAL)[None], [count, 1, 1, 1]), command, params, active)


def paid(trajectory, **weights):
    weights, gap = RewardConfig(**{"goal_weight": 0.0, "pace": 2.0, **weights}), partial(distance, norm="l2")
    walked = measured(trajectory, rewards_of_steps(weights, CRITICS, gap, STEPS))
    return pay(walked, weights, gap, waypoints(trajectory))


def waypoints(trajectory):
    return tf.tile(tf.constant(WAYPOINT)[None, None], [tf.shape(trajectory.active)[0], 1, 1, 1, 1])


def test_every_row_is_worked_out_here():
    assert set(EARNED) == set(TERMS)
    names = [term.weight for term in TERMS.values()]
    assert len(set(names)) == len(names)
    priced = {name for name, value in vars(RewardConfig()).items() if isinstance(value, float)} - {"pace"}
    assert set(names) == priced  # no weight without a reward
    assert list(TERMS)[:4] == ["step", "budget", "manifold", "goal"]  # section 3


@pytest.mark.parametrize("name", TERMS)
def test_a_reward_by_hand(name):
    found = paid(rollouts([0, 1, 2]), **{TERMS[name].weight: 2.0})
    assert list(found.rewards) == [name]
    np.testing.assert_allclose(found.rewards[name], 2.0 * np.array(EARNED[name]), rtol=1e-6)


@pytest.mark.parametrize("name", TERMS)
def test_the_return_of_ending_somewhere_is_what_a_rollout_that_ends_there_is_paid(name):
    returns = paid(rollouts([2]), **{TERMS[name].weight: 2.0}).ending_returns
    np.testing.assert_allclose(returns, 2.0 * ENDING_RETURNS[name][None], rtol=1e-6)


def test_rewards_add_up_and_the_ending_is_paid_apart():
    weights = {term.weight: 0.5 + place for place, term in enumerate(TERMS.values())}
    whole = paid(rollouts([2]), **weights)
    stopped = paid(rollouts([0, 1, 2]), **weights)
    assert list(stopped.rewards) == list(TERMS)
    earned = np.sum([value.numpy() for value in stopped.rewards.values()], axis=(0, 2))
    by_hand = np.sum([weights[TERMS[name].weight] * ENDING_RETURNS[name] for name in TERMS], axis=0)
    np.testing.assert_allclose(earned, by_hand, rtol=1e-5)
    np.testing.assert_allclose(whole.ending_returns[0], by_hand, rtol=1e-5)
    of_ending = [name for name, term in TERMS.items() if term.earned == "end"]
    assert of_ending == ["budget", "goal", "edges", "coarse_goal", "waypoints", "evenness"]
    at_end = np.sum([weights[TERMS[name].weight] * ENDING_RETURNS[name] for name in of_ending], axis=0)
    np.testing.assert_allclose(whole.ending, [at_end], rtol=1e-6)


def test_rewards_without_a_weight_are_not_evaluated(monkeypatch):
    def forbidden(_):
        raise AssertionError("evaluated in vain")

    for name, term in TERMS.items():
        if name != "motion":
            monkeypatch.setitem(rewards.TERMS, name, term._replace(value=forbidden))
    found = paid(rollouts([2]), motion_cost=1.0)
    np.testing.assert_allclose(found.rewards["motion"], [[-0.75, -0.5]])
    np.testing.assert_array_equal(found.ending, [[0.0, 0.0, 0.0]])
    with pytest.raises(AssertionError, match="evaluated in vain"):
        paid(rollouts([2]), goal_weight=1.0)


@pytest.mark.parametrize("name", TERMS)
def test_the_exact_stop_objective_feels_every_reward(name):
    """Its gradient in the logits against finite differences of the expectation over ENDING_RETURNS; and where the
    reward is made of something differentiable, a gradient in that."""
    weights = {"goal_weight": 1.0, TERMS[name].weight: 3.0}
    returns = sum(weights[TERMS[each].weight] * ENDING_RETURNS[each] for each in {"goal", name})

    def expected(logits):
        first, second = 1 / (1 + np.exp(-logits[0]))
        return first * returns[0] + (1 - first) * (second * returns[1] + (1 - second) * returns[2])

    logits = tf.constant(LOGITS)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(logits)
        trajectory = rollouts([2], logits=logits)
        sources = {"frames": trajectory.frames, **trajectory.params}
        tape.watch(sources)
        episode, _ = paid_episode(
            trajectory, RewardConfig(**weights, pace=2.0), CRITICS, waypoints=waypoints(trajectory)
        )
        loss = bptt_exact_stop(episode).loss
    assert float(loss) == pytest.approx(-expected(LOGITS), rel=1e-5)
    by_logits = -oracles.central_difference(expected, LOGITS)
    np.testing.assert_allclose(tape.gradient(loss, logits), by_logits, rtol=1e-3)
    of_goal_alone, _ = paid_episode(trajectory, RewardConfig(), CRITICS)
    assert np.abs(of_goal_alone.ending_returns - episode.ending_returns).max() > 0.03  # evenness pays the least
    made_of = {"flow": "mu_flow", "roughness": "mu_flow", "folds": "mu_flow", "painting": "alpha_blend"}.get(
        name, "frames"
    )
    if name not in ("step", "budget"):
        assert np.abs(tape.gradient(loss, sources)[made_of]).max() > 0


def test_a_turn_has_kinetic_energy_beside_that_of_a_flow():
    """All four pixels are sqrt(1/2) from the centre, so a turn by t moves them by |F|^2 = 1/2 * 2 (1 - cos t)."""
    image = tf.zeros([1, 2, 2, 1])
    params = {"similarity": tf.constant([[0.4, 0.0, 0.0, 0.0]])}
    seen = Steps(tf.zeros([1], tf.int32), STEPS, image, image, image, params, None, {}, 0.0)
    np.testing.assert_allclose(TERMS["flow"].value(seen), [-(1 - np.cos(0.4))], rtol=1e-4)
    both = seen._replace(params={**params, "mu_flow": tf.fill([1, 2, 2, 2], 3.0)})
    np.testing.assert_allclose(TERMS["flow"].value(both), [-(1 - np.cos(0.4)) - 18], rtol=1e-5)
