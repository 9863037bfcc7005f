"""The public API and the interpolate command, on a small untrained model."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import tf_interp
from tf_interp import Interpolator, load_interpolator
from tf_interp.commands.interpolate import interpolate, read_image
from tf_interp.config import Config
from tf_interp.errors import FileError, InputError
from tf_interp.model.agents import Models, save_model

SHAPE, STEPS = (10, 12, 3), 3
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A model with weights moved off their initial values, and the folder it is saved in."""
    config = Config(command_size=4, policy_features=(4,), transformer_features=(4, 4), steps=STEPS)
    models = Models(config, SHAPE)
    random = np.random.RandomState(0)
    for variable in models.trainable_variables:
        variable.assign_add(random.normal(scale=0.2, size=variable.shape).astype(np.float32))
    folder = tmp_path_factory.mktemp("run") / "model"
    save_model(models, config, SHAPE, folder)
    return Interpolator(models, config, SHAPE), folder


@pytest.fixture
def pair(random):
    return random.uniform(size=[2, 3, *SHAPE])


def test_public_names():
    assert set(tf_interp.__all__) == {"Interpolator", "Path", "load_interpolator", "__version__"}
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
    settings = (tmp_path / "config.json").read_text()
    (tmp_path / "config.json").write_text(settings.replace('"command_size": 4', '"command_size": 5'))
    with pytest.raises(FileError, match="damaged or belong to other settings"):
        load_interpolator(tmp_path)
    (tmp_path / "config.json").write_text(settings)
    data = tmp_path / "weights.data-00000-of-00001"
    data.write_bytes(data.read_bytes()[:1000])
    with pytest.raises(FileError, match="damaged"):
        load_interpolator(tmp_path)


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


def save_picture(path, size, color):
    Image.new("RGB" if len(color) == 3 else "RGBA", size, color).save(path)
    return path


def test_images_are_resized_and_it_is_said(tmp_path, capsys):
    photo = save_picture(tmp_path / "photo.png", (60, 33), (255, 0, 51))
    image = read_image(photo, SHAPE)
    assert image.shape == SHAPE and image.dtype == np.float32
    np.testing.assert_allclose(image[5, 5], [1.0, 0.0, 0.2], atol=1e-6)
    assert "photo.png: resized from 60 x 33 to 12 x 10" in capsys.readouterr().out
    fitting = save_picture(tmp_path / "fitting.png", (12, 10), (255, 255, 255, 0))
    assert read_image(fitting, SHAPE).max() == 0.0  # transparent means black
    assert not capsys.readouterr().out
    assert read_image(photo, (10, 12, 1)).shape == (10, 12, 1)


def test_sixteen_bit_grey_keeps_its_range(tmp_path):
    ramp = np.linspace(0, 65535, 120).astype(np.uint16).reshape(10, 12)
    Image.fromarray(ramp).save(tmp_path / "deep.png")
    np.testing.assert_allclose(read_image(tmp_path / "deep.png", (10, 12, 1))[..., 0], ramp / 65535, atol=1 / 255)
    Image.fromarray(ramp.astype(np.float32)).save(tmp_path / "float.tiff")
    with pytest.raises(FileError, match="float.tiff: pixels of mode F have no fixed range"):
        read_image(tmp_path / "float.tiff", SHAPE)


def test_files_that_are_no_images(tmp_path):
    (tmp_path / "note.png").write_text("hello")
    with pytest.raises(FileError, match="note.png cannot be read as an image"):
        read_image(tmp_path / "note.png", SHAPE)
    with pytest.raises(FileError, match="none.png does not exist"):
        read_image(tmp_path / "none.png", SHAPE)
    whole = save_picture(tmp_path / "whole.png", (50, 50), (1, 2, 3)).read_bytes()
    (tmp_path / "half.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FileError, match="half.png cannot be read"):
        read_image(tmp_path / "half.png", SHAPE)


def test_strip_and_gif(saved, tmp_path, capsys, random):
    start, goal = (tmp_path / "a.png", tmp_path / "b.png")
    for path, pixels in zip((start, goal), random.randint(0, 256, [2, *SHAPE]).astype(np.uint8)):
        Image.fromarray(pixels).save(path)
    interpolate(str(start), str(goal), str(saved[1]), str(tmp_path / "strip.png"))
    with Image.open(tmp_path / "strip.png") as strip:
        magnified = 112 // 12
        assert strip.size == (12 * (STEPS + 2) * magnified, 10 * magnified)
        cells = np.asarray(strip)[::magnified, ::magnified]
    np.testing.assert_array_equal(cells[:, :12], np.asarray(Image.open(start)))
    np.testing.assert_array_equal(cells[:, -12:], np.asarray(Image.open(goal)))
    assert f"{STEPS} steps; ||s - goal||^2 from" in capsys.readouterr().out
    interpolate(str(start), str(goal), str(saved[1]), str(tmp_path / "walk.gif"))
    with Image.open(tmp_path / "walk.gif") as movie:
        assert movie.n_frames == STEPS + 1
    with pytest.raises(InputError, match="unknown ending '.txt'; use .png"):
        interpolate(str(start), str(goal), str(saved[1]), str(tmp_path / "strip.txt"))
    with pytest.raises(InputError, match="unknown ending '.psd'"):  # Pillow reads it but cannot write it
        interpolate(str(start), str(goal), str(saved[1]), str(tmp_path / "strip.psd"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "b.png", "strip.png", "walk.gif"]


def test_the_command_fails_with_one_sentence(saved, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "tf_interp", "interpolate", "none.png", "none.png", "--model", str(saved[1])],
        capture_output=True, text=True, cwd=ROOT, timeout=120,
    )  # fmt: skip
    assert done.returncode == 2 and done.stderr.strip() == "error: none.png does not exist"
