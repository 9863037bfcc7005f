"""Walks as strips, with maps beneath: NumPy arrays in, arrays or an image file out. Knows no matplotlib."""

from pathlib import Path
from typing import Optional, Sequence

import numpy as np
from PIL import Image

from tf_interp.system.files import replaced_file


def flow_colors(flow: np.ndarray) -> np.ndarray:
    """A flow on the colour wheel: hue is the direction, saturation the length; no flow is white.

    Args:
        flow: float [...,2], (F_x, F_y) in pixels. The longest is drawn in full saturation.

    Returns:
        float32 [...,3], RGB in [0, 1]. Pointing right is red, down yellow-green, left cyan, up violet.
    """
    length = np.linalg.norm(flow, axis=-1)
    scale = max(float(length.max()), 1e-6)
    hue = np.arctan2(flow[..., 1], flow[..., 0]) / (2 * np.pi)
    # A primary colour is full within a sixth of the circle from its own place, and gone beyond a third.
    primaries = np.clip(np.abs((6 * hue[..., np.newaxis] + (0, 4, 2)) % 6 - 3) - 1, 0, 1)
    saturation = np.clip(length / scale, 0, 1)[..., np.newaxis]
    return (1 - saturation * (1 - primaries)).astype(np.float32)


def to_rgb(images: np.ndarray) -> np.ndarray:
    """Images [...,C] in [0, 1] as RGB [...,3]; one channel becomes grey."""
    clipped = np.clip(np.asarray(images, np.float32), 0.0, 1.0)
    return np.repeat(clipped, 3, axis=-1) if clipped.shape[-1] == 1 else clipped[..., :3]


def map_colors(maps: np.ndarray) -> np.ndarray:
    """Flows [...,2] on the colour wheel, masks [...,1] as grey, images [...,3] as they are: RGB [...,3] in [0, 1]."""
    return flow_colors(maps) if maps.shape[-1] == 2 else to_rgb(maps)


def strips(
    frames: np.ndarray, goal: np.ndarray, maps: Sequence[np.ndarray] = (), lengths: Optional[np.ndarray] = None
) -> np.ndarray:
    """Walks as rows of one picture: start, the steps, goal; under each walk a row for each of its maps.

    Args:
        frames: [B,K+1,H,W,C] in [0, 1].
        goal: [B,H,W,C].
        maps: each [B,K,H,W,*], flows, masks or images; see `map_colors`. Each is drawn under the frame it led to.
        lengths: int [B], steps taken. Cells after STOP are black, those of maps too, as in Fig. 5. None: K each.

    Returns:
        float32 [B * (1 + len(maps)) * H, (K+2) * W, 3].
    """
    rows = [np.concatenate([to_rgb(frames), to_rgb(goal)[:, np.newaxis]], axis=1)]
    beside = [(0, 0), (1, 1), (0, 0), (0, 0), (0, 0)]  # start and goal have no maps
    rows += [np.pad(map_colors(each), beside, constant_values=1.0) for each in maps]
    cells = np.stack(rows, axis=1)  # [B,rows,K+2,H,W,3]
    if lengths is not None:
        after_stop = np.arange(frames.shape[1]) > np.asarray(lengths)[:, np.newaxis]  # [B,K+1]
        cells[:, :, :-1] *= ~after_stop[:, np.newaxis, :, np.newaxis, np.newaxis, np.newaxis]
    walks, kinds, columns, height, width, _ = cells.shape
    return cells.transpose(0, 1, 3, 2, 4, 5).reshape(walks * kinds * height, columns * width, 3)


def save_strip(frames: np.ndarray, goal: np.ndarray, lengths: np.ndarray, path: Path, magnify: int = 1) -> None:
    """Writes walks as an image file, a row a walk.

    Args:
        frames, goal, lengths: see `strips`.
        path: where to; the ending decides the format.
        magnify: whole number by which pixels are enlarged.
    """
    pixels = np.round(strips(frames, goal, lengths=lengths) * 255).astype(np.uint8)
    picture = Image.fromarray(pixels.repeat(magnify, axis=0).repeat(magnify, axis=1))
    with replaced_file(path) as temporary:
        picture.save(temporary)
