"""Small images that are quickly learnt."""

import numpy as np


def spots(count, size, seed=0):
    """Blurred spots at random places, uint8 [N,H,W,1]."""
    rows, columns = np.mgrid[: size[0], : size[1]]
    centres = np.random.RandomState(seed).uniform(2, min(size) - 3, [2, count, 1, 1])
    return (255 * np.exp(-0.3 * ((rows - centres[0]) ** 2 + (columns - centres[1]) ** 2))[..., None]).astype(np.uint8)
