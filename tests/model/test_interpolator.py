"""The public API, on a small untrained model."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tiny_model import SHAPE, STEPS, moving_model

import tf_interp
from tf_interp import load_interpolator
from tf_interp.errors import FileError, InputError

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A model and the folder it is saved in."""
    folder = tmp_path_factory.mktemp("run") / "model"
    return moving_model(folder), folder


@pytest.fixture
def pair(random):
    return random.uniform(size=[2, 3, *SHAPE])


def test_public_names():
    assert set(tf_interp.__all__) == {"Interpolator", "Path", "load_interpolator", "prepare_image", "__version__"}
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        tf_interp.nothing  # noqa: B018


def test_a_path_has_the_promised_parts(saved, pair):
    path = saved[0](*pair)
    assert path.frames.shape == (3, STEPS + 1, *SHAPE) and path.frames.dtype == np.float32
    assert path.lengths.dtype == np.int32 and path.lengths.tolist() == [STEPS] * 3
    assert path.commands.shape == (3, STEPS, 4) and path.commands.dtype == np.float32
    np.testing.assert_array_equal(path.frames[:, 0], pair[0].astype(np.float32))
    assert np.abs(np.diff(path.frames, axis=1)).max(axis=(0, 2, 3, 4)).min() > 0.01  # every step moves
    assert path.frames.min() >= 0.0 and path.frames.max() <= 1.0
    saved[0](path.frames[:, -1], pair[1])  # what comes out may go in again


def test_deterministic_unless_a_seed_is_given(saved, pair):
    walk = saved[0]
    np.testing.assert_array_equal(walk(*pair).frames, walk(*pair).frames)
    np.testing.assert_array_equal(walk(*pair, seed=1).frames, walk(*pair, seed=1).frames)
    assert np.abs(walk(*pair, seed=1).commands - walk(*pair, seed=2).commands).min() > 0
    assert np.abs(walk(*pair, seed=1).commands - walk(*pair).commands).min() > 0


def test_a_pair_walks_the_same_alone_and_in_company(saved, pair):
    alone = saved[0](pair[0][:1], pair[1][:1])
    np.testing.assert_allclose(saved[0](*pair).frames[:1], alone.frames, atol=1e-5)


def test_a_walk_is_the_same_without_a_graph(saved, pair):
    eagerly = load_interpolator(saved[1], compiled=False)
    for seed in (None, 3):
        compiled, eager = (model(*pair, seed) for model in (saved[0], eagerly))
        np.testing.assert_allclose(eager.frames, compiled.frames, atol=1e-5)
        np.testing.assert_array_equal(eager.lengths, compiled.lengths)


@pytest.mark.parametrize("level", ["run", "model"])
def test_a_saved_model_walks_as_before(saved, pair, level):
    loaded = load_interpolator(saved[1].parent if level == "run" else str(saved[1]))
    np.testing.assert_array_equal(loaded(*pair).frames, saved[0](*pair).frames)
    assert loaded.config == saved[0].config and loaded.image_shape == SHAPE


def test_models_that_cannot_be_loaded(saved, tmp_path):
    with pytest.raises(FileError, match="no model in .*nowhere"):
        load_interpolator(tmp_path / "nowhere")
    for path in saved[1].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    text = (tmp_path / "config.json").read_text()
    (tmp_path / "config.json").write_text(text.replace('"command_size": 4', '"command_size": 5'))
    with pytest.raises(FileError, match="damaged or belong to other settings"):
        load_interpolator(tmp_path)
    (tmp_path / "config.json").write_text(text)
    data = tmp_path / "weights.data-00000-of-00001"
    data.write_bytes(data.read_bytes()[:1000])
    with pytest.raises(FileError, match="damaged"):
        load_interpolator(tmp_path)


