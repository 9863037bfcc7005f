"""Walks as films: images written as GIF, WebP or MP4, with a hold at each of the user's pictures."""

from importlib.util import find_spec
from pathlib import Path
from typing import List, Sequence

import numpy as np
from PIL import Image

from tf_interp.errors import InputError
from tf_interp.system.files import replaced_file

ENDINGS = (".gif", ".webp", ".mp4")
HOLD = 0.8
"""Seconds that each of the user's pictures stays longer than the others."""
_LOOPING = (".gif", ".webp")  # players repeat these
_UNITS = {".gif": 100, ".webp": 1000}  # in a second, in which the format counts how long an image stays
_GIF_MOST = 50  # images a second: browsers show an image for at least two hundredths, or for ten
_LEAST_SIDE = 224  # pixels


def check_film(path: Path, fps: int) -> None:
    """Checks that a film can be written, before it is made.

    Raises:
        InputError: the ending is not one of `ENDINGS`, its package is not installed, or it is not shown that fast.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise InputError(f"--out {path}: a film has the ending {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}")
    if ending == ".mp4" and find_spec("imageio_ffmpeg") is None:
        raise InputError(
            f"--out {path}: MP4 needs a package that is not installed; pip install imageio-ffmpeg, or write .webp"
        )
    if ending == ".gif" and fps > _GIF_MOST:
        raise InputError(f"fps: {fps} is more than the {_GIF_MOST} that a GIF is shown with; write .webp or .mp4")


def save_film(walks: Sequence[np.ndarray], path: Path, fps: int) -> None:
    """Writes walks that follow each other as one film, with a hold at each end of a walk.

    GIF and WebP, which players repeat, also run back to the start. A GIF counts in hundredths of a second; at 30 images
    a second they stay for 3, 3 and 4 in turns, so that its pace is right.

    Args:
        walks: each [N,H,W,C] in [0, 1], N at least 2; one begins with the image that the last one ended with.
        path: where to; its ending is one of `ENDINGS`.
        fps: images a second.
    """
    frames = np.concatenate([walks[0], *(walk[1:] for walk in walks[1:])])
    seconds = np.full(len(frames), 1 / fps)
    seconds[np.cumsum([0, *(len(walk) - 1 for walk in walks)])] += HOLD
    pictures = [_enlarged(frame) for frame in frames]
    ending = path.suffix.lower()
    if ending in _LOOPING:
        pictures, seconds = pictures + pictures[-2:0:-1], np.append(seconds, seconds[-2:0:-1])
    with replaced_file(path) as temporary:
        if ending == ".mp4":
            _write_mp4(pictures, np.round(seconds * fps).astype(int), temporary, fps)
        else:
            # When an image appears is rounded, and not how long it stays: those errors would add up.
            shown = np.round(_UNITS[ending] * np.append(0, np.cumsum(seconds)))
            pictures[0].save(
                temporary, save_all=True, append_images=pictures[1:], loop=0, lossless=frames.shape[-1] == 1,
                duration=(np.diff(shown) * 1000 / _UNITS[ending]).astype(int).tolist(),
            )  # fmt: skip


def _write_mp4(pictures: List[Image.Image], repeats: Sequence[int], path: Path, fps: int) -> None:
    import imageio_ffmpeg  # an extra

    writer = imageio_ffmpeg.write_frames(str(path), pictures[0].size, fps=fps, quality=8, macro_block_size=2)
    writer.send(None)
    for picture, repeat in zip(pictures, repeats):
        pixels = picture.convert("RGB").tobytes()
        for _ in range(repeat):
            writer.send(pixels)
    writer.close()


def _enlarged(image: np.ndarray) -> Image.Image:
    """An image [H,W,C] in [0, 1] with a shorter side of at least 224 pixels; digits keep their square pixels."""
    height, width, channels = image.shape
    pixels = np.round(255 * image).astype(np.uint8)
    times = -(-_LEAST_SIDE // min(height, width))
    times += times % 2  # MP4 has even sides
    grey = channels == 1
    picture = Image.fromarray(pixels[..., 0] if grey else pixels)
    return picture.resize((times * width, times * height), Image.NEAREST if grey else Image.BICUBIC)
