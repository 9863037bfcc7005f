"""One update: what it logs, how far each network moves, whose turn it is, and that it can be repeated."""

import numpy as np
import pytest
import tensorflow as tf
from tiny_trainers import SHAPE, train, trainer_of, weights

from tf_interp.data.pairs import training_pairs
from tf_interp.data.sources import Source
from tf_interp.errors import InputError
from tf_interp.features.classifier import Classifier, load_classifier, save_classifier
from tf_interp.training.loop import _steps_of


@pytest.fixture
def eagerly():
    """Without compilation, which takes longer than one or two updates do; a test below holds the two equal."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


def test_an_update_without_compilation_is_the_same(bars, request):
    compiled, eager = trainer_of(), trainer_of()
    train(compiled, bars, 1)
    request.getfixturevalue("eagerly")
    train(eager, bars, 1)
    for name, values in weights(compiled).items():
        for expected, found in zip(values, weights(eager)[name]):
            # Adam's first step is the sign of the gradient times the learning rate, 0.01.
            np.testing.assert_allclose(found, expected, atol=1e-4)


@pytest.mark.usefixtures("eagerly")
def test_every_network_learns_at_its_own_rate(bars):
    """Adam's first step is the learning rate, whatever the gradient."""
    rates = {"policy": 1e-4, "transformer": 1e-2, "value": 3e-3, "discriminator": 5e-4, "mixture_critic": 5e-4}
    changes = dict(policy_learning_rate=1e-4, value_learning_rate=3e-3, critic_learning_rate=5e-4, method="hybrid")
    trainer = trainer_of(**changes, manifold_weight=0.1, mixture_weight=0.1)
    assert list(trainer.networks) == list(rates)
    before = weights(trainer)
    train(trainer, bars, 1)
    for name, values in weights(trainer).items():
        moved = max(np.abs(new - old).max() for new, old in zip(values, before[name]))
        assert moved == pytest.approx(rates[name], rel=1e-2), name


def test_learning_rates_of_the_agents_fall_along_a_half_cosine_in_proportion():
    """With a constant gradient every step of Adam is as long as the learning rate is just then."""
    iterations, last = 8, 1e-3
    trainer = trainer_of(method="hybrid", policy_learning_rate=1e-4, final_learning_rate=last, iterations=iterations)
    half_cosine = last + (1e-2 - last) * 0.5 * (1 + np.cos(np.pi * np.arange(iterations + 1) / iterations))
    rates = {"transformer": half_cosine, "policy": half_cosine / 100, "value": np.full(iterations + 1, 1e-3)}
    for name, expected in rates.items():
        variables, steps = trainer.networks[name].trainable_variables, []
        for _ in range(iterations + 1):
            before = variables[0].numpy()
            trainer.optimizers[name].apply_gradients([(tf.ones_like(each), each) for each in variables])
            steps.append(np.mean(before - variables[0].numpy()))
        np.testing.assert_allclose(steps, expected, rtol=1e-2, err_msg=name)


@pytest.mark.usefixtures("eagerly")
def test_what_the_first_iteration_of_bptt_logs(bars):
    (first,) = train(trainer_of(), bars, 1)
    assert first["return"] == first["reward/goal"] == -first["loss"] == -first["goal_distance"]
    assert {name for name in first if name.startswith("reward/")} == {"reward/goal"}
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


@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize("method", ["bptt", "bptt_stop"])
def test_rewards_reach_the_loss_of_a_real_update(bars, method):
    """T begins by keeping the image, so what it is paid for the first time is known; then it paints."""
    priced = dict(
        painting_cost=5.0, edge_weight=0.5, frame_goal_weight=2.0, motion_cost=1.0, flow_cost=1.0, roughness_cost=1.0,
        transformations=("warp", "blend"), goal_weight=0.1, method=method, stop_bias=-20.0,
    )  # fmt: skip
    rows = train(trainer_of(**priced), bars, 3)
    start, goal = (images.numpy() for images in next(iter(training_pairs(bars, 8, 0))))
    edges = np.abs(np.diff(start - goal, axis=2)).sum((1, 2, 3)).mean()  # the bars are alike in every row
    assert rows[0]["reward/edges"] == pytest.approx(-0.5 * edges, rel=1e-4)
    assert rows[0]["reward/frame_goal"] == pytest.approx(-2.0 * (1 / 2 + 2 / 2) * rows[0]["start_distance"], rel=1e-4)
    assert rows[0]["reward/goal"] == pytest.approx(-0.1 * rows[0]["start_distance"], rel=1e-4)
    assert rows[0]["reward/painting"] == pytest.approx(0.0, abs=1e-5) and rows[0]["alpha_blend"] > 1 - 1e-6
    assert rows[0]["reward/flow"] == rows[0]["reward/roughness"] == 0.0
    assert rows[0]["reward/motion"] == pytest.approx(0.0, abs=1e-9)
    for row in rows:
        parts = [value for name, value in row.items() if name.startswith("reward/")]
        assert row["return"] == pytest.approx(sum(parts), rel=1e-5)
    painted = 2 * (1 - rows[2]["alpha_blend"])  # over two steps
    assert rows[2]["reward/painting"] == pytest.approx(-5.0 * painted, rel=1e-2) and painted > 0
    if method == "bptt":
        assert [row["loss"] for row in rows] == pytest.approx([-row["return"] for row in rows], rel=1e-5)


