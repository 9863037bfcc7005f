"""Training a peer, and what it leaves behind."""

import dataclasses
import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from spots import spots

from tf_interp.data.pixels import as_floats
from tf_interp.data.sources import Source
from tf_interp.errors import DivergedError, FileError, InputError
from tf_interp.peers import training
from tf_interp.peers.saved import KINDS, Peer, build, load_peer, save_peer
from tf_interp.peers.settings import PeerSettings, without_effect

ROOT = Path(__file__).parents[2]
SMALL = PeerSettings(latent_size=3, features=(4, 8), batch_size=16, iterations=5, precision="float32")
SOURCE = Source("mnist", "spots")


def trained(kind, images, **changes):
    settings = dataclasses.replace(SMALL, **changes)
    with tempfile.TemporaryDirectory() as folder:
        return training.train_peer(kind, images, SOURCE, settings, Path(folder))


def test_batches_are_a_function_of_seed_and_number():
    images = np.arange(50, dtype=np.uint8).reshape(50, 1, 1, 1)

    def first_batches(seed):
        return [(x.numpy(), key.numpy()) for x, key in training.batches(images, 6, seed).take(3)]

    for (x, key), (again, same_key) in zip(first_batches(3), first_batches(3)):
        np.testing.assert_array_equal(x, again)
        np.testing.assert_array_equal(key, same_key)
    drawn = [tuple(x.ravel()) for x, _ in first_batches(3) + first_batches(4)]
    keys = [tuple(key) for _, key in first_batches(3) + first_batches(4)]
    assert len(set(drawn)) == len(set(keys)) == 6
    assert set(np.round(np.ravel(drawn) * 255).astype(int)) <= set(range(50))


def test_each_player_moves_against_its_own_loss_only():
    """One step of gradient descent at rate 1 changes a weight by minus its player's gradient, taken before any step."""
    model = build("acai", SMALL, (6, 6, 1))
    images, seed = next(iter(training.batches(spots(20, (6, 6)), 8, 0)))
    groups = training.trained_variables(model)
    with tf.GradientTape(persistent=True) as tape:
        losses = [tf.reduce_mean(output.loss) for output in model.losses(images, seed)]
    expected = [[v - g for v, g in zip(group, tape.gradient(loss, group))] for loss, group in zip(losses, groups)]
    optimizers = [tf.keras.optimizers.SGD(1.0, jit_compile=False) for _ in groups]
    for optimizer, group in zip(optimizers, groups):
        optimizer.build(group)
    step = training.compile_step(model, optimizers)
    metrics = step(images, seed)
    assert len(groups[0]) + len(groups[1]) == len(model.trainable_variables)
    for group, wanted in zip(groups, expected):
        for variable, value in zip(group, wanted):
            np.testing.assert_allclose(variable, value, atol=1e-5, err_msg=variable.name)
    assert float(metrics["loss"]) == pytest.approx(float(sum(losses)), rel=1e-5)
    step(images, seed)
    assert step.experimental_get_tracing_count() == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_short_training_learns_to_reconstruct(kind):
    images = spots(256, (8, 8))
    untrained, done = (trained(kind, images, iterations=n, learning_rate=1e-2) for n in (1, 150))
    before, after = untrained.record["metrics"]["reconstruction"], done.record["metrics"]["reconstruction"]
    assert after < 0.35 * before
    held_out = as_floats(spots(50, (8, 8), seed=1))
    frames, _ = done.model.walk(held_out[::-1], held_out, 2)
    apart = np.square(held_out[::-1] - held_out).sum(axis=(1, 2, 3)).mean()
    assert np.square(frames[:, -1] - held_out).sum(axis=(1, 2, 3)).mean() < 0.5 * apart
    assert done.record["train_seconds"] > 0 and done.record["start"]["iteration"] == 0


def test_same_seed_same_weights_other_seed_other_weights():
    images = spots(64, (8, 8))
    first, again, other = (trained("vae", images, seed=seed).model.trainable_variables for seed in (1, 1, 2))
    for a, b, c in zip(first, again, other):
        np.testing.assert_array_equal(a, b)
        assert np.abs(a - c).max() > 0


