"""The command line of the training scripts: where settings come from, and what is refused."""

import re
import subprocess
import sys

import pytest
from tiny_runs import ROOT, TINY, finished, script, tiny

from tf_interp import config, errors
from tf_interp.commands import train
from tf_interp.config.presets import settings_of
from tf_interp.system.run_folder import RunFolder


@pytest.fixture
def recorded(tmp_path):
    """A folder with the record of a run."""
    folder = RunFolder(tmp_path / "recorded")
    folder.write_start(tiny("data", folder).to_dict(), {}, {"iteration": 0})
    return folder


def parsed(*words, family="mnist"):
    return train.parse(family, list(map(str, words)))


def test_settings_come_from_defaults_then_preset_or_file_then_options(recorded, tmp_path):
    assert parsed() == (config.settings(**settings_of("mnist", "default", "bptt")), False)
    assert parsed(family="celeba") == (config.settings(**settings_of("celeba", "default", "bptt")), False)
    quick, _ = parsed("--preset", "quick", "--steps", 4, "--transformer-features", 4, 8)
    assert (quick.optimizer.iterations, quick.model.steps, quick.model.transformer_features) == (300, 4, (4, 8))
    assert parsed("--method", "pg")[0] == config.settings(**settings_of("mnist", "default", "pg"))
    path = tmp_path / "mine.json"
    path.write_text('{"steps": 7, "batch_size": 9, "run_dir": "mine"}')
    mine, _ = parsed("--config", path, "--steps", 8)
    assert mine == config.settings(steps=8, batch_size=9, run_dir="mine")
    again, _ = parsed("--config", recorded.config)
    assert again == config.settings(**TINY, data_dir="data")  # its settings, in a folder of its own
    resumed, resume = parsed("--resume", recorded, "--iterations", 50)
    assert resume and resumed == config.settings(**{**TINY, "iterations": 50}, data_dir="data", run_dir=str(recorded))


def help_of(monkeypatch, capsys, *words, family="mnist"):
    """A page of help on a screen of 80 columns, as lines."""
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as end:
        parsed("--help", *words, family=family)
    assert not end.value.code
    return capsys.readouterr().out.splitlines()


def flags_of(page):
    return set(re.findall(r"^  --(?:\[no-\])?([a-z0-9-]+)", "\n".join(page), re.MULTILINE))


def test_every_setting_has_a_flag_of_its_own_name(monkeypatch, capsys):
    """An option for each, so that the command line can say all that a file can."""
    shown = flags_of(help_of(monkeypatch, capsys, "all"))
    assert shown >= {name.replace("_", "-") for name in config.setting_names()}


@pytest.mark.parametrize("family", ["mnist", "celeba"])
def test_help_comes_in_pages_that_fit_a_screen(family, monkeypatch, capsys):
    """Each setting is on the first page or on that of its group, and the first page names the others."""
    first = help_of(monkeypatch, capsys, family=family)
    named = re.findall(r"^  --help ([a-z-]+) ", "\n".join(first), re.MULTILINE)
    assert named == [*(name.replace("_", "-") for name in config.GROUPS), "all"]
    pages = [first, *(help_of(monkeypatch, capsys, word, family=family) for word in named[:-1])]
    for page in pages:
        assert len(page) <= 52 and max(map(len, page)) <= 80
    assert set().union(*map(flags_of, pages)) >= {name.replace("_", "-") for name in config.setting_names()}


def test_help_names_settings_as_one_types_them(monkeypatch, capsys):
    for name in ("data_dir", "method", "goal_norm", "counts_steps", "noise_size", "policy_features"):
        page = "\n".join(help_of(monkeypatch, capsys, name))
        assert page.startswith(f"--{name.replace('_', '-')}\n") and "  values: " in page
    assert "so raise --goal-weight." in " ".join(help_of(monkeypatch, capsys, "goal-norm"))
    whole = "\n".join(help_of(monkeypatch, capsys, "all"))
    assert not set(re.findall(r"[a-z]+_[a-z_]+", whole)) & set(config.setting_names())


def test_a_page_that_is_not_there_is_refused_with_the_nearest():
    for word, hint in [("rewards", "did you mean 'reward'?"), ("goal-weigth", "did you mean 'goal-weight'?"),
                       ("x", "there are model, reward, ")]:  # fmt: skip
        with pytest.raises(errors.InputError, match=f"--help {word}: there is no such page; {re.escape(hint)}"):
            parsed("--help", word)


