"""The command that trains a peer."""

import json
import re

import pytest
from idx_files import write_images
from spots import spots

from tf_interp.commands.train_peer import main
from tf_interp.peers.saved import load_peer

SMALL = ["--iterations", "4", "--features", "4", "8", "--latent-size", "2", "--batch-size", "8"]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return write_images(tmp_path_factory.mktemp("data"), spots(60, (9, 8)), spots(20, (9, 8)))


def test_the_command_trains_saves_and_measures(data_dir, tmp_path, capsys):
    folder = tmp_path / "peers" / "vae"
    words = ["vae", "--out", str(folder), "--data-dir", str(data_dir), *SMALL]
    assert main(words) == 0
    said = capsys.readouterr()
    assert "vae: encoder" in said.out and re.search(r"residual \d+\.\d\d%, on 2,000 held-out pairs", said.out)
    assert "WARNING" not in said.err
    peer = load_peer(folder)
    assert peer.settings.iterations == 4 and peer.image_shape == (9, 8, 1)
    assert peer.source == ("mnist", str(data_dir))
    record = json.loads((folder / "config.json").read_text())
    assert (record["data"], record["data_dir"]) == ("mnist", str(data_dir))
    last = json.loads((folder / "metrics.jsonl").read_text().splitlines()[-1])
    assert last == {"iteration": 4, **peer.record["metrics"]}
    events = b"".join(path.read_bytes() for path in folder.glob("events.*"))
    assert b"_hparams_/session_start_info" in events and b"2 Does it arrive/final/goal_relative" in events
    assert main(words) == 2  # and nothing is lost
    assert "already exists and is not empty" in capsys.readouterr().err
    assert load_peer(folder).record == peer.record


def test_a_setting_of_another_kind_is_warned_about(data_dir, tmp_path, capsys):
    words = ["vae", "--out", str(tmp_path / "vae"), "--data-dir", str(data_dir), *SMALL, "--output", "linear"]
    assert main(words) == 0
    assert "WARNING      output: 'linear' has no effect on vae\n" in capsys.readouterr().err


def test_bad_settings_and_data_get_one_line(tmp_path, capsys):
    assert main(["vae", "--data-dir", "nowhere", "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err == (
        "error: data folder nowhere does not exist; "
        "give --data-dir a folder with train-images-idx3-ubyte.gz and the like\n"
    )
    assert main(["vae", "--data", "lines", "--data-dir", "x", "--out", str(tmp_path / "out")]) == 2
    assert "lines are drawn, not read; leave out 'x'" in capsys.readouterr().err
    with pytest.raises(SystemExit) as end:
        main(["vae", "--latent-size", "0"])
    assert end.value.code == 2 and "latent_size: 0 is outside the allowed range" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
