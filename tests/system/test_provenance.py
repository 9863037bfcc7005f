"""What a result's record says of its origin, and how the program says that it was called."""

import importlib.metadata
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import tensorflow as tf

import tf_interp
from tf_interp.errors import RunInterrupted
from tf_interp.system import provenance
from tf_interp.system.device import DeviceReport
from tf_interp.system.entry import exit_code_of
from tf_interp.system.provenance import describe_checkout, describe_start, versions

NO_CHECKOUT = {"git_commit": None, "git_clean": None}
PLACE = Path("tf_interp", "system", "provenance.py")


def git(folder, *arguments):
    words = ["git", "-c", "user.name=N", "-c", "user.email=n@example.org", *arguments]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def copied(root):
    """This project's provenance.py, at its place below `root`."""
    (root / PLACE).parent.mkdir(parents=True)
    return Path(shutil.copy(provenance.__file__, root / PLACE))


@pytest.fixture
def repository(tmp_path):
    """Somebody's repository, with one commit."""
    git(tmp_path, "init", "--quiet")
    (tmp_path / "notes.txt").write_text("mine\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "mine")
    return tmp_path


def test_a_checkout_of_the_project_has_its_commit_and_says_if_it_was_changed(repository):
    file = copied(repository)
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message", "the project")
    commit = git(repository, "rev-parse", "HEAD")
    assert describe_checkout(file) == {"git_commit": commit, "git_clean": True}
    (repository / "notes.txt").write_text("changed\n")
    assert describe_checkout(file) == {"git_commit": commit, "git_clean": False}


def test_a_copy_installed_inside_of_the_users_repository_has_no_commit(repository):
    assert describe_checkout(copied(repository / ".venv" / "lib" / "site-packages")) == NO_CHECKOUT


def test_a_copy_that_the_user_keeps_in_git_has_no_commit(repository):
    file = copied(repository / "vendored")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message", "vendored")
    assert describe_checkout(file) == NO_CHECKOUT


def test_without_a_repository_or_without_git_there_is_no_commit(tmp_path, monkeypatch):
    file = copied(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert describe_checkout(file) == NO_CHECKOUT
    monkeypatch.setenv("PATH", "")
    assert describe_checkout() == NO_CHECKOUT


def test_versions_under_another_name_of_tensorflow_and_without_a_package(monkeypatch):
    version = importlib.metadata.version

    def of_a_tensorflow_cpu_set(name):
        if name in ("tensorflow", "tensorflow-addons"):
            raise importlib.metadata.PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(importlib.metadata, "version", of_a_tensorflow_cpu_set)
    found = versions()
    assert found["tensorflow"] == tf.__version__ and found["tf-interp"] == tf_interp.__version__
    assert found["tensorflow-addons"] is None and found["numpy"] == version("numpy")


@pytest.mark.parametrize(
    "script, expected",
    [
        (Path(provenance.__file__).parents[2] / "train_mnist.py", "python train_mnist.py --seed 1"),
        (Path("/usr/local/bin/tf-interp"), "tf-interp --seed 1"),
        (Path("/elsewhere/mine.py"), "python /elsewhere/mine.py --seed 1"),
    ],
)
def test_the_recorded_command_can_be_typed_again(monkeypatch, script, expected):
    monkeypatch.setattr(sys.modules["__main__"], "__spec__", None)
    monkeypatch.setattr(sys, "argv", [str(script), "--seed", "1"])
    assert describe_start(DeviceReport("CPU", "float32", None), 0)["command"] == expected


@pytest.mark.parametrize(
    "words, expected",
    [
        (["train_mnist.py", "--preset", "quick"], "python train_mnist.py --resume runs/a"),
        (["/bin/tf-interp", "train", "mnist", "--seed", "1"], "tf-interp train mnist --resume runs/a"),
    ],
)
def test_an_interrupted_run_is_resumed_by_the_command_that_began_it(monkeypatch, capsys, words, expected):
    monkeypatch.setattr(sys.modules["__main__"], "__spec__", None)
    monkeypatch.setattr(sys, "argv", words)

    def interrupted():
        raise RunInterrupted(2, 10, "runs/a")

    assert exit_code_of(interrupted) == 130
    assert capsys.readouterr().err.endswith(f"Resume with:\n  {expected}\n")
