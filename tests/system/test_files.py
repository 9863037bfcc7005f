"""Writing without loss: what a full disk and a killed program leave, and what is said."""

import contextlib
import resource

import pytest

from tf_interp.errors import FileError
from tf_interp.system import files
from tf_interp.system.entry import exit_code_of


@contextlib.contextmanager
def files_of_at_most(count):
    """No file may become larger than so many bytes: fails in the middle of a write, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (count, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_write_that_fails_half_way_names_the_file_and_leaves_what_was_there(tmp_path):
    path = tmp_path / "config.json"
    files.write_json(path, {"a": 1})
    with files_of_at_most(4096), pytest.raises(FileError, match=f"^cannot write {path}: File too large; .*ulimit"):
        files.write_json(path, ["b"] * 10_000)
    assert [each.name for each in tmp_path.iterdir()] == ["config.json"] and path.read_text() == '{\n  "a": 1\n}\n'


def test_a_full_disk_is_named_with_its_remedy(tmp_path):
    def write():
        with files.written(tmp_path / "rows"), open("/dev/full", "w") as file:
            file.write("x")

    with pytest.raises(FileError, match=f"cannot write {tmp_path}/rows: No space left on device; make room there"):
        write()


@pytest.mark.parametrize("number, remedy", [(13, "allow it"), (30, "choose a place that can be written"), (5, "")])
def test_what_the_file_system_refuses_is_one_line_with_the_file(number, remedy, capsys):
    def refuse():
        raise OSError(number, "Reason", "some/file")

    assert exit_code_of(refuse) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: some/file: Reason") and remedy in said and said.count("\n") == 1


def test_leftovers_of_a_killed_program_go_and_what_it_had_moved_aside_comes_back(tmp_path):
    for name in (".model.abc", ".model.abc.old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "weights").write_text(name)
    (tmp_path / ".metrics.123.json").touch()
    (tmp_path / ".hidden").touch()
    files.clear_leftovers(tmp_path / "model")
    files.clear_leftovers(tmp_path / "metrics.json")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".hidden", "model"]
    assert (tmp_path / "model" / "weights").read_text() == ".model.abc.old"
    (tmp_path / ".model.def.old").mkdir()
    files.clear_leftovers(tmp_path / "model")
    assert (tmp_path / "model" / "weights").exists() and not (tmp_path / ".model.def.old").exists()
