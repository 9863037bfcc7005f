"""The metrics on data for which the answer is known."""

import numpy as np
import pytest

from tf_interp.evaluation import gradualness, metrics
from tf_interp.evaluation.held_out import goal_metrics, walk_in_batches
from tf_interp.evaluation.maps import Accumulated, folding, of_maps


def with_moments(random, count, mean, covariance):
    """Features [count,F] whose sample mean and covariance are exactly these."""
    raw = random.normal(size=[count, len(mean)])
    raw -= raw.mean(axis=0)
    white = raw @ np.linalg.inv(np.linalg.cholesky(np.cov(raw, rowvar=False))).T
    return white @ np.linalg.cholesky(covariance).T + mean


def test_frechet_distance_of_known_gaussians(random):
    first = with_moments(random, 500, [1.0, 2.0, 0.0], np.diag([4.0, 1.0, 9.0]))
    second = with_moments(random, 300, [0.0, 0.0, 0.0], np.diag([1.0, 1.0, 16.0]))
    # diagonal covariances: |m - m'|^2 + sum (s - s')^2 = 5 + (1 + 0 + 1)
    assert metrics.frechet_distance(first, second) == pytest.approx(7.0, rel=1e-9)
    assert metrics.frechet_distance(first, first) == pytest.approx(0.0, abs=1e-9)
    rotation = np.linalg.qr(random.normal(size=[3, 3]))[0]
    assert metrics.frechet_distance(first @ rotation, second @ rotation) == pytest.approx(7.0, rel=1e-9)


def test_frechet_distance_of_covariances_that_do_not_commute(random):
    a, b = np.array([[2.0, 1.0], [1.0, 2.0]]), np.array([[3.0, 0.0], [0.0, 1.0]])
    product = np.linalg.eigvals(a @ b)  # Tr (S S')^{1/2} is the sum of the roots of the eigenvalues of S S'
    expected = np.trace(a) + np.trace(b) - 2 * np.sqrt(product).sum()
    found = metrics.frechet_distance(with_moments(random, 50, [0, 0], a), with_moments(random, 60, [0, 0], b))
    assert found == pytest.approx(expected, rel=1e-8)


def test_frechet_distance_with_features_that_never_fire(random):
    first, second = random.normal(size=[100, 4]), random.normal(size=[100, 4])
    first[:, 2] = second[:, 2] = 0.0
    assert metrics.frechet_distance(first, second) == pytest.approx(
        metrics.frechet_distance(np.delete(first, 2, 1), np.delete(second, 2, 1)), rel=1e-6
    )


def test_nearest_distance_equals_brute_force(random):
    images, reference = random.uniform(size=[7, 3, 2, 1]), random.uniform(size=[11, 3, 2, 1])
    brute = [min(np.linalg.norm(image - other) for other in reference) for image in images]
    np.testing.assert_allclose(metrics.nearest_distance(images, reference, chunk=3), brute, rtol=1e-3)


def test_gradient_magnitude_by_hand():
    ramp = np.zeros([1, 3, 3, 1]) + 0.3 * np.arange(3)[:, None, None] + 0.4 * np.arange(3)[None, :, None]
    assert metrics.gradient_magnitude(ramp)[0] == pytest.approx(0.5)
    edge = np.zeros([1, 3, 3, 1])
    edge[:, :, 2:] = 1.0
    assert metrics.gradient_magnitude(edge)[0] == pytest.approx(0.5)  # two of four positions have gradient 1
    blurred = np.float64([0.0, 0.5, 1.0]).reshape(1, 1, 3, 1) + np.zeros([1, 3, 3, 1])
    assert metrics.gradient_magnitude(blurred)[0] == pytest.approx(0.5)


def path(*positions):
    return np.float64(positions).reshape(1, -1, 1, 1, 1)


@pytest.mark.parametrize(
    "positions, length, share, ratio, straight",
    [
        ((0, 1, 2, 3, 4), 4, 0.25, 1.0, 1.0),  # even
        ((0, 0, 0, 0, 4), 4, 1.0, 4.0, 1.0),  # one jump
        ((0, 2, 1, 3, 4), 4, 2 / 6, 4 / 3, 4 / 6),  # there and back
        ((0, 1, 2, 2, 2), 2, 0.5, 1.0, 1.0),  # stopped after two even steps
    ],
)
def test_gradualness_of_known_paths(positions, length, share, ratio, straight):
    found = gradualness.largest_share(path(*positions), np.array([length]))
    np.testing.assert_allclose([found[0][0], found[1][0]], [share, ratio])
    np.testing.assert_allclose(gradualness.straightness(path(*positions)), [straight])


def test_the_spread_of_steps_counts_those_that_were_taken():
    variance, variation = gradualness.spread_of_steps(path(0, 1, 4, 4), np.array([2]))  # steps of 1 and 3
    np.testing.assert_allclose([variance[0], variation[0]], [1.0, 0.5])
    assert gradualness.spread_of_steps(path(0, 2, 4, 6), np.array([3]))[1][0] == 0.0
    assert np.isnan(gradualness.spread_of_steps(path(5, 5, 5), np.array([0]))).all()  # a walk that stands still


def test_the_relative_length_of_a_detour():
    goal = np.float64([3.0]).reshape(1, 1, 1, 1)
    np.testing.assert_allclose(gradualness.relative_length(path(0, -1, 3), goal), [5 / 3])
    assert np.isnan(gradualness.relative_length(path(3, 4, 3), goal)[0])


