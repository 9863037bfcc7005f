"""Walks at many times, for the page of the gallery."""

import numpy as np

from tf_interp.model.structs import Path
from tf_interp.report.films import at_times


def part(k, t):
    """Two images, each of one grey, at each of several times k + t a tenth of it; [T,2,3,3,1]."""
    return np.ones([2, 3, 3, 1], np.float32) * np.reshape((k + t) / 10, [-1, 1, 1, 1, 1])


def test_walks_that_stop_early_are_slower_so_that_all_arrive_together():
    lengths, commands = np.array([2, 4]), np.zeros([2, 4, 1], np.float32)
    path = Path(np.zeros([2, 5, 3, 3, 1], np.float32), lengths, commands, part)
    found = at_times(lambda start, goal: path, None, None, 5)
    assert found.shape == (2, 5, 3, 3, 1)
    np.testing.assert_allclose(found[:, :, 0, 0, 0], [[0, 0.05, 0.1, 0.15, 0.2], [0, 0.1, 0.2, 0.3, 0.4]], atol=1e-6)
