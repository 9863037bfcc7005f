"""Workers that meet: who is missing, who differs, and what they tell each other. Threads stand in for machines."""

import json
import socket
import threading

import pytest

from tf_interp.errors import InputError
from tf_interp.system.cluster import Place, Workers, place_in_cluster


def free_addresses(count):
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    addresses = tuple(f"127.0.0.1:{listener.getsockname()[1]}" for listener in listeners)
    for listener in listeners:
        listener.close()
    return addresses


def all_at_once(calls):
    """Runs each call in a thread of its own; what each returned, or the InputError that it raised."""
    results = [None] * len(calls)

    def run(index):
        try:
            results[index] = calls[index]()
        except InputError as error:
            results[index] = error

    threads = [threading.Thread(target=run, args=[index]) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return results


def test_three_workers_hear_the_greatest_number_and_leave_together():
    addresses = free_addresses(3)
    workers = [Workers(Place(addresses, index)) for index in range(3)]
    all_at_once([lambda each=each: each.meet({"seed": 1}, 10) for each in workers])
    for numbers in ((0, 0, 0), (0, 15, 0), (2, 15, 0)):
        heard = all_at_once([lambda each=each, n=n: each.greatest(n) for each, n in zip(workers, numbers)])
        assert heard == [max(numbers)] * 3
    all_at_once([lambda each=each: each.leave(together=True) for each in workers])
    assert [each.is_chief for each in workers] == [True, False, False]


def test_one_worker_alone_waits_for_nobody():
    alone = Workers(Place(free_addresses(1), 0))
    alone.meet({}, 1)
    assert alone.greatest(7) == 7


def test_a_worker_that_does_not_answer_is_named():
    addresses = free_addresses(2)
    message = rf"TF_CONFIG: worker 1 \({addresses[1]}\) did not answer within 1 seconds"
    with pytest.raises(InputError, match=message):
        Workers(Place(addresses, 0)).meet({}, 1)


def test_an_address_that_is_taken_is_named():
    with socket.create_server(("", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"TF_CONFIG: cannot listen on 127.0.0.1:{port}"):
            Workers(Place((f"127.0.0.1:{port}", *free_addresses(1)), 0)).meet({}, 1)


def test_a_stranger_who_calls_is_no_worker():
    addresses = free_addresses(2)
    workers = [Workers(Place(addresses, index)) for index in range(2)]

    def stranger():
        host, port = addresses[0].split(":")
        while True:
            try:
                with socket.create_connection((host, int(port))) as connection:
                    return connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            except OSError:
                continue

    first = threading.Thread(target=lambda: workers[0].meet({}, 20))
    first.start()
    stranger()
    workers[1].meet({}, 20)
    first.join(20)
    assert all_at_once([lambda: workers[0].greatest(1), lambda: workers[1].greatest(2)]) == [2, 2]
    all_at_once([lambda each=each: each.leave(together=True) for each in workers])


def test_workers_with_different_settings_say_so():
    addresses = free_addresses(2)
    calls = [lambda i=i: Workers(Place(addresses, i)).meet({"steps": 5, "seed": i}, 10) for i in range(2)]
    first, second = all_at_once(calls)
    assert str(first) == f"seed: worker 1 ({addresses[1]}) has 1 and this one 0; start all workers alike"
    assert str(second) == f"seed: worker 0 ({addresses[0]}) has 0 and this one 1; start all workers alike"


def config_of(cluster, kind, index):
    return json.dumps({"cluster": cluster, "task": {"type": kind, "index": index}})


@pytest.mark.parametrize(
    "cluster, kind, index, place",
    [
        ({"worker": ["a:1", "b:2"]}, "worker", 1, (("a:1", "b:2"), 1)),
        ({"chief": ["a:1"], "worker": ["b:2", "c:3"]}, "chief", 0, (("a:1", "b:2", "c:3"), 0)),
        ({"chief": ["a:1"], "worker": ["b:2", "c:3"]}, "worker", 1, (("a:1", "b:2", "c:3"), 2)),
    ],
)
def test_the_chief_comes_first(monkeypatch, cluster, kind, index, place):
    monkeypatch.setenv("TF_CONFIG", config_of(cluster, kind, index))
    assert place_in_cluster() == place


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"cluster": {"worker": ["a:1"]}}',
        config_of({"worker": ["a:1"]}, "worker", 1),
        config_of({"worker": ["a:1"]}, "worker", -1),
        config_of({"worker": ["a"]}, "worker", 0),
        config_of({"worker": ["a:1"], "ps": ["b:2"]}, "ps", 0),
    ],
)
def test_what_is_not_understood_is_shown_beside_an_example(monkeypatch, text):
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(InputError) as caught:
        place_in_cluster()
    assert str(caught.value).startswith("devices: multi_worker needs TF_CONFIG=") and repr(text) in str(caught.value)
