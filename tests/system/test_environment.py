"""Start-up checks, the device report, safe writing, exit codes."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import tensorflow as tf

from tf_interp.config.stored import read_settings
from tf_interp.errors import DivergedError, FileError, InputError, RunInterrupted
from tf_interp.system import files, startup
from tf_interp.system.device import describe_device, explain_idle_gpu, system_gpus
from tf_interp.system.entry import exit_code_of
from tf_interp.system.text import markdown_table, shortened

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("version", [(2, 7), (3, 8), (3, 14), (4, 0)])
def test_a_python_that_tensorflow_cannot_use_gets_a_sentence(version):
    with pytest.raises(SystemExit, match=f"^tf_interp needs Python 3.9 to 3.13: .* Python {version[0]}.{version[1]}"):
        startup.require_environment(version, find=lambda name: True)


@pytest.mark.parametrize("version", [(3, 9), (3, 13)])
def test_the_oldest_and_the_newest_python_will_do(version):
    startup.require_environment(version, find=lambda name: True)


def runs(python):
    """A shim of pyenv does not, for a version that is not switched on."""
    return subprocess.run([python, "-c", ""], capture_output=True).returncode == 0


def test_the_script_itself_says_so_on_an_older_python():
    folders = [*Path("~/.pyenv/versions").expanduser().glob("3.[678].*/bin"), *map(Path, os.get_exec_path())]
    pythons = [folder / f"python3.{minor}" for folder in folders for minor in (8, 7, 6)]
    older = next((path for path in pythons if path.exists() and runs(path)), None)
    if older is None:
        pytest.skip("no Python 3.6, 3.7 or 3.8 on this machine")
    done = subprocess.run([older, "train_mnist.py"], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 1 and done.stderr.startswith("tf_interp needs Python 3.9 to 3.13: ")


def in_a_new_python(code, tmp_path):
    """What a program writes that has none of the variables that commands set."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    words = [sys.executable, "-c", code]
    environment["PYTHONPATH"] = str(ROOT)
    return subprocess.run(words, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True)


def test_importing_the_package_leaves_tensorflows_settings_alone_and_a_command_does_not(tmp_path):
    code = """
import os, sys
from tf_interp import load_interpolator
assert not [name for name in os.environ if name.startswith("TF_")]
assert "tf_interp.system.startup" not in [finder.__module__ for finder in sys.meta_path]
from tf_interp.commands import main
assert main(["interpolate", "a.png", "b.png", "--model", "nowhere"]) == 2
assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "3"
"""
    in_a_new_python(code, tmp_path)


def test_a_prepared_import_of_tensorflow_writes_nothing_and_stderr_works_afterwards(tmp_path):
    code = """
import os
from tf_interp.system.startup import prepare_tensorflow
prepare_tensorflow()
import tensorflow as tf
tf.config.list_physical_devices("GPU")
os.write(2, b"afterwards")
"""
    assert in_a_new_python(code, tmp_path).stderr == "afterwards"


def test_the_networks_are_of_keras_2_whatever_tf_keras_is(tmp_path):
    code = """
import tensorflow as tf
layers = tf.keras.layers
from tf_interp.system.keras2 import keras
class Network(keras.Model):
    def __init__(self):
        super().__init__()
        self.parts = [keras.layers.Dense(2), keras.layers.Dense(2)]
    def call(self, x):
        return self.parts[1](self.parts[0](x))
network = Network()
network(tf.ones([1, 2]))
tf.train.Checkpoint(network).write("weights")
print([shape for name, shape in tf.train.list_variables("weights") if "/kernel" in name])
"""
    assert in_a_new_python(code, tmp_path).stdout == "[[2, 2], [2, 2]]\n"


@pytest.mark.parametrize("version, missing", [((3, 11), "tyro"), ((3, 13), "tyro, tf_keras")])
def test_missing_packages_are_named_with_the_remedy(version, missing):
    with pytest.raises(SystemExit, match=f"not installed for .*: {missing}.\n.*pip install -r requirements.txt"):
        startup.require_environment(version, find=lambda name: None if name in ("tyro", "tf_keras") else True)


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


def test_the_remedy_installs_the_cuda_of_this_very_tensorflow():
    assert f'pip install "tensorflow[and-cuda]=={tf.__version__}"' in explain_idle_gpu(
        **{**FINE, "missing_libraries": ["libcudnn.so.8"]}
    )


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


def test_of_an_endless_path_the_ends_are_shown(capsys):
    path = "begin/" + "x/" * 2000 + "end.json"
    assert exit_code_of(lambda: read_settings(path)) == 2
    error = capsys.readouterr().err
    assert len(error) < 400 and "begin/x/x" in error and "..." in error and "x/end.json: No such file" in error
    assert shortened("a word " * 400) == "a word " * 400
    assert len(shortened("word " * 1000)) == 3003


def test_scripts_run_from_any_folder(tmp_path):
    done = subprocess.run(
        [sys.executable, str(ROOT / "train_mnist.py"), "--help"], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 0 and "usage: " in done.stdout
