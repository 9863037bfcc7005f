"""Walks between image files: tf-interp interpolate A.png B.png --out strip.png"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import List, Optional, Tuple

import numpy as np
import tyro

from tf_interp.commands.options import check_range, run_command
from tf_interp.errors import FileError, InputError

DESCRIPTION = """Walks from one image to another with a trained model, and on to the next if there are more.

The images are prepared as the model's training data were, and it says how: for the MNIST model ink is found, whatever
its colour and the paper's, cut out, fit and centred; of other pictures the middle is taken.

  tf-interp interpolate A.png B.png                      writes strip.png
  tf-interp interpolate A.png B.png --out walk.gif       a film; or .webp, .mp4
  tf-interp interpolate A.png B.png C.png --out walk.gif
                                                         by way of B, where it
                                                         stays for a moment
  tf-interp interpolate A.png B.png --model runs/faces   another model"""

_FAR = 0.2  # of the way; a walk between digits of its own kind leaves a fiftieth
_FRAMES = 60
_CELL_PIXELS = 112  # width at which the cells of a strip are easy to see


@dataclass(frozen=True)
class Options:
    start: tyro.conf.Positional[str]
    """Image to start from."""
    goal: tyro.conf.Positional[str]
    """Image to reach."""
    more: tyro.conf.Positional[Tuple[str, ...]] = ()
    """Images to reach after it, one after the other."""
    model: Optional[str] = None
    """Folder of a trained run or model. Default: the MNIST model that ships with the package."""
    out: str = "strip.png"
    """Picture to write: start, every step and the goal side by side, a row a walk. With the ending .gif, .webp or .mp4
    a film: images at equal distances, the last of them the goal."""
    steps: Optional[int] = None
    """Number of steps. Default: that of the model's training."""
    frames: Optional[int] = None
    """Images of a film from one picture to the next. Default: 60."""
    fps: int = 30
    """Images a second of a film."""
    as_is: bool = False
    """Only resizes the images."""
    seed: Optional[int] = None
    """Draws the commands from the policy with this seed. Default: the deterministic walk."""


def main(arguments: List[str]) -> int:
    """Runs the command line and returns its exit code."""
    return run_command("interpolate", Options, DESCRIPTION, interpolate, arguments)


def interpolate(options: Options) -> None:
    """Reads the images, walks from each to the next, writes a strip or a film, and says what it did.

    Raises:
        FileError: an image or the model cannot be read, or `out` not written.
        InputError: the ending of `out` is not that of a picture or film, an image has no ink, or a number is out of
            range.
    """
    names, out = [options.start, options.goal, *options.more], Path(options.out)
    is_film = _check(options, names, out)
    # Here, so that --help and mistakes need not wait for TensorFlow.
    from tf_interp.films import save_film
    from tf_interp.model.film import film
    from tf_interp.model.interpolator import load_interpolator
    from tf_interp.model.own_pictures import prepare_image
    from tf_interp.pretrained import MNIST_BPTT
    from tf_interp.strips import save_strip

    model = load_interpolator(options.model or MNIST_BPTT, compiled=False)
    images = np.stack([prepare_image(name, model, options.as_is) for name in names])
    starts, goals = images[:-1], images[1:]
    pairs = zip(starts[:, np.newaxis], goals[:, np.newaxis])
    walks = [model(*pair, options.seed, options.steps) for pair in pairs]
    if is_film:
        save_film([film(*each, options.frames or _FRAMES) for each in zip(walks, goals)], out, options.fps)
    else:
        frames, lengths = (np.concatenate(each) for each in list(zip(*walks))[:2])
        save_strip(frames, goals, lengths, out, -(-_CELL_PIXELS // images.shape[2]))
    for k, walk in enumerate(walks):
        _tell(f"{names[k]} to {names[k + 1]}", int(walk.lengths[0]), starts[k], walk.frames[0, -1], goals[k])
    print(f"wrote {out}")


def _check(options: Options, names: List[str], out: Path) -> bool:
    """Looks for mistakes before anything is loaded; says whether `out` is a film."""
    from PIL import Image

    from tf_interp.films import ENDINGS, check_film

    check_range("frames", options.frames, 2, 1000)
    check_range("fps", options.fps, 1, 100)
    is_film = out.suffix.lower() in ENDINGS
    if is_film or options.frames is not None:
        check_film(out, options.fps)
    Image.init()
    if not is_film and Image.registered_extensions().get(out.suffix.lower()) not in Image.SAVE:
        raise InputError(f"--out {out}: unknown ending {out.suffix!r}; use .png, .jpg, {', '.join(ENDINGS)}")
    for name in names:
        if not Path(name).exists():
            raise FileError(f"{name} does not exist")
    return is_film


def _tell(names: str, length: int, start: np.ndarray, end: np.ndarray, goal: np.ndarray) -> None:
    """Says how far one walk came, and warns if that is not far."""
    before, after = (float(np.square(image - goal).sum()) for image in (start, end))
    print(f"{names}: {length} steps; ||s - goal||^2 from {before:.2f} to {after:.2f}")
    if after > _FAR * before > 0:
        print(
            f"WARNING      the walk left {after / before:.0%} of the way; this model may not know such pictures",
            file=sys.stderr,
        )
