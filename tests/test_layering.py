"""The house rules: who may import whom, who knows all settings, where Keras comes from, how long a file may be."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "tf_interp"
RANKS = [
    ["errors", "pretrained"],
    ["system"],
    ["strips"],
    ["config", "figures", "films", "data"],
    ["model", "evaluation"],
    ["features"],
    ["training"],
    ["peers", "report"],
    ["run"],
    ["commands"],
]
RANK_OF = {stage: rank for rank, stages in enumerate(RANKS) for stage in stages}
STANDARD_LIBRARY_ONLY = ("errors", "pretrained", "config")
FILE_FORMATS = sorted((ROOT / "fuel_compat").rglob("*.py"))
SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE or path.stem.strip("_") == path.stem)


def stage_of(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            if node.module == "tf_interp":
                yield from (f"tf_interp.{alias.name}" for alias in node.names)
            else:
                yield node.module


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_imports_only_downwards(path):
    stage = stage_of(path)
    for name in imports_of(path):
        if name.startswith("tf_interp."):
            other = name.split(".")[1]
            assert other == stage or RANK_OF[other] < RANK_OF[stage], f"{stage} must not import {other}"
        elif stage in STANDARD_LIBRARY_ONLY:
            assert name.split(".")[0] not in ("tensorflow", "numpy", "tyro", "matplotlib", "PIL"), f"{stage}: {name}"


def test_every_file_and_package_has_a_place_in_the_order():
    assert {stage_of(path) for path in SOURCES} == set(RANK_OF)


KNOW_ALL_SETTINGS = [
    "commands/train.py",  # makes them of a command line
    "model/agents.py",  # reads them with a saved model
    "model/interpolator.py",  # shows them to its user
    "run.py",
    "training/saved.py",  # writes them with a model
    "training/strategies/__init__.py",  # of several groups each strategy picks what it needs
    "training/trainer.py",  # hands each part its group
]
GROUPS = {"CriticConfig", "ModelConfig", "OptimizerConfig", "PolicyGradientConfig", "RewardConfig", "RunConfig"}


def taken_from_config(path):
    """What a file imports from `tf_interp.config`, by name; "config" if it imports the whole module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "tf_interp.config":
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "tf_interp":
            yield from (alias.name for alias in node.names if alias.name == "config")
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("tf_interp.config"))


def test_few_files_know_all_settings_and_the_others_are_given_their_group():
    knowing = []
    for path in SOURCES:
        if stage_of(path) != "config" and set(taken_from_config(path)) - GROUPS:
            knowing.append(path.relative_to(PACKAGE).as_posix())
    assert knowing == KNOW_ALL_SETTINGS


def test_data_alone_reads_what_fuel_compat_knows():
    importing = [path.name for path in SOURCES if "fuel_compat" in {name.split(".")[0] for name in imports_of(path)}]
    assert importing == ["aligned_faces.py", "celeba.py", "converted.py", "image_file.py", "mnist.py"]


def test_hdf5_is_read_by_file_formats_alone_which_do_it_in_a_process_of_its_own():
    assert not [path for path in SOURCES if "h5py" in {name.split(".")[0] for name in imports_of(path)}]
    importing = [path.name for path in FILE_FORMATS if "h5py" in imports_of(path)]
    assert importing == ["celeba.py", "info.py", "layout.py", "output.py", "stored.py"]  # all but two write


UNPICKLING = {
    "pickle", "_pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "jsonpickle", "torch",
    "load_model", "allow_pickle", "unsafe_load", "eval", "exec", "saved_model",
}  # fmt: skip
"""Names of what runs a program that stands in a file."""
ALLOWED = {
    "apart.py": {"pickle"},  # these three talk with processes that they have started themselves, over pipes
    "worker.py": {"pickle"},
    "workers.py": {"pickle"},
    "exported.py": {"saved_model"},  # writes one
}


@pytest.mark.parametrize("path", [*SOURCES, *FILE_FORMATS], ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_file_is_unpickled_and_nothing_that_stands_in_one_is_run(path):
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            found.update(part for alias in node.names for part in alias.name.split("."))
            found.update((getattr(node, "module", None) or "").split("."))
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.keyword):
            found.add(node.arg)
    assert found & UNPICKLING <= ALLOWED.get(path.name, set())


def test_keras_comes_from_one_module_and_tensorflow_addons_is_not_needed():
    """tf.keras is Keras 2 under one TensorFlow and Keras 3 under another; Addons go with one TensorFlow only."""
    for path in [*SOURCES, *sorted((ROOT / "benchmarks").glob("*.py"))]:
        packages = {name.split(".")[0] for name in imports_of(path)}
        assert "tensorflow_addons" not in packages, path
        if path.name != "keras2.py":
            assert packages.isdisjoint(("keras", "tf_keras")) and not names_tf_keras(path), path


def names_tf_keras(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and node.attr == "keras" and getattr(node.value, "id", None) == "tf":
            return True
    return False


@pytest.mark.parametrize("path", FILE_FORMATS, ids=lambda path: path.name)
def test_file_formats_know_neither_the_models_nor_tensorflow(path):
    packages = {name.split(".")[0] for name in imports_of(path)}
    assert packages.isdisjoint(("tf_interp", "tensorflow", "tensorflow_probability", "keras", "tf_keras", "tyro"))


def test_files_hold_one_idea_and_entry_scripts_stay_thin():
    for path in [*SOURCES, *FILE_FORMATS]:
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 230, path
    for path in ROOT.glob("train_*.py"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 10, path


def test_the_root_of_the_package_stays_small():
    assert len([path for path in PACKAGE.iterdir() if path.is_file()]) <= 8
