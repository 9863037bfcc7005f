"""The training strategies of section 4.4, as rows of one table: what is minimised, and where gradients pass."""

from functools import partial
from typing import Any, Callable, Dict, NamedTuple

from tf_interp.config import Config
from tf_interp.model.rollout import GradientFlow
from tf_interp.model.structs import LossOutput
from tf_interp.training.episodes import Episode
from tf_interp.training.strategies.advantage import AdvantageSettings
from tf_interp.training.strategies.bptt import bptt
from tf_interp.training.strategies.bptt_stop import bptt_exact_stop, bptt_stop
from tf_interp.training.strategies.hybrid import hybrid
from tf_interp.training.strategies.policy_gradient import policy_gradient


class Strategy(NamedTuple):
    """How the agents learn.

    Attributes:
        objective: `Episode` -> `LossOutput`.
        gradients: where they pass in its rollout.
        draws_stop: whether its training rollouts end where STOP is drawn.
    """

    objective: Callable[[Episode], LossOutput]
    gradients: GradientFlow
    draws_stop: bool = False


def _bptt(config: Config) -> Strategy:
    return Strategy(bptt, GradientFlow())


def _pg(config: Config) -> Strategy:
    objective = partial(policy_gradient, **_credit(config))
    nowhere = GradientFlow(state=False, policy=False, command=False)
    return Strategy(objective, nowhere, config.obeys_stop)


def _hybrid(config: Config) -> Strategy:
    objective = partial(hybrid, **_credit(config))
    into_transformer = GradientFlow(state=True, policy=config.policy_gradient.policy_through_time, command=False)
    return Strategy(objective, into_transformer, config.obeys_stop)


def _bptt_stop(config: Config) -> Strategy:
    if config.policy_gradient.stop_estimator == "exact":
        return Strategy(bptt_exact_stop, GradientFlow())
    return Strategy(partial(bptt_stop, settings=_advantages(config)), GradientFlow(), draws_stop=True)


def _credit(config: Config) -> Dict[str, Any]:
    """What both strategies that train pi by eq. 6 are told."""
    threshold = config.policy_gradient.gradient_threshold
    return {"use_stop": config.obeys_stop, "settings": _advantages(config), "threshold": threshold}


def _advantages(config: Config) -> AdvantageSettings:
    own = config.policy_gradient
    return AdvantageSettings(own.normalize_advantages, own.advantage_clip, own.huber, own.gae_lambda)


STRATEGIES: Dict[str, Callable[[Config], Strategy]] = {
    "bptt": _bptt,
    "pg": _pg,
    "hybrid": _hybrid,
    "bptt_stop": _bptt_stop,
}
"""Name of a strategy -> what it is under given settings. To add one, write its objective and give it a row here."""
