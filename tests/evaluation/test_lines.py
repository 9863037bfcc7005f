"""The lines of the ACAI benchmark: how they are drawn, and Mean Distance and Smoothness of paths between them."""

import functools
import hashlib
import math

import numpy as np
import pytest

from tf_interp.data.lines import draw_lines, load_split, split_angles
from tf_interp.errors import InputError
from tf_interp.evaluation import lines
from tf_interp.evaluation.lines import (
    MIN_PAIR_ANGLE,
    benchmark_pairs,
    mean_distance_and_smoothness,
    nearest_lines,
    score_lines,
    shorter_arc,
    smoothness,
)

STEP = 2 * math.pi / 10000  # between two reference lines
# A frame lies at most STEP / 2 from a reference line. A step and the total are then off by STEP at most, which changes
# the Smoothness of an even turn by at most STEP / total * (1 + 1/15); rounding to bytes may add to that.
RESOLUTION = 1.5 * STEP
# 1 - cosine similarity grows with the square of the angle and is at most 3.4e-5 a STEP apart, a quarter of it for half.
NEAR = 1e-5


def drawn(angles):
    """Frames float32 [...,32,32,1] in [0, 1] of lines at angles [...]."""
    angles = np.asarray(angles)
    return (draw_lines(angles.ravel()) / np.float32(255)).reshape(*angles.shape, 32, 32, 1)


def even_turn(first, last, count=16):
    return drawn(np.linspace(first, last, count)[None])


def cross_fade(start, goal):
    weights = np.linspace(0, 1, 16, dtype=np.float32).reshape(1, 16, 1, 1, 1)
    return (1 - weights) * start[:, None] + weights * goal[:, None], np.full(len(start), 15)


def slow_intensity(row, column, angle):
    """Convention and profile of tf_interp.data.lines, one pixel at a time, by cases on the segment's ends."""
    x, y = column - 15.5, 15.5 - row
    end_x, end_y = 15 * math.cos(angle), 15 * math.sin(angle)
    if x * end_x + y * end_y <= 0:
        distance = math.hypot(x, y)
    elif (x - end_x) * end_x + (y - end_y) * end_y >= 0:
        distance = math.hypot(x - end_x, y - end_y)
    else:
        distance = abs(x * end_y - y * end_x) / 15
    return min(max(1.5 - distance, 0), 1)


@functools.lru_cache(maxsize=1)
def all_lines():
    return draw_lines(np.arange(10000) * STEP).reshape(10000, 1024) / 255.0


def slow_nearest(image, signed):
    """Distance and angle of the nearest reference line by the definition of the cosine, in float64."""
    vector, candidates = image.ravel().astype(np.float64), all_lines()
    if signed:
        vector, candidates = 2 * vector - 1, 2 * candidates - 1
    products = np.array([np.vdot(candidate, vector) for candidate in candidates])
    squares = np.array([np.vdot(candidate, candidate) for candidate in candidates])
    distances = 1 - products / np.sqrt(squares * np.vdot(vector, vector))
    return distances.min(), distances.argmin() * STEP


def test_a_line_at_0_points_right():
    image = draw_lines(np.zeros(1))[0, :, :, 0]
    assert image.dtype == np.uint8
    # Rows 15 and 16 are 0.5 from the line, rows 14 and 17 are 1.5. The corner pixels are hypot(0.5, 0.5) from its ends.
    corner = round(255 * (1.5 - math.sqrt(0.5)))
    expected = [0] * 15 + [corner] + [255] * 15 + [corner]
    assert image[15].tolist() == image[16].tolist() == expected
    assert not image[:15].any() and not image[17:].any()


def test_a_line_at_a_right_angle_points_up():
    image = draw_lines(np.array([math.pi / 2]))[0, :, :, 0]
    assert image[0:15, 15:17].min() > 0 and not image[17:].any()
    assert image[5, 13:19].tolist() == [0, 0, 255, 255, 0, 0]


