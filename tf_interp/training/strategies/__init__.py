"""The training strategies of section 4.4, as rows of one table: what is minimised, and where gradients pass."""

from functools import partial
from typing import Callable, Dict, NamedTuple

from tf_interp.config import Config
from tf_interp.model.rollout import GradientFlow
from tf_interp.model.structs import Episode, LossOutput
from tf_interp.training.strategies.advantage import AdvantageSettings
from tf_interp.training.strategies.bptt import bptt
from tf_interp.training.strategies.bptt_stop import bptt_exact_stop, bptt_stop
from tf_interp.training.strategies.hybrid import hybrid
from tf_interp.training.strategies.policy_gradient import policy_gradient


class Method(NamedTuple):
    """One strategy.

    Attributes:
        objective: `Episode` -> `LossOutput`.
        gradients: where they pass in its rollout.
        draws_stop: whether its training walks end where STOP is drawn.
        has_value: whether it trains a value network.
        draws_flow: whether T is stochastic.
    """

    objective: Callable[[Episode], LossOutput]
    gradients: GradientFlow
    draws_stop: bool = False
    has_value: bool = False
    draws_flow: bool = False


def _bptt(config: Config) -> Method:
    return Method(bptt, GradientFlow())


def _pg(config: Config) -> Method:
    objective = partial(
        policy_gradient,
        use_stop=config.use_stop,
        settings=_advantages(config),
        threshold=config.gradient_threshold,
    )
    nowhere = GradientFlow(state=False, policy=False, command=False)
    return Method(objective, nowhere, config.use_stop, has_value=True, draws_flow=True)


def _hybrid(config: Config) -> Method:
    objective = partial(
        hybrid, use_stop=config.use_stop, settings=_advantages(config), threshold=config.gradient_threshold
    )
    into_transformer = GradientFlow(state=True, policy=config.policy_through_time, command=False)
    return Method(objective, into_transformer, config.use_stop, has_value=True)


def _bptt_stop(config: Config) -> Method:
    if config.stop_gradient == "exact":
        return Method(bptt_exact_stop, GradientFlow())
    return Method(partial(bptt_stop, settings=_advantages(config)), GradientFlow(), draws_stop=True, has_value=True)


def _advantages(config: Config) -> AdvantageSettings:
    return AdvantageSettings(config.normalize_advantages, config.advantage_clip, config.huber, config.trace)


METHODS: Dict[str, Callable[[Config], Method]] = {
    "bptt": _bptt,
    "pg": _pg,
    "hybrid": _hybrid,
    "bptt_stop": _bptt_stop,
}
"""Name of a strategy -> what it is under given settings. To add one, write its objective and give it a row here."""
