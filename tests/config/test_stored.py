"""Settings in files: what is read, and what earlier versions called it."""

import json
from pathlib import Path

import pytest

from tf_interp.config import Config, from_dict
from tf_interp.config.stored import RENAMED, read_settings
from tf_interp.errors import FileError, InputError

RESULTS = Path(__file__).parents[2] / "results"


def records():
    """The settings files of runs and models below results/; other records have no transformations."""
    for path in sorted(RESULTS.rglob("config.json")):
        settings = json.loads(path.read_text(encoding="utf-8")).get("settings", {})
        if "transformations" in settings and settings.get("discriminator", "plain") == "plain":
            yield path


def test_settings_files(tmp_path):
    path = tmp_path / "settings.json"
    path.write_text('{"steps": 3, "run_dir": "mine"}')
    assert read_settings(str(path)) == {"steps": 3, "run_dir": "mine"}
    for others in ('"starts": []', '"image_shape": [28, 28, 1]'):  # of a run, of a model
        path.write_text('{"settings": {"steps": 4, "run_dir": "theirs"}, ' + others + "}")
        assert read_settings(str(path)) == {"steps": 4, "run_dir": None}
    for content, message in (
        ("{", "not valid JSON"),
        ("[1]", "JSON object of settings, not a list"),
        ('{"starts": []}', "JSON object of settings, not a NoneType"),
        ('{"settings": 3}', "JSON object of settings, not a int"),
    ):
        path.write_text(content)
        with pytest.raises(FileError, match=message):
            read_settings(str(path))
    with pytest.raises(FileError, match="nothing.json: No such file"):
        read_settings(str(tmp_path / "nothing.json"))


OLD_AND_NEW = [
    ("gradient_weight", "edge_weight", 0.5),
    ("stop_gradient", "stop_estimator", "exact"),
    ("strategy", "devices", "mirrored"),
    ("trace", "gae_lambda", 0.5),
    ("learner", "trains", "alternate"),
    ("discriminator_learning_rate", "critic_learning_rate", 1e-3),
]


@pytest.mark.parametrize("old, new, value", OLD_AND_NEW)
def test_old_names_are_understood_alone_but_not_beside_the_new_ones(old, new, value):
    assert {earlier: today for earlier, today, _ in OLD_AND_NEW} == RENAMED
    assert from_dict({old: value}, "old.json") == from_dict({new: value}, "new.json") != Config()
    with pytest.raises(InputError, match=f"^old.json: {old}: is now called {new}, and both are given"):
        from_dict({old: value, new: value}, "old.json")


def test_what_is_no_more_is_accepted_only_where_it_did_nothing():
    assert from_dict({"discriminator": "plain"}, "old.json") == Config()
    with pytest.raises(InputError, match="discriminator: 'projected' is no longer part of this program, only 'plain'"):
        from_dict({"discriminator": "projected"}, "old.json")


def test_what_earlier_versions_left_unsaid():
    assert from_dict({"strategy": "default"}, "old.json").optimizer.devices == "one"
    assert from_dict({"method": "pg", "trace": 1.0}, "old.json").model.stochastic_flow
    # It was recorded for every method, also for the one that has no advantages.
    old = {"normalize_advantages": True, "trace": 1.0}
    assert not from_dict({**old, "method": "bptt"}, "old.json").policy_gradient.normalize_advantages
    for method in ("pg", "hybrid", "bptt_stop"):
        assert from_dict({**old, "method": method}, "old.json").policy_gradient.normalize_advantages
    assert from_dict({"normalize_advantages": True}, "new.json").policy_gradient.normalize_advantages


def trials():
    """Name and settings of runs of which a row in a table is kept."""
    path = RESULTS / "trials.json"
    rows = json.loads(path.read_text(encoding="utf-8"))["trials"] if path.is_file() else []
    return [(row["name"], row["settings"]) for row in rows if "transformations" in row["settings"]]


@pytest.mark.parametrize("name, settings", trials(), ids=[name for name, _ in trials()])
def test_the_settings_of_every_trial_are_understood(name, settings):
    gone = [settings.get("discriminator") == "projected", settings.get("nudging"), settings.get("score_weight")]
    if any(gone):
        with pytest.raises(InputError, match="is no longer part of this program"):
            from_dict(settings, name)
    else:
        assert from_dict(settings, name).optimizer.iterations == settings["iterations"]


@pytest.mark.skipif(not RESULTS.is_dir(), reason="results/ is not part of an installed package")
@pytest.mark.parametrize("path", records(), ids=lambda path: str(path.relative_to(RESULTS)))
def test_every_stored_run_can_be_repeated(path):
    config = from_dict(read_settings(str(path)), str(path))
    recorded = json.loads(path.read_text(encoding="utf-8"))["settings"]
    assert config.run.run_dir is None
    flat = config.to_dict()
    skipped = {"run_dir", "discriminator", "normalize_advantages", "stochastic_flow", "strategy", "devices"}
    for name, value in recorded.items():
        if name not in skipped:
            assert flat[RENAMED.get(name, name)] == value, name
    assert config.model.stochastic_flow == recorded.get("stochastic_flow", config.method == "pg")


@pytest.mark.parametrize(
    "content, message",
    [
        ('{"steps": ' + "[" * 500 + "]" * 500 + "}", "'steps' must be a plain value or a list of plain values"),
        ('{"transformations": [["warp"]]}', "'transformations' must be a plain value"),
        ('{"settings": {"method": {}}, "starts": []}', "'method' must be a plain value"),
        ("[" * 100000, "not valid JSON: .*recursion"),
        ('{"steps": ' + "9" * 5000 + "}", "not valid JSON|steps: .*is outside"),  # as old Pythons have no limit
        ('{"max_flow": ' + "9" * 400 + "}", "max_flow: 9+ is too large for a number with a fraction"),
        ('{"data_dir": "a\\u0000b"}', "data_dir: .* has characters that no file name can have"),
        ('{"data_dir": "\\ud800"}', "data_dir: .* has characters that no file name can have"),
        ('{"' + "x" * 100000 + '": 1}', "unknown setting"),
        (" " * 2**24 + "{}", "settings.json has 16,777,218 bytes"),
    ],
    ids=["deep", "nested", "nested in a record", "deeper", "digits", "float", "zero", "surrogate", "name", "large"],
)
def test_hostile_settings_are_refused(tmp_path, content, message):
    path = tmp_path / "settings.json"
    path.write_text(content)
    with pytest.raises((FileError, InputError), match=message):
        from_dict(read_settings(str(path)), str(path))
