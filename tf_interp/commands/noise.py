"""Draws flows as a stochastic T would, by eq. 7 and by eq. 8, on the same digits: tf-interp noise"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import List, Optional, Tuple

import numpy as np

from tf_interp.commands.options import check_range, check_seed, run_command

DESCRIPTION = """Shows noise drawn for every pixel tear digits (eq. 7), and correlated noise bend them (eq. 8).

  tf-interp noise --sigma-flow 2 --out FOLDER"""

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
    return run_command("noise", Options, DESCRIPTION, show_noise, arguments)


def show_noise(options: Options) -> None:
    """Writes a picture: digits, each followed by draws of a flow around zero, and the digit again.

    Raises:
        InputError: a value out of its range.
    """
    from tf_interp.data.pixels import as_floats
    from tf_interp.data.sources import load_images
    from tf_interp.figures import strip_rows_figure
    from tf_interp.system import files
    from tf_interp.system.device import describe_device
    from tf_interp.system.provenance import describe_start

    check_range("sigma_flow", options.sigma_flow, 1e-6, 1000.0)
    check_range("noise_size", options.noise_size, 1, 1024)
    check_seed(options.seed)
    digits = as_floats(load_images("mnist")[1][:_DIGITS])
    coarse = (options.noise_size, options.noise_size)
    walks = {
        f"eq. 7: noise for every pixel, {options.sigma_flow:g} px": _drawn(digits, options, None),
        f"eq. 8: noise at {coarse[0]} x {coarse[1]}, enlarged": _drawn(digits, options, coarse),
    }
    out, start = Path(options.out), describe_start(describe_device("float32"), iteration=0)
    files.make_folder(out)
    strip_rows_figure(walks, digits, out / "strips.png")
    files.write_json(out / "config.json", {"settings": asdict(options), **start})
    print(f"wrote {out}/strips.png")


def _drawn(
    digits: np.ndarray, options: Options, noise_size: Optional[Tuple[int, int]]
) -> Tuple[np.ndarray, np.ndarray]:
    """The digits float32 [B,H,W,1], then each warped by flows drawn with mu_flow = 0.

    Returns:
        Frames [B,1+draws,H,W,1] and lengths [B], as a walk has them.
    """
    import tensorflow as tf

    from tf_interp.model.distributions import sample_flow
    from tf_interp.model.transforms.warp import warp

    frames, blank = [digits], tf.zeros([*digits.shape[:3], 2])
    for draw in range(_DRAWS):
        flow = sample_flow(blank, blank + options.sigma_flow, tf.constant([options.seed, draw]), noise_size)
        frames.append(warp(digits, flow).numpy())
    return np.stack(frames, axis=1), np.full(len(digits), _DRAWS)