def test_lines_equal_the_slow_drawing(random):
    angles = np.append(random.uniform(-10, 10, 6), [np.pi, 5 * np.pi / 4])
    for image, angle in zip(draw_lines(angles), angles):
        expected = [[255 * slow_intensity(row, column, angle) for column in range(32)] for row in range(32)]
        np.testing.assert_allclose(image[..., 0], expected, atol=0.5 + 1e-9)


def test_angle_and_length_can_be_read_off_the_image(random):
    angles = random.uniform(0, 2 * np.pi, 300)
    images = draw_lines(angles)[..., 0] / 255.0
    mass = images.sum(axis=(1, 2))
    # 15 x 2 for the line, and two half discs whose profile integrates to pi/4 + 2 pi (5/12) = 3.40.
    np.testing.assert_allclose(mass, 33.40, atol=1.0)  # the border cuts off tips, and pixels are coarse
    x = (images * (np.arange(32) - 15.5)).sum(axis=(1, 2)) / mass
    y = (images * (15.5 - np.arange(32))[:, None]).sum(axis=(1, 2)) / mass
    np.testing.assert_allclose(np.hypot(x, y), 7.5, atol=0.2)
    np.testing.assert_allclose(shorter_arc(np.arctan2(y, x) - angles), 0, atol=0.02)


def test_a_quarter_turn_is_rot90(random):
    angles = random.uniform(0, 2 * np.pi, 100)
    turned = np.rot90(draw_lines(angles), axes=(1, 2)).astype(int)
    assert np.abs(turned - draw_lines(angles + np.pi / 2)).max() <= 1
    np.testing.assert_array_equal(draw_lines(angles + 2 * np.pi), draw_lines(angles))


def test_splits_never_change_and_share_no_angle():
    checksums = {
        "train": "61ed033a326dcd08a55c04d1e4a0c4e3528dcbcb0bf53aac5ac72ef28556b278",
        "test": "9fae9042080830979d4ec9dca77d22de5908b23e9ebf4e41a6c365dc6d87a8c8",
    }
    for (split, checksum), count in zip(checksums.items(), (10000, 2000)):
        images, angles = load_split(split), split_angles(split)
        assert images.shape == (count, 32, 32, 1) and angles.shape == (count,)
        assert hashlib.sha256(images.tobytes()).hexdigest() == checksum
        np.testing.assert_array_equal(images[-7:], draw_lines(angles[-7:]))
        # Uniform: each of 8 sectors holds count / 8, of standard deviation sqrt(count * 7/64).
        sectors = np.bincount((angles / (math.pi / 4)).astype(int), minlength=8)
        assert len(sectors) == 8 and np.abs(sectors - count / 8).max() < 4 * math.sqrt(count * 7 / 64)
    assert not set(split_angles("train")) & set(split_angles("test"))


def test_benchmark_pairs_never_change_and_differ():
    pairs = benchmark_pairs()
    assert pairs.shape == (500, 2) and pairs.min() >= 0 and pairs.max() < 2 * np.pi
    assert np.abs(shorter_arc(pairs[:, 1] - pairs[:, 0])).min() >= MIN_PAIR_ANGLE
    np.testing.assert_array_equal(benchmark_pairs(12), pairs[:12])
    assert hashlib.sha256(pairs.round(9).astype("<f8").tobytes()).hexdigest() == (
        "7f7ddacfa0f734c45282365c79b5c0e88a04067fda1d7327adab02cf22aef5c6"
    )


def test_benchmark_pairs_are_uniform_but_for_the_least_angle():
    pairs = benchmark_pairs(20000)
    turn = shorter_arc(pairs[:, 1] - pairs[:, 0])
    middle, spread = (np.pi + MIN_PAIR_ANGLE) / 2, (np.pi - MIN_PAIR_ANGLE) / math.sqrt(12)
    assert abs(np.abs(turn).mean() - middle) < 4 * spread / math.sqrt(20000)
    assert abs((turn > 0).mean() - 0.5) < 4 * 0.5 / math.sqrt(20000)  # both ways round
    for side in pairs.T:
        assert np.abs(np.exp(1j * side).mean()) < 4 / math.sqrt(20000)


