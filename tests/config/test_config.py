"""Settings: types, ranges, names, and the two shapes they have, groups in Python and flat names in files."""

import dataclasses
import json
import typing

import pytest

from tf_interp import config as configs
from tf_interp.config import GROUPS, Config, ModelConfig, RewardConfig, settings
from tf_interp.errors import InputError


@pytest.mark.parametrize(
    "values, message",
    [
        ({"steps": 0}, "steps: 0 is outside the allowed range 1 to 100"),
        ({"steps": 101}, "steps: 101 is outside"),
        ({"steps": True}, "steps: expected int, got True"),
        ({"steps": 5.0}, "steps: expected int, got 5.0"),
        ({"seed": 2**31}, f"seed: {2**31} is outside the allowed range 0 to {2**31 - 1}"),
        ({"learning_rate": float("nan")}, "learning_rate: nan is outside"),
        ({"learning_rate": "fast"}, "learning_rate: expected float, got 'fast'"),
        ({"method": "magic"}, "method: 'magic' is not one of bptt, pg, hybrid, bptt_stop"),
        ({"policy_features": (8, 0)}, "policy_features: 0 is outside the allowed range 1 to 4096"),
        ({"policy_features": ()}, "policy_features: needs at least one element"),
        ({"policy_features": 8}, "policy_features: expected a list, got 8"),
        (
            {"transformations": ("warp", "fold")},
            "transformations: 'fold' is not one of similarity, warp, recolor, blend",
        ),
        ({"transformations": ("warp", "warp")}, "transformations: .* names one twice"),
        ({"noise_size": 0}, "noise_size: 0 is outside the allowed range 1 to 1024"),
        ({"noise_size": 2.5}, "noise_size: expected int, got 2.5"),
        ({"eager": 1}, "eager: expected bool, got 1"),
        ({"data_dir": 3}, "data_dir: expected str, got 3"),
        ({"step": 3}, "unknown setting 'step'; did you mean 'steps'"),
        ({"model": {"steps": 3}}, "unknown setting 'model'"),  # groups have no names in files
    ],
)
def test_a_bad_value_names_origin_setting_value_and_range(values, message):
    with pytest.raises(InputError, match=f"^my.json: {message}"):
        configs.from_dict(values, "my.json")


def test_groups_check_what_they_hold_by_themselves():
    with pytest.raises(InputError, match="^steps: 0 is outside"):
        ModelConfig(steps=0)
    with pytest.raises(InputError, match="^goal_norm: 'l3' is not one of l2, l1, perceptual"):
        RewardConfig(goal_norm="l3")


def test_whole_numbers_become_floats_and_lists_tuples():
    model = settings(max_flow=3, policy_features=[8, 16]).model
    assert model.max_flow == 3.0 and isinstance(model.max_flow, float)
    assert model.policy_features == (8, 16)


def another(item, hint):
    """An allowed value of a setting that is not its default."""
    if typing.get_origin(hint) is typing.Union:
        hint = typing.get_args(hint)[0]
    if typing.get_origin(hint) is typing.Literal:
        return next(value for value in typing.get_args(hint) if value not in (item.default, "pg"))
    if hint is bool:
        return not item.default
    if hint is str:
        return "elsewhere"
    if item.name == "transformations":
        return ("blend",)
    if typing.get_origin(hint) is tuple:
        return (3, 5)
    middle = (item.metadata["low"] + min(item.metadata["high"], 11)) / 2
    return int(middle) if hint is int else middle + 0.125


def every_setting():
    for owner in (Config, *GROUPS.values()):
        hints = typing.get_type_hints(owner)
        for item in dataclasses.fields(owner):
            if item.name not in GROUPS:
                yield owner, item.name, another(item, hints[item.name])


@pytest.mark.parametrize("owner, name, value", [pytest.param(*each, id=each[1]) for each in every_setting()])
def test_every_setting_has_one_place_and_survives_the_flat_form(owner, name, value):
    changed = settings(**{name: value})
    part = changed if owner is Config else next(getattr(changed, group) for group in GROUPS if GROUPS[group] is owner)
    assert getattr(part, name) == value
    flat, usual = changed.to_dict(), Config().to_dict()
    assert {key for key in usual if flat[key] != usual[key]} == {name}
    assert configs.from_dict(json.loads(json.dumps(flat)), "test") == changed
    assert Config().replace(**{name: value}) == changed and changed.replace(**{name: usual[name]}) == Config()


def test_names_are_unique_over_all_groups_and_the_flat_form_has_each():
    names = configs.setting_names()
    assert len(set(names)) == len(names) == len(list(every_setting()))
    assert set(Config().to_dict()) == set(names)


def test_settings_cannot_be_changed_in_place():
    config = Config()
    for owner, name in ((config, "method"), (config.model, "steps"), (config, "model")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(owner, name, 3)


@pytest.mark.parametrize(
    "method, use_stop, obeys, estimator, policy_gradients",
    [
        ("bptt", False, False, "estimated", False),
        ("bptt", True, False, "estimated", False),  # BPTT walks all its steps whatever is set
        ("pg", False, False, "estimated", True),
        ("pg", True, True, "estimated", True),
        ("hybrid", False, False, "estimated", True),
        ("hybrid", True, True, "estimated", True),
        ("bptt_stop", False, True, "estimated", True),
        ("bptt_stop", False, True, "exact", False),
    ],
)
def test_who_obeys_stop_and_who_needs_a_value_network(method, use_stop, obeys, estimator, policy_gradients):
    config = settings(method=method, use_stop=use_stop, stop_estimator=estimator, stochastic_flow=method == "pg")
    assert config.obeys_stop is obeys and config.uses_policy_gradients is policy_gradients
