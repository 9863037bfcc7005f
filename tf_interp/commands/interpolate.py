"""Walks between two image files: tf-interp interpolate A.png B.png --out strip.png"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import List, Optional

import numpy as np
import tyro

from tf_interp.commands.options import check_range, run_command
from tf_interp.errors import FileError, InputError

DESCRIPTION = """Walks from one image to another with a trained model.

The images are prepared as the model's training data were, and it says how: for the MNIST model ink is found, whatever
its colour and the paper's, cut out, fit and centred; of other pictures the middle is taken.

  tf-interp interpolate A.png B.png                     writes strip.png
  tf-interp interpolate A.png B.png --out walk.gif      an animation
  tf-interp interpolate A.png B.png --out walk.gif --frames 60
                                                        a film, there and back
  tf-interp interpolate A.png B.png --model runs/faces  another model"""

_FAR = 0.2  # of the way; a walk between digits of its own kind leaves a fiftieth
_FILMS = (".gif", ".webp")
_CELL_PIXELS = 112  # width at which the cells of a strip are easy to see


@dataclass(frozen=True)
class Options:
    start: tyro.conf.Positional[str]
    """Image to start from."""
    goal: tyro.conf.Positional[str]
    """Image to reach."""
    model: Optional[str] = None
    """Folder of a trained run or model. Default: the MNIST model that ships with the package."""
    out: str = "strip.png"
    """Picture to write: start, every step and the goal side by side; with the ending .gif, an animation."""
    steps: Optional[int] = None
    """Number of steps. Default: that of the model's training."""
    frames: Optional[int] = None
    """Writes a film of so many images at equal distances, to a .gif or .webp. Default: the steps alone."""
    fps: int = 30
    """Images a second of a film."""
    as_is: bool = False
    """Only resizes the images."""
    seed: Optional[int] = None
    """Draws the commands from the policy with this seed. Default: the deterministic walk."""


def main(arguments: List[str]) -> int:
    """Runs the command line and returns its exit code."""

    def action(options: Options) -> None:
        names = (options.start, options.goal, options.model, options.out)
        interpolate(*names, options.seed, options.steps, options.as_is, options.frames, options.fps)

    return run_command("interpolate", Options, DESCRIPTION, action, arguments)


def interpolate(
    start: str,
    goal: str,
    model: Optional[str],
    out: str,
    seed: Optional[int] = None,
    steps: Optional[int] = None,
    as_is: bool = False,
    frames: Optional[int] = None,
    fps: int = 30,
) -> None:
    """Reads two images, walks, writes a strip, an animation or a film, and says what it did.

    Args:
        start, goal: image files.
        model: folder of a run or model; None for the MNIST model that ships with the package.
        out: file to write.
        seed, steps: see `Interpolator`.
        as_is: see `read_image`.
        frames, fps: images of a film and how many of them a second; None for the steps alone.

    Raises:
        FileError: an image or the model cannot be read, or `out` not written.
        InputError: the ending of `out` is not that of an image format, or of a film, or a number is out of range.
    """
    from PIL import Image

    target = Path(out)
    Image.init()
    if Image.registered_extensions().get(target.suffix.lower()) not in Image.SAVE:
        raise InputError(f"--out {out}: unknown ending {target.suffix!r}; use .png, .jpg or .gif")
    if frames is not None and target.suffix.lower() not in _FILMS:
        raise InputError(f"--out {out}: a film of --frames has the ending {' or '.join(_FILMS)}")
    check_range("frames", frames, 2, 10000)
    check_range("fps", fps, 1, 100)
    for name in (start, goal):
        if not Path(name).exists():
            raise FileError(f"{name} does not exist")
    # Here, so that --help and mistakes need not wait for TensorFlow.
    from tf_interp.data.image_file import read_image
    from tf_interp.data.own_digits import SHAPE
    from tf_interp.data.sources import Source
    from tf_interp.figures import save_film, save_strip
    from tf_interp.model.film import film
    from tf_interp.model.interpolator import load_interpolator
    from tf_interp.pretrained import MNIST_BPTT

    interpolator = load_interpolator(model or MNIST_BPTT)
    config, shape = interpolator.config, interpolator.image_shape
    digits = tuple(shape) == SHAPE and Source(config.data, config.data_dir).same_as(Source("mnist"))
    first, last = (read_image(Path(name), shape, digits, as_is) for name in (start, goal))
    path = interpolator(first[np.newaxis], last[np.newaxis], seed, steps)
    length, magnify = int(path.lengths[0]), max(1, _CELL_PIXELS // shape[1])
    try:
        if frames is None:
            save_strip(path.frames[0], last, length, target, magnify)
        else:
            save_film(film(path, frames), target, fps, 2 * magnify)
    except OSError as error:
        raise FileError(f"cannot write {out}: {error.strerror or error}") from None
    before, after = (float(np.square(image - last).sum()) for image in (first, path.frames[0, -1]))
    if after > _FAR * before:
        print(
            f"WARNING      the walk left {after / before:.0%} of the way; this model may not know such pictures",
            file=sys.stderr,
        )
    print(f"{length} steps; ||s - goal||^2 from {before:.2f} to {after:.2f}; wrote {out}")