def test_nearest_line_equals_the_slow_search(random):
    start, goal = drawn([0.4]), drawn([2.2])
    images = np.concatenate([
        drawn([5.123]), 0.4 * start + 0.6 * goal, random.uniform(0, 1, [1, 32, 32, 1]).astype(np.float32)
    ])  # fmt: skip
    for signed in (False, True):
        distances, angles = nearest_lines(images, signed)
        expected = np.array([slow_nearest(image, signed) for image in images])
        np.testing.assert_allclose(distances, expected[:, 0], atol=2e-6)
        np.testing.assert_allclose(angles, expected[:, 1], atol=1.01 * STEP)  # neighbours may tie in float32


def test_a_reference_line_is_nearest_to_itself_at_any_contrast():
    angles = np.array([0, 1, 2499, 5000, 9999]) * STEP
    for contrast in (1.0, 0.01):
        distances, found = nearest_lines(np.float32(contrast) * drawn(angles))
        np.testing.assert_allclose(found, angles, atol=1e-9)
        np.testing.assert_allclose(distances, 0, atol=1e-6)


def test_a_black_frame_has_distance_1():
    distances, angles = nearest_lines(np.zeros([2, 32, 32, 1], np.float32))
    assert distances.tolist() == [1, 1] and angles.tolist() == [0, 0]
    path = even_turn(0.5, 2.0)
    path[:, 6] = 0
    mean_distance, _ = mean_distance_and_smoothness(path)
    np.testing.assert_allclose(mean_distance, 1 / 16, atol=NEAR)


@pytest.mark.parametrize(
    "first, last",
    [(0.3, 2.0), (2.0, 0.3), (6.1, 7.3), (0.4, -0.9), (3.0, 3.0 + math.pi - 0.01), (1.0, 1.0 - MIN_PAIR_ANGLE)],
    ids=["forwards", "backwards", "across 2 pi", "backwards across 0", "nearly opposite", "the least angle"],
)
def test_an_even_rotation_scores_0_and_0(first, last):
    mean_distance, smooth = mean_distance_and_smoothness(even_turn(first, last))
    assert 0 <= mean_distance[0] < NEAR
    assert abs(smooth[0]) < RESOLUTION / abs(last - first)


def test_paths_are_scored_one_by_one():
    black = np.zeros([1, 16, 32, 32, 1], np.float32)
    paths = np.concatenate([even_turn(1.0, 2.0), black, even_turn(6.0, 7.0)])
    mean_distance, smooth = mean_distance_and_smoothness(paths)
    np.testing.assert_allclose(mean_distance, [0, 1, 0], atol=NEAR)
    np.testing.assert_allclose(smooth, [0, np.nan, 0], atol=RESOLUTION)


@pytest.mark.parametrize("jump", [1, 8, 15])
def test_a_teleport_scores_14_fifteenths_wherever_it_jumps(jump):
    path = np.where(np.arange(16) < jump, 6.0, 7.5)[None]
    mean_distance, smooth = mean_distance_and_smoothness(drawn(path))
    assert mean_distance[0] < NEAR
    np.testing.assert_allclose(smooth, 1 - 1 / 15, atol=1e-12)  # step and total are the same number


