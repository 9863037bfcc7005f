"""Start-up checks, the device report, safe writing, pictures and the log."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tf_interp import figures
from tf_interp.system import files, startup
from tf_interp.system.device import describe_device, explain_idle_gpu, system_gpus
from tf_interp.training.run_log import RunLog

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
    import re

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


def test_a_folder_is_replaced_whole(tmp_path):
    for content in ("old", "new"):
        with files.replaced_folder(tmp_path / "model") as fresh:
            (fresh / content).write_text(content)
    assert [path.name for path in (tmp_path / "model").iterdir()] == ["new"]
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_flow_colors():
    flow = np.array([[0, 0], [2, 0], [-2, 0], [1, 0]], np.float32)
    white, right, left, half = figures.flow_colors(flow)
    np.testing.assert_allclose(white, [1, 1, 1])
    np.testing.assert_allclose(right, [1, 0, 0], atol=1e-6)
    np.testing.assert_allclose(left, [0, 1, 1], atol=1e-6)
    np.testing.assert_allclose(half, [1, 0.5, 0.5], atol=1e-6)
    np.testing.assert_allclose(figures.flow_colors(flow, max_flow=4.0)[1], [1, 0.5, 0.5], atol=1e-6)


def test_strips_put_start_steps_and_goal_in_a_row(tmp_path):
    frames = np.arange(6, dtype=np.float32).reshape(2, 3, 1, 1, 1) / 10 * np.ones([2, 3, 4, 5, 1], np.float32)
    goal = np.full([2, 4, 5, 1], 0.9, np.float32)
    picture = figures.strips(frames, goal)
    assert picture.shape == (8, 20, 3)
    np.testing.assert_allclose(picture[::4, ::5, 0], [[0, 0.1, 0.2, 0.9], [0.3, 0.4, 0.5, 0.9]], atol=1e-6)
    stopped = figures.strips(frames, goal, lengths=np.array([1, 2]))
    np.testing.assert_allclose(stopped[::4, ::5, 0], [[0, 0.1, 0, 0.9], [0.3, 0.4, 0.5, 0.9]], atol=1e-6)
    flows = np.zeros([2, 2, 4, 5, 2], np.float32)
    flows[0, 1, ..., 0] = 3.0
    with_flows = figures.strips(frames, goal, [flows])
    assert with_flows.shape == (16, 20, 3)
    np.testing.assert_allclose(with_flows[4, ::5], [[1, 1, 1], [1, 1, 1], [1, 0, 0], [1, 1, 1]], atol=1e-6)
    mask = np.full([2, 2, 4, 5, 1], 0.25, np.float32)
    with_both = figures.strips(frames, goal, [flows, mask])
    assert with_both.shape == (24, 20, 3)
    np.testing.assert_allclose(with_both[::4, 5, 2], [0.1, 1, 0.25, 0.4, 1, 0.25], atol=1e-6)
    figures.strip_figure(frames, goal, "two walks", tmp_path / "figure.png")
    with Image.open(tmp_path / "figure.png") as figure:
        assert figure.width > 200 and len(figure.getcolors(100000)) > 20


def test_a_resumed_log_drops_rows_past_the_checkpoint(tmp_path):
    row = {"return": -1.0, "goal_distance": 1.0}
    with RunLog(tmp_path, 0, 30) as log:
        for iteration in (10, 20, 30):
            log.scalars(iteration, row)
    with (tmp_path / "metrics.jsonl").open("a") as file:
        file.write('{"iteration": 3')  # cut off by a kill
    with RunLog(tmp_path, 20, 40) as log:
        log.scalars(40, row)
    rows = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert [r["iteration"] for r in rows] == [10, 20, 40]


def test_scripts_run_from_any_folder(tmp_path):
    done = subprocess.run(
        [sys.executable, str(ROOT / "train_mnist.py"), "--help"], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 0 and "usage: " in done.stdout
