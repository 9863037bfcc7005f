"""Checkpoints: which are found, which are kept, and what a damaged one costs."""

import pytest
import tensorflow as tf

from tf_interp.errors import FileError
from tf_interp.training.checkpoints import Checkpoints, saved_in


def of(folder, keep=2, size=3):
    value = tf.Variable(tf.zeros([size]))
    return value, Checkpoints(tf.train.Checkpoint(value=value), folder, keep)


@pytest.fixture
def folder(tmp_path):
    """Checkpoints of iterations 0, 2, ... 10, each with its iteration as value; two are kept."""
    value, checkpoints = of(tmp_path)
    for iteration in range(0, 11, 2):
        value.assign([iteration] * 3)
        checkpoints.save(iteration)
    return tmp_path


def restored(folder):
    value, checkpoints = of(folder)
    checkpoints.restore()
    return value.numpy().tolist(), checkpoints.newest.name


def test_the_newest_are_kept_in_the_order_of_numbers(folder):
    assert [path.name for path in saved_in(folder)] == ["ckpt-8", "ckpt-10"]
    names = ["ckpt-10.data-00000-of-00001", "ckpt-10.index", "ckpt-8.data-00000-of-00001", "ckpt-8.index"]
    assert sorted(path.name for path in folder.iterdir()) == ["checkpoint", *names]
    assert tf.train.latest_checkpoint(str(folder)) == str(folder / "ckpt-10")  # for other tools


@pytest.mark.parametrize(
    "index",
    [None, b"", b"\0\xff", b"nonsense", b'model_checkpoint_path: "ckpt-0"\n', b'model_checkpoint_path: "/x/ckpt-10"'],
)
def test_tensorflows_index_may_be_missing_damaged_or_wrong(folder, index, capsys):
    (folder / "checkpoint").unlink()
    if index is not None:
        (folder / "checkpoint").write_bytes(index)
    assert restored(folder) == ([10.0] * 3, "ckpt-10")
    assert not capsys.readouterr().err


@pytest.mark.parametrize("ending", [".index", ".data-00000-of-00001"])
def test_a_damaged_one_is_named_and_the_one_before_is_read(folder, ending, capsys):
    path = folder / f"ckpt-10{ending}"
    path.write_bytes(path.read_bytes()[:-20])
    assert restored(folder) == ([8.0] * 3, "ckpt-8")
    said = capsys.readouterr().err
    assert "ckpt-10 is damaged" in said and "going on from ckpt-8" in said and said.count("\n") == 1
    assert "node" not in said and "Op:" not in said  # TensorFlow's own names


def test_a_damaged_one_is_not_counted_among_those_that_are_kept(folder):
    (folder / "ckpt-10.data-00000-of-00001").unlink()
    value, checkpoints = of(folder, keep=1)
    checkpoints.restore()
    checkpoints.save(9)
    assert [path.name for path in saved_in(folder)] == ["ckpt-9", "ckpt-10"]
    assert restored(folder) == ([8.0] * 3, "ckpt-9")


def test_nothing_is_restored_from_other_variables_or_from_nothing(folder, tmp_path):
    _, checkpoints = of(folder, size=4)
    with pytest.raises(FileError, match="ckpt-10 is damaged or belongs to other settings"):
        checkpoints.restore()
    _, checkpoints = of(tmp_path / "nowhere")
    with pytest.raises(FileError, match="nowhere holds no checkpoint"):
        checkpoints.restore()


def test_what_a_killed_run_had_begun_to_write_is_removed_when_the_next_is_saved(folder):
    (folder / "ckpt-12_temp").mkdir()
    (folder / "ckpt-12_temp" / "part-00000-of-00001.index").touch()
    for name in ("ckpt-12.data-00000-of-00001", "ckpt-12.index.tempstate17", ".checkpoint.17"):
        (folder / name).touch()
    value, checkpoints = of(folder)
    checkpoints.restore()
    checkpoints.save(11)
    names = {path.name.partition(".")[0] for path in folder.iterdir()}
    assert names == {"checkpoint", "ckpt-10", "ckpt-11"} and len(list(folder.iterdir())) == 5


def test_what_cannot_be_written_is_named_and_those_before_stay(folder):
    value, checkpoints = of(folder)
    (folder / "ckpt-12.index").mkdir()  # in the way of the file
    with pytest.raises(FileError, match=f"^cannot write {folder}/ckpt-12: .*; "):
        checkpoints.save(12)
    (folder / "ckpt-12.index").rmdir()
    assert restored(folder) == ([10.0] * 3, "ckpt-10")
