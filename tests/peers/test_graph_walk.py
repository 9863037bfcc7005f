"""The walk through real images, on images of one pixel whose best paths can be seen."""

import numpy as np

from tf_interp.peers.graph_walk import build_graph, graph_walk


def pixels(*values):
    return np.float32(values).reshape(-1, 1, 1, 1)


def test_the_cheapest_path_of_exactly_so_many_hops():
    graph = build_graph(pixels(0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0), neighbours=2)
    frames, lengths = graph_walk(pixels(0.02), pixels(0.98), 4, graph)
    assert frames.shape == (1, 5, 1, 1, 1) and lengths.tolist() == [4]
    path = frames.ravel()
    assert path[0] == np.float32(0.02) and path[-1] == np.float32(0.98)
    # Hops between neighbours are .1 or .2 long; the ends, joined to all, take the rest.
    np.testing.assert_allclose(np.diff(path).sum(), 0.96, rtol=1e-5)
    best = min(
        (a - 0.02) ** 2 + (b - a) ** 2 + (c - b) ** 2 + (0.98 - c) ** 2
        for a in np.arange(11) / 10 for b in np.arange(11) / 10 for c in np.arange(11) / 10
        if linked(graph, a, b) and linked(graph, b, c)
    )  # fmt: skip
    np.testing.assert_allclose(np.sum(np.diff(path) ** 2), best, rtol=1e-4)


def linked(graph, a, b):
    values = graph.images.ravel()
    return any(np.isclose(values[o], a) and np.isclose(values[t], b) for o, t in zip(graph.origin, graph.target))


def test_a_detour_is_taken_where_it_is_made_of_shorter_hops():
    arch = [[0, 0], [0, 0.7], [0.3, 1.3], [1, 1.6], [1.7, 1.3], [2, 0.7], [2, 0]]
    images = np.float32(arch).reshape(-1, 1, 2, 1)
    frames, _ = graph_walk(images[:1], images[-1:], 8, build_graph(images, neighbours=2))
    hops = np.linalg.norm(np.diff(frames.reshape(9, 2), axis=0), axis=1)
    assert hops.max() < 0.8  # a straight walk would have jumped by 2


def test_edges_lead_both_ways_and_cost_the_squared_distance():
    graph = build_graph(pixels(0.0, 0.1, 1.0), neighbours=1)
    found = {(int(o), int(t)): float(c) for o, t, c in zip(graph.origin, graph.target, graph.cost)}
    assert set(found) == {(0, 1), (1, 0), (1, 2), (2, 1)}
    np.testing.assert_allclose([found[0, 1], found[1, 2]], [0.01, 0.81], rtol=1e-5)


def test_one_image_between_is_the_nearest_to_the_middle():
    """From 0 to 1 by way of 0.1, 0.35 or 0.8: 0.82, 0.545 or 0.68. With one hop nothing is chosen."""
    graph = build_graph(pixels(0.1, 0.35, 0.8), neighbours=1)
    frames, _ = graph_walk(pixels(0.0, 1.0), pixels(1.0, 0.0), 2, graph)
    np.testing.assert_array_equal(frames[:, :, 0, 0, 0], np.float32([[0, 0.35, 1], [1, 0.35, 0]]))
    frames, lengths = graph_walk(pixels(0.0), pixels(1.0), 1, graph)
    assert frames.ravel().tolist() == [0.0, 1.0] and lengths.tolist() == [1]


def test_where_no_path_leads_over_near_images_there_is_one_jump():
    """Dark and bright images, 20 each, have no edge between them, and the 15 nearest of an end are all of its kind."""
    dark = np.arange(20) / 1000
    graph = build_graph(pixels(*dark, *(1 - dark)), neighbours=2)
    frames, lengths = graph_walk(pixels(0.0), pixels(1.0), 4, graph)
    hops = np.sort(np.abs(np.diff(frames.ravel())))
    assert lengths.tolist() == [4] and hops[-1] > 0.95 and hops[:-1].max() < 0.05
