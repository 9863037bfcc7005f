"""Trains a peer, something that a user would pick instead: tf-interp peer KIND --out results/peers/KIND"""

import dataclasses
import sys
from pathlib import Path
from typing import Annotated, List, Literal, Optional

from tf_interp.commands.options import run_command
from tf_interp.errors import FileError
from tf_interp.peers.settings import Kind, PeerSettings, without_effect

DESCRIPTION = """Trains an autoencoder to compare walks with. Between two images it decodes
the straight line between their latents.

  autoencoder   convolutional, squared error
  vae           Gaussian latent, evidence lower bound
  acai          a critic makes decoded mixtures of latents look like images

  tf-interp peer vae                     on the MNIST of the package
  tf-interp peer acai --iterations 500   a first impression
  tf-interp peer acai --data lines --output linear --out lines_acai
  tf-interp peer vae --data-dir FOLDER --out fashion_vae"""

_STEPS = 5  # of the walks measured at the end, which looks at their last frames only


def main(arguments: List[str]) -> int:
    """Runs the command line and returns its exit code."""
    import tyro

    from tf_interp.data.sources import SOURCES

    @dataclasses.dataclass(frozen=True)
    class Options:
        kind: Annotated[Kind, tyro.conf.Positional]
        """What to train."""
        out: Optional[str] = None
        """Folder to write, which must not exist yet or be empty. Default: results/peers/KIND."""
        data: Literal[tuple(SOURCES)] = "mnist"
        """Data set to train on."""
        data_dir: Optional[str] = None
        """mnist: folder with four IDX .gz files named as MNIST's; celeba: the HDF5 file. Default: the MNIST that ships
        inside the package."""
        settings: tyro.conf.OmitArgPrefixes[PeerSettings] = PeerSettings()

    def action(options: Options) -> None:
        out = Path(options.out or f"results/peers/{options.kind}")
        train(options.kind, out, options.data, options.data_dir, options.settings)

    return run_command("peer", Options, DESCRIPTION, action, arguments)


def train(kind: Kind, out: Path, data: str, data_dir: Optional[str], settings: PeerSettings) -> None:
    """Trains on the training images, saves, measures the walks of what it saved, and says what it did.

    Args:
        kind: what to train.
        out: folder to write.
        data, data_dir: see `data.sources.load_training_images`.
        settings: see `PeerSettings`.

    Raises:
        InputError, FileError: settings, data or folder cannot be used.
        DivergedError: see `train_peer`.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FileError(f"{out} already exists and is not empty; remove it or give another --out")
    for name in without_effect(kind, settings):
        print(f"WARNING      {name}: {getattr(settings, name)!r} has no effect on {kind}", file=sys.stderr)
    from tf_interp.data.sources import Source, load_training_images
    from tf_interp.system.files import make_folder

    source = Source(data, data_dir)
    images, test = load_training_images(*source)
    make_folder(out)
    # Here, so that mistakes need not wait for TensorFlow.
    from tf_interp.evaluation.held_out import measure_goal
    from tf_interp.peers.saved import load_peer, save_peer
    from tf_interp.peers.training import train_peer
    from tf_interp.training.run_log import write_summary

    peer = train_peer(kind, images, source, settings, out)
    save_peer(peer, out)
    loaded = load_peer(out).model
    found = measure_goal(lambda start, goal: loaded.walk(start, goal, _STEPS), test)
    write_summary(out, settings.iterations, {"goal_relative": found["goal_relative"]})
    counts = loaded.parameter_counts()
    sizes = ", ".join(f"{name} {count:,}" for name, count in counts.items())
    print(f"{kind}: {sizes}, together {sum(counts.values()):,} weights")
    print(f"trained for {peer.record['train_seconds']:.0f} seconds; wrote {out}")
    print(f"residual {found['goal_relative']:.2%}, on {found['pairs']:,} held-out pairs")
