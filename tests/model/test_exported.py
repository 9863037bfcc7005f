"""An exported model, loaded where this package cannot be imported, walks as the original."""

import subprocess
import sys

import numpy as np
import pytest

from tf_interp.commands import main
from tf_interp.errors import FileError
from tf_interp.model.exported import export
from tf_interp.model.interpolator import load_interpolator
from tf_interp.pretrained import MNIST_BPTT

STRANGER = """
import sys
sys.modules["tf_interp"] = None  # importing it fails
import numpy as np, tensorflow as tf
pairs, out = sys.argv[1:]
start, goal = np.load(pairs)
model = tf.saved_model.load(sys.argv[1] + "_model")
walked = model.signatures["walk"](start=tf.constant(start), goal=tf.constant(goal))
state = tf.constant(start)
for k in range(walked["frames"].shape[1] - 1):
    state = model.signatures["step"](state=state, goal=tf.constant(goal), k=tf.constant(k))["next_state"]
np.savez(out, frames=walked["frames"], lengths=walked["lengths"], last=state)
"""


def test_a_stranger_walks_the_same_way(tmp_path, capsys):
    interpolator = load_interpolator(MNIST_BPTT)
    pairs = np.random.RandomState(0).rand(2, 3, 28, 28, 1).astype(np.float32)
    file = tmp_path / "pairs.npy"
    np.save(file, pairs)
    assert main(["export", str(MNIST_BPTT), "--out", f"{file}_model"]) == 0
    assert capsys.readouterr().out == f"wrote {file}_model\n"
    words = [sys.executable, "-c", STRANGER, str(file), str(tmp_path / "found.npz")]
    subprocess.run(words, check=True, cwd=tmp_path, capture_output=True, timeout=120)
    found, path = np.load(tmp_path / "found.npz"), interpolator(*pairs)
    np.testing.assert_allclose(found["frames"], path.frames, atol=1e-5)
    np.testing.assert_allclose(found["last"], path.frames[:, -1], atol=1e-5)
    np.testing.assert_array_equal(found["lengths"], path.lengths)


def test_a_folder_in_use_is_left_alone(tmp_path):
    (tmp_path / "letter").write_text("dear", encoding="utf-8")
    with pytest.raises(FileError, match="already exists and is not empty; give another --out"):
        export(load_interpolator(MNIST_BPTT), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter"]