def test_the_ghost_share_of_mixtures_and_others():
    start, goal = np.float64([[1, 0, 0, 0]]), np.float64([[0, 1, 0, 0]])

    def share(*frame):
        return metrics.ghost_share(np.float64([frame]), start, goal)[0]

    assert share(0.5, 0.5, 0, 0) == pytest.approx(1.0) and share(0.3, 0.2, 0, 0) == pytest.approx(1.0)
    assert share(1, 0, 1, 0) == pytest.approx(0.0)  # the start, and something that neither end has
    # Off both lines: of the distance to the nearer end, .25 + .25 + 1, a mixture explains .5.
    assert share(0.5, 0.5, 1, 0) == pytest.approx(0.5 / 1.5)
    assert share(0, 1, 0, 0) == 0.0


def test_folding_by_hand():
    flow = np.zeros([1, 3, 4, 2])
    flow[0, :, 2:, 0] = -1.0  # columns 1 and 2 come from the same place: the map collapses between them
    assert folding(flow)[0] == pytest.approx(1 / 3)  # of the differences at columns 0, 1 and 2
    flow[0, :, 2:, 0] = -0.9
    assert folding(flow)[0] == 0.0
    mirrored = np.stack([np.zeros([3, 3]), -2.0 * np.mgrid[:3, :3][0]], axis=-1)[None]  # y -> -y
    assert folding(mirrored)[0] == 1.0


def test_the_shares_of_what_was_done_by_hand():
    start, goal = np.zeros([1, 2, 2, 1]), np.ones([1, 2, 2, 1])
    half = np.full([1, 2, 2, 1], 0.5)
    found = of_maps(Accumulated(np.zeros([1, 2, 2, 2]), half, half, np.float64([[0.3, 0.4], [0.1, 0]])), start, goal)
    assert found == {"kept_share": 0.5, "warp_share": 0.75, "folding": 0.0, "mean_shift": pytest.approx(0.5)}


def test_a_path_that_stands_still_has_no_gradualness():
    assert np.isnan(gradualness.largest_share(path(1, 1, 1), np.array([2]))[0][0])
    assert np.isnan(gradualness.straightness(path(1, 1, 1))[0])


@pytest.mark.filterwarnings("error")
def test_walks_that_all_stand_still_have_no_gradualness():
    still = gradualness.of_walks(np.ones([3, 4, 1]), np.ones([3, 1]), np.array([3, 3, 0]))
    assert len(still) == 6 and set(still.values()) == {None}


@pytest.mark.filterwarnings("error")
def test_of_nothing_to_go_nothing_is_left():
    blank = np.zeros([3, 2, 2, 1])
    found = goal_metrics(blank, np.stack([blank, blank], axis=1), blank)
    assert found == dict.fromkeys(("start_distance", "goal_distance", "goal_relative", "goal_relative_median"), 0.0)
    maps = of_maps(Accumulated(np.zeros([3, 2, 2, 2]), blank, blank, np.zeros([1, 2])), blank, blank)
    assert maps["warp_share"] == 1.0


def test_goal_metrics_by_hand():
    start, goal = np.zeros([3, 1, 2, 1]), np.ones([3, 1, 2, 1])
    start[2] = 1.0  # a pair of equal images: distances 0 and 0
    frames = np.stack([start, np.stack([goal[0], 0.5 * goal[1], goal[2]])], axis=1)
    found = goal_metrics(start, frames, goal)
    assert found == {
        "start_distance": pytest.approx(4 / 3),
        "goal_distance": pytest.approx(0.5 / 3),
        "goal_relative": pytest.approx(0.125),
        "goal_relative_median": 0.125,
    }


def test_kernel_distance_by_hand(random):
    # F = 1, kernel (x y + 1)^3. x = {1, 2}: off the diagonal 3^3 twice, mean 27. y = {0, 1}: 1. Across: 1, 8, 1, 27.
    found = metrics.kernel_distance(np.array([[1.0], [2.0]]), np.array([[0.0], [1.0]]))
    assert found == pytest.approx(27 + 1 - 2 * (1 + 8 + 1 + 27) / 4)
    assert metrics.likeness_within(np.array([[1.0], [2.0]])) == 27
    assert metrics.kernel_distance(np.array([[1.0], [2.0]]), np.array([[0.0], [1.0]]), likeness=1.0) == found


def test_kernel_distance_is_unbiased(random):
    """Between samples of one distribution it is 0 on average, however few they are, and grows with a shift."""
    distances = [metrics.kernel_distance(random.normal(size=[8, 3]), random.normal(size=[8, 3])) for _ in range(2000)]
    standard_error = np.std(distances) / np.sqrt(len(distances))
    assert abs(np.mean(distances)) < 4 * standard_error
    shifted = [metrics.kernel_distance(random.normal(size=[8, 3]) + 1, random.normal(size=[8, 3])) for _ in range(2000)]
    assert np.mean(shifted) > 20 * standard_error


def test_walking_in_batches_keeps_the_order(random):
    start = random.uniform(size=[613, 1, 1, 1])
    seen = []

    def walk(s, g):
        seen.append(len(s))
        return np.stack([s, g], axis=1), np.full(len(s), 1)

    frames, lengths = walk_in_batches(walk, start, -start)
    np.testing.assert_array_equal(frames, np.stack([start, -start], axis=1))
    assert seen == [250, 250, 113] and len(lengths) == 613
