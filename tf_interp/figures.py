"""Pictures: walks as strips, with maps beneath. NumPy arrays in, NumPy arrays or matplotlib figures out."""

from pathlib import Path
from typing import Dict, Optional, Sequence, Set, Tuple

import numpy as np
from matplotlib.colors import hsv_to_rgb
from matplotlib.figure import Figure
from matplotlib.ticker import LogFormatterSciNotation
from PIL import Image

from tf_interp.system.files import replaced_file

_RUNNING_MEAN = 8  # values

Curve = Tuple[Sequence[float], Sequence[float]]
"""x and y values."""
_HOLD = 700  # milliseconds that a film stands still at its ends


def flow_colors(flow: np.ndarray) -> np.ndarray:
    """A flow on the colour wheel: hue is the direction, saturation the length; no flow is white.

    Args:
        flow: float [...,2], (F_x, F_y) in pixels. The longest is drawn in full saturation.

    Returns:
        float32 [...,3], RGB in [0, 1]. Pointing right is red, down yellow-green, left cyan, up violet.
    """
    length = np.linalg.norm(flow, axis=-1)
    scale = max(float(length.max()), 1e-6)
    hue = np.arctan2(flow[..., 1], flow[..., 0]) / (2 * np.pi) % 1.0
    hsv = np.stack([hue, np.clip(length / scale, 0, 1), np.ones_like(hue)], axis=-1)
    return hsv_to_rgb(hsv).astype(np.float32)


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


def strip_figure(frames: np.ndarray, goal: np.ndarray, title: str, path: Path, lengths: np.ndarray) -> None:
    """Writes a picture in the manner of Fig. 4b and 5: a row a walk, columns start, s_1 ... s_K, goal.

    Args:
        frames, goal, lengths: see `strips`.
        title: line above the picture.
        path: where to; the ending decides the format.
    """
    figure = labelled_figure(strips(frames, goal, lengths=lengths), [""] * len(frames), frames.shape, title)
    with replaced_file(path) as temporary:
        figure.savefig(temporary, dpi=110, bbox_inches="tight")


def labelled_figure(picture: np.ndarray, rows: Sequence[str], frames_shape: Sequence[int], title: str) -> Figure:
    """A picture of `strips`, its rows named, its columns called start, s_1 ... s_K, goal; [B,K+1,H,W,C] the shape."""
    columns, height, width = frames_shape[1] + 1, *frames_shape[2:4]
    figure = Figure(figsize=(0.75 * columns, 0.75 * len(rows) + 0.7))  # not pyplot: it chooses the caller's backend
    axes = figure.subplots()
    axes.imshow(picture, interpolation="nearest", aspect="equal")
    labels = ["start", *(f"$s_{{{k}}}$" for k in range(1, columns - 1)), "goal"]
    axes.set_xticks((np.arange(columns) + 0.5) * width - 0.5, labels)
    axes.xaxis.tick_top()
    axes.set_yticks((np.arange(len(rows)) + 0.5) * height - 0.5, rows, fontsize=8)
    axes.tick_params(length=0)
    for edge in (1, columns - 1):  # set start and goal apart from the steps
        axes.axvline(edge * width - 0.5, color="tab:orange", linewidth=1.5)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_title(title, fontsize=9)
    return figure


def strip_rows_figure(walks: Dict[str, Tuple[np.ndarray, np.ndarray]], goal: np.ndarray, path: Path) -> None:
    """Writes the same pairs walked by several methods, a panel a method.

    Args:
        walks: method -> frames [B,K+1,H,W,C] in [0, 1] and lengths int [B], see `strips`; K may differ.
        goal: [B,H,W,C].
        path: where to; the ending decides the format.
    """
    rows, columns = len(goal), max(frames.shape[1] for frames, _ in walks.values()) + 1
    figure = Figure(figsize=(0.6 * columns + 0.5, (0.6 * rows + 0.35) * len(walks)), layout="constrained")
    for axes, (name, (frames, lengths)) in zip(np.atleast_1d(figure.subplots(len(walks), 1)), walks.items()):
        axes.imshow(strips(frames, goal, lengths=lengths), interpolation="nearest", aspect="equal")
        axes.set_title(name, fontsize=9, loc="left")
        axes.set_axis_off()
    with replaced_file(path) as temporary:
        figure.savefig(temporary, dpi=110)