def test_uneven_paths_score_what_the_hand_computes():
    # 15 steps: thirteen of 0.1, a pause and a double step. Largest 0.2 of 1.5.
    double = np.array([0, 1, 2, 3, 4, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]) * 0.1
    _, smooth = mean_distance_and_smoothness(drawn(double[None] + 5.5))
    np.testing.assert_allclose(smooth, 2 / 15 - 1 / 15, atol=RESOLUTION / 1.5)
    angles = np.array([[0, 0.6, 0.4, 1.0], [1.0, 1.0, 0.5, 0.0], [0.2, 6.2, 5.9, 5.7]])
    first_step = 0.2 + 2 * np.pi - 6.2  # the third path crosses 0 backwards
    expected = [0.6 - 1 / 3, 0.5 - 1 / 3, 0.3 / (0.2 + 2 * np.pi - 5.7) - 1 / 3]
    assert first_step < 0.3
    np.testing.assert_allclose(smoothness(angles), expected, rtol=1e-12)


def test_the_long_way_round_is_even_but_not_smooth():
    _, smooth = mean_distance_and_smoothness(even_turn(0.0, -1.5 * np.pi))
    np.testing.assert_allclose(smooth, 18 / 90 - 1 / 15, atol=RESOLUTION / (np.pi / 2))


def test_smoothness_is_never_below_that_of_unwrapped_angles(random):
    angles = np.cumsum(random.normal(0.2, 0.5, [400, 16]), axis=1)
    unwrapped = np.unwrap(angles)
    total = np.abs(unwrapped[:, -1] - unwrapped[:, 0])
    theirs = np.abs(np.diff(unwrapped)).max(axis=1) / total - 1 / 15
    ours = smoothness(angles % (2 * np.pi))
    scored, short = np.isfinite(ours), total < np.pi
    assert np.all(ours[scored] > theirs[scored] - 1e-9) and 50 < (scored & short).sum() < 350
    np.testing.assert_allclose(ours[scored & short], theirs[scored & short], rtol=1e-9)


def test_a_path_that_does_not_turn_has_no_smoothness():
    least = MIN_PAIR_ANGLE / 2
    angles = np.array([[1, 1, 1], [1, 3, 1], [0, 0.1, 0.99 * least], [0, 0.04, 1.01 * least]])
    assert np.isnan(smoothness(angles)).tolist() == [True, True, True, False]


def test_a_cross_fade_is_neither_a_line_nor_smooth():
    start, goal = drawn([0.0]), drawn([np.pi / 2])
    frames, _ = cross_fade(start, goal)
    mean_distance, smooth = mean_distance_and_smoothness(frames)
    # With a and b the two lines, |a|^2 = |b|^2 = 30 + 4 c^2 and a.b = 1 + 2 c + c^2 where c is the corner's intensity
    # (see the line at 0). The distance to the nearer of the two bounds the distance to the nearest of all lines, which
    # gains next to nothing by leaning towards the other.
    c = round(255 * (1.5 - math.sqrt(0.5))) / 255
    overlap = (1 + c) ** 2 / (30 + 4 * c**2)
    near = np.maximum(np.arange(16), np.arange(16)[::-1]) / 15
    far = 1 - near
    bound = np.mean(1 - (near + far * overlap) / np.sqrt(near**2 + far**2 + 2 * near * far * overlap))
    assert bound > 0.07 and 0.98 * bound < mean_distance[0] < bound + 1e-6
    assert smooth[0] > 0.9  # the nearest line jumps from one to the other


def test_noise_scores_badly_in_both(random):
    frames = random.uniform(0, 1, [4, 16, 32, 32, 1]).astype(np.float32)
    mean_distance, smooth = mean_distance_and_smoothness(frames)
    # Cosine to one line: mean 0.5 * 33.2 / (5.7 * sqrt(1024 / 3)) = 0.157 and standard deviation 0.016; the best line
    # of all lies 1 to 4 of them higher, that is between 0.173 and 0.221.
    np.testing.assert_allclose(mean_distance, 1 - 0.197, atol=0.024)
    assert np.all(smooth > 0.5)


