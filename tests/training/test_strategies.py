"""The table of strategies: through which joints of a rollout the gradients of each pass (section 4.4), on one-pixel
images where every gradient has a closed form.

    a_k ~ N(w (g - s_k), 0.5^2)     s_{k+1} = s_k + v a_k     log-odds of STOP: w (g - s_k)
"""

import typing
from functools import partial

import numpy as np
import pytest
import tensorflow as tf
from hand_worked import gradients_of

from tf_interp.config import Config, settings
from tf_interp.model.rollout import GradientFlow, Rules, Walker, rollout
from tf_interp.model.structs import PolicyOutput
from tf_interp.training.strategies import STRATEGIES
from tf_interp.training.strategies.advantage import AdvantageSettings
from tf_interp.training.strategies.bptt import bptt
from tf_interp.training.strategies.bptt_stop import bptt_exact_stop, bptt_stop
from tf_interp.training.strategies.hybrid import hybrid
from tf_interp.training.strategies.log_prob import command_log_prob
from tf_interp.training.strategies.policy_gradient import policy_gradient

W, V, STEPS = 0.3, 0.8, 3
EVERYWHERE = GradientFlow(state=True, policy=True, command=True)
NOWHERE = GradientFlow(state=False, policy=False, command=False)
INTO_T = GradientFlow(state=True, policy=False, command=False)
ROWS = [
    # settings, joints that let gradients pass, whether training rollouts stop where STOP is drawn
    ({"method": "bptt"}, EVERYWHERE, False),
    ({"method": "bptt", "use_stop": True}, EVERYWHERE, False),
    ({"method": "pg", "stochastic_flow": True}, NOWHERE, False),
    ({"method": "pg", "stochastic_flow": True, "use_stop": True}, NOWHERE, True),
    ({"method": "hybrid"}, INTO_T, False),
    ({"method": "hybrid", "use_stop": True}, INTO_T, True),
    ({"method": "hybrid", "policy_through_time": True}, INTO_T._replace(policy=True), False),
    ({"method": "bptt_stop"}, EVERYWHERE, True),
    ({"method": "bptt_stop", "stop_estimator": "exact"}, EVERYWHERE, False),
]


def walker(w, v):
    def policy(state, goal, remaining):
        mean = w * (goal - state)[:, 0, 0]
        return PolicyOutput(mean, tf.zeros_like(mean) + 0.5, mean[:, 0])

    return Walker(policy, lambda s, a: {"shift": v * a[:, None, None]}, lambda s, p: s + p["shift"], ("shift",))


def gradients(values, flow):
    """d s_K / d (w, v) and d log p(a_{K-1}) / d (w, v) of a rollout, by TensorFlow."""
    w, v = tf.Variable(W), tf.Variable(V)
    start, goal = (tf.constant([x], shape=[1, 1, 1, 1]) for x in values)
    with tf.GradientTape(persistent=True) as tape:
        walked = rollout(walker(w, v), start, goal, STEPS, Rules(tf.constant([1, 2]), gradients=flow))
        end, last = walked.frames[0, -1], command_log_prob(walked.command)[0, -1]
    zero = tf.UnconnectedGradients.ZERO
    found = [tape.gradient(each, [w, v], unconnected_gradients=zero) for each in (end, last)]
    noise = ((walked.command.sample - walked.command.policy.mean) / 0.5).numpy().ravel()
    return np.array(found, float), noise


def by_hand(values, noise, flow):
    """The same, step by step; ds and da carry the derivatives in (w, v) that are let through."""
    state, goal = values
    ds = np.zeros(2)
    for eps in noise:
        seen = ds if flow.state and flow.policy else np.zeros(2)
        mean, dmean = W * (goal - state), np.array([goal - state, 0.0]) - W * seen
        action = mean + 0.5 * eps
        log_prob = (action - mean) / 0.25 * dmean  # the action is data there
        da = dmean if flow.command else np.zeros(2)
        ds = (ds if flow.state else np.zeros(2)) + V * da + np.array([0.0, action])
        state += V * action
    return np.array([ds, log_prob])


@pytest.mark.parametrize("given, joints, draws_stop", ROWS, ids=[" ".join(map(str, row[0].values())) for row in ROWS])
def test_gradients_of_a_strategy_pass_where_section_4_4_says(given, joints, draws_stop):
    strategy = STRATEGIES[given["method"]](settings(**given))
    assert strategy.draws_stop is draws_stop
    found, noise = gradients((0.2, 0.9), strategy.gradients)
    np.testing.assert_allclose(found, by_hand((0.2, 0.9), noise, joints), rtol=1e-4, atol=1e-6)
    reached = np.abs(found) > 1e-6
    assert reached[0, 1] and reached[1, 0]  # T by the return, pi by its log-likelihood
    assert reached[0, 0] == (given["method"] in ("bptt", "bptt_stop"))  # pi by the return
    assert reached[1, 1] == (joints.state and joints.policy)  # T by pi's likelihood


@pytest.mark.parametrize("state", [False, True])
@pytest.mark.parametrize("policy", [False, True])
@pytest.mark.parametrize("command", [False, True])
def test_each_joint_of_a_rollout_can_be_closed(state, policy, command):
    flow = GradientFlow(state, policy, command)
    found, noise = gradients((0.2, 0.9), flow)
    np.testing.assert_allclose(found, by_hand((0.2, 0.9), noise, flow), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("method", ["pg", "hybrid", "bptt_stop"])
def test_an_objective_is_told_what_was_set(parts, method):
    told = settings(
        method=method, use_stop=True, stochastic_flow=True, normalize_advantages=True, advantage_clip=0.4, huber=True,
        gae_lambda=0.5, gradient_threshold=0.1,
    )  # fmt: skip
    credit = AdvantageSettings(normalize=True, clip=0.4, huber=True, gae_lambda=0.5)
    by_hand = {
        "pg": partial(policy_gradient, use_stop=True, settings=credit, threshold=0.1),
        "hybrid": partial(hybrid, use_stop=True, settings=credit, threshold=0.1),
        "bptt_stop": partial(bptt_stop, settings=credit),
    }[method]
    found, expected = (gradients_of(each, parts) for each in (STRATEGIES[method](told).objective, by_hand))
    for name in parts:
        if expected[name] is None:
            assert found[name] is None
        else:
            np.testing.assert_array_equal(found[name], expected[name])
    # Each of these settings matters here, so each was passed on.
    for field, usual in AdvantageSettings()._asdict().items():
        other = gradients_of(partial(by_hand, settings=credit._replace(**{field: usual})), parts)
        shown = "values" if field == "huber" else "logit"
        assert np.abs(other[shown] - found[shown]).max() > 1e-4


def test_the_estimator_of_stop_is_chosen_by_its_setting():
    assert STRATEGIES["bptt_stop"](settings(method="bptt_stop", stop_estimator="exact")).objective is bptt_exact_stop
    assert STRATEGIES["bptt"](settings()).objective is bptt


def test_every_method_has_a_row():
    assert set(STRATEGIES) == set(typing.get_args(typing.get_type_hints(Config)["method"]))
