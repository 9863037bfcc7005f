"""One program at a time in a folder."""

import contextlib
import os
import signal
import time

import pytest

from tf_interp.errors import FileError
from tf_interp.system.lock import NAME, locked


def test_the_second_is_refused_and_whoever_comes_later_is_not(tmp_path):
    folder = tmp_path / "run"
    with locked(folder):
        with pytest.raises(FileError, match=f"another program is writing to {folder} at this moment"), locked(folder):
            pass
        assert (folder / NAME).exists()  # who is refused takes nothing away
    assert not list(folder.iterdir())
    with locked(folder):
        pass


def test_a_lock_that_a_killed_program_left_is_no_obstacle(tmp_path):
    child = os.fork()
    if not child:
        with contextlib.suppress(BaseException), locked(tmp_path):
            (tmp_path / "held").touch()
            time.sleep(60)
        os._exit(0)
    while not (tmp_path / "held").exists():
        time.sleep(0.01)
    with pytest.raises(FileError), locked(tmp_path):
        pass
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert (tmp_path / NAME).exists()
    with locked(tmp_path):
        pass
    assert not (tmp_path / NAME).exists()
