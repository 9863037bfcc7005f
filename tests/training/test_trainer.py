"""The compiled train step: traces, distribution, divergence, learning."""

import numpy as np
import pytest
import tensorflow as tf

from tf_interp.config import Config
from tf_interp.data.pairs import training_pairs
from tf_interp.errors import DivergedError, FileError, InputError
from tf_interp.features.classifier import Classifier, FeatureExtractor, save_classifier
from tf_interp.features.perception import load_perception
from tf_interp.model.agents import Models, begin_with, save_model
from tf_interp.system.keras2 import keras
from tf_interp.training.critics.mixture import mixtures
from tf_interp.training.diagnostics import check_finite
from tf_interp.training.trainer import Trainer

SHAPE = (8, 8, 1)
SMALL = dict(
    policy_features=(4, 8), transformer_features=(4, 8), command_size=4, steps=2, batch_size=8, learning_rate=1e-2,
    final_learning_rate=1e-3, iterations=80,
)  # fmt: skip


@pytest.fixture(scope="module")
def bars():
    """Images of one bright column with soft edges; a walk has to slide it."""
    columns = np.arange(8)
    centres = np.random.RandomState(0).uniform(2, 5, 64)
    profile = np.exp(-0.5 * (columns[None] - centres[:, None]) ** 2)
    return (255 * np.repeat(profile[:, None, :, None], 8, axis=1)).astype(np.uint8)


def train(trainer, images, iterations):
    metrics = []
    pairs = trainer.distribute(training_pairs(images, trainer.config.batch_size, trainer.config.seed))
    for _, (start, goal) in zip(range(iterations), pairs):
        metrics.append({name: float(value) for name, value in trainer.train_step(start, goal).items()})
    return metrics


def weights(trainer):
    return [variable.numpy() for variable in trainer.models.trainable_variables]


