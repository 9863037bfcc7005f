"""Which settings go together, and which a run does not use, so that none is ignored without a word."""

from dataclasses import fields
from typing import Any, Callable, Dict, Iterator, List, Tuple

from tf_interp.config.groups import Group, ModelConfig, RewardConfig
from tf_interp.errors import InputError

CONDITIONS: Dict[str, Callable[[Any], bool]] = {
    "pg, hybrid": lambda config: config.method in ("pg", "hybrid"),
    "hybrid": lambda config: config.method == "hybrid",
    "bptt_stop": lambda config: config.method == "bptt_stop",
    "STOP": lambda config: config.obeys_stop,
    "policy gradients": lambda config: config.uses_policy_gradients,
    "warp": lambda config: "warp" in config.model.transformations,
    "flows": lambda config: bool({"warp", "similarity"} & set(config.model.transformations)),
    "blend": lambda config: "blend" in config.model.transformations,
    "stochastic_flow": lambda config: config.model.stochastic_flow,
    "manifold_weight": lambda config: config.reward.manifold_weight > 0,
    "critics": lambda config: config.reward.manifold_weight > 0 or config.reward.mixture_weight > 0,
    "waypoint_weight": lambda config: config.reward.waypoint_weight > 0,
    "goal_norm perceptual": lambda config: config.reward.goal_norm == "perceptual",
    "trains alternate": lambda config: config.policy_gradient.trains == "alternate",
    "devices multi_worker": lambda config: config.optimizer.devices == "multi_worker",
}
"""What a run must have for a setting to matter: label -> whether a `Config` has it."""


def check_usage(config: Any) -> List[str]:
    """Says which settings have no effect.

    Args:
        config: a `Config`.

    Returns:
        A sentence for each setting that differs from its default and has no effect in this run.

    Raises:
        InputError: a reward has a weight, but the transformation that it pays for is not there; method pg has a T
            that it cannot train; or several workers do not know the folder of their run.
    """
    if config.method == "pg":
        _check_policy_gradients(config.model)
    if config.optimizer.devices == "multi_worker" and config.run.run_dir is None:
        raise InputError("run_dir: with devices multi_worker all workers must know the folder of the run; give it")
    ignored = []
    for group, item in _settings(config):
        label, value = item.metadata["used_by"], getattr(group, item.name)
        if label is None or value == item.default or CONDITIONS[label](config):
            continue
        shown = f"method {config.method}, transformations {' '.join(config.model.transformations)}"
        if isinstance(group, RewardConfig) and label in ("warp", "flows", "blend"):
            raise InputError(f"{item.name}: {value!r} pays for {label}, which is not there ({shown}); leave it out")
        ignored.append(f"{item.name}: {value!r} has no effect: it needs {label}, and this run has {shown}")
    return ignored


def _check_policy_gradients(model: ModelConfig) -> None:
    """Section 4.4 gives a likelihood for flows alone, so by method pg nothing else of T can learn."""
    if model.transformations != ("warp",):
        raise InputError(
            "transformations: method pg trains flows alone, because masks and colours have no distribution; give warp, "
            f"not {' '.join(model.transformations)}, or take another method"
        )
    if not model.stochastic_flow:
        raise InputError("stochastic_flow: method pg credits the flows that T draws, so it must be set")


def _settings(config: Any) -> Iterator[Tuple[Any, Any]]:
    """Every (group, field) of a config's groups."""
    for part in fields(config):
        group = getattr(config, part.name)
        if isinstance(group, Group):
            yield from ((group, item) for item in fields(group))
