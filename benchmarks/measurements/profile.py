"""Where a training step's time goes, by kind of operation and by network, from TensorFlow's profiler.

An operation's time is its own: that of operations which run inside it, in a loop's body, is theirs. Of an operation
that runs several times the lower quartile is taken, times the number of runs, so that interruptions do not count.
"""

import statistics
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any, Dict, Iterable, List, Tuple

import tensorflow as tf

NETWORKS = ("policy", "transformer", "value", "discriminator", "mixture_critic")
_STEPS = 8


def profile(call) -> Dict[Tuple[str, str], float]:
    """(network or "elsewhere", kind of operation) -> seconds in one call."""
    call()
    with tempfile.TemporaryDirectory() as folder:
        tf.profiler.experimental.start(folder)
        for _ in range(_STEPS):
            call()
        tf.profiler.experimental.stop()
        (path,) = Path(folder).rglob("*.xplane.pb")
        durations = _durations(path.read_bytes())
    found: Dict[Tuple[str, str], float] = defaultdict(float)
    for (name, kind), seconds in durations.items():
        found[_network(name), kind] += _lower_quartile(seconds) * len(seconds) / _STEPS
    return dict(found)


def _durations(content: bytes) -> Dict[Tuple[str, str], List[float]]:
    """(name, kind) of an operation -> seconds of each run, without what ran inside it."""
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    space, found = xplane_pb2.XSpace(), defaultdict(list)
    space.ParseFromString(content)
    for plane in space.planes:
        names = {key: value.name for key, value in plane.event_metadata.items()}
        for line in plane.lines:
            for label, picoseconds in _own_times(line.events, names):
                found[label].append(picoseconds * 1e-12)
    return found


def _own_times(events: Iterable[Any], names: Dict[int, str]) -> Iterable[Tuple[Tuple[str, str], int]]:
    """(name, kind) and own time of each operation on one thread."""
    spans = []
    for event in events:
        name, colon, kind = names[event.metadata_id].rpartition(":")
        if colon and not name.endswith(":") and kind.isidentifier():  # "name:kind"; "a::b" is no operation
            spans.append([event.offset_ps, event.offset_ps + event.duration_ps, (name, kind), event.duration_ps])
    around = []
    for span in sorted(spans, key=lambda span: (span[0], -span[1])):
        while around and around[-1][1] <= span[0]:
            around.pop()
        if around:
            around[-1][3] -= span[1] - span[0]
        around.append(span)
    return [(label, own) for _, _, label, own in spans]


def _lower_quartile(values: List[float]) -> float:
    return statistics.quantiles(values, n=4)[0] if len(values) > 1 else values[0]


def _network(name: str) -> str:
    parts = name.split("/")
    return next((network for network in NETWORKS if network in parts), "elsewhere")
