"""Draws the twenty pictures beside it: python tests/data/own_digits/draw.py

Each digit from 0 to 9 twice, by hand-made strokes that are shaken, slanted and scaled at random: as photographs of
paper in uneven light, scans, drawings, chalk on a board, dark on light and light on dark, and on no paper at all.
"""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter
from scipy.interpolate import splev, splprep

FOLDER = Path(__file__).parent
STROKES = {  # of each digit, points in a box of 1 x 1, x to the right and y down
    0: [[(0.55, 0.02), (0.15, 0.2), (0.08, 0.6), (0.35, 0.97), (0.75, 0.85), (0.9, 0.4), (0.55, 0.02)]],
    1: [[(0.58, 0.02), (0.54, 0.35), (0.5, 0.65), (0.45, 0.98)]],
    2: [[(0.12, 0.22), (0.4, 0.02), (0.8, 0.15), (0.75, 0.45), (0.4, 0.72), (0.1, 0.93)],
        [(0.1, 0.93), (0.5, 0.9), (0.92, 0.92)]],
    3: [[(0.15, 0.1), (0.55, 0.02), (0.8, 0.2), (0.45, 0.45), (0.85, 0.68), (0.55, 0.96), (0.12, 0.88)]],
    4: [[(0.3, 0.03), (0.22, 0.3), (0.12, 0.55), (0.5, 0.57), (0.9, 0.52)], [(0.75, 0.1), (0.7, 0.5), (0.64, 0.98)]],
    5: [[(0.3, 0.05), (0.25, 0.25), (0.22, 0.45), (0.6, 0.42), (0.82, 0.65), (0.6, 0.93), (0.15, 0.92)],
        [(0.3, 0.05), (0.55, 0.06), (0.85, 0.03)]],
    6: [[(0.7, 0.03), (0.35, 0.3), (0.15, 0.65), (0.35, 0.95), (0.72, 0.85), (0.7, 0.6), (0.4, 0.55), (0.2, 0.75)]],
    7: [[(0.1, 0.08), (0.5, 0.07), (0.88, 0.05)], [(0.88, 0.05), (0.65, 0.4), (0.5, 0.7), (0.4, 0.98)]],
    8: [[(0.75, 0.15), (0.45, 0.02), (0.25, 0.22), (0.5, 0.45), (0.78, 0.72), (0.5, 0.97), (0.22, 0.78), (0.5, 0.48),
         (0.75, 0.2)]],
    9: [[(0.75, 0.2), (0.45, 0.05), (0.2, 0.25), (0.35, 0.48), (0.7, 0.38), (0.76, 0.15), (0.72, 0.5), (0.62, 0.98)]],
}  # fmt: skip

PAINTS = {"scan": ("white", (60, 60, 60)), "board": ("black", "white"), "drawing": ("#ffe9a8", "#a02020")}
"""Colour of the paper and of the ink."""


def ink(digit: int, random: np.random.RandomState, side: int, pen: float) -> Image.Image:
    """Strokes of a digit as a mask of `side` x `side` pixels, with a pen of so many pixels."""
    mask = Image.new("L", (4 * side, 4 * side))
    draw = ImageDraw.Draw(mask)
    height = random.uniform(0.5, 0.7) * side
    width, slant = height * random.uniform(0.55, 0.75), random.uniform(-0.1, 0.25)
    left, top = random.uniform(0.15, 0.35, 2) * side
    for stroke in STROKES[digit]:
        points = np.array(stroke) + random.normal(0, 0.02, [len(stroke), 2])
        curve = splev(np.linspace(0, 1, 200), splprep(points.T, s=0, k=min(3, len(points) - 1))[0])
        x = left + width * curve[0] + slant * height * (1 - curve[1])
        for px, py in zip(x, top + height * curve[1]):
            r = pen / 2
            draw.ellipse([4 * (px - r), 4 * (py - r), 4 * (px + r), 4 * (py + r)], fill=255)
    return mask.resize((side, side), Image.BOX)


def photograph(mask: Image.Image, random: np.random.RandomState, paper, colour) -> Image.Image:
    """Ink on paper in uneven light, a little out of focus, with the camera's noise."""
    size = mask.size
    picture = Image.composite(Image.new("RGB", size, colour), Image.new("RGB", size, paper), mask)
    y, x = np.mgrid[: size[1], : size[0]] / size[0]
    angle, depth = random.uniform(0, 2 * np.pi), random.uniform(0.2, 0.5)
    light = 1 - depth * np.clip(0.5 + (x - 0.5) * np.cos(angle) + (y - 0.5) * np.sin(angle), 0, 1)
    pixels = np.asarray(picture.filter(ImageFilter.GaussianBlur(0.8)), float) * light[..., None]
    return Image.fromarray(np.clip(pixels + random.normal(0, 5, pixels.shape), 0, 255).astype(np.uint8))


def plain(mask: Image.Image, paper, colour) -> Image.Image:
    return Image.composite(Image.new("RGB", mask.size, colour), Image.new("RGB", mask.size, paper), mask)


def main() -> None:
    random = np.random.RandomState(0)
    for digit in range(10):
        pen = random.uniform(7, 12)
        first = photograph(
            ink(digit, random, 200, pen), random, (235, 230, 215), [(30, 30, 60), (20, 40, 140)][digit % 2]
        )
        first.save(FOLDER / f"{digit}_photo.jpg", quality=80)
        mask = ink(digit, random, 160, random.uniform(5, 12))
        kind = ("scan", "board", "transparent", "drawing", "chalk")[digit % 5]
        if kind == "transparent":
            Image.merge("RGBA", (*Image.new("RGB", mask.size).split(), mask)).save(FOLDER / f"{digit}_{kind}.png")
        elif kind == "chalk":
            photograph(mask, random, (40, 60, 50), (220, 225, 220)).save(FOLDER / f"{digit}_{kind}.jpg", quality=80)
        else:
            paper, colour = {
                "scan": ("white", (60, 60, 60)),
                "board": ("black", "white"),
                "drawing": ("#ffe9a8", "#a02020"),
            }[kind]
            plain(mask, paper, colour).save(FOLDER / f"{digit}_{kind}.png")


if __name__ == "__main__":
    main()