# Policy gradients alone learn too slowly for a test; test_objectives.py holds their estimate against the true gradient.
VARIANTS = {
    "bptt": {},
    "bptt with a discriminator": {"manifold_weight": 0.1},
    "bptt with a critic of mixtures": {"mixture_weight": 1.0},
    "hybrid": {"method": "hybrid", "gradient_threshold": 5.0, "stddev_floor": 0.05, "initial_stddev": 0.3},
    "bptt_stop": {"method": "bptt_stop", "step_penalty": 0.01},
    "bptt_stop, exact": {"method": "bptt_stop", "stop_gradient": "exact", "step_penalty": 0.01},
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_methods_that_backpropagate_learn_to_slide_a_bar_with_one_trace(bars, variant):
    trainer = Trainer(Config(**{**SMALL, **VARIANTS[variant]}), SHAPE, "float32")
    metrics = train(trainer, bars, 80)
    assert trainer.train_step.experimental_get_tracing_count() == 1
    assert trainer.done == 80
    remaining = [row["goal_distance"] / row["start_distance"] for row in metrics]
    assert np.mean(remaining[-20:]) < 0.7 * np.mean(remaining[:5])


def test_every_network_learns_at_its_own_rate(bars):
    """Adam's first step is the learning rate, whatever the gradient."""
    rates = {"policy": 1e-4, "transformer": 1e-2, "value": 3e-3, "discriminator": 5e-4, "mixture_critic": 5e-4}
    settings = dict(policy_learning_rate=1e-4, value_learning_rate=3e-3, method="hybrid")
    settings.update(manifold_weight=0.1, mixture_weight=0.1)
    trainer = Trainer(Config(**SMALL, **settings), SHAPE, "float32")
    before = {net.name: [variable.numpy() for variable in net.trainable_variables] for net in trainer.models.networks}
    train(trainer, bars, 1)
    for net in trainer.models.networks:
        moved = [np.abs(new.numpy() - old).max() for new, old in zip(net.trainable_variables, before[net.name])]
        assert max(moved) == pytest.approx(rates[net.name], rel=1e-2), net.name


def test_what_the_first_iteration_of_bptt_logs(bars):
    trainer = Trainer(Config(**SMALL), SHAPE, "float32")
    (first,) = train(trainer, bars, 1)
    assert first["return"] == first["reward/goal"] == -first["loss"] == -first["goal_distance"]
    assert first["flow_magnitude"] == 0.0 and first["goal_distance"] == pytest.approx(first["start_distance"], rel=1e-5)
    assert first["episode_length"] == 2.0 and first["budget_hits"] == 1.0
    assert first["learning_rate"] == pytest.approx(1e-2)
    assert first["gradient_norm/all"] == pytest.approx(
        np.hypot(first["gradient_norm/policy"], first["gradient_norm/transformer"]), rel=1e-4
    )
    layers = {name: norm for name, norm in first.items() if name.startswith("layer_gradient_norm/transformer/")}
    assert np.linalg.norm(list(layers.values())) == pytest.approx(first["gradient_norm/transformer"], rel=1e-4)
    assert "layer_gradient_norm/policy/1_mean" in first and len(layers) == 7
    assert first["command_log_stddev"] == pytest.approx(np.log(0.1), rel=1e-4)


def test_a_walk_that_stands_still_is_paid_for_every_frame_and_not_for_its_flow(bars):
    costs = dict(roughness_cost=1.0, flow_cost=1.0, painting_cost=1.0, motion_cost=1.0)
    trainer = Trainer(Config(**SMALL, **costs, frame_goal_weight=2.0), SHAPE, "float32")
    (first,) = train(trainer, bars, 1)
    assert first["reward/frame_goal"] == pytest.approx(-2.0 * (1 / 2 + 2 / 2) * first["start_distance"], rel=1e-5)
    assert first["reward/flow"] == 0.0 and "reward/painting" not in first  # nothing here could paint
    assert first["reward/motion"] == pytest.approx(0.0, abs=1e-9)
    assert first["return"] == pytest.approx(first["reward/goal"] + first["reward/frame_goal"], rel=1e-5)


def test_the_first_step_pays_its_own_price_on_top(bars, random):
    trainer = Trainer(Config(**SMALL, motion_cost=3.0, departure_cost=2.0), SHAPE, "float32")
    start, goal = bars[:8].astype(np.float32).reshape(2, 4, *SHAPE) / 255
    walks = trainer.walk(start, goal)
    frames = random.uniform(size=walks.frames.shape).astype(np.float32)
    _, parts = trainer.make_episode(walks._replace(frames=tf.constant(frames)))
    moved = np.square(np.diff(frames, axis=1)).sum(axis=(2, 3, 4))
    np.testing.assert_allclose(parts["motion"], -moved * [5.0, *[3.0] * (moved.shape[1] - 1)], rtol=1e-5)


def test_the_critic_of_mixtures_is_told_how_far_frames_are_and_the_walk_pays_for_its_guess(bars):
    trainer = Trainer(Config(**SMALL, mixture_weight=7.0, discriminator_learning_rate=1e-2), SHAPE, "float32")
    pair = tuple(bars[:8].astype(np.float32).reshape(2, 4, *SHAPE) / 255)
    critic, walks = trainer.models.mixture_critic, trainer.walk(*pair)
    torn = tf.random.stateless_uniform(walks.frames[:, 1:].shape, [1, 2])  # far from both ends, and not like a bar
    walks = walks._replace(frames=tf.concat([walks.frames[:, :1], torn], axis=1))
    before = critic(torn[:, 0]).numpy()
    np.testing.assert_allclose(trainer.make_episode(walks)[1]["mixture"][:, 0], -7.0 * before**2, rtol=1e-4)
    agents = [variable.numpy() for variable in trainer.models.transformer.trainable_variables]
    for _ in range(150):
        trainer._train_mixture_critic(walks, tf.constant([3, 4]))
    answers = mixtures(walks.frames, walks.goal)
    np.testing.assert_allclose(critic(torn[:, 0]), answers[:, 0], atol=0.15)
    np.testing.assert_allclose(critic(pair[0]), 0.0, atol=0.15)
    assert float(tf.reduce_min(answers)) > 0.5
    for new, old in zip(trainer.models.transformer.trainable_variables, agents):
        np.testing.assert_array_equal(new, old)


@pytest.mark.parametrize("method", ["bptt", "bptt_stop"])
def test_painting_and_edges_are_paid_for(bars, method):
    costs = dict(painting_cost=5.0, gradient_weight=0.5, transformations=("warp", "blend"), goal_weight=0.1)
    trainer = Trainer(Config(**SMALL, **costs, method=method), SHAPE, "float32")
    metrics = train(trainer, bars, 3)
    start, goal = next(iter(training_pairs(bars, 8, 0)))
    edges = np.abs(np.diff(start - goal, axis=2)).sum((1, 2, 3)).mean()  # the bars are alike in every row
    assert metrics[0]["reward/gradient"] == pytest.approx(-0.5 * edges, rel=1e-4)
    assert metrics[0]["reward/painting"] == pytest.approx(0.0, abs=1e-5) and metrics[0]["alpha_blend"] > 1 - 1e-6
    parts = [value for name, value in metrics[2].items() if name.startswith("reward/")]
    assert metrics[2]["return"] == pytest.approx(sum(parts), rel=1e-5)
    if method == "bptt":
        painted = 2 * (1 - metrics[2]["alpha_blend"])  # over two steps
        assert metrics[2]["reward/painting"] == pytest.approx(-5.0 * painted, rel=1e-2) and painted > 0


def test_the_perceptual_reward_is_a_distance_of_the_classifiers_activations(bars, tmp_path):
    classifier = Classifier()
    classifier(tf.zeros([1, *SHAPE]))
    save_classifier(classifier, SHAPE, {}, tmp_path / "classifier")
    settings = dict(goal_norm="perceptual", goal_weight=3.0, classifier=str(tmp_path / "classifier"))
    trainer = Trainer(Config(**SMALL, **settings), SHAPE, "float32")
    start, goal = next(iter(training_pairs(bars, 8, 0)))
    seen = [FeatureExtractor(classifier, SHAPE)(images.numpy()).perceptual for images in (start, goal)]
    expected = -3.0 * np.mean(np.sum((seen[0] - seen[1]) ** 2, axis=1))
    metrics = train(trainer, bars, 60)
    assert metrics[0]["return"] == pytest.approx(expected, rel=1e-4)
    assert metrics[-1]["return"] > 0.7 * metrics[0]["return"]  # it can be learnt from
    assert not any("classifier" in variable.name for variable in trainer.models.variables)
    with pytest.raises(InputError, match=r"the classifier knows images \(28, 28, 1\), not \(8, 8, 1\)"):
        Trainer(Config(**SMALL, goal_norm="perceptual"), SHAPE, "float32")


def test_a_run_begins_with_the_weights_of_another_or_says_that_they_do_not_fit(tmp_path):
    settings = {**SMALL, "manifold_weight": 1.0}
    first = Models(Config(**settings), SHAPE)
    save_model(first, Config(**settings), SHAPE, tmp_path / "model")
    second = Models(Config(**settings), SHAPE)
    begin_with(second, tmp_path)
    assert [net.name for net in second.networks] == ["policy", "transformer", "discriminator"]
    for new, old in zip(second.networks, first.networks):
        for mine, other in zip(new.get_weights(), old.get_weights()):
            np.testing.assert_array_equal(mine, other)
    for other in (dict(command_size=3), dict(mixture_weight=1.0)):
        with pytest.raises(FileError, match="^initial_model: .* belong to other settings.*--config .*/config.json$"):
            begin_with(Models(Config(**{**settings, **other}), SHAPE), tmp_path)
    with pytest.raises(FileError, match="no model in .*nowhere"):
        begin_with(second, tmp_path / "nowhere")


def test_faces_are_perceived_by_vgg16_or_its_weights_are_asked_for(monkeypatch):
    vgg16 = keras.applications.vgg16
    build = vgg16.VGG16
    monkeypatch.setattr(vgg16, "VGG16", lambda weights, **options: build(weights=None, **options))
    perceive = load_perception("celeba", None, (32, 32, 3))
    seen = perceive(tf.random.stateless_uniform([2, 32, 32, 3], [0, 1]))
    # The sum over 5 convolutions of the mean squared length of unit vectors.
    np.testing.assert_allclose(tf.reduce_sum(tf.square(seen), axis=1), [5.0, 5.0], rtol=1e-4)

    def offline(**_):
        raise OSError("no route to host")

    monkeypatch.setattr(vgg16, "VGG16", offline)
    with pytest.raises(FileError, match="VGG16, whose weights cannot be had: no route to host. Put vgg16_weights.* in"):
        load_perception("celeba", None, (32, 32, 3))


def moved(trainer, before):
    """Names of the networks whose weights differ from `before`."""
    now = {net.name: net.get_weights() for net in trainer.models.networks}
    return {name for name in now if any(np.any(a != b) for a, b in zip(before[name], now[name]))}


@pytest.mark.parametrize(
    "learner, turns",
    [
        ("both", [{"policy", "transformer", "value"}] * 2),
        ("policy", [{"policy", "value"}] * 2),
        ("transformer", [{"transformer", "value"}] * 2),
        ("alternate", [{"policy", "value"}, {"transformer", "value"}]),
    ],
)
def test_the_agent_that_does_not_learn_is_fixed(bars, learner, turns):
    settings = {**SMALL, "method": "pg", "noise_size": 2, "steps": 1, "learner": learner, "alternate_every": 2}
    trainer = Trainer(Config(**settings), SHAPE, "float32")
    pairs = iter(training_pairs(bars, 8, 0))
    for turn in turns:
        before = {net.name: net.get_weights() for net in trainer.models.networks}
        for _ in range(2):  # the first update of all leaves pi's body still: T's last layer begins at zero
            trainer.train_step(*next(pairs))
        assert moved(trainer, before) == turn


def test_same_seed_same_weights_other_seed_other_weights(bars):
    trained = []
    for seed in (1, 1, 2):
        trainer = Trainer(Config(**{**SMALL, "seed": seed, "steps": 1}), SHAPE, "float32")
        train(trainer, bars, 4)
        trained.append(weights(trainer))
    for first, again, other in zip(*trained):
        np.testing.assert_array_equal(first, again)
        assert first.size == 1 or np.abs(first - other).max() > 0 or not np.any(first)


def test_an_update_without_compilation_is_the_same(bars):
    compiled, eager = (Trainer(Config(**{**SMALL, "steps": 1}), SHAPE, "float32") for _ in range(2))
    train(compiled, bars, 1)
    tf.config.run_functions_eagerly(True)
    try:
        train(eager, bars, 1)
    finally:
        tf.config.run_functions_eagerly(False)
    for expected, found in zip(weights(compiled), weights(eager)):
        # Adam's first step is the sign of the gradient times the learning rate, 0.01.
        np.testing.assert_allclose(found, expected, atol=1e-4)


def test_two_replicas_make_the_update_of_one(bars):
    # Without command noise, whose random numbers differ from replica to replica by design.
    config = Config(**{**SMALL, "initial_stddev": 1e-6, "steps": 1, "policy_features": (4,)})
    mirrored = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    one, two = Trainer(config, SHAPE, "float32"), Trainer(config, SHAPE, "float32", mirrored)
    alone, together = train(one, bars, 4), train(two, bars, 4)
    for name in ("loss", "gradient_norm/all", "goal_distance"):
        assert together[-1][name] == pytest.approx(alone[-1][name], rel=1e-3)
    for variable, expected, found in zip(one.models.trainable_variables, weights(one), weights(two)):
        if "stddev" not in variable.name:  # whose gradient is the noise itself
            # Sums over 8 examples and over 2 x 4 round differently, and Adam divides by small numbers.
            np.testing.assert_allclose(found, expected, atol=2e-4, err_msg=variable.name)


def test_gradients_are_clipped_to_the_configured_norm(bars):
    norms = {}
    for clip in (1e-3, 1e6):
        trainer = Trainer(Config(**{**SMALL, "clip_norm": clip}), SHAPE, "float32")
        before = weights(trainer)
        norms[clip] = train(trainer, bars, 1)[0]["gradient_norm/all"]
        states = [variable for optimizer in trainer.optimizers.values() for variable in optimizer.variables]
        first_moments = [v.numpy() for v in states if v.name.startswith("m/")]
        moment = np.sqrt(sum(np.sum(m**2) for m in first_moments))
        assert moment == pytest.approx(0.1 * min(clip, norms[clip]), rel=1e-4)  # Adam's m after one step: (1 - 0.9) g
        assert any(np.any(a != b) for a, b in zip(before, weights(trainer)))
    assert norms[1e-3] == norms[1e6] > 1e-3  # the norm is logged as it was before clipping


@pytest.mark.parametrize("name", ["loss", "gradient_norm/all"])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_loss_or_gradient_that_is_not_finite_stops(name, value):
    metrics = {"loss": 1.0, "gradient_norm/all": 1.0}
    check_finite(metrics, 7)
    with pytest.raises(DivergedError, match=f"{name} is .* at iteration 7; try a lower --learning-rate"):
        check_finite({**metrics, name: value}, 7)
