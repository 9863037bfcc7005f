"""What is read apart can crash, never end or take all memory, and it is one error."""

import functools
import operator
import os
import signal
import sys
import time

import h5py
import numpy as np
import pytest

import fuel_compat
from fuel_compat import apart, info
from fuel_compat.apart import run_apart


def test_what_a_function_returns_or_raises_comes_back():
    assert run_apart(len, "four") == 4
    with pytest.raises(KeyError, match="nothing"):
        run_apart(functools.partial(operator.getitem, {}), "nothing")


def test_a_crash_is_an_error():
    with pytest.raises(ChildProcessError, match="it crashed: Segmentation fault"):
        run_apart(signal.raise_signal, signal.SIGSEGV)
    with pytest.raises(ChildProcessError, match="it crashed: exit code 7"):
        run_apart(os._exit, 7)


def test_time_and_memory_are_bounded(monkeypatch):
    with pytest.raises(MemoryError):
        run_apart(bytearray, 2**31)
    monkeypatch.setattr(apart, "_SECONDS", 1)
    with pytest.raises(ChildProcessError, match="more than 1 seconds of a core"):
        run_apart(sum, range(10**12))
    monkeypatch.setattr(apart, "_PATIENCE", 1)
    with pytest.raises(ChildProcessError, match="more than 1 seconds$"):
        run_apart(time.sleep, 1000)


@pytest.mark.parametrize(
    "body, reason",
    [("import os; os.abort()", "it crashed: Aborted"), ("raise KeyError('two\\nlines')", "'two.*lines'")],
)
def test_a_file_that_the_library_does_not_survive_is_named(tmp_path, monkeypatch, body, reason):
    with h5py.File(tmp_path / "a.hdf5", "w") as file:
        file["features"] = np.zeros(3)
    (tmp_path / "failing_reader.py").write_text(f"def read(path):\n    {body}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.delitem(sys.modules, "failing_reader", raising=False)
    import failing_reader

    monkeypatch.setattr(info, "_lines", failing_reader.read)
    with pytest.raises(fuel_compat.FileError, match=f"a.hdf5 is not a whole HDF5 file .*{reason}") as caught:
        fuel_compat.describe(tmp_path / "a.hdf5")
    assert "\n" not in str(caught.value)
