"""A walk through real images: the path of K hops in a graph of near neighbours whose squared hops sum to least.

Every frame but the ends is a training image, so each is real for itself. Together they are not a fair sample: what lies
between two digits is an odd one, and a Frechet distance tells. Frames may repeat where fewer images lead to the goal.
It is retrieval, not a model.
"""

from functools import lru_cache
from typing import List, NamedTuple, Tuple

import numpy as np

from tf_interp.data.pixels import as_floats
from tf_interp.data.sources import load_training_images
from tf_interp.peers.cross_fade import cross_fade, full_lengths

NEIGHBOURS, IMAGES = 15, 8000
IMAGE_SHAPE = (28, 28, 1)


class Graph(NamedTuple):
    """Images and the edges between near ones, in both directions, sorted by where they lead to.

    Attributes:
        images: float32 [M,H,W,C].
        origin, target: int [E], ends of each edge.
        cost: float32 [E], squared distance of the two.
        first: int [T], where the edges to each different target begin.
    """

    images: np.ndarray
    origin: np.ndarray
    target: np.ndarray
    cost: np.ndarray
    first: np.ndarray


def build_graph(images: np.ndarray, neighbours: int = NEIGHBOURS) -> Graph:
    """Joins every image float32 [M,H,W,C] to its nearest ones, in Euclidean distance of pixels."""
    flat = images.reshape(len(images), -1)
    count = min(neighbours, len(images) - 1)
    squares = _squared_distances(flat, flat)
    np.fill_diagonal(squares, np.inf)
    near = np.argpartition(squares, count - 1, axis=1)[:, :count]
    pairs = np.stack([np.repeat(np.arange(len(images)), count), near.ravel()], axis=1)
    target, origin = np.unique(np.concatenate([pairs, pairs[:, ::-1]]), axis=0).T
    first = np.flatnonzero(np.r_[True, np.diff(target) > 0])
    return Graph(images, origin, target, squares[origin, target], first)


def graph_walk(start: np.ndarray, goal: np.ndarray, steps: int, graph: Graph) -> Tuple[np.ndarray, np.ndarray]:
    """The cheapest path of exactly K hops from each start to its goal.

    The ends are joined to their nearest images. Where no path of K hops exists, they are joined to all.

    Args:
        start, goal: float32 [B,H,W,C] in [0, 1].
        steps: K.
        graph: of images of the same shape.

    Returns:
        frames float32 [B,K+1,H,W,C], the ends being the two images exactly; lengths int32 [B], all K.

    Raises:
        InputError: the shapes differ, or less than one step.
    """
    frames, lengths = cross_fade(start, goal, steps)  # checks the shapes, has the right ends
    if steps > 1:
        flat = graph.images.reshape(len(graph.images), -1)
        enter, leave = (_squared_distances(ends.reshape(len(ends), -1), flat) for ends in (frames[:, 0], frames[:, -1]))
        for pair, walk in enumerate(frames):
            walk[1:-1] = graph.images[_path(graph, enter[pair], leave[pair], steps - 1)]
    return frames, full_lengths(start, steps)


@lru_cache(maxsize=1)
def mnist_graph() -> Graph:
    """The graph of the first 8,000 training images of the MNIST that ships with the package."""
    train, _ = load_training_images("mnist", None)
    return build_graph(as_floats(train[:IMAGES]))


def _path(graph: Graph, enter: np.ndarray, leave: np.ndarray, count: int) -> List[int]:
    """The `count` images on the way, by dynamic programming over hops (Bellman and Ford).

    Args:
        graph: of M images.
        enter, leave: float32 [M], squared distances from the start to each image, and from each to the goal.
        count: at least 1.
    """
    for entries, exits in ((_nearest_alone(enter), _nearest_alone(leave)), (enter, leave)):
        costs = [entries]
        for _ in range(count - 1):
            reached = np.full(len(enter), np.inf, np.float32)
            through = costs[-1][graph.origin] + graph.cost
            reached[graph.target[graph.first]] = np.minimum.reduceat(through, graph.first)
            costs.append(reached)
        if np.isfinite(costs[-1] + exits).any():
            return _backwards(graph, costs, exits)
    raise AssertionError("every image can be entered and left")


def _backwards(graph: Graph, costs: List[np.ndarray], exits: np.ndarray) -> List[int]:
    """The path of which `costs` [M] each are the cheapest costs after 1, 2, ... hops."""
    path = [int(np.argmin(costs[-1] + exits))]
    for cost in reversed(costs[:-1]):
        low, high = np.searchsorted(graph.target, [path[0], path[0] + 1])
        edges = slice(low, high)
        path.insert(0, int(graph.origin[edges][np.argmin(cost[graph.origin[edges]] + graph.cost[edges])]))
    return path


def _nearest_alone(squares: np.ndarray) -> np.ndarray:
    """Infinite but at the nearest images; [M]."""
    near = np.argpartition(squares, min(NEIGHBOURS, len(squares)) - 1)[:NEIGHBOURS]
    alone = np.full_like(squares, np.inf)
    alone[near] = squares[near]
    return alone


def _squared_distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """float32 [N,M] of the rows of a [N,F] and b [M,F]."""
    squares = np.sum(a * a, axis=1)[:, np.newaxis] + np.sum(b * b, axis=1) - 2.0 * (a @ b.T)
    return np.maximum(squares, 0.0).astype(np.float32)
