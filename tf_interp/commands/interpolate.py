"""Walks between two image files: tf-interp interpolate A.png B.png --out strip.png"""

import dataclasses
from pathlib import Path
from typing import Annotated, List, Optional, Tuple

import numpy as np

from tf_interp.errors import FileError, InputError
from tf_interp.system.entry import guarded

_CELL_PIXELS = 112  # width at which the cells of a strip are easy to see


def main(arguments: List[str]) -> int:
    """Runs the command line and returns its exit code."""
    import tyro

    @dataclasses.dataclass(frozen=True)
    class Options:
        start: Annotated[str, tyro.conf.Positional]
        """Image to start from."""
        goal: Annotated[str, tyro.conf.Positional]
        """Image to reach."""
        model: str = "results/mnist_bptt"
        """Folder of a trained run or model."""
        out: str = "strip.png"
        """Picture to write: start, every step and the goal side by side; with the ending .gif, an animation."""
        seed: Optional[int] = None
        """Draws the commands from the policy with this seed. Default: the deterministic walk."""

    description = (
        "Walks from one image to another with a trained model.\n\n"
        "The images are turned into the colours and the size the model was trained on. The MNIST model knows "
        "white strokes on black."
    )
    options = tyro.cli(Options, description=description, args=arguments, prog="tf-interp interpolate")
    return guarded(lambda: interpolate(options.start, options.goal, options.model, options.out, options.seed))


def interpolate(start: str, goal: str, model: str, out: str, seed: Optional[int] = None) -> None:
    """Reads two images, walks, writes a strip or a GIF, and says what it did.

    Args:
        start, goal: image files.
        model: folder of a run or model.
        out: file to write.
        seed: see `Interpolator`.

    Raises:
        FileError: an image or the model cannot be read, or `out` not written.
        InputError: the ending of `out` is not that of an image format.
    """
    from PIL import Image

    from tf_interp.figures import save_strip
    from tf_interp.model.interpolator import load_interpolator

    target = Path(out)
    Image.init()
    if Image.registered_extensions().get(target.suffix.lower()) not in Image.SAVE:
        raise InputError(f"--out {out}: unknown ending {target.suffix!r}; use .png, .jpg or .gif")
    interpolator = load_interpolator(model)
    first, last = (read_image(Path(name), interpolator.image_shape) for name in (start, goal))
    path = interpolator(first[np.newaxis], last[np.newaxis], seed)
    try:
        save_strip(path.frames[0], last, target, magnify=max(1, _CELL_PIXELS // interpolator.image_shape[1]))
    except OSError as error:
        raise FileError(f"cannot write {out}: {error.strerror or error}") from None
    before, after = (float(np.square(image - last).sum()) for image in (first, path.frames[0, -1]))
    print(f"{path.lengths[0]} steps; ||s - goal||^2 from {before:.2f} to {after:.2f}; wrote {out}")


def read_image(file: Path, image_shape: Tuple[int, int, int]) -> np.ndarray:
    """Reads an image as float32 [H,W,C] in [0, 1] of the model's shape, and says so on stdout if it had to change it.

    Transparent parts become black; a photograph's orientation tag is obeyed.

    Raises:
        FileError: missing, no image, damaged, or of absurd size.
    """
    from PIL import Image, ImageOps

    height, width, channels = image_shape
    mode = "L" if channels == 1 else "RGB"
    try:
        with Image.open(file) as opened:
            image = _eight_bits(ImageOps.exif_transpose(opened), file).convert("RGBA")
    except FileNotFoundError:
        raise FileError(f"{file} does not exist") from None
    except FileError:
        raise
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise FileError(f"{file} cannot be read as an image: {error}") from None
    image = Image.alpha_composite(Image.new("RGBA", image.size, "black"), image).convert(mode)
    if image.size != (width, height):
        print(f"{file}: resized from {image.width} x {image.height} to {width} x {height}")
        image = image.resize((width, height), Image.LANCZOS)
    return np.asarray(image, np.float32).reshape(height, width, channels) / 255.0


def _eight_bits(image, file: Path):
    """Scales 16-bit grey, which Pillow would clip to white, and refuses what has no fixed range."""
    from PIL import Image

    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image, np.uint16) // 257).astype(np.uint8))
    if image.mode in ("I", "F"):
        raise FileError(f"{file}: pixels of mode {image.mode} have no fixed range; convert the image to 8 bits")
    return image
