"""Trains a baseline: tf-interp peer KIND --out results/peers/KIND"""

import dataclasses
from pathlib import Path
from typing import Annotated, List, Literal, Optional

from tf_interp.errors import FileError
from tf_interp.peers.settings import Kind, Settings
from tf_interp.system.entry import guarded

_DESCRIPTION = """Trains an autoencoder to compare the project's walks with.

Between two images it decodes the straight line between their latents.

  autoencoder   convolutional, squared error
  vae           Gaussian latent, evidence lower bound
  acai          a critic keeps decoded mixtures of latents looking like decoded images

  tf-interp peer vae                     on the MNIST that ships with the package
  tf-interp peer acai --iterations 500   a first impression
  tf-interp peer acai --data lines --out results/peers/lines_acai
  tf-interp peer vae --data-dir FOLDER --out results/peers/fashion_vae

Cross-fade and optimal transport, the other two baselines, need no training."""

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
        """Folder with four IDX .gz files named as MNIST's. Default: the MNIST that ships inside the package."""
        settings: tyro.conf.OmitArgPrefixes[Settings] = Settings()

    prog = "tf-interp peer"

    def run() -> None:
        options = tyro.cli(Options, description=_DESCRIPTION, args=arguments, prog=prog)
        out = Path(options.out or f"results/peers/{options.kind}")
        train(options.kind, out, options.data, options.data_dir, options.settings)

    return guarded(run)


def train(kind: Kind, out: Path, data: str, data_dir: Optional[str], settings: Settings) -> None:
    """Trains on the training images, saves, measures the walks of what it saved, and says what it did.

    Args:
        kind: what to train.
        out: folder to write.
        data, data_dir: see `data.sources.load_training_images`.
        settings: see `Settings`.

    Raises:
        InputError, FileError: settings, data or folder cannot be used.
        DivergedError: see `train_autoencoder`.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FileError(f"{out} already exists and is not empty; remove it or give another --out")
    from tf_interp.data.sources import load_training_images

    images, test = load_training_images(data, data_dir)
    try:
        out.mkdir(parents=True, exist_ok=True)  # now, because after training is too late to find out
    except OSError as error:
        raise FileError(f"cannot make the folder {out}: {error.strerror}") from None
    # Here, so that --help and mistakes need not wait for TensorFlow.
    from tf_interp.evaluation.held_out import measure_goal
    from tf_interp.peers.saved import load_baseline, save_baseline
    from tf_interp.peers.training import train_autoencoder
    from tf_interp.training.run_log import write_summary

    baseline = train_autoencoder(kind, images, settings, out)
    save_baseline(baseline, out)
    loaded = load_baseline(out).model
    found = measure_goal(lambda start, goal: loaded.walk(start, goal, _STEPS), test)
    write_summary(out, settings.iterations, {"goal_relative": found["goal_relative"]})
    counts = loaded.parameter_counts()
    sizes = ", ".join(f"{name} {count:,}" for name, count in counts.items())
    print(f"{kind}: {sizes}, together {sum(counts.values()):,} weights")
    print(f"trained for {baseline.record['train_seconds']:.0f} seconds; wrote {out}")
    print(f"held-out pairs: ||s_K - g||^2 from {found['start_distance']:.2f} to {found['goal_distance']:.2f}")
