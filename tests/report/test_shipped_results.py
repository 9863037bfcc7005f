"""The results that ship with the project: complete, readable, small, and what the documents say of them."""

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from tf_interp.commands import COMMANDS
from tf_interp.config import from_dict
from tf_interp.report.build import build
from tf_interp.report.index import Curves, Measured, Runs, Trials, read_index
from tf_interp.report.records import Records

ROOT = Path(__file__).resolve().parent.parent.parent
RESULTS = ROOT / "results"
INDEX = read_index(RESULTS)
BLOCKS = [block for section in INDEX.sections for block in section.blocks]
ROWS = [row for block in [*BLOCKS, INDEX.readme] if isinstance(block, Runs) for row in block.rows]
TRIALS = Records(RESULTS).trials
RUNS = sorted(path.parent for path in RESULTS.rglob("config.json") if '"starts"' in path.read_text(encoding="utf-8"))
LIMIT = 20_000_000  # bytes, of which the weights of three models and of the peers are two thirds
PAGE_LIMIT = 3_000_000
PAPER = {"standard deviation approaches zero"}  # words of the paper that the document quotes
NOT_SHIPPED = {"report.html", "checkpoints"}


def shipped():
    """Every file that belongs to the results, whatever else this machine has trained there."""
    files = [path for path in RESULTS.rglob("*") if path.is_file() and not NOT_SHIPPED & set(path.parts)]
    files = [path for path in files if not path.name.startswith("events.")]
    return [path for path in files if "model" not in path.parts or path.parts[-3] in ("mnist_bptt", "celeba_bptt")]


def test_the_results_are_small():
    assert sum(path.stat().st_size for path in shipped()) <= LIMIT
    assert (RESULTS / "gallery.html").stat().st_size <= PAGE_LIMIT


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.run)
def test_a_run_that_is_named_is_there_or_pending(row):
    for run in filter(None, (row.run, row.after)):
        if run in INDEX.pending and not (RESULTS / run).exists():
            continue
        assert (RESULTS / run / "config.json").is_file(), run
        assert all((RESULTS / run / picture).is_file() for picture in (row.pictures if run == row.run else ()))


@pytest.mark.parametrize("block", [each for each in BLOCKS if isinstance(each, Measured)], ids=lambda each: each.folder)
def test_what_was_measured_is_there_with_its_pictures_and_a_command_that_exists(block):
    if block.folder in INDEX.pending and not (RESULTS / block.folder).exists():
        return
    assert any((RESULTS / block.folder / name).is_file() for name in ("metrics.json", "config.json"))
    assert all((RESULTS / block.folder / picture).is_file() for picture in block.pictures)
    words = shlex.split(block.repeat)
    assert (words[0] == "tf-interp" and words[1] in COMMANDS) or (words[0] == "python" and (ROOT / words[1]).is_file())


def test_plots_and_tables_of_trials_name_what_there_is():
    names, groups = {trial["name"] for trial in TRIALS}, {trial["group"] for trial in TRIALS}
    assert {block.group for block in BLOCKS if isinstance(block, Trials)} == groups
    for curve in (curve for block in BLOCKS if isinstance(block, Curves) for p in block.panels for curve in p.curves):
        assert (
            curve.trial in names if curve.run is None else (RESULTS / curve.run).exists() or curve.run in INDEX.pending
        )


def test_every_folder_is_named_by_the_index():
    """A folder that the report does not show is a notebook of ours, not a result."""
    named = {row.run for row in ROWS} | {block.folder for block in BLOCKS if isinstance(block, Measured)}
    named |= {f"peers/{kind}" for kind in ("acai", "autoencoder", "vae")}  # what the comparison walks with
    found = {path.parent for path in RESULTS.glob("*/*.json")} | {
        path.parent for path in RESULTS.glob("*/*/config.json")
    }
    found = {str(path.relative_to(RESULTS)) for path in found if path.name != "model"}
    assert found - named == set()


@pytest.mark.parametrize("folder", RUNS, ids=lambda folder: str(folder.relative_to(RESULTS)))
def test_the_settings_of_every_kept_run_are_understood(folder):
    recorded = json.loads((folder / "config.json").read_text())["settings"]
    config = from_dict(recorded, str(folder))
    assert (config.method, config.seed, config.model.steps) == (recorded["method"], recorded["seed"], recorded["steps"])
    assert config.optimizer.learning_rate == recorded["learning_rate"]
    assert config.reward.goal_weight == recorded["goal_weight"]


def test_the_settings_of_every_trial_are_understood_but_of_one_whose_code_is_gone():
    gone = []
    for trial in (trial for trial in TRIALS if trial["model"] == "tf_interp"):
        settings = trial["settings"]
        if settings.get("discriminator") == "projected" or settings.get("nudging") or settings.get("score_weight"):
            gone.append(trial["name"])
            continue
        config = from_dict(trial["settings"], trial["name"])
        assert (config.seed, config.optimizer.iterations >= trial["iterations"]) == (trial["seed"], True), trial["name"]
    assert len(gone) == 8 and gone[0] == "faces with a projected discriminator"
    assert all("nudged" in name or "score critic" in name for name in gone[1:])


def test_the_report_is_that_of_the_records(tmp_path, monkeypatch):
    """If this fails run: tf-interp report"""
    shutil.copytree(RESULTS, tmp_path / "results", ignore=shutil.ignore_patterns("*.data-*", *NOT_SHIPPED))
    monkeypatch.chdir(tmp_path)  # recipes name folders relative to the project's root
    build(Path("results"))
    for name in ("REPORT.md", "gallery.html"):
        assert Path("results", name).read_text(encoding="utf-8") == (RESULTS / name).read_text(encoding="utf-8"), name


@pytest.mark.parametrize("walks", INDEX.gallery.walks, ids=lambda walks: walks.folder)
def test_the_walks_of_the_gallery_are_those_that_their_command_computes(walks):
    record = json.loads((RESULTS / walks.folder / "gallery.json").read_text())
    assert (
        shlex.split(walks.repeat)[1:] == shlex.split(record["command"].replace("python -m tf_interp", "tf-interp"))[1:]
    )
    assert set(record["films"]) <= set(INDEX.gallery.methods)
    assert record["git_clean"] and all((RESULTS / walks.folder / name).is_file() for name in record["films"].values())


def test_trials_are_whole():
    assert len(TRIALS) == 137
    for trial in TRIALS:
        assert re.fullmatch("[0-9a-f]{40}", trial["commit"]) and trial["seconds"][0] >= 0, trial["name"]
        assert trial["figures"] or trial["ended"] == "diverged", trial["name"]


def test_the_document_states_the_sizes_of_networks_as_recorded():
    text = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+(?:/\w+)?)` \| ([\d,]+) \| ([\d,]+) \|", text, re.MULTILINE)
    assert len(rows) == 6
    for run, policy, transformer in rows:
        sizes = json.loads((RESULTS / run / "config.json").read_text())["parameters"]
        assert (policy, transformer) == (f"{sizes['policy']:,}", f"{sizes['transformer']:,}"), run


def test_the_document_names_trials_that_exist_and_commands_that_do():
    text = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    commands = re.findall(r"^\s*tf-interp (\w+)", text, re.MULTILINE)
    assert len(commands) > 8 and set(commands) <= set(COMMANDS)
    names = {trial["name"] for trial in TRIALS}
    quoted = re.findall(r'\("([^"]+)"(?: and the two[^)]*)?\)', text)
    assert quoted and [name for name in quoted if name not in names | PAPER] == []