@pytest.mark.parametrize("shape", [None, [10, 12], [10, 12, 0], [10, 12, "3"], [10, 12, True]])
def test_a_model_without_a_shape_of_images_is_refused(saved, tmp_path, shape):
    for path in saved[1].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    record = {**json.loads((tmp_path / "config.json").read_text()), "image_shape": shape}
    (tmp_path / "config.json").write_text(json.dumps(record))
    with pytest.raises(FileError, match="config.json: image_shape is .*; it should be height, width and channels"):
        load_interpolator(tmp_path)


@pytest.mark.parametrize("changes", [dict(patch=7), dict(map_halvings=8), dict(transformer_features=[1] * 40)], ids=str)
def test_settings_of_which_no_networks_can_be_made_are_refused(saved, tmp_path, changes):
    for path in saved[1].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    record = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**record, "settings": {**record["settings"], **changes}}))
    with pytest.raises(FileError) as caught:
        load_interpolator(tmp_path)
    assert str(tmp_path) in str(caught.value) and "\n" not in str(caught.value)


def test_an_image_that_would_fill_the_memory_is_refused(saved, tmp_path):
    for path in saved[1].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    record = {**json.loads((tmp_path / "config.json").read_text()), "image_shape": [65535, 65535, 3]}
    (tmp_path / "config.json").write_text(json.dumps(record))
    with pytest.raises(FileError, match="no image has more than 16,777,216 numbers"):
        load_interpolator(tmp_path)


def test_a_walk_has_as_many_steps_as_one_asks_for(saved, pair):
    longer, usual = saved[0](*pair, steps=STEPS + 4), saved[0](*pair)
    assert longer.frames.shape[1] == STEPS + 5 and set(longer.lengths) == {STEPS + 4}
    # The model does not count its steps, so it begins in the same way.
    np.testing.assert_allclose(longer.frames[:, : STEPS + 1], usual.frames, atol=1e-6)
    for steps in (0, 1001):
        with pytest.raises(InputError, match=f"steps: {steps} is outside the allowed range 1 to 1000"):
            saved[0](*pair, steps=steps)


@pytest.mark.parametrize("seed", [-(2**31) - 1, 2**31])
def test_a_seed_of_more_than_32_bits_is_refused(saved, pair, seed):
    with pytest.raises(InputError, match=f"seed: {seed} is outside the allowed range -2147483648 to 2147483647"):
        saved[0](*pair, seed=seed)
    saved[0](*pair, seed=-(2**31))


WALKS_WITHOUT_TRAINING = """
import sys
import numpy
from tf_interp import load_interpolator
images = numpy.random.RandomState(0).uniform(size=[2, 1, 10, 12, 3])
path = load_interpolator(sys.argv[1])(*images)
assert path.frames.shape == (1, 4, 10, 12, 3)
own = {name.split(".")[1] for name in sys.modules if name.startswith("tf_interp.")}
print(*sorted(own), *sorted({"fuel_compat", "matplotlib", "tyro", "tqdm"} & set(sys.modules)))
"""


def test_walking_imports_nothing_of_training_or_measuring(saved):
    program = [sys.executable, "-c", WALKS_WITHOUT_TRAINING, str(saved[1])]
    done = subprocess.run(program, capture_output=True, text=True, cwd=ROOT, timeout=120)
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) <= {"config", "errors", "model", "system"}


@pytest.mark.parametrize(
    "spoil, message",
    [
        (lambda a: a[0], r"start has shape \(10, 12, 3\); this model walks on arrays \[B, 10, 12, 3\]"),
        (lambda a: a[..., :1], "start has shape"),
        (lambda a: (a * 255).astype(np.uint8), "start has dtype uint8; give floats"),
        (lambda a: a + 0.5, "start has values from .* they must be in"),
        (lambda a: np.where(a > 0.5, np.nan, a), "start has values from nan"),
        (lambda a: a[:2], "start holds 2 images but goal 3"),
        (lambda a: a[:0], "start holds no images"),
    ],
)
def test_unfit_arrays_are_refused(saved, pair, spoil, message):
    with pytest.raises(InputError, match=message):
        saved[0](spoil(pair[0]), pair[1])
