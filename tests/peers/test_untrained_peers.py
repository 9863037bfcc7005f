"""The cross-fade and optimal transport, computed by hand."""

import sys

import numpy as np
import pytest

from tf_interp.data import mnist
from tf_interp.errors import InputError
from tf_interp.peers.cross_fade import cross_fade
from tf_interp.peers.optimal_transport import optimal_transport, splat


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
    with pytest.raises(InputError, match=r"start \(2, 4, 4, 1\) and goal \(1, 4, 4, 1\) must have the same shape"):
        cross_fade(images, images[:1], 3)


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
