"""Draws flows as a stochastic T would, by eq. 7 and by eq. 8, on the same digits: tf-interp noise"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import List

import numpy as np
import tensorflow as tf
import tyro

from tf_interp.data.sources import load_images
from tf_interp.errors import InputError
from tf_interp.figures import strip_rows_figure
from tf_interp.model.distributions import sample_flow
from tf_interp.model.transforms.warp import warp
from tf_interp.system import files
from tf_interp.system.device import describe_device
from tf_interp.system.entry import guarded
from tf_interp.system.provenance import describe_start

_DIGITS, _DRAWS = 3, 6


@dataclass(frozen=True)
class Options:
    out: str = "results/flow_noise"
    """Folder to write strips.png and config.json to."""
    sigma_flow: float = 1.0
    """Standard deviation of the flow at every pixel, in pixels."""
    noise_size: int = 7
    """H' = W' at which eq. 8 draws its noise."""
    seed: int = 0
    """Seeds the noise."""


def main(arguments: List[str]) -> int:
    """Runs the command line and returns its exit code."""
    description = "Shows noise drawn for every pixel tear digits (eq. 7), and correlated noise bend them (eq. 8)."
    options = tyro.cli(Options, description=description, args=arguments, prog="tf-interp noise")
    return guarded(lambda: show_noise(options))


def show_noise(options: Options) -> None:
    """Writes a picture: digits, each followed by draws of a flow around zero, and the digit again.

    Raises:
        InputError: a value out of its range.
    """
    if options.sigma_flow <= 0 or options.noise_size < 1 or options.seed < 0:
        raise InputError(f"{options}: sigma_flow must be above 0, noise_size at least 1 and seed at least 0")
    digits = load_images("mnist")[1][:_DIGITS].astype(np.float32) / 255.0
    walks = {
        f"eq. 7: noise for every pixel, {options.sigma_flow:g} px": _drawn(digits, options, None),
        f"eq. 8: noise at {options.noise_size} x {options.noise_size}, enlarged": _drawn(
            digits, options, (options.noise_size, options.noise_size)
        ),
    }
    out = Path(options.out)
    strip_rows_figure(walks, digits, out / "strips.png")
    files.write_json(
        out / "config.json", {"settings": asdict(options), **describe_start(describe_device("float32"), 0)}
    )
    print(f"wrote {out}/strips.png")


def _drawn(digits: np.ndarray, options: Options, noise_size) -> np.ndarray:
    """[B,1+draws,H,W,1]: the digits, then each warped by flows drawn with mu_flow = 0."""
    frames, blank = [digits], tf.zeros([*digits.shape[:3], 2])
    for draw in range(_DRAWS):
        flow = sample_flow(blank, blank + options.sigma_flow, tf.constant([options.seed, draw]), noise_size)
        frames.append(warp(digits, flow).numpy())
    return np.stack(frames, axis=1)