def test_training_refuses_what_it_cannot_use():
    images = spots(4, (8, 8))
    for spoilt in (images / 255.0, images[..., 0], images[:0]):
        with pytest.raises(InputError, match=r"images: expected uint8 \[N,H,W,C\]"):
            trained("vae", spoilt)
    with pytest.raises(InputError, match="acai mixes the images of a batch"):
        trained("acai", images, batch_size=1)
    with pytest.raises(InputError, match="'gan' is no kind of peer; use one of autoencoder, vae, acai"):
        trained("gan", images)
    for name, value in [("latent_size", 0), ("learning_rate", float("nan")), ("features", (4, -1)), ("seed", -1)]:
        with pytest.raises(InputError, match=f"{name}: .* is outside the allowed range"):
            PeerSettings(**{name: value})


def test_diverged_training_stops():
    with pytest.raises(DivergedError, match="(loss|gradient_norm/all) is .* at iteration .; try a lower"):
        trained("vae", spots(32, (8, 8)), learning_rate=1.0, beta=1e6, iterations=9)


@pytest.fixture(scope="module", params=KINDS)
def saved(request, tmp_path_factory):
    peer = trained(request.param, spots(32, (8, 8)), beta=2.0, realism=0.3, iterations=3)
    folder = tmp_path_factory.mktemp("peers")
    save_peer(peer, folder)
    with pytest.raises(FileError, match="holds a peer already; remove it"):
        save_peer(peer, folder)
    return peer, folder


def test_a_loaded_peer_walks_as_before_and_knows_its_origin(saved, random):
    peer, folder = saved
    loaded = load_peer(folder)
    pair = random.uniform(size=[2, 2, 8, 8, 1]).astype(np.float32)
    np.testing.assert_array_equal(loaded.model.walk(*pair, 3)[0], peer.model.walk(*pair, 3)[0])
    assert isinstance(loaded, Peer) and loaded[:2] == peer[:2] and loaded.image_shape == (8, 8, 1)
    assert loaded.record == peer.record and loaded.source == SOURCE
    content = json.loads((folder / "config.json").read_text())
    assert content["parameters"] == peer.model.parameter_counts()
    assert content["settings"]["realism"] == 0.3 and {"command", "git_commit", "versions"} <= set(content["start"])
    assert loaded.settings == loaded.model.settings == peer.settings


def test_records_that_do_not_name_their_data_are_of_mnist_or_of_lines(saved, tmp_path):
    record = json.loads((saved[1] / "config.json").read_text())
    for name in ("data", "data_dir"):
        del record[name]
    for path in saved[1].glob("weights*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "config.json").write_text(json.dumps(record))
    assert load_peer(tmp_path).source == ("mnist", None)
    for kind in KINDS:
        peer = load_peer(ROOT / "results" / "peers" / kind)
        assert peer.source == ("mnist", None) and peer.kind == kind


def test_settings_that_another_kind_uses():
    assert without_effect("acai", PeerSettings(beta=2.0, realism=0.3, seed=1)) == ["beta"]
    assert without_effect("vae", PeerSettings(beta=2.0, output="linear", realism=0.3)) == ["output", "realism"]
    assert without_effect("autoencoder", PeerSettings(output="linear")) == []


def test_peers_that_cannot_be_loaded(saved, tmp_path):
    with pytest.raises(FileError, match="no peer in .*nowhere"):
        load_peer(tmp_path / "nowhere")
    for path in saved[1].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    config = tmp_path / "config.json"
    text = config.read_text()
    for old, new, complaint in [
        ('"kind"', '"sort"', "is damaged or not that of a peer"),
        ('"latent_size"', '"size"', "is damaged or not that of a peer"),
        ('"seed": 0', '"seed": -1', "is damaged or not that of a peer"),
        ('"train_seconds"', '"seconds"', "is damaged or not that of a peer"),
        ('"image_shape"', '"shape"', "image_shape is None; it should be height, width and channels"),
        ("{", "", "is not valid JSON"),
    ]:
        config.write_text(text.replace(old, new, 1))
        with pytest.raises(FileError, match=f"config.json:? {complaint}"):
            load_peer(tmp_path)
    config.write_text(text.replace('"latent_size": 3', '"latent_size": 4'))
    with pytest.raises(FileError, match="damaged or belong to other settings"):
        load_peer(tmp_path)
    config.write_text(text)
    data = tmp_path / "weights.data-00000-of-00001"
    data.write_bytes(data.read_bytes()[:1000])
    with pytest.raises(FileError, match="damaged"):
        load_peer(tmp_path)