@pytest.mark.parametrize(
    "words",
    [
        ("--resume", "x", "--config", "y"),
        ("--resume", "x", "--preset", "quick"),
        ("--config", "y", "--preset", "quick"),
    ],
)
def test_two_places_to_start_from_are_refused(words):
    with pytest.raises(errors.InputError, match="both say where the settings start from; give one"):
        parsed(*words)


def test_a_run_that_saved_nothing_is_not_resumed_but_started_again(tmp_path):
    (tmp_path / ".lock").touch()
    with pytest.raises(errors.FileError, match="no config.json.*its run ended in its first seconds: start it again"):
        parsed("--resume", tmp_path)
    (tmp_path / "checkpoints").mkdir()
    with pytest.raises(errors.FileError, match="no config.json.*put it back"):
        parsed("--resume", tmp_path)


def test_a_run_is_resumed_in_its_own_folder(recorded):
    with pytest.raises(errors.InputError, match="is not the run to resume"):
        parsed("--resume", recorded, "--run-dir", "elsewhere")
    assert parsed("--resume", recorded, "--run-dir", recorded)[1]


def test_demo_is_a_preset_of_faces():
    assert parsed("--demo", family="celeba") == parsed("--preset", "demo", family="celeba")
    assert parsed("--demo", "--steps", 3, family="celeba")[0].model.steps == 3
    for words in (["--demo", "--preset", "quick"], ["--preset=quick", "--demo"], ["--demo", "--preset", "demo"]):
        with pytest.raises(errors.InputError, match="--demo is --preset demo, so it cannot go with another --preset"):
            parsed(*words, family="celeba")


OTHERS = [
    ("mnist", "celeba", "celeba"),
    ("mnist", "faces", "celeba"),
    ("celeba", "mnist", "mnist"),
    ("celeba", "lines", "mnist"),
]


@pytest.mark.parametrize("family, data, other", OTHERS)
def test_data_of_the_other_script_are_refused_with_its_name(family, data, other):
    message = f"data: train_{family}.py has no presets for {data}; use train_{other}.py --data {data}"
    with pytest.raises(errors.InputError, match=message):
        parsed("--data", data, family=family)


def test_settings_without_effect_are_warned_about_and_weights_without_effect_refused(monkeypatch, capsys):
    asked = []
    monkeypatch.setattr("tf_interp.run.run", lambda config, resume: asked.append(config) or {})
    assert train.main(["mnist", "--huber"]) == 0 and len(asked) == 1
    assert capsys.readouterr().err.startswith("WARNING      huber: True has no effect: it needs policy gradients")
    assert train.main(["mnist", "--transformations", "warp"]) == 2 and len(asked) == 1  # the preset pays for painting
    assert capsys.readouterr().err.startswith("error: painting_cost: 2.25 pays for blend, which is not there")
    assert train.main(["celeba", "--method", "pg"]) == 2 and len(asked) == 1
    assert "method pg trains flows alone" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words, complaint",
    [
        (["--steps", "0"], "steps: 0 is outside the allowed range 1 to 100"),
        (["--stpes", "3"], "Unrecognized options: --stpes"),
        (["--preset", "slow"], "invalid choice"),
        (["--demo"], "Unrecognized options: --demo"),
        (["--config", "no_such.json"], "cannot read the settings file no_such.json"),
        (["--resume", "no/such/run"], "--resume: there is no folder no/such/run"),
        (["--data-dir", "no/such/folder"], "data folder no/such/folder does not exist; give --data-dir a folder with"),
        (["--run-dir", "README.md/run"], "Not a directory"),
    ],
)
def test_mistakes_get_one_sentence_and_exit_code_2(words, complaint, capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    try:
        code = train.main(["mnist", *words])
    except SystemExit as end:
        code = end.code
    assert code == 2 and complaint in capsys.readouterr().err


def test_a_mistake_in_the_real_script_is_a_sentence_without_a_traceback():
    _, complaints = finished(script("--steps", "0"), code=2)
    assert "steps: 0 is outside the allowed range 1 to 100" in complaints and "Traceback" not in complaints


def test_help_teaches_without_waiting_for_tensorflow():
    program = (
        "import runpy, sys; sys.argv = ['train_mnist.py', '--help']\n"
        "try: runpy.run_path('train_mnist.py', run_name='__main__')\n"
        "except SystemExit as end: assert not end.code\n"
        "assert 'tensorflow' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == 0, done.stderr
    for word in ("--preset", "--resume", "--config", "--data-dir", "presets:", "section 4.4", "under 2 minutes"):
        assert word in done.stdout
