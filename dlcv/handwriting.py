"""Pictures of handwritten numbers, written by a pen that follows a table of strokes.

The course needs a photo of several digits that belongs to nobody. Each digit is a few strokes through a few
points; moving the points, leaning the digit and changing the pen make every one different.

Taught in: notebooks/04.1
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["write_number"]

# Points x,y of each stroke in a box of 100 by 100, x to the right and y down; a slash lifts the pen. A smooth curve
# runs through the points.
_STROKES = {
    "0": "55,2 20,20 12,65 42,98 80,78 85,30 52,3",
    "1": "34,22 56,2 / 56,2 53,98",
    "2": "15,25 38,3 74,10 76,36 46,70 12,96 / 12,96 45,93 90,96",
    "3": "16,12 50,1 80,17 68,40 40,47 / 40,47 76,55 85,80 50,99 12,86",
    "4": "55,2 35,33 10,62 / 10,62 50,63 92,60 / 70,30 67,65 64,98",
    "5": "82,3 50,4 26,5 / 26,5 22,25 20,45 / 20,45 55,38 85,62 70,92 40,98 12,88",
    "6": "72,3 36,30 16,68 36,96 70,93 80,70 52,54 20,72",
    "7": "12,6 50,7 88,5 / 88,5 60,45 40,98",
    "8": "50,48 20,26 45,2 80,20 50,48 15,76 48,98 85,76 50,48",
    "9": "80,25 50,3 20,25 42,50 79,30 / 79,28 76,60 60,98",
}
_SHIFT_BITS = 4  # OpenCV draws at sixteenths of a pixel


def _points(character: str) -> list[NDArray[np.float64]]:
    """Return the strokes of a digit, each as (K, 2) points in the unit box."""
    strokes = (stroke.split() for stroke in _STROKES[character].split("/"))
    return [np.array([point.split(",") for point in stroke], float) / 100 for stroke in strokes]


def _curve(points: NDArray[np.float64], steps: int = 16) -> NDArray[np.float64]:
    """Return a smooth curve through (K, 2) points (a Catmull-Rom spline)."""
    if len(points) < 3:
        return points
    padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    pieces = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        pieces.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    return np.vstack([*pieces, points[-1:]])


def write_number(text: str, *, seed: int = 42, height: int = 200) -> NDArray[np.uint8]:
    """Write a number by hand on paper and take a photo of it.

    Size, slant, pen and baseline differ from digit to digit; the paper is lit from one side and grainy.

    Args:
        text: the digits to write, such as "2026".
        seed: the same seed gives the same picture.
        height: the picture's height in pixels, 80 or more; its width follows the text.

    Returns:
        (height, width, 3) RGB, 0–255: dark ink on light paper.

    Raises:
        ValueError: the text is empty or has something other than digits, or the height is too small.

    Example:
        >>> write_number("42").shape[0]
        200

    Taught in: notebooks/04.1
    """
    if not text or any(character not in _STROKES for character in text):
        raise ValueError(f"write_number writes the digits 0 to 9, got {text!r}")
    if height < 80:
        raise ValueError(f"the height must be 80 pixels or more, got {height}")
    rng = np.random.default_rng(seed)
    margin = 0.2 * height
    ink = np.zeros((height, int(2 * margin + 0.72 * height * len(text))), np.uint8)
    left = margin
    for character in text:
        tall = height * rng.uniform(0.34, 0.62)
        wide = tall * rng.uniform(0.5, 0.72)
        slant = rng.uniform(-0.1, 0.35)
        top = (height - tall) / 2 + height * rng.uniform(-0.07, 0.07)
        pen = max(2, round(tall * rng.uniform(0.06, 0.13)))
        for points in _points(character):
            # The ends stay, so that strokes which meet go on meeting.
            points[1:-1] += rng.normal(0, 0.025, points[1:-1].shape)
            curve = _curve(points)
            x = left + wide * curve[:, 0] + slant * tall * (1 - curve[:, 1])
            y = top + tall * curve[:, 1]
            line = np.round(np.stack([x, y], axis=1) * 2**_SHIFT_BITS).astype(np.int32)
            cv2.polylines(ink, [line], False, 255, pen, cv2.LINE_AA, _SHIFT_BITS)
        left += wide + abs(slant) * tall + height * rng.uniform(0.1, 0.2)
    ink = ink[:, : int(left + margin / 2)]
    ink = cv2.GaussianBlur(ink, (0, 0), height / 250)
    light = np.linspace(235, 205, ink.shape[1])[None, :] + np.linspace(8, -8, height)[:, None]
    paper = light + rng.normal(0, 1.2, ink.shape)
    grey = paper * (1 - 0.78 * (ink / 255.0))
    tint = np.array([1.0, 0.985, 0.95])
    return np.clip(grey[..., None] * tint, 0, 255).astype(np.uint8)
