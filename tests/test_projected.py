"""The projected discriminator: the file of PyTorch it comes from, the frozen network, and what is learned on top."""

import dataclasses
import importlib.util
import io
import os
import pickle
import sys
import types
from collections import OrderedDict

import numpy as np
import pytest
import tensorflow as tf
from matplotlib import cbook
from PIL import Image

from tf_interp.config import Config
from tf_interp.errors import FileError
from tf_interp.models import Models, load_model, save_model
from tf_interp.nets.discriminator import Discriminator
from tf_interp.nets.lite0 import Lite0, _convolution, _convolve, _weights
from tf_interp.nets.projected_discriminator import TAPS, ProjectedDiscriminator
from tf_interp.torch_file import read_tensors

SHAPE = (32, 32, 3)
CONFIG = Config(policy_features=(4, 6), transformer_features=(4, 6), manifold_weight=1.0, discriminator="projected")


def torch_bytes(monkeypatch, tensors, storages):
    """What torch.save wrote before release 1.6, for name -> (storage, offset, shape, strides)."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")

    class FloatStorage:
        """Stands for PyTorch's class of that name."""

    class LongStorage:
        """Stands for PyTorch's class of that name."""

    def _rebuild_tensor_v2(*view):
        return view

    for module, members in ((torch, (FloatStorage, LongStorage)), (utils, (_rebuild_tensor_v2,))):
        monkeypatch.setitem(sys.modules, module.__name__, module)
        for member in members:
            member.__module__, member.__qualname__ = module.__name__, member.__name__
            setattr(module, member.__name__, member)

    class Tensor:
        def __init__(self, key, *view):
            self.key, self.view = key, view

        def __reduce__(self):
            return _rebuild_tensor_v2, (self, *self.view, False, OrderedDict())

    class Pickler(pickle.Pickler):
        inside = False

        def persistent_id(self, value):
            if not isinstance(value, Tensor):
                return None
            self.inside = not self.inside  # first as a tensor, then as the storage that its arguments name
            kind = FloatStorage if storages[value.key].dtype == np.float32 else LongStorage
            size = storages[value.key].size
            return None if self.inside else ("storage", kind, value.key, "cpu", size, None)

    file = io.BytesIO()
    for fact in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}):
        pickle.dump(fact, file, 2)
    Pickler(file, 2).dump(OrderedDict((name, Tensor(*view)) for name, view in tensors.items()))
    pickle.dump(list(storages), file, 2)
    for numbers in storages.values():
        file.write(np.int64(numbers.size).tobytes() + numbers.tobytes())
    return file.getvalue()


def test_tensors_are_views_of_their_storages(tmp_path, monkeypatch):
    storages = {"a": np.arange(10, dtype=np.float32), "b": np.array([7, -8], np.int64)}
    views = {"matrix": ("a", 1, (2, 3), (3, 1)), "its transpose": ("a", 1, (3, 2), (1, 3)), "count": ("b", 1, (), ())}
    path = tmp_path / "weights.pth"
    path.write_bytes(torch_bytes(monkeypatch, views, storages))
    tensors = read_tensors(path)
    assert list(tensors) == list(views)
    np.testing.assert_array_equal(tensors["matrix"], [[1, 2, 3], [4, 5, 6]])
    np.testing.assert_array_equal(tensors["its transpose"], [[1, 4], [2, 5], [3, 6]])
    assert tensors["count"] == -8 and tensors["count"].dtype == np.int64 and tensors["matrix"].dtype == np.float32
    whole = path.read_bytes()
    for size in (0, 5, len(whole) // 2, len(whole) - 17, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(FileError, match="weights.pth is damaged or no file of PyTorch"):
            read_tensors(path)


def test_a_file_of_tensors_runs_no_code(tmp_path):
    class Evil:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "made"),)

    path = tmp_path / "weights.pth"
    path.write_bytes(pickle.dumps(Evil()))
    with pytest.raises(FileError, match="mkdir is no part of a tensor"):
        read_tensors(path)
    assert not (tmp_path / "made").exists()
    with pytest.raises(FileError, match="nowhere.pth cannot be read"):
        read_tensors(tmp_path / "nowhere.pth")


