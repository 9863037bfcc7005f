"""Conversions that do not end well: killed, interrupted, out of room, without their workers."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections import namedtuple
from pathlib import Path

import h5py
import pytest
from faces import jpeg, write_archive

import fuel_compat
from fuel_compat.workers import map_ordered

ROOT = Path(__file__).parents[2]
OLD = b"a file of an earlier conversion"
MANY = 4000


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """Enough pictures for seconds of work."""
    path = tmp_path_factory.mktemp("many") / "faces.zip"
    content = jpeg(0)
    write_archive(path, {f"{number:05d}.jpg": content for number in range(MANY)})
    return path


@pytest.fixture
def output(tmp_path):
    """A file of an earlier conversion, alone in its folder."""
    path = tmp_path / "out" / "celeba_64.hdf5"
    path.parent.mkdir()
    path.write_bytes(OLD)
    return path


def convert(archive, output, *options, **settings):
    arguments = ["convert", "celeba", "64", "-d", str(archive), "-o", str(output.parent), "--no-targets", *options]
    return subprocess.Popen(
        [sys.executable, "-m", "fuel_compat", *arguments], cwd=ROOT, stderr=subprocess.PIPE, text=True, **settings
    )


def _obey_interrupts():
    """What a shell starts in the background ignores them, and so would all that it starts in turn."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def half_done(archive, output):
    """A conversion by two workers, of which some pictures are already written."""
    process = convert(archive, output, "--workers", "2", start_new_session=True, preexec_fn=_obey_interrupts)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if any(part.stat().st_size > 2**19 for part in output.parent.glob(".*.part")):
            return process
        time.sleep(0.005)
    raise AssertionError(f"nothing was written: {process.communicate()}")


def children_of(process):
    return [int(child) for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def has_ended(process_id):
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_a_killed_conversion_leaves_the_old_file_and_no_worker(archive, output):
    process = half_done(archive, output)
    workers = children_of(process)
    process.kill()
    process.communicate()
    assert len(workers) == 2
    assert output.read_bytes() == OLD
    leftovers = [path.name for path in output.parent.iterdir() if path != output]
    assert len(leftovers) == 1 and leftovers[0].startswith(".") and leftovers[0].endswith(".part")
    deadline = time.monotonic() + 10
    while not all(map(has_ended, workers)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert all(map(has_ended, workers))
    fuel_compat.convert_celeba(archive, output.parent, targets=False, limit=2)
    assert [path.name for path in output.parent.iterdir()] == [output.name]  # what was left is gone


@pytest.mark.parametrize("signal_number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_conversion_leaves_nothing(archive, output, signal_number, code):
    process = half_done(archive, output)
    os.killpg(process.pid, signal_number)  # as a terminal does: every process of the group gets it
    _, error = process.communicate(timeout=20)
    assert process.returncode == code and "Traceback" not in error
    assert signal_number != signal.SIGINT or error.endswith("\ninterrupted; nothing was written\n")
    assert [path.name for path in output.parent.iterdir()] == [output.name]
    assert output.read_bytes() == OLD


def test_a_running_conversion_is_not_taken_for_an_abandoned_one(archive, output):
    process = half_done(archive, output)
    fuel_compat.convert_celeba(archive, output.parent, targets=False, limit=2)
    process.communicate(timeout=60)
    assert process.returncode == 0
    with h5py.File(output) as file:
        assert len(file["features"]) == MANY


def test_a_disk_that_fills_up(archive, output):
    def limit_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    process = convert(archive, output, "--limit", "20", stdout=subprocess.DEVNULL, preexec_fn=limit_files)
    _, error = process.communicate(timeout=30)
    assert process.returncode == 2 and "Traceback" not in error
    assert error.splitlines()[-1] == f"error: {output} cannot be written: File too large"
    assert [path.read_bytes() for path in output.parent.iterdir()] == [OLD]


def test_a_disk_without_room(archive, output, monkeypatch):
    usage = namedtuple("usage", "total used free")(10**6, 0, 10**6)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(fuel_compat.FileError, match="needs 49,312,000 bytes but only 1,000,000 are free.*-o.*--limit"):
        fuel_compat.convert_celeba(archive, output.parent, targets=False)
    assert [path.read_bytes() for path in output.parent.iterdir()] == [OLD]


def test_places_that_cannot_be_written(archive, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "celeba_64.hdf5").mkdir()
    for place in (tmp_path, tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(fuel_compat.FileError, match="celeba_64.hdf5 cannot be written"):
            fuel_compat.convert_celeba(archive, place, targets=False, limit=2)


def test_results_come_in_order_from_several_processes():
    assert list(map_ordered(abs, list(range(-50, 0)), 2)) == list(range(50, 0, -1))


def test_errors_of_the_function_are_raised_here():
    with pytest.raises(ValueError, match="'x'"):
        list(map_ordered(int, ["1", "x", "2"], 2))


def test_a_worker_that_dies_is_not_waited_for():
    with pytest.raises(fuel_compat.FileError, match="worker process ended with code 3"):
        list(map_ordered(os._exit, [3, 3, 3], 2))


def test_of_a_worker_that_died_python_has_nothing_to_add():
    code = """
import os
from fuel_compat import FileError
from fuel_compat.workers import map_ordered
try:
    list(map_ordered(os._exit, [3, 3, 3], 2))
except FileError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.startswith("a worker process ended with code 3") and not done.stderr


def test_workers_do_not_run_ahead():
    """What keeps memory constant: arguments are handed out only as results are taken."""
    handed_out = []

    class Arguments(list):
        def __iter__(self):
            for argument in range(1000):
                handed_out.append(argument)
                yield argument

    results = map_ordered(abs, Arguments(range(1000)), 2)
    for taken in range(1, 20):
        next(results)
        assert len(handed_out) <= taken + 2 * 3
    results.close()


@pytest.mark.parametrize("from_stdin", [False, True])
def test_scripts_without_a_main_guard_can_convert(archive, tmp_path, from_stdin):
    options = f"{str(archive)!r}, '.', targets=False, limit=100, workers=2"
    code = f"import fuel_compat; print(fuel_compat.convert_celeba({options}))"
    (tmp_path / "script.py").write_text(code)
    done = subprocess.run(
        [sys.executable, "-" if from_stdin else "script.py"],
        input=code if from_stdin else None,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert (done.stdout, done.stderr) == ("celeba_64.hdf5\n", "")


def test_help_waits_for_no_library():
    code = (
        "import sys; from fuel_compat.cli import main\n"
        "try: main(['convert', '--help'])\n"
        "finally: assert not {'h5py', 'numpy', 'PIL', 'tqdm'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == ""
    assert "python -m fuel_compat convert celeba 64" in done.stdout
