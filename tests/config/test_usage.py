"""Settings without effect are said to be so, each by its name and by what it needs."""

import ast
import dataclasses
import inspect

import pytest

from tf_interp.config import GROUPS, Config, groups, settings
from tf_interp.config.usage import CONDITIONS, check_usage
from tf_interp.errors import InputError

PG = {"method": "pg", "stochastic_flow": True}
CASES = [
    # label, a setting that needs it, runs that do not have it, runs that do
    ("pg, hybrid", {"gradient_threshold": 5.0}, [{}, {"method": "bptt_stop"}], [PG, {"method": "hybrid"}]),
    ("pg, hybrid", {"use_stop": True}, [{}, {"method": "bptt_stop"}], [PG, {"method": "hybrid"}]),
    ("hybrid", {"policy_through_time": True}, [{}, PG, {"method": "bptt_stop"}], [{"method": "hybrid"}]),
    ("bptt_stop", {"stop_estimator": "exact"}, [{}, PG, {"method": "hybrid"}], [{"method": "bptt_stop"}]),
    (
        "STOP",
        {"step_penalty": 1.0},
        [{}, PG, {"method": "hybrid"}],
        [{"method": "bptt_stop"}, {**PG, "use_stop": True}],
    ),
    ("STOP", {"stop_bias": 0.5}, [{}], [{"method": "bptt_stop"}, {"method": "hybrid", "use_stop": True}]),
    (
        "policy gradients",
        {"huber": True},
        [{}, {"method": "bptt_stop", "stop_estimator": "exact"}],
        [PG, {"method": "hybrid"}, {"method": "bptt_stop"}],
    ),
    (
        "warp",
        {"stochastic_flow": True},
        [{"transformations": ("similarity",)}],
        [{}, {"transformations": ("blend", "warp")}],
    ),
    ("flows", {"max_flow": 2.0}, [{"transformations": ("blend",)}], [{}, {"transformations": ("similarity",)}]),
    ("stochastic_flow", {"noise_size": None}, [{}], [{"stochastic_flow": True}, PG]),
    ("manifold_weight", {"r1_weight": 0.5}, [{}, {"mixture_weight": 1.0}], [{"manifold_weight": 1.0}]),
    ("critics", {"critic_learning_rate": 1e-3}, [{}], [{"manifold_weight": 1.0}, {"mixture_weight": 1.0}]),
    ("waypoint_weight", {"waypoints": "x"}, [{}, {"evenness_cost": 1.0}], [{"waypoint_weight": 1.0}]),
    ("goal_norm perceptual", {"classifier": "x"}, [{}, {"goal_norm": "l1"}], [{"goal_norm": "perceptual"}]),
    ("trains alternate", {"alternate_every": 5}, [{}, {"trains": "policy"}], [{"trains": "alternate"}]),
    (
        "devices multi_worker",
        {"worker_wait": 5.0},
        [{}, {"devices": "mirrored"}],
        [{"devices": "multi_worker", "run_dir": "x"}],
    ),
]
PAID = [
    # label, weight, transformations without it, one that has it
    ("flows", "flow_cost", ("blend",), "similarity"),
    ("warp", "roughness_cost", ("recolor",), "warp"),
    ("blend", "painting_cost", ("warp",), "blend"),
]


@pytest.mark.parametrize("label, given, idle, used", CASES)
def test_a_setting_without_effect_is_named_with_what_it_needs(label, given, idle, used):
    ((name, value),) = given.items()
    for run in idle:
        (sentence,) = check_usage(settings(**{**run, **given}))
        assert sentence.startswith(f"{name}: {value!r} has no effect: it needs {label}, and this run has method ")
        assert check_usage(settings(**run)) == []
    for run in used:
        assert check_usage(settings(**{**run, **given})) == []


@pytest.mark.parametrize("label, weight, transformations, paid", PAID)
def test_a_weight_for_a_transformation_that_is_not_there_is_refused(label, weight, transformations, paid):
    with pytest.raises(InputError, match=f"^{weight}: 0.5 pays for {label}, which is not there .*leave it out"):
        check_usage(settings(transformations=transformations, **{weight: 0.5}))
    assert check_usage(settings(transformations=(*transformations, paid), **{weight: 0.5})) == []


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"transformations": ("warp", "blend")}, "transformations: method pg trains flows alone, because masks and "
         "colours have no distribution; give warp, not warp blend, or take another method"),
        ({"transformations": ("recolor",)}, "transformations: method pg trains flows alone, .* not recolor"),
        ({"stochastic_flow": False}, "stochastic_flow: method pg credits the flows that T draws, so it must be set"),
    ],
)  # fmt: skip
def test_policy_gradients_are_refused_what_they_cannot_train(changes, message):
    assert check_usage(settings(**PG)) == []
    with pytest.raises(InputError, match=f"^{message}"):
        check_usage(settings(**{**PG, **changes}))


def test_every_label_is_tested_and_used():
    assert {label for label, *_ in (*CASES, *PAID)} == set(CONDITIONS)
    used = {item.metadata["used_by"] for group in GROUPS.values() for item in dataclasses.fields(group)}
    assert used - {None} == set(CONDITIONS)


def test_several_idle_settings_get_a_sentence_each():
    sentences = check_usage(settings(huber=True, r1_weight=0.5, steps=7))
    assert [sentence.split(":")[0] for sentence in sentences] == ["r1_weight", "huber"]
    assert check_usage(Config()) == []


def docstrings():
    """Name of a setting -> the string below it."""
    for part in ast.walk(ast.parse(inspect.getsource(groups))):
        if isinstance(part, ast.ClassDef):
            for field, text in zip(part.body, part.body[1:]):
                if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr):
                    yield field.target.id, text.value.value


@pytest.mark.parametrize("group", GROUPS.values())
def test_every_setting_says_first_who_uses_it(group):
    texts = dict(docstrings())
    for item in dataclasses.fields(group):
        label = item.metadata["used_by"]
        said = next((each for each in CONDITIONS if texts[item.name].startswith(f"{each}: ")), None)
        assert said == label, item.name