def curves_figure(panels: Dict[str, Dict[str, Curve]], x: str, path: Path, logarithmic: Sequence[str] = ()) -> None:
    """Writes panels of lines; beneath each line, faintly, the values it is the running mean of.

    A name is in the legend of the first panel that has it.

    Args:
        panels: title -> name -> (x values, y values). A name has one colour and dash in all panels.
        x: label of all x axes.
        path: where to; the ending decides the format.
        logarithmic: titles of panels whose y axis is logarithmic.
    """
    columns = min(2, len(panels))
    rows = -(-len(panels) // columns)
    figure = Figure(figsize=(4 + 4 * columns, 1 + 3.5 * rows), layout="constrained")
    names = list(dict.fromkeys(name for curves in panels.values() for name in curves))
    shown: Set[str] = set()  # names that a legend has
    grid = np.ravel(figure.subplots(rows, columns, squeeze=False))
    for axes in grid[len(panels) :]:
        axes.set_axis_off()
    for axes, (title, curves) in zip(grid, panels.items()):
        for name, (along, values) in curves.items():
            window = max(1, min(_RUNNING_MEAN, len(values) // 20))  # a short line would lose its beginning
            smooth = np.convolve(values, np.ones(window) / window, mode="valid")
            color, dash = _style(names.index(name))
            axes.plot(along[window - 1 :], smooth, label=name, color=color, linestyle=dash)
            axes.plot(along, values, color=color, alpha=0.2, linewidth=0.8)
        axes.set_title(title, fontsize=10)
        axes.set_xlabel(x, fontsize=9)
        if title in logarithmic:
            axes.set_yscale("log")
            axes.yaxis.set_minor_formatter(LogFormatterSciNotation(labelOnlyBase=False, minor_thresholds=(2, 0.5)))
        axes.grid(alpha=0.3)
        fresh = [line for line in axes.get_lines() if line.get_label() in curves and line.get_label() not in shown]
        if fresh:
            axes.legend(handles=fresh, fontsize=8)
        shown.update(curves)
    with replaced_file(path) as temporary:
        figure.savefig(temporary, dpi=110)


def _style(index: int) -> Tuple[str, str]:
    """Colour and dash of a line: ten colours solid, the same ten dashed, then dotted."""
    return f"C{index % 10}", ("-", "--", ":")[index // 10 % 3]


def save_strip(frames: np.ndarray, goal: np.ndarray, length: int, path: Path, magnify: int = 1) -> None:
    """Writes one walk: a strip (start, steps, goal) as an image file, or the steps as an animation if it is a .gif.

    Args:
        frames: [K+1,H,W,C] in [0, 1].
        goal: [H,W,C].
        length: steps taken, 0 to K. After STOP the cells of a strip are black; an animation ends there.
        path: where to.
        magnify: whole number by which pixels are enlarged.
    """
    if path.suffix.lower() == ".gif":
        _save_gif(to_rgb(frames[: length + 1]), path, magnify)
        return
    picture = _pixels(strips(frames[np.newaxis], goal[np.newaxis], lengths=np.array([length])), magnify)
    with replaced_file(path) as temporary:
        picture.save(temporary)


def _save_gif(frames: np.ndarray, path: Path, magnify: int) -> None:
    pictures = [_pixels(frame, magnify) for frame in frames]
    durations = [1000, *[400] * (len(pictures) - 2), 1500][: len(pictures)]  # milliseconds; linger on both ends
    with replaced_file(path) as temporary:
        pictures[0].save(temporary, save_all=True, append_images=pictures[1:], duration=durations, loop=0)


def save_film(frames: np.ndarray, path: Path, rate: int, magnify: int = 1) -> None:
    """Writes images as a GIF or an animated WebP that goes there and back, with a hold at either end.

    Args:
        frames: [N,H,W,C] in [0, 1], N at least 2.
        path, magnify: see `save_strip`.
        rate: images a second.
    """
    pictures = [_pixels(frame, magnify) for frame in to_rgb(frames)]
    there = [_HOLD, *[round(1000 / rate)] * (len(pictures) - 2), _HOLD]
    with replaced_file(path) as temporary:
        pictures[0].save(
            temporary, save_all=True, append_images=[*pictures[1:], *pictures[-2:0:-1]],
            duration=[*there, *there[-2:0:-1]], loop=0,
        )  # fmt: skip


def _pixels(picture: np.ndarray, magnify: int) -> Image.Image:
    image = Image.fromarray(np.round(picture * 255).astype(np.uint8))
    return image.resize((image.width * magnify, image.height * magnify), Image.NEAREST)
