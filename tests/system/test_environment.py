"""Start-up checks, the device report, safe writing, exit codes."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tf_interp.errors import DivergedError, FileError, InputError, RunInterrupted
from tf_interp.system import files, startup
from tf_interp.system.device import describe_device, explain_idle_gpu, system_gpus
from tf_interp.system.entry import exit_code_of
from tf_interp.system.text import markdown_table

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("version", [(3, 8), (3, 12), (4, 0)])
def test_a_python_that_tensorflow_cannot_use_gets_a_sentence(version):
    with pytest.raises(SystemExit, match=f"needs Python 3.9, 3.10 or 3.11: .* Python {version[0]}.{version[1]}"):
        startup.require_environment(version)
    startup.require_environment((3, 9))


def test_the_script_itself_says_so_on_a_newer_python():
    newer = next((path for minor in (12, 13, 14) if (path := shutil.which(f"python3.{minor}"))), None)
    works = newer and subprocess.run([newer, "-c", ""], capture_output=True).returncode == 0
    if not works:
        pytest.skip("no Python newer than 3.11 on this machine")
    done = subprocess.run([newer, "train_mnist.py"], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode != 0 and "needs Python 3.9, 3.10 or 3.11" in done.stderr and "Traceback" not in done.stderr


def test_importing_the_package_leaves_how_much_tensorflow_says_alone_and_a_command_does_not(tmp_path):
    environment = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    code = """
import os
from tf_interp import load_interpolator
assert "TF_CPP_MIN_LOG_LEVEL" not in os.environ
from tf_interp.commands import main
assert main(["interpolate", "a.png", "b.png", "--model", "nowhere"]) == 2
assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "3"
"""
    words = [sys.executable, "-c", code]
    subprocess.run(words, env={**environment, "PYTHONPATH": str(ROOT)}, cwd=tmp_path, capture_output=True, check=True)


def test_missing_packages_are_named_with_the_remedy():
    with pytest.raises(SystemExit, match="not installed for .*: tyro.\n.*pip install -r requirements.txt"):
        startup.require_environment((3, 11), find=lambda name: None if name == "tyro" else True)


FINE = dict(system_gpus=["NVIDIA"], tensorflow_gpus=0, built_with_cuda=True, visible=None, missing_libraries=[])


@pytest.mark.parametrize(
    "change, reason",
    [
        ({"system_gpus": ["AMD"]}, "NVIDIA GPUs only"),
        ({"visible": "-1"}, "CUDA_VISIBLE_DEVICES='-1' hides it"),
        ({"visible": ""}, "CUDA_VISIBLE_DEVICES='' hides it"),
        ({"built_with_cuda": False}, "this build has no CUDA"),
        ({"missing_libraries": ["libcuda.so.1", "libcudnn.so.8"]}, "driver is not loaded"),
        ({"missing_libraries": ["libcudnn.so.8"]}, r"libcudnn.so.8 cannot be loaded.*and-cuda"),
        ({}, "compute capability"),
    ],
)
def test_an_idle_gpu_is_explained(change, reason):
    assert re.search(reason, explain_idle_gpu(**{**FINE, **change}))


def test_no_warning_without_a_gpu_or_with_one_in_use():
    assert explain_idle_gpu(**{**FINE, "system_gpus": []}) is None
    assert explain_idle_gpu(**{**FINE, "tensorflow_gpus": 1}) is None


def test_gpus_are_found_on_the_bus_and_by_their_nodes(tmp_path):
    for name, vendor, kind in (("a", "0x10de", "0x030200"), ("b", "0x1002", "0x030000"), ("c", "0x10de", "0x040300")):
        (tmp_path / "pci" / name).mkdir(parents=True)
        (tmp_path / "pci" / name / "vendor").write_text(vendor + "\n")
        (tmp_path / "pci" / name / "class").write_text(kind + "\n")
    (tmp_path / "dev").mkdir()
    assert system_gpus(tmp_path / "pci", tmp_path / "dev") == ["NVIDIA", "AMD"]  # c is its sound card
    (tmp_path / "dev" / "nvidia0").touch()
    assert system_gpus(tmp_path / "none", tmp_path / "dev") == ["NVIDIA"]
    assert system_gpus(tmp_path / "none", tmp_path / "none") == []


def test_precision_follows_the_hardware_only_when_asked_to(monkeypatch):
    for flags, expected in ((["avx2"], "float32"), (["avx2", "amx_bf16"], "mixed_bfloat16")):
        monkeypatch.setattr("tf_interp.system.device._cpu_flags", lambda flags=flags: flags)
        assert describe_device("auto").precision == expected
        assert describe_device("float32").precision == "float32"


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "metrics.json"
    files.write_json(path, {"a": 1})
    with pytest.raises(TypeError):
        files.write_json(path, {"a": object()})
    with pytest.raises(RuntimeError), files.replaced_folder(path.with_name("model")) as fresh:
        (fresh / "weights").write_text("half")
        raise RuntimeError
    assert json.loads(path.read_text()) == {"a": 1} and list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    files.make_folder(tmp_path / "a" / "b")
    files.make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").touch()
    for path, reason in ((tmp_path / "file", "File exists"), (tmp_path / "file" / "b", "Not a directory")):
        with pytest.raises(FileError, match=f"cannot make the folder {path}: {reason}"):
            files.make_folder(path)


def test_a_folder_is_replaced_whole(tmp_path):
    for content in ("old", "new"):
        with files.replaced_folder(tmp_path / "model") as fresh:
            (fresh / content).write_text(content)
    assert [path.name for path in (tmp_path / "model").iterdir()] == ["new"]
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_a_table_in_markdown():
    assert markdown_table(("a", "b"), (["1", "2"], ["3", "4"])) == "| a | b |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |"


def ends_with(error):
    def main():
        raise error

    return exit_code_of(main)


def test_errors_become_one_line_and_an_exit_code(capsys):
    assert exit_code_of(lambda: None) == 0 and capsys.readouterr().err == ""
    for error, code in (
        (InputError("steps: 0 is too few"), 2),
        (FileError("a.png does not exist"), 2),
        (DivergedError("loss is nan"), 1),
    ):
        assert ends_with(error) == code
        assert capsys.readouterr().err == f"error: {error}\n"
    assert ends_with(KeyboardInterrupt()) == 130
    assert ends_with(RunInterrupted(15, 7, "runs/a")) == 128 + 15
    assert "stopped at iteration 7" in capsys.readouterr().err
    with pytest.raises(KeyError):  # a mistake in the program keeps its traceback
        ends_with(KeyError("x"))


def test_scripts_run_from_any_folder(tmp_path):
    done = subprocess.run(
        [sys.executable, str(ROOT / "train_mnist.py"), "--help"], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 0 and "usage: " in done.stdout