def test_signed_distances_count_the_background():
    frames, _ = cross_fade(drawn([0.0]), drawn([np.pi / 2]))
    plain, signed = (mean_distance_and_smoothness(frames, signed)[0] for signed in (False, True))
    assert 5 < plain[0] / signed[0] < 20
    black, _ = nearest_lines(np.zeros([1, 32, 32, 1], np.float32), signed=True)
    assert 0.02 < black[0] < 0.1  # 3% of the area disagrees: 2 * 33 / 1024 = 0.06


def perfect(start, goal, count=16):
    first, last = nearest_lines(start)[1], nearest_lines(goal)[1]
    turn = shorter_arc(last - first)
    return drawn(first[:, None] + turn[:, None] * np.linspace(0, 1, count)), np.full(len(start), count - 1)


def test_score_of_a_perfect_walk():
    score = score_lines(perfect, count=20)
    assert (score["pairs"], score["frames"], score["unturned"]) == (20, 16, 0)
    assert 0 <= score["mean_distance"] < NEAR and abs(score["smoothness"]) < RESOLUTION / MIN_PAIR_ANGLE
    assert score["mean_distance_signed"] < NEAR and score["goal_angle"] <= STEP / 2 * 1.1
    assert score_lines(lambda *pair: perfect(*pair, count=6), count=2)["frames"] == 6


def test_score_of_a_walk_that_stays_is_that_of_a_jump():
    score = score_lines(lambda start, goal: (np.repeat(start[:, None], 16, axis=1), np.zeros(len(start))), count=20)
    assert score["unturned"] == 20 and score["mean_distance"] < NEAR
    np.testing.assert_allclose([score["smoothness"], score["smoothness_error"]], [14 / 15, 0], atol=1e-12)
    pairs = benchmark_pairs(20)
    missed = np.abs(shorter_arc(pairs[:, 1] - pairs[:, 0])).mean()
    np.testing.assert_allclose(score["goal_angle"], missed, atol=STEP)


def test_score_is_the_mean_over_pairs_with_its_standard_error(monkeypatch):
    pairs = benchmark_pairs(7)
    start, goal = drawn(pairs[:, 0]), drawn(pairs[:, 1])
    expected = mean_distance_and_smoothness(cross_fade(start, goal)[0])
    monkeypatch.setattr(lines, "_BATCH", 3)
    seen = []

    def walk(start, goal):
        seen.append((start, goal))
        return cross_fade(start, goal)

    score = score_lines(walk, count=7)
    for name, values in zip(("mean_distance", "smoothness"), expected):
        np.testing.assert_allclose(score[name], values.mean(), rtol=1e-6)
        np.testing.assert_allclose(score[f"{name}_error"], np.std(values, ddof=1) / math.sqrt(7), rtol=1e-4)
    assert [len(start) for start, _ in seen] == [3, 3, 1] and seen[0][0].dtype == np.float32
    np.testing.assert_array_equal(np.concatenate([end for _, end in seen]), goal)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: draw_lines(np.array([0.0, np.nan])), "angles: expected one axis of finite numbers"),
        (lambda: draw_lines(np.zeros([2, 1])), r"got shape \(2, 1\)"),
        (lambda: load_split("valid"), "'valid' is not one of train, test"),
        (lambda: nearest_lines(np.zeros([2, 28, 28, 1], np.float32)), r"images: expected \[N,32,32,1\], got"),
        (lambda: nearest_lines(draw_lines(np.zeros(1))), "finite floats in .0, 1., got uint8"),
        (lambda: nearest_lines(np.full([1, 32, 32, 1], np.nan)), "images: expected finite floats"),
        (lambda: mean_distance_and_smoothness(np.zeros([2, 32, 32, 1])), r"frames: expected \[B,n,32,32,1\]"),
        (lambda: mean_distance_and_smoothness(np.zeros([2, 1, 32, 32, 1])), "at least 2 frames"),
        (lambda: score_lines(cross_fade, count=1), "at least 2 pairs, got 1"),
    ],
)
def test_what_cannot_be_scored_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()