@pytest.mark.usefixtures("eagerly")
def test_critics_reward_the_frames_they_see_before_they_learn_from_them(bars):
    trainer = trainer_of(mixture_weight=7.0, manifold_weight=3.0)
    start, goal = next(iter(training_pairs(bars, 8, 0)))
    guess, logit = (trainer.networks[name](start).numpy() for name in ("mixture_critic", "discriminator"))
    (first,) = train(trainer, bars, 1)  # in which every frame is the start
    assert first["reward/mixture"] == pytest.approx(-7.0 * 2 * np.mean(guess**2), rel=1e-3)
    assert first["reward/manifold"] == pytest.approx(-3.0 * 2 * np.mean(np.log1p(np.exp(-logit))), rel=1e-3)
    assert first["mixture_critic/answer"] == pytest.approx(0.0, abs=1e-3)
    on_both = np.mean(np.log1p(np.exp(-logit)) + np.log1p(np.exp(logit)))
    assert first["discriminator/loss"] == pytest.approx(on_both + first["discriminator/penalty"], rel=1e-3)
    assert first["discriminator/penalty"] > 0


@pytest.mark.usefixtures("eagerly")
def test_the_perceptual_reward_is_a_distance_of_the_classifiers_activations(bars, tmp_path):
    classifier = Classifier()
    classifier(tf.zeros([1, *SHAPE]))
    save_classifier(classifier, SHAPE, Source("mnist"), {}, tmp_path / "classifier")
    folder = str(tmp_path / "classifier")
    trainer = trainer_of(goal_norm="perceptual", goal_weight=3.0, classifier=folder)
    start, goal = next(iter(training_pairs(bars, 8, 0)))
    seen = [load_classifier(folder)(images.numpy()).perceptual for images in (start, goal)]
    expected = -3.0 * np.mean(np.sum((seen[0] - seen[1]) ** 2, axis=1))
    (first,) = train(trainer, bars, 1)
    assert first["return"] == pytest.approx(expected, rel=1e-4)
    assert first["gradient_norm/transformer"] > 0  # it can be learnt from
    assert list(trainer.networks) == ["policy", "transformer"]  # and is no part of what learns
    with pytest.raises(InputError, match=r"the classifier knows images \(28, 28, 1\), not \(8, 8, 1\)"):
        trainer_of(goal_norm="perceptual")


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"painting_cost": 1.0}, "painting_cost: 1.0 pays for blend, which is not there"),
        ({"transformations": ("blend",), "flow_cost": 1.0}, "flow_cost: 1.0 pays for flows, which is not there"),
        ({"method": "pg", "stochastic_flow": False}, "stochastic_flow: method pg credits the flows that T draws"),
        ({"method": "pg", "transformations": ("warp", "recolor")}, "transformations: method pg trains flows alone"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(changes, message):
    with pytest.raises(InputError, match=f"^{message}"):
        trainer_of(**changes)


@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize(
    "trains, turns",
    [
        ("both", [{"policy", "transformer", "value"}]),
        ("policy", [{"policy", "value"}]),
        ("transformer", [{"transformer", "value"}]),
        ("alternate", [{"policy", "value"}, {"transformer", "value"}, {"policy", "value"}]),
    ],
)
def test_the_agent_that_does_not_learn_is_fixed(bars, trains, turns):
    changes = dict(method="pg", stochastic_flow=True, noise_size=2, steps=1, trains=trains, alternate_every=2)
    trainer = trainer_of(**changes)
    for turn in turns:
        before = weights(trainer)
        train(trainer, bars, 2)
        now = weights(trainer)
        assert {name for name in now if any(np.any(a != b) for a, b in zip(before[name], now[name]))} == turn


@pytest.mark.usefixtures("eagerly")
def test_a_batch_walks_as_many_steps_as_it_is_told(bars):
    trainer = trainer_of(motion_cost=1.0)
    pair = next(iter(training_pairs(bars, 8, 0)))
    assert [float(trainer.train_step(*pair, steps)["episode_length"]) for steps in (3, 1, None)] == [3, 1, 2]
    assert [len(trainer.walk(*pair).frames[0])] == [2 + 1]  # the settings' own


def test_every_batch_draws_its_steps_and_a_resumed_run_draws_the_same():
    trainer, again = trainer_of(steps_drawn=(2, 5, 9)), trainer_of(steps_drawn=(2, 5, 9))
    other = trainer_of(steps_drawn=(2, 5, 9), seed=1)
    drawn = [_steps_of(trainer, iteration) for iteration in range(300)]
    assert set(drawn) == {2, 5, 9} and min(map(drawn.count, (2, 5, 9))) > 70
    assert drawn == [_steps_of(again, iteration) for iteration in range(300)]
    assert drawn != [_steps_of(other, iteration) for iteration in range(300)]
    assert _steps_of(trainer_of(steps=4), 7) == 4


def test_same_seed_same_weights_other_seed_other_weights(bars):
    trained = []
    for seed in (1, 1, 2):
        trainer = trainer_of(seed=seed, steps=1)
        train(trainer, bars, 2)
        trained.append(weights(trainer))
    for name in trained[0]:
        for first, again, other in zip(*(each[name] for each in trained)):
            np.testing.assert_array_equal(first, again)
            assert first.size == 1 or np.abs(first - other).max() > 0 or not np.any(first)


@pytest.fixture(scope="module")
def mirrored():
    """Two logical CPUs; TensorFlow cannot make a second such strategy in one process."""
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


def trained_alike(bars, mirrored, iterations, **changes):
    """Trains by one replica and by two; weights and all that is logged must be the same. Returns the last row."""
    one, two = trainer_of(**changes), trainer_of(**changes, devices=mirrored)
    alone, together = train(one, bars, iterations), train(two, bars, iterations)
    assert list(together[-1]) == list(alone[-1])
    for name, expected in alone[-1].items():
        assert together[-1][name] == pytest.approx(expected, rel=1e-3, abs=1e-5), name
    found = weights(two)
    for name, values in weights(one).items():
        for variable, expected, own in zip(one.networks[name].trainable_variables, values, found[name]):
            # Sums over 8 examples and over 2 x 4 round differently, and Adam divides by small numbers.
            np.testing.assert_allclose(own, expected, atol=2e-5, err_msg=variable.name)
    return alone[-1]


def test_two_replicas_make_the_update_of_one(bars, mirrored):
    noisy = dict(steps=1, policy_features=(4,), stochastic_flow=True, noise_size=2, mixture_weight=0.1)
    trained_alike(bars, mirrored, 3, **noisy)


@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize(
    "changes",
    [
        {"method": "bptt_stop", "normalize_advantages": True},
        {"method": "pg", "use_stop": True, "stochastic_flow": True, "noise_size": None},
        {"memory": "recompute"},
    ],
    ids=lambda changes: next(iter(changes.values())),
)
def test_two_replicas_draw_stop_and_count_as_one(bars, mirrored, changes):
    if "method" in changes:
        changes = {**changes, "stop_bias": 0.0, "steps": 3}
    row = trained_alike(bars, mirrored, 2, **changes)
    # Some walks stop and some do not, so that the halves of the batch have different numbers of steps.
    assert "method" not in changes or 0 < row["budget_hits"] < 1


def test_what_two_replicas_cannot_do_is_refused(mirrored):
    with pytest.raises(InputError, match="batch_size: 7 cannot be split evenly over 2 replicas"):
        trainer_of(batch_size=7, devices=mirrored)
    with pytest.raises(InputError, match="trains: alternate takes one replica, and devices has 2"):
        trainer_of(trains="alternate", devices=mirrored)


@pytest.mark.usefixtures("eagerly")
def test_gradients_of_the_agents_are_clipped_together_to_the_configured_norm(bars):
    norms = {}
    for clip in (1e-3, 1e6):
        trainer = trainer_of(clip_norm=clip)
        norms[clip] = train(trainer, bars, 1)[0]["gradient_norm/all"]
        states = [variable for optimizer in trainer.optimizers.values() for variable in optimizer.variables]
        first_moments = [variable.numpy() for variable in states if variable.name.startswith("m/")]
        moment = np.sqrt(sum(np.sum(m**2) for m in first_moments))
        assert moment == pytest.approx(0.1 * min(clip, norms[clip]), rel=1e-4)  # Adam's m after one step: (1 - 0.9) g
    assert norms[1e-3] == norms[1e6] > 1e-3  # the norm is logged as it was before clipping
