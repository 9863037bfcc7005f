"""Settings: ranges, types, presets, JSON."""

import dataclasses
import json

import pytest

from tf_interp import config as configs
from tf_interp.config import Config
from tf_interp.config.presets import PRESET_HELP, PRESETS, settings_of
from tf_interp.config.validation import read_settings
from tf_interp.errors import FileError, InputError
from tf_interp.training.strategies import METHODS


@pytest.mark.parametrize(
    "setting, message",
    [
        ({"steps": 0}, "steps: 0 is outside the allowed range 1 to 100"),
        ({"steps": 101}, "steps: 101 is outside"),
        ({"steps": True}, "steps: expected int, got True"),
        ({"steps": 5.0}, "steps: expected int, got 5.0"),
        ({"learning_rate": float("nan")}, "learning_rate: nan is outside"),
        ({"learning_rate": "fast"}, "learning_rate: expected float, got 'fast'"),
        ({"method": "magic"}, "method: 'magic' is not one of bptt, pg, hybrid, bptt_stop"),
        ({"policy_features": (8, 0)}, "policy_features: 0 is outside the allowed range 1 to 4096"),
        ({"policy_features": ()}, "policy_features: needs at least one element"),
        ({"policy_features": 8}, "policy_features: expected a list, got 8"),
        ({"transformations": ("warp", "fold")}, "transformations: 'fold' is not one of warp, recolor, blend"),
        ({"transformations": ("warp", "warp")}, "names one twice"),
        ({"noise_size": 0}, "noise_size: 0 is outside the allowed range 1 to 1024"),
        ({"noise_size": 2.5}, "noise_size: expected int, got 2.5"),
        ({"method": "pg", "transformations": ("blend",)}, "transformations: method pg draws flows, so it needs warp"),
        ({"eager": 1}, "eager: expected bool, got 1"),
        ({"data_dir": 3}, "data_dir: expected str, got 3"),
    ],
)
def test_a_bad_value_names_field_value_and_range(setting, message):
    with pytest.raises(InputError, match=message.replace("(", r"\(")):
        Config(**setting)


def test_whole_numbers_become_floats_and_lists_tuples():
    config = Config(max_flow=3, policy_features=[8, 16])
    assert config.max_flow == 3.0 and isinstance(config.max_flow, float)
    assert config.policy_features == (8, 16)


def test_settings_survive_json_and_cannot_be_changed():
    config = Config(steps=7, transformer_features=(4, 8), data_dir="elsewhere")
    assert configs.from_dict(json.loads(json.dumps(config.to_dict())), "test") == config
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.steps = 3


def test_unknown_settings_are_refused_with_the_nearest_known_one():
    with pytest.raises(InputError, match="my.json: unknown setting 'step'; did you mean 'steps'"):
        configs.from_dict({"step": 3}, "my.json")


@pytest.mark.parametrize("method", METHODS)
def test_presets_are_valid_for_every_method_and_described(method):
    for script, presets in PRESETS.items():
        for name in presets:
            assert configs.from_dict(settings_of(script, name, method), name).method == method
            assert PRESET_HELP[script][name]
    # The paper's settings have none of our remedies and rewards, and its noise is drawn for every pixel.
    paper = configs.from_dict(settings_of("mnist", "paper", method), "paper")
    assert paper.noise_size is None or method != "pg"
    assert (paper.stddev_floor, paper.gradient_threshold, paper.advantage_clip) == (0.0, None, None)
    assert (paper.trace, paper.sigma_flow_floor, paper.motion_cost, paper.policy_learning_rate) == (1.0, 0.0, 0.0, None)
    assert paper.departure_cost == 0.0
    assert paper.steps == (15 if method == "bptt_stop" else 5)
    assert (paper.flow_cost, paper.roughness_cost, paper.frame_goal_weight, paper.map_halvings) == (0.0, 0.0, 0.0, 0)


def test_presets_of_faces():
    usual, paper, demo = (configs.from_dict(settings_of("celeba", n, "bptt"), n) for n in ("default", "paper", "demo"))
    assert usual.transformations == paper.transformations == demo.transformations == ("warp", "recolor", "blend")
    assert usual.manifold_weight and usual.painting_cost and usual.motion_cost and usual.gradient_weight
    assert not (paper.painting_cost or paper.frame_goal_weight or paper.gradient_weight or paper.roughness_cost)
    assert not (paper.motion_cost or paper.departure_cost)
    assert (usual.data, demo.data) == ("celeba", "faces") and demo.command_size < usual.command_size


def test_settings_files(tmp_path):
    path = tmp_path / "settings.json"
    path.write_text('{"steps": 3}')
    assert read_settings(str(path)) == {"steps": 3}
    path.write_text('{"settings": {"steps": 4}, "starts": []}')  # as a run writes it
    assert read_settings(str(path)) == {"steps": 4, "run_dir": None}  # a new run must not claim that run's folder
    for content, message in (("{", "not valid JSON"), ("[1]", "JSON object of settings, not a list")):
        path.write_text(content)
        with pytest.raises(FileError, match=message):
            read_settings(str(path))
    with pytest.raises(FileError, match="nothing.json: No such file"):
        read_settings(str(tmp_path / "nothing.json"))
