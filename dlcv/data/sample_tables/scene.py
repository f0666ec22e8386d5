"""What a row of the tables says about the images of a class, and the backgrounds to choose from.

Coordinates run from −1 to 1, x to the right and y down. A part is (colour, shape, mirrored, coordinates): a polygon's
corners, an ellipse's (centre x, centre y, half width, half height), or a stroke's corners. A mirrored part is drawn a
second time with x → −x. Parts are drawn in order, the later ones on top.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["BACKGROUNDS", "PLAIN", "Part", "Scene"]

Part = tuple[str, str, bool, tuple[float, ...]]


@dataclass(frozen=True)
class Scene:
    """How images of one class are painted.

    Attributes:
        parts: what the thing consists of.
        colours: the colours of "body", one of which is drawn for an image (RGB, 0–255).
        backgrounds: names in `BACKGROUNDS`, one of which is drawn for an image.
        scale: half the thing's size in units of half the image, smallest and largest.
        flips: whether the thing may look the other way.
        tilt: largest rotation in degrees.
        poses: other ways the thing may look, one of which, or `parts`, is drawn for an image.
        clutter: at most so many other shapes behind the thing.
        shade: how much darker than its lit side the thing's far side is, as a ball's is under a lamp; a share.
        spread: standard deviation of the body's colour, in grey levels.
    """

    parts: tuple[Part, ...]
    colours: tuple[tuple[int, int, int], ...]
    backgrounds: tuple[str, ...]
    scale: tuple[float, float] = (0.6, 0.95)
    flips: bool = True
    tilt: float = 12.0
    poses: tuple[tuple[Part, ...], ...] = ()
    clutter: int = 0
    shade: float = 0.0
    spread: float = 15.0


# name → colour at the top and at the bottom of the image.
BACKGROUNDS = {
    "black": ((0, 0, 0), (0, 0, 0)),
    "white": ((255, 255, 255), (255, 255, 255)),
    "sky": ((110, 160, 220), (200, 220, 240)),
    "cloud": ((170, 180, 195), (225, 225, 230)),
    "sea": ((170, 200, 230), (30, 80, 130)),
    "road": ((175, 185, 190), (95, 95, 100)),
    "grass": ((130, 165, 110), (70, 130, 50)),
    "forest": ((60, 85, 50), (95, 110, 60)),
    "leaf": ((60, 120, 40), (40, 80, 30)),
    "room": ((200, 180, 160), (140, 100, 75)),
    "sand": ((215, 200, 165), (180, 155, 110)),
    "wall": ((205, 200, 190), (165, 160, 155)),
    "sofa": ((150, 120, 125), (110, 70, 75)),
    "night": ((50, 50, 65), (80, 75, 80)),
}
PLAIN = {"black", "white"}  # these stay as they are, without noise