def test_the_frozen_network_sees_a_military_uniform():
    """The rear admiral of matplotlib's sample data is ImageNet's class 652; a layer out of place sees another."""
    picture = Image.open(cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)).resize((224, 224), Image.BICUBIC)
    tensors = read_tensors(_weights())
    (last,) = Lite0([15])(tf.constant(np.asarray(picture, np.float32)[None] / 255))
    pooled = tf.reduce_mean(tf.nn.relu6(_convolve(last, _convolution(tensors, "_conv_head", "_bn1"))), axis=[1, 2])
    logits = pooled.numpy() @ tensors["_fc.weight"].T + tensors["_fc.bias"]
    assert logits.argmax() == 652
    assert tf.nn.softmax(logits)[0, 652] > 0.3


def test_taps_are_as_coarse_as_stated_and_grey_is_a_colour(random):
    image = tf.constant(random.uniform(size=[2, 32, 48, 1]), tf.float32)
    for seen, coarseness in zip(Lite0(tuple(TAPS))(image), TAPS.values()):
        assert seen.shape[1:3] == (32 // coarseness, 48 // coarseness)
    net = ProjectedDiscriminator()
    np.testing.assert_array_equal(net(image), net(tf.repeat(image, 3, axis=-1)))


def test_checkerboards_of_either_phase_look_alike_to_the_antialiased_network():
    board = (-1.0) ** np.add.outer(np.arange(64), np.arange(64))[None, :, :, None]
    phases = [tf.constant(np.repeat(0.5 + sign * 0.1 * board, 3, axis=-1), tf.float32) for sign in (1, -1)]
    inside = slice(4, -4)  # at the border, where zeros are beyond, they need not
    apart = {}
    for antialiased in (False, True):
        one, other = (Lite0([0], antialiased)(images)[0][:, inside, inside] for images in phases)
        apart[antialiased] = float(tf.reduce_max(tf.abs(one - other)))
    assert apart[True] < 1e-4 < 0.1 < apart[False]


def test_only_the_judges_learn_and_gradients_reach_the_image(random):
    net = ProjectedDiscriminator()
    image = random.uniform(0.2, 0.8, size=[1, *SHAPE])
    logit = net(tf.constant(image, tf.float32))
    assert logit.shape == (1,) and logit.dtype == tf.float32
    channels = (16, 24, 40, 112)
    judged = [64 * (size * (9 if size == 112 else 16) + 1) + 9 * 64 + 1 for size in channels]
    assert net.count_params() == sum(judged) and len(net.trainable_variables) == 4 * len(channels)
    with tf.GradientTape() as tape:
        seen = tf.constant(image, tf.float32)
        tape.watch(seen)
        logit = net(seen)
    gradient = tape.gradient(logit, seen).numpy()
    along = gradient / np.linalg.norm(gradient)
    step = 1e-2  # float32 through eleven blocks: a smaller step drowns in rounding
    up, down = (float(net(tf.constant(image + sign * step * along, tf.float32))[0]) for sign in (1, -1))
    assert (up - down) / (2 * step) == pytest.approx(np.linalg.norm(gradient), rel=0.05)


def test_a_run_without_the_weights_is_told_what_to_install_and_its_models_load_all_the_same(tmp_path, monkeypatch):
    models = Models(CONFIG, SHAPE)
    assert isinstance(models.discriminator, ProjectedDiscriminator)
    assert type(Models(dataclasses.replace(CONFIG, discriminator="plain"), SHAPE).discriminator) is Discriminator
    save_model(models, CONFIG, SHAPE, tmp_path / "model")
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if "lite0" in name else find(name))
    with pytest.raises(FileError, match="needs the package efficientnet_lite0.*requirements.txt, or --discriminator"):
        Models(CONFIG, SHAPE)
    loaded, config, shape = load_model(tmp_path / "model")
    assert (config, shape) == (CONFIG, SHAPE) and loaded.discriminator is None
    for net, saved in ((loaded.policy, models.policy), (loaded.transformer, models.transformer)):
        for new, old in zip(net.get_weights(), saved.get_weights()):
            np.testing.assert_array_equal(new, old)
