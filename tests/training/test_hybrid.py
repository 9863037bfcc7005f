"""Hybrid training: the return for T, eq. 6 for pi."""

from functools import partial

import numpy as np
import pytest
from hand_worked import gradients_of

from tf_interp.training.strategies.advantage import AdvantageSettings
from tf_interp.training.strategies.hybrid import hybrid
from tf_interp.training.strategies.policy_gradient import policy_gradient

PLAIN = AdvantageSettings()


@pytest.mark.parametrize("use_stop", [False, True])
@pytest.mark.parametrize("threshold", [None, 0.1])
def test_hybrid_is_bptt_for_the_rewards_and_equation_6_for_the_policy(parts, use_stop, threshold):
    options = dict(use_stop=use_stop, settings=PLAIN._replace(clip=0.5), threshold=threshold)
    found = gradients_of(partial(hybrid, **options), parts)
    by_pg = gradients_of(partial(policy_gradient, **options), parts)
    np.testing.assert_array_equal(found["rewards"], -np.ones([3, 3]))
    for name in ("mean", "stddev", "values"):
        np.testing.assert_array_equal(found[name], by_pg[name])
    if use_stop:
        np.testing.assert_array_equal(found["logit"], by_pg["logit"])
    else:
        assert found["logit"] is None
    assert found["mu_flow"] is None and found["sigma_flow"] is None and found["sample"] is None
