"""A way of getting from one image to another, as the metrics see it."""

from typing import Callable, NamedTuple, Optional, Tuple

import numpy as np

from tf_interp.data.sources import Source
from tf_interp.evaluation.held_out import Walk
from tf_interp.evaluation.maps import Accumulated


class WalkMethod(NamedTuple):
    """See the module.

    Attributes:
        name: as shown in tables.
        walk: see `held_out.Walk`.
        parameters: number of trained weights; with none, the fields below do not matter.
        obeys_stop: whether walks may end before the budget.
        image_shape: (H, W, C) it was trained on; None for any.
        trained_on: the data it was trained on; None if it was not trained.
        train_seconds, iterations: its training.
        accumulate: (start, goal) -> `Accumulated`; None for a method that does not move, keep and paint pixels.
    """

    name: str
    walk: Walk
    parameters: int
    obeys_stop: bool = False
    image_shape: Optional[Tuple[int, int, int]] = None
    trained_on: Optional[Source] = None
    train_seconds: float = 0.0
    iterations: int = 0
    accumulate: Optional[Callable[[np.ndarray, np.ndarray], Accumulated]] = None
