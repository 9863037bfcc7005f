"""The whole measurement, on 300 pairs of digits and methods for which the answer is known."""

import json
from functools import partial

import numpy as np
import pytest

from tf_interp.data.sources import Source
from tf_interp.evaluation import tables
from tf_interp.evaluation.measure import WalkMethod, measure, prepare
from tf_interp.features.classifier import load_classifier
from tf_interp.peers.cross_fade import cross_fade


@pytest.fixture(scope="module")
def data():
    """The benchmark cut down to 300 pairs."""
    whole = prepare(load_classifier(), Source("mnist"))
    return whole._replace(start=whole.start[:300], goal=whole.goal[:300], neighbours=whole.neighbours[:2000])


def teleport(start, goal):
    return np.stack([start, start, goal], axis=1), np.full(len(start), 2)


def test_measuring_a_path_of_real_images(data):
    """Frames that are start, start, goal: at the goal, on the manifold, but not gradual at all."""
    row = measure(WalkMethod("teleport", teleport, 7), data)
    assert row["goal_distance"] == row["goal_perceptual"] == 0.0
    assert row["largest_step_share"] == 1.0 and row["largest_step_ratio"] == row["largest_step_ratio_features"] == 2.0
    assert row["straightness"] == pytest.approx(1.0)
    assert row["frechet"][0] == row["frechet"][1] and row["worst_frechet"] < 10
    np.testing.assert_allclose(row["sharpness"], 1.0, atol=0.1)
    assert row["budget_hits"] is None and row["parameters"] == 7 and row["pairs"] == 300
    json.dumps(row)


def test_a_cross_fade_is_gradual_and_leaves_the_manifold(data):
    row = measure(WalkMethod("cross_fade", partial(cross_fade, steps=4), 0), data)
    assert row["largest_step_ratio"] == pytest.approx(1.0, abs=1e-4) and row["goal_relative"] < 1e-12
    assert row["worst_frechet_step"] == 2 and row["worst_frechet"] > 5 * row["frechet"][0]
    assert row["sharpness"][2] < 0.9 and row["confidence"][2] < row["confidence"][0]
    table = tables.markdown([row])
    assert table.splitlines()[2].startswith("| cross_fade | 0.0% |")


def test_a_second_network_gives_frechet_distances_alone(data):
    """Its features are twice the first one's, so its distances are four times as large, and nothing else changes."""

    def twice(images):
        found = data.extract(images)
        return found._replace(features=2 * found.features)

    method = WalkMethod("teleport", teleport, 7)
    alone, both = (
        measure(method, data),
        measure(method, data._replace(second=twice, second_real=2 * data.real.features)),
    )
    assert alone["frechet_second"] is None and alone["worst_frechet_second"] is None
    np.testing.assert_allclose(both["frechet_second"], 4 * np.array(both["frechet"]), rtol=1e-4)
    assert both["worst_frechet_second"] == max(both["frechet_second"])
    changed = {name for name in alone if alone[name] != both[name]} - {"ms_per_path"}
    assert changed == {"frechet_second", "worst_frechet_second"}
    cells = [tables.markdown([row]).splitlines()[2].split(" | ") for row in (alone, both)]
    column = list(tables.COLUMNS).index("second")
    assert cells[0][column].strip() == "" and cells[1][column] == f"{both['worst_frechet_second']:.3g}"


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_blank_pictures_are_measured_without_a_warning(data):
    blank = np.zeros_like(data.start[:20])
    blanks = data._replace(start=blank, goal=blank, neighbours=blank, real_sharpness=0.0)
    still = WalkMethod("still", lambda start, goal: (np.stack([start] * 3, axis=1), np.full(len(start), 2)), 0)
    row = measure(still._replace(obeys_stop=True), blanks)
    json.dumps(row, allow_nan=False)
    assert row["goal_relative"] == row["goal_perceptual_relative"] == row["round_trip"] == 0.0
    assert row["sharpness"] == [0.0] * 3 and row["length_rank_correlation"] == 0.0
    assert row["straightness"] is row["step_variation"] is row["relative_length_perceptual"] is None
    assert "| -, - | -, - |" in tables.markdown([row])


def test_stopping_is_counted(data):
    def walk(start, goal):  # every third walk stops after one of two steps
        frames, lengths = teleport(start, goal)
        lengths[::3] = 1
        return frames, lengths

    row = measure(WalkMethod("stopper", walk, 0, obeys_stop=True), data)
    # 300 pairs in batches of 250 and 50: 84 + 17 walks stop
    assert row["mean_length"] == pytest.approx(2 - 101 / 300) and row["budget_hits"] == pytest.approx(199 / 300)
    assert tables.markdown([row]).rstrip().endswith("| 1.7; 66.3% |")
    assert row["identity_stops"] == pytest.approx(101 / 300) and abs(row["length_rank_correlation"]) < 0.2

    def stops_when_there(start, goal):  # after no step, one, or two, the farther the later
        far = np.square(start - goal).sum(axis=(1, 2, 3))
        return teleport(start, goal)[0], np.digitize(far, [1e-6, np.median(far)])

    def ghost_then_goal(start, goal):  # one step to a cross-fade, a second to the goal, and STOP
        return np.stack([start, (start + goal) / 2, goal, goal, goal], axis=1), np.full(len(start), 2)

    assert measure(WalkMethod("ghost", ghost_then_goal, 0, obeys_stop=True), data)["ghost_share"] == pytest.approx(1)

    row = measure(WalkMethod("sensible", stops_when_there, 0, obeys_stop=True), data)
    assert row["identity_stops"] == 1.0 and row["length_rank_correlation"] > 0.8
