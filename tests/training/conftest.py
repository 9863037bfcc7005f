"""Fixtures of the tests of training."""

import hand_worked
import numpy as np
import pytest


@pytest.fixture
def parts():
    """Tensors of three walks worked out by hand, see `hand_worked`."""
    return hand_worked.parts_of_episodes()


@pytest.fixture(scope="session")
def bars():
    """Images uint8 [64,8,8,1] of one bright column with soft edges; a walk has to slide it."""
    columns = np.arange(8)
    centres = np.random.RandomState(0).uniform(2, 5, 64)
    profile = np.exp(-0.5 * (columns[None] - centres[:, None]) ** 2)
    return (255 * np.repeat(profile[:, None, :, None], 8, axis=1)).astype(np.uint8)
