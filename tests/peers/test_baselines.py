"""The baselines: what they compute by hand, where gradients stop, and what a trained one leaves behind."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from idx_files import idx

from tf_interp.commands.train_peer import main
from tf_interp.data import mnist
from tf_interp.errors import DivergedError, FileError, InputError
from tf_interp.peers import training
from tf_interp.peers.acai import acai_losses
from tf_interp.peers.autoencoder import squared_error
from tf_interp.peers.cross_fade import cross_fade
from tf_interp.peers.optimal_transport import optimal_transport, splat
from tf_interp.peers.saved import KINDS, Baseline, build, load_baseline, save_baseline
from tf_interp.peers.settings import Settings
from tf_interp.peers.vae import divergence_from_prior, negative_elbo

ROOT = Path(__file__).parents[2]
SMALL = Settings(latent_size=3, features=(4, 8), batch_size=16, iterations=5, precision="float32")


@pytest.fixture
def solver():
    return pytest.importorskip("ot", reason="POT is not installed")


def picture(size, **dots):
    """A black image [1,H,W,1] with dots given as r<row>c<column>=value."""
    image = np.zeros([1, *size, 1], np.float32)
    for place, value in dots.items():
        row, column = map(int, place[1:].split("c"))
        image[0, row, column, 0] = value
    return image


def spots(count, size, seed=0):
    """Blurred spots at random places, uint8 [N,H,W,1]."""
    rows, columns = np.mgrid[: size[0], : size[1]]
    centres = np.random.RandomState(seed).uniform(2, min(size) - 3, [2, count, 1, 1])
    return (255 * np.exp(-0.3 * ((rows - centres[0]) ** 2 + (columns - centres[1]) ** 2))[..., None]).astype(np.uint8)


# Cross-fade


def test_cross_fade_by_hand():
    start, goal = np.array([[0.0, 1.0], [0.2, 0.5]]), np.array([[1.0, 0.0], [0.6, 0.5]])
    frames, lengths = cross_fade(start.reshape(2, 1, 2, 1), goal.reshape(2, 1, 2, 1), steps=4)
    assert frames.shape == (2, 5, 1, 2, 1) and frames.dtype == np.float32
    np.testing.assert_allclose(frames[0, :, 0, :, 0], [[0, 1], [0.25, 0.75], [0.5, 0.5], [0.75, 0.25], [1, 0]])
    np.testing.assert_allclose(frames[1, 1, 0, :, 0], [0.3, 0.5], rtol=1e-6)
    assert lengths.dtype == np.int32 and lengths.tolist() == [4, 4]


def test_cross_fade_keeps_both_ends_exactly_and_the_range(random):
    start, goal = random.uniform(size=[2, 3, 5, 4, 3]).astype(np.float32)
    start[:, 0], goal[:, 0] = 1.0, 1.0
    for steps in (1, 3, 7):
        frames, _ = cross_fade(start, goal, steps)
        np.testing.assert_array_equal(frames[:, 0], start)
        np.testing.assert_array_equal(frames[:, -1], goal)
        assert frames.min() >= 0.0 and frames.max() <= 1.0


def test_walks_that_cannot_be():
    images = np.zeros([2, 4, 4, 1], np.float32)
    with pytest.raises(InputError, match="steps: a walk needs at least 1, got 0"):
        cross_fade(images, images, 0)
    for walk in (cross_fade, build("autoencoder", SMALL, (4, 4, 1)).walk):
        with pytest.raises(InputError, match=r"start \(2, 4, 4, 1\) and goal \(1, 4, 4, 1\) must have the same shape"):
            walk(images, images[:1], 3)


# Optimal transport


def test_a_dot_travels_in_a_straight_line_at_constant_speed(solver):
    frames, lengths = optimal_transport(picture((9, 12), r0c1=0.8), picture((9, 12), r8c11=0.8), steps=5)
    rows, columns = np.mgrid[:9, :12]
    for k, frame in enumerate(frames[0, ..., 0].astype(np.float64)):
        mass = frame.sum()
        assert mass == pytest.approx(0.8, abs=1e-6)
        centre = np.sum(rows * frame) / mass, np.sum(columns * frame) / mass
        np.testing.assert_allclose(centre, [8 * k / 5, 1 + 10 * k / 5], atol=1e-5)
        assert np.sum(frame > 1e-6) == (1 if k in (0, 5) else 2)  # columns are whole, rows in between
    assert lengths.tolist() == [5]


def test_mass_goes_the_cheaper_way_and_changes_linearly(solver):
    """Dots at (0, 0) and (0, 4) go to (2, 0) and (2, 4): straight down, not across, which would meet at (1, 2)."""
    start, goal = picture((3, 5), r0c0=0.2, r0c4=0.2), picture((3, 5), r2c0=0.6, r2c4=0.6)
    frames, _ = optimal_transport(start, goal, steps=2)
    np.testing.assert_allclose(frames[0, 1, ..., 0], [[0] * 5, [0.4, 0, 0, 0, 0.4], [0] * 5], atol=1e-6)
    np.testing.assert_allclose(frames.sum(axis=(0, 2, 3, 4)), [0.4, 0.8, 1.2], rtol=1e-6)
    # (0, 0) and (0, 3) to (0, 2) and (0, 5): 4 + 4 is cheaper than 25 + 1, although the second pair is nearer.
    frames, _ = optimal_transport(picture((1, 6), r0c0=1, r0c3=1), picture((1, 6), r0c2=1, r0c5=1), steps=2)
    np.testing.assert_allclose(frames[0, 1, 0, :, 0], [0, 1, 0, 0, 1, 0], atol=1e-6)


def test_a_dot_splits_where_masses_demand_it(solver):
    frames, _ = optimal_transport(picture((1, 5), r0c2=1.0), picture((1, 5), r0c0=0.75, r0c4=0.25), steps=2)
    np.testing.assert_allclose(frames[0, 1, 0, :, 0], [0, 0.75, 0, 0.25, 0], atol=1e-6)


def test_transport_of_real_digits_is_exact_at_the_ends_and_in_range(solver):
    digits = mnist.load_split("test").images[:8].astype(np.float32) / 255.0
    frames, _ = optimal_transport(digits[:4], digits[4:], steps=3)
    assert frames.shape == (4, 4, 28, 28, 1) and frames.dtype == np.float32
    np.testing.assert_array_equal(frames[:, 0], digits[:4])
    np.testing.assert_array_equal(frames[:, -1], digits[4:])
    assert frames.min() >= 0.0 and frames.max() <= 1.0
    mass = frames.sum(axis=(2, 3, 4))
    ramp = mass[:, :1] + (mass[:, -1:] - mass[:, :1]) * np.arange(4) / 3
    assert np.all(mass <= ramp * (1 + 1e-5)) and np.all(mass > 0.75 * ramp)  # what is missing was cut off above 1


def test_black_images_fade_and_colour_is_refused(solver):
    black, dot = picture((3, 3)), picture((3, 3), r1c2=0.8)
    frames, _ = optimal_transport(np.concatenate([black, dot, black]), np.concatenate([dot, black, black]), steps=4)
    np.testing.assert_allclose(frames[0, :, 1, 2, 0], [0, 0.2, 0.4, 0.6, 0.8], rtol=1e-6)
    np.testing.assert_allclose(frames[1], frames[0, ::-1], atol=1e-6)
    assert not frames[2].any()
    with pytest.raises(InputError, match="one-channel images, got 3 channels"):
        optimal_transport(np.zeros([1, 3, 3, 3]), np.zeros([1, 3, 3, 3]), 2)


def test_a_missing_solver_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "ot", None)
    with pytest.raises(InputError, match="pip install POT==0.9.5"):
        optimal_transport(picture((3, 3)), picture((3, 3)), 2)


def test_splat_shares_mass_as_bilinear_sampling_does():
    image = splat(np.array([[0.25, 1.5], [2.0, 2.0]]), np.array([1.0, 3.0]), (3, 3))
    np.testing.assert_allclose(image, [[0, 0.375, 0.375], [0, 0.125, 0.125], [0, 0, 3]])


# Objectives


def test_squared_error_by_hand():
    output = squared_error(tf.constant([0.0, 0.5, 1.0, 1.0], shape=[2, 2, 1, 1]), tf.fill([2, 2, 1, 1], 0.5))
    np.testing.assert_allclose(output.loss, [0.25, 0.5])


def test_divergence_equals_its_integral(random):
    """KL = integral of q (log q - log p), summed over independent latents."""
    mean, log_variance = random.normal(size=[2, 3]), random.uniform(-2, 1, [2, 3])
    z, step = np.linspace(-15, 15, 30001, retstep=True)
    stddev = np.exp(0.5 * log_variance)[..., None]
    log_q = -0.5 * ((z - mean[..., None]) / stddev) ** 2 - np.log(stddev * np.sqrt(2 * np.pi))
    log_p = -0.5 * z**2 - 0.5 * np.log(2 * np.pi)
    expected = np.sum(np.exp(log_q) * (log_q - log_p) * step, axis=(1, 2))
    found = divergence_from_prior(tf.constant(mean, tf.float32), tf.constant(log_variance, tf.float32))
    np.testing.assert_allclose(found, expected, rtol=1e-4)
    assert divergence_from_prior(tf.zeros([1, 4]), tf.zeros([1, 4])).numpy() == [0.0]


def test_elbo_sums_over_pixels_and_weighs_the_divergence():
    images, logits = tf.constant([0.0, 1.0, 0.25, 1.0], shape=[1, 2, 1, 2]), tf.constant([0.0, 2.0, -1.0, 0.0])
    white = 1 / (1 + np.exp([-0.0, -2.0, 1.0, -0.0]))
    expected = -np.log(0.5) - np.log(white[1]) - 0.25 * np.log(white[2]) - 0.75 * np.log(1 - white[2]) - np.log(0.5)
    mean, log_variance = tf.constant([[2.0, 0.0]]), tf.zeros([1, 2])  # KL = 2^2 / 2
    output = negative_elbo(images, tf.reshape(logits, [1, 2, 1, 2]), mean, log_variance, beta=3.0)
    np.testing.assert_allclose(output.diagnostics["cross_entropy"], [expected], rtol=1e-6)
    np.testing.assert_allclose(output.loss, [expected + 3.0 * 2.0], rtol=1e-6)
    distance = np.sum((white - [0.0, 1.0, 0.25, 1.0]) ** 2)
    np.testing.assert_allclose(output.diagnostics["reconstruction"], [distance], rtol=1e-6)


def acai_by_hand(encoder_weight, decoder_weight, critic_weight):
    """Two images of two equal pixels; f doubles, g multiplies by 0.3, d is twice the mean plus 0.1.

    x = 0.5, 1.0: z = 1, 2 and x' = 0.3, 0.6. With alpha = 0.25, 0.5 the mixtures of each image with the other are
    z = 0.25 * 1 + 0.75 * 2 = 1.75 and 0.5 * 2 + 0.5 * 1 = 1.5, decoded 0.525 and 0.45.
    """
    images = tf.constant([0.5, 0.5, 1.0, 1.0], shape=[2, 1, 2, 1])
    return acai_losses(
        lambda x: encoder_weight * tf.reduce_mean(x, axis=[1, 2]),
        lambda z: decoder_weight * tf.tile(z[:, None, None], [1, 1, 2, 1]),
        lambda x: critic_weight * tf.reduce_mean(x, axis=[1, 2, 3]) + 0.1,
        images, alpha=tf.constant([0.25, 0.5]), critic_weight=0.5, realism=0.2,
    )  # fmt: skip


def test_acai_losses_by_hand():
    autoencoder, critic = acai_by_hand(2.0, 0.3, 2.0)
    guess = np.array([2 * 0.525 + 0.1, 2 * 0.45 + 0.1])
    nearly_real = 2 * np.array([0.2 * 0.5 + 0.8 * 0.3, 0.2 * 1.0 + 0.8 * 0.6]) + 0.1
    np.testing.assert_allclose(autoencoder.loss, 4 * np.array([0.2, 0.4]) ** 2 + 0.5 * guess**2, rtol=1e-5)
    np.testing.assert_allclose(critic.loss, (guess - [0.25, 0.5]) ** 2 + nearly_real**2, rtol=1e-5)
    np.testing.assert_allclose(autoencoder.diagnostics["reconstruction"], [2 * 0.2**2, 2 * 0.4**2], rtol=1e-5)
    np.testing.assert_allclose(critic.diagnostics["guess_error"], guess - [0.25, 0.5], rtol=1e-5)


def test_the_critics_loss_does_not_reach_the_autoencoder():
    weights = [tf.Variable(2.0), tf.Variable(0.3), tf.Variable(2.0)]
    with tf.GradientTape(persistent=True) as tape:
        autoencoder, critic = acai_by_hand(*weights)
    assert tape.gradient(critic.loss, weights[:2]) == [None, None]
    assert abs(float(tape.gradient(critic.loss, weights[2]))) > 0.1
    # Through the critic into the mixtures: d/dw_g of 4 (x - x')^2 + 0.5 guess^2 with x' = w_g z, guess = 2 w_g z + 0.1.
    by_hand = -8 * (0.2 * 1 + 0.4 * 2) + 1.15 * 2 * 1.75 + 1.0 * 2 * 1.5
    assert float(tape.gradient(autoencoder.loss, weights[1])) == pytest.approx(by_hand, rel=1e-4)


# Networks


@pytest.mark.parametrize("shape", [(8, 8, 1), (7, 10, 3), (13, 5, 1), (2, 2, 1)])
@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_any_image_size_goes_through(shape, precision, random):
    images = random.uniform(size=[3, *shape]).astype(np.float32)
    model = build("autoencoder", SMALL, shape, precision)
    latents = model.encode(images)
    decoded = model.decode(latents).numpy()
    assert latents.shape == (3, 3) and decoded.shape == images.shape and decoded.dtype == np.float32
    assert decoded.min() > 0.0 and decoded.max() < 1.0
    assert all(variable.dtype == tf.float32 for variable in model.trainable_variables)


@pytest.mark.parametrize("kind", ["autoencoder", "acai"])
def test_a_linear_output_is_bounded_by_the_walk_alone(kind, random):
    images = random.uniform(size=[3, 8, 8, 1]).astype(np.float32)
    model = build(kind, Settings(**{**SMALL.to_dict(), "output": "linear"}), (8, 8, 1))
    assert model.decode(5.0 * model.encode(images)).numpy().min() < 0.0
    walked = model.walk(images, images[::-1], steps=2)[0]
    assert walked.min() >= 0.0 and walked.max() <= 1.0


@pytest.mark.parametrize("kind", KINDS)
def test_on_mnist_the_autoencoders_are_as_large_as_the_projects_model(kind):
    counts = build(kind, Settings(), (28, 28, 1)).parameter_counts()
    critic = counts.pop("discriminator", 0)
    assert 400_000 <= sum(counts.values()) <= 460_000 and (critic > 0) == (kind == "acai")


@pytest.mark.parametrize("kind", KINDS)
def test_a_walk_is_the_start_and_then_decoded_points_of_a_straight_line(kind, random):
    start, goal = random.uniform(size=[2, 3, 7, 6, 1]).astype(np.float32)
    model = build(kind, SMALL, (7, 6, 1))
    frames, lengths = model.walk(start, goal, steps=4)
    assert frames.shape == (3, 5, 7, 6, 1) and frames.dtype == np.float32
    assert lengths.tolist() == [4, 4, 4] and lengths.dtype == np.int32
    np.testing.assert_array_equal(frames[:, 0], start)
    first, last = model.encode(start), model.encode(goal)
    np.testing.assert_allclose(frames[:, 1], np.clip(model.decode(0.75 * first + 0.25 * last), 0, 1), atol=1e-6)
    np.testing.assert_allclose(frames[:, 4], np.clip(model.decode(last), 0, 1), atol=1e-6)


def test_the_vae_walks_between_means_and_samples_around_them_in_training(random):
    images = tf.constant(random.uniform(size=[2, 6, 6, 1]), tf.float32)
    model = build("vae", SMALL, (6, 6, 1))
    mean, log_variance = model.posterior(images)
    np.testing.assert_array_equal(model.encode(images), mean)
    assert np.abs(mean - log_variance).min() > 0
    decoded = []
    model.decoder = lambda latents: decoded.append(latents) or tf.zeros_like(images)
    for seed in ([1, 2], [1, 2], [1, 3]):
        model.losses(images, tf.constant(seed, tf.int64))
    np.testing.assert_array_equal(decoded[0], decoded[1])
    for latents, seed in ((decoded[0], [1, 2]), (decoded[2], [1, 3])):
        noise = tf.random.stateless_normal([2, 3], tf.constant(seed, tf.int64))
        np.testing.assert_allclose(latents, mean + np.exp(0.5 * log_variance) * noise, rtol=1e-5)


# Training


def trained(kind, images, **changes):
    settings = Settings(**{**SMALL.to_dict(), **changes})
    with tempfile.TemporaryDirectory() as folder:
        return training.train_autoencoder(kind, images, settings, Path(folder))


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
    held_out = spots(50, (8, 8), seed=1).astype(np.float32) / 255.0
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
    with pytest.raises(InputError, match="'gan' is no kind of baseline; use one of autoencoder, vae, acai"):
        trained("gan", images)
    for name, value in [("latent_size", 0), ("learning_rate", float("nan")), ("features", (4, -1)), ("seed", -1)]:
        with pytest.raises(InputError, match=f"{name}: .* is outside the allowed range"):
            Settings(**{name: value})


def test_diverged_training_stops():
    with pytest.raises(DivergedError, match="(loss|gradient_norm/all) is .* at iteration .; try a lower"):
        trained("vae", spots(32, (8, 8)), learning_rate=1.0, beta=1e6, iterations=9)


# Saving


@pytest.fixture(scope="module", params=KINDS)
def saved(request, tmp_path_factory):
    baseline = trained(request.param, spots(32, (8, 8)), beta=2.0, realism=0.3, iterations=3)
    folder = tmp_path_factory.mktemp("peers")
    save_baseline(baseline, folder)
    with pytest.raises(FileError, match="holds a baseline already; remove it"):
        save_baseline(baseline, folder)
    return baseline, folder


def test_a_loaded_baseline_walks_as_before_and_knows_its_origin(saved, random):
    baseline, folder = saved
    loaded = load_baseline(folder)
    pair = random.uniform(size=[2, 2, 8, 8, 1]).astype(np.float32)
    np.testing.assert_array_equal(loaded.model.walk(*pair, 3)[0], baseline.model.walk(*pair, 3)[0])
    assert isinstance(loaded, Baseline) and loaded[:2] == baseline[:2] and loaded.image_shape == (8, 8, 1)
    assert loaded.record == baseline.record
    content = json.loads((folder / "config.json").read_text())
    assert content["parameters"] == baseline.model.parameter_counts()
    assert content["settings"]["realism"] == 0.3 and {"command", "git_commit", "versions"} <= set(content["start"])
    own = {"vae": "beta", "acai": "realism"}.get(baseline.kind)
    assert own is None or getattr(loaded.model, own) == content["settings"][own]


def test_baselines_that_cannot_be_loaded(saved, tmp_path):
    with pytest.raises(FileError, match="no baseline in .*nowhere"):
        load_baseline(tmp_path / "nowhere")
    for path in saved[1].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    config = tmp_path / "config.json"
    text = config.read_text()
    for old, new in [('"kind"', '"sort"'), ('"latent_size"', '"size"'), ('"seed": 0', '"seed": -1'), ("{", "")]:
        config.write_text(text.replace(old, new, 1))
        with pytest.raises(FileError, match="config.json is damaged or not that of a baseline"):
            load_baseline(tmp_path)
    config.write_text(text.replace('"latent_size": 3', '"latent_size": 4'))
    with pytest.raises(FileError, match="damaged or belong to other settings"):
        load_baseline(tmp_path)
    config.write_text(text)
    data = tmp_path / "weights.data-00000-of-00001"
    data.write_bytes(data.read_bytes()[:1000])
    with pytest.raises(FileError, match="damaged"):
        load_baseline(tmp_path)


def command(*words):
    return subprocess.run(
        [sys.executable, "-m", "tf_interp", "peer", *words],
        capture_output=True, text=True, cwd=ROOT, timeout=240,
    )  # fmt: skip


def test_the_command_trains_saves_and_measures(tmp_path, capsys):
    for split, count in (("train", 60), ("test", 20)):
        for name, array in zip(mnist.FILES[split], (spots(count, (9, 8))[..., 0], np.zeros(count, np.uint8))):
            (tmp_path / name).write_bytes(idx(array))
    options = ["--data-dir", tmp_path, "--iterations", 4, "--features", 4, 8, "--latent-size", 2, "--batch-size", 8]
    words = [str(word) for word in ("vae", "--out", tmp_path / "peers" / "vae", *options)]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert "vae: encoder" in said and "held-out pairs: ||s_K - g||^2 from" in said
    baseline = load_baseline(tmp_path / "peers" / "vae")
    assert baseline.settings.iterations == 4 and baseline.image_shape == (9, 8, 1)
    last = json.loads((tmp_path / "peers" / "vae" / "metrics.jsonl").read_text().splitlines()[-1])
    assert last == {"iteration": 4, **baseline.record["metrics"]}
    events = b"".join(path.read_bytes() for path in (tmp_path / "peers" / "vae" / "tensorboard").iterdir())
    assert b"_hparams_/session_start_info" in events and b"held_out/goal_relative" in events
    assert main(words) == 2  # and nothing is lost
    assert "already exists and is not empty" in capsys.readouterr().err
    assert load_baseline(tmp_path / "peers" / "vae").record == baseline.record


def test_the_command_explains_itself_and_refuses_bad_settings(tmp_path):
    explained = command("--help")
    assert explained.returncode == 0 and "Cross-fade and optimal transport" in explained.stdout
    refused = command("vae", "--latent-size", "0")
    assert refused.returncode == 2 and "outside the allowed range" in refused.stderr
    refused = command("vae", "--data-dir", "nowhere", "--out", str(tmp_path / "out"))
    assert refused.returncode == 2 and refused.stderr.startswith("error: data folder nowhere does not exist")
