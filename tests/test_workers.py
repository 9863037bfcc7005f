"""Two processes that train one model over the loopback address, by the real script: as one, killed, stopped."""

import json
import signal
import socket

import numpy as np
import pytest
from tiny_runs import (
    WARPS_ALONE,
    arguments,
    final_weights,
    finished,
    saved_iterations,
    script,
    tiny,
    wait_for,
    write_spots,
)

from tf_interp.run import run
from tf_interp.system.run_folder import RunFolder

# The first updates take less time without compilation.
FEW = dict(iterations=8, log_every=2, image_every=8, checkpoint_every=2, patch=1, **WARPS_ALONE)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return write_spots(tmp_path_factory.mktemp("data"))


def two_addresses():
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    addresses = [f"127.0.0.1:{listener.getsockname()[1]}" for listener in listeners]
    for listener in listeners:
        listener.close()
    return addresses


def worker(index, addresses, cwd, *words):
    place = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
    return script("--devices", "multi_worker", *words, cwd=cwd, TF_CONFIG=json.dumps(place))


def two_workers(folders, *words):
    """Starts the chief and another worker, each in a folder of its own."""
    addresses = two_addresses()
    return [worker(index, addresses, folders[index], *words) for index in range(2)]


def folders(tmp_path):
    found = [tmp_path / "chief", tmp_path / "other"]
    for folder in found:
        folder.mkdir()
    return found


def test_a_killed_chief_ends_the_other_and_both_resume_to_the_weights_of_one_process(data_dir, tmp_path):
    run(tiny(data_dir, tmp_path / "one", eager=True, **FEW))
    places = folders(tmp_path)
    chief, other = two_workers(places, *arguments(data_dir, "run", **FEW), "--eager")
    folder = RunFolder(places[0] / "run")
    wait_for(lambda: len(saved_iterations(folder.path)) > 1, chief)
    chief.kill()
    output, complaints = finished(other, code=1)
    assert output == "worker 1 of 2; worker 0 writes run\n"
    (sentence,) = [line for line in complaints.splitlines() if line and "CollectiveAllReduce" not in line]
    assert sentence.startswith("error: worker 0 (127.0.0.1:")
    assert sentence.endswith(") has ended. Start all workers again with --resume run")
    chief.communicate()
    assert list(places[1].iterdir()) == []  # only the chief writes
    for process in two_workers([places[0]] * 2, "--resume", "run", "--no-eager"):
        finished(process)
    # Sums over 8 examples and over 4 and 4 round differently, and Adam divides by small numbers.
    for expected, found in zip(final_weights(tmp_path / "one"), final_weights(folder.path)):
        np.testing.assert_allclose(found, expected, atol=2e-5)
    rows = RunFolder(tmp_path / "one").read_rows()
    for expected, found in zip(rows, folder.read_rows()):
        assert found["iteration"] == expected["iteration"]
        for name in ("loss", "return", "goal_distance", "gradient_norm/all", "command_stddev_least"):
            assert found[name] == pytest.approx(expected[name], rel=1e-4), name
    assert len(folder.read_rows()) == len(rows) == 4
    assert len(folder.read_record()["starts"]) == 2 and folder.ended == "finished"


def test_a_signal_to_one_worker_stops_both_at_the_same_iteration(data_dir, tmp_path):
    places = folders(tmp_path)
    both = two_workers(places, *arguments(data_dir, "run", **{**FEW, "iterations": 100000}), "--eager")
    folder = RunFolder(places[0] / "run")
    wait_for(lambda: folder.read_rows(), both[0])
    both[1].send_signal(signal.SIGTERM)
    said = [finished(process, code=128 + signal.SIGTERM)[1] for process in both]
    last = max(saved_iterations(folder.path))
    assert folder.read_record()["ended"] == {"how": "interrupted", "iteration": last}
    for complaints in said:
        assert f"Saved and stopped at iteration {last}" in complaints and "--resume run" in complaints
        assert "Traceback" not in complaints


def test_a_missing_worker_is_named_in_time(data_dir, tmp_path):
    addresses = two_addresses()
    words = arguments(data_dir, "run", **FEW, worker_wait=1)
    _, complaints = finished(worker(0, addresses, tmp_path, *words), code=2)
    named = f"error: TF_CONFIG: worker 1 ({addresses[1]}) did not answer within 1 seconds; start all workers\n"
    assert complaints == named and list(tmp_path.iterdir()) == []
