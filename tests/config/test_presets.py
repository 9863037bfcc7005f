"""Presets: valid for every method, described, and the paper's without anything of ours."""

import dataclasses

import pytest

from tf_interp.config import Config, from_dict
from tf_interp.config.presets import PRESET_HELP, PRESETS, departures, settings_of
from tf_interp.config.usage import check_usage
from tf_interp.errors import InputError

METHODS = ("bptt", "pg", "hybrid", "bptt_stop")
EVERY = [(family, name, method) for family, presets in PRESETS.items() for name in presets for method in METHODS]


def preset(family, name, method):
    return from_dict(settings_of(family, name, method), name)


@pytest.mark.parametrize("family, name, method", EVERY)
def test_every_preset_is_valid_described_and_sets_nothing_in_vain(family, name, method):
    assert PRESET_HELP[family][name]
    if (family, method) == ("celeba", "pg"):
        with pytest.raises(InputError, match="method pg trains flows alone, because masks and colours have no distrib"):
            check_usage(preset(family, name, method))
        return
    config = preset(family, name, method)
    assert config.method == method and check_usage(config) == []


# Section 4.5 of the paper, and how long and how fast each method was trained.
SLOW = {"learning_rate": 5e-4, "clip_norm": 1.0, "batch_size": 128, "iterations": 4000}
PAPER = {
    "bptt": {"stochastic_flow": True, "noise_size": None},
    "pg": {"stochastic_flow": True, "noise_size": None, **SLOW},
    "hybrid": {"iterations": 1000},
    "bptt_stop": {"steps": 15, "step_penalty": 1.0, "iterations": 2000, "learning_rate": 1e-3, "clip_norm": 30.0},
}


@pytest.mark.parametrize("method", METHODS)
def test_the_papers_settings_of_digits_are_these_and_no_others(method):
    config = preset("mnist", "paper", method)
    usual = Config().to_dict()
    found = {name: value for name, value in config.to_dict().items() if value != usual[name]}
    found.pop("method", None)
    assert found == PAPER[method]
    # In absolute terms too, so that no default can bring in what the paper does not have.
    paid = {name for name, value in dataclasses.asdict(config.reward).items() if isinstance(value, float) and value}
    assert paid == {"goal_weight"} | ({"step_penalty"} if method == "bptt_stop" else set())
    assert config.reward.goal_weight == 1.0 and config.reward.goal_norm == "l2"
    model, credit = config.model, config.policy_gradient
    assert model.transformations == ("warp",) and model.command_size == 32 and not model.spatial_command
    assert (model.stddev_floor, model.sigma_flow_floor, model.map_halvings) == (0.0, 0.0, 0)
    assert model.steps == (15 if method == "bptt_stop" else 5)
    assert (credit.normalize_advantages, credit.advantage_clip, credit.gae_lambda) == (False, None, 1.0)
    assert (credit.gradient_threshold, credit.policy_through_time, credit.huber) == (None, False, False)
    assert (credit.trains, credit.stop_estimator) == ("both", "estimated")
    assert config.optimizer.policy_learning_rate is None


def test_presets_of_faces():
    usual, paper, demo = (preset("celeba", name, "bptt") for name in ("default", "paper", "demo"))
    for config in (usual, paper, demo):
        assert config.model.transformations == ("warp", "recolor", "blend")
    paid = {name for name, value in dataclasses.asdict(paper.reward).items() if isinstance(value, float) and value}
    assert paid == {"goal_weight", "manifold_weight"}  # sections 4.4 and 4.6
    assert paper.critic.r1_weight == 1.0
    for weight in ("manifold_weight", "painting_cost", "motion_cost", "roughness_cost", "edge_weight"):
        assert getattr(usual.reward, weight) > 0
    assert (usual.data, paper.data, demo.data) == ("celeba", "celeba", "faces")
    assert demo.model.command_size < usual.model.command_size


def test_quick_presets_exercise_what_the_default_ones_do():
    for method in METHODS:
        usual, quick = preset("mnist", "default", method), preset("mnist", "quick", method)
        assert quick.reward == usual.reward and quick.optimizer.iterations <= 300
        assert len(quick.model.transformer_features) == len(usual.model.transformer_features)
        sizes = ("steps", "policy_features", "transformer_features")
        of_usual = {name: getattr(usual.model, name) for name in sizes}
        assert dataclasses.replace(quick.model, **of_usual) == usual.model


def test_departures_are_what_differs_from_the_default_for_the_data_and_the_method():
    assert departures(preset("mnist", "default", "pg")) == []
    assert departures(preset("celeba", "default", "bptt").replace(seed=3)) == ["seed"]
    assert departures(preset("celeba", "demo", "bptt"))[0] == "data"
