"""The models that ship, held to the walks they made when they were trained.

TOLERANCE is not zero because another CPU sums a convolution in another order; over a walk that changes a pixel by a few
millionths. It is far below one grey level, 0.004, and far below what any change of the formulas would do.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from tf_interp import load_interpolator
from tf_interp.data import mnist
from tf_interp.data.drawn_faces import draw_faces
from tf_interp.data.pairs import held_out_pairs
from tf_interp.evaluation.held_out import images_of_pairs, measure_goal
from tf_interp.pretrained import MNIST_BPTT

TOLERANCE = 1e-4
RESULTS = Path(__file__).parents[2] / "results"

DIGITS = {  # (pair, step) -> row 14, every fourth column from 4 on; and the mean of the frame
    (0, 1): ([0.00000, 0.00000, 0.77735, 0.98328, 0.00000, 0.00000], 0.15560),
    (0, 3): ([0.00000, 0.00000, 0.99701, 0.97560, 0.00000, 0.00000], 0.13004),
    (0, 5): ([0.00000, 0.00000, 0.98265, 0.95948, 0.15800, 0.00000], 0.12741),
    (1, 1): ([0.00000, 0.79967, 0.57499, 0.00000, 0.08916, 0.00000], 0.17139),
    (1, 3): ([0.00000, 0.18957, 0.00000, 0.00000, 0.31370, 0.00000], 0.14491),
    (1, 5): ([0.00230, 0.00001, 0.00000, 0.00000, 0.05760, 0.00000], 0.13448),
}
FACES = {  # (pair, step) -> colours at (34, 32) and (44, 20); and the mean of the frame
    (0, 1): ([0.90659, 0.76105, 0.68710, 0.94928, 0.87628, 0.78334], 0.49344),
    (0, 4): ([0.85683, 0.66042, 0.53507, 0.74220, 0.66135, 0.58147], 0.50923),
    (1, 1): ([0.48507, 0.31719, 0.26087, 0.63395, 0.42845, 0.32311], 0.46579),
    (1, 4): ([0.74388, 0.61817, 0.55616, 0.88130, 0.74201, 0.57524], 0.49416),
}


@pytest.fixture(scope="module")
def digits():
    return load_interpolator(MNIST_BPTT)


def test_the_model_of_digits_walks_as_when_it_was_trained(digits):
    test = mnist.load_split("test").images
    frames = digits(*images_of_pairs(test, held_out_pairs(len(test), 2))).frames
    for (pair, step), (row, mean) in DIGITS.items():
        np.testing.assert_allclose(frames[pair, step, 14, 4:25:4, 0], row, atol=TOLERANCE)
        assert frames[pair, step].mean() == pytest.approx(mean, abs=TOLERANCE)


def test_the_model_of_digits_leaves_the_recorded_residual(digits):
    """1.65% on all 2,000 held-out pairs, to 0.02 points."""
    found = measure_goal(lambda start, goal: digits(start, goal)[:2], mnist.load_split("test").images)
    assert found["pairs"] == 2000 and found["mean_length"] == 5.0
    assert found["goal_relative"] == pytest.approx(0.0165, abs=0.0002)
    if (RESULTS / "mnist_bptt" / "metrics.json").is_file():
        recorded = json.loads((RESULTS / "mnist_bptt" / "metrics.json").read_text(encoding="utf-8"))
        for name in ("start_distance", "goal_distance", "goal_relative", "goal_relative_median"):
            assert found[name] == pytest.approx(recorded[name], rel=1e-3), name


@pytest.mark.skipif(not (RESULTS / "celeba_bptt" / "model").is_dir(), reason="results/celeba_bptt/model is not here")
def test_the_model_of_faces_walks_as_when_it_was_trained():
    faces = draw_faces(4, seed=0).astype(np.float32) / 255
    frames = load_interpolator(RESULTS / "celeba_bptt")(faces[:2], faces[2:]).frames
    for (pair, step), (colours, mean) in FACES.items():
        found = np.concatenate([frames[pair, step, 34, 32], frames[pair, step, 44, 20]])
        np.testing.assert_allclose(found, colours, atol=TOLERANCE)
        assert frames[pair, step].mean() == pytest.approx(mean, abs=TOLERANCE)
