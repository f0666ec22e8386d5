"""What the generated samples look like: a class is a row.

Coordinates run from −1 to 1, x to the right and y down. A part is (colour, shape, mirrored, coordinates): a polygon's
corners, an ellipse's (centre x, centre y, half width, half height), or a stroke's corners. A mirrored part is drawn a
second time with x → −x. Parts are drawn in order, the later ones on top.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["BACKGROUNDS", "SCENES", "Part", "Scene"]

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
    """

    parts: tuple[Part, ...]
    colours: tuple[tuple[int, int, int], ...]
    backgrounds: tuple[str, ...]
    scale: tuple[float, float] = (0.6, 0.95)
    flips: bool = True
    tilt: float = 12.0


# name → colour at the top and at the bottom of the image.
BACKGROUNDS = {
    "black": ((0, 0, 0), (0, 0, 0)),
    "sky": ((110, 160, 220), (200, 220, 240)),
    "cloud": ((170, 180, 195), (225, 225, 230)),
    "sea": ((170, 200, 230), (30, 80, 130)),
    "road": ((175, 185, 190), (95, 95, 100)),
    "grass": ((130, 165, 110), (70, 130, 50)),
    "forest": ((60, 85, 50), (95, 110, 60)),
    "leaf": ((60, 120, 40), (40, 80, 30)),
    "room": ((200, 180, 160), (140, 100, 75)),
    "sand": ((215, 200, 165), (180, 155, 110)),
}

_GREYS = tuple((level, level, level) for level in (120, 150, 180, 210, 240))
_TORSO = ("body", "polygon", False, (-0.45, -0.75, 0.45, -0.75, 0.48, 0.8, -0.48, 0.8))
_LONG_SLEEVE = ("body", "polygon", True, (-0.4, -0.75, -0.55, -0.7, -0.95, 0.6, -0.7, 0.7, -0.4, -0.2))
_NECK = ("hole", "ellipse", False, (0.0, -0.78, 0.18, 0.12))
_SOLE = ("light", "polygon", False, (-0.95, 0.4, 0.95, 0.4, 0.95, 0.55, -0.95, 0.55))


def _garment(*parts: Part, scale: tuple[float, float] = (0.75, 0.98), flips: bool = False) -> Scene:
    return Scene(parts, _GREYS, ("black",), scale, flips, tilt=5.0)


_FASHION = (
    _garment(  # T-shirt/top
        _TORSO, ("body", "polygon", True, (-0.4, -0.75, -0.55, -0.7, -0.95, -0.2, -0.7, 0.0, -0.4, -0.3)), _NECK
    ),
    _garment(  # trouser
        ("body", "polygon", False, (-0.38, -0.9, 0.38, -0.9, 0.4, -0.5, -0.4, -0.5)),
        ("body", "polygon", True, (-0.4, -0.55, 0.0, -0.55, -0.1, 0.95, -0.38, 0.95)),
    ),
    _garment(_TORSO, _LONG_SLEEVE, _NECK),  # pullover
    _garment(  # dress
        ("body", "polygon", False, (-0.25, -0.9, 0.25, -0.9, 0.18, -0.3, 0.5, 0.95, -0.5, 0.95, -0.18, -0.3)),
        ("hole", "ellipse", False, (0.0, -0.92, 0.12, 0.15)),
    ),
    _garment(  # coat
        _TORSO,
        _LONG_SLEEVE,
        ("dark", "stroke", False, (0.0, -0.7, 0.0, 0.8)),
        ("dark", "polygon", True, (-0.02, -0.4, -0.25, -0.78, -0.1, -0.85)),
    ),
    _garment(  # sandal
        ("light", "polygon", False, (-0.95, 0.35, -0.2, 0.25, 0.95, 0.45, 0.95, 0.58, -0.95, 0.55)),
        ("body", "stroke", False, (-0.85, 0.35, -0.6, -0.15, -0.3, 0.3)),
        ("body", "stroke", False, (0.2, 0.35, 0.45, -0.05, 0.8, 0.4)),
        ("body", "stroke", False, (-0.6, -0.1, 0.45, -0.05)),
        flips=True,
    ),
    _garment(  # shirt
        _TORSO,
        ("body", "polygon", True, (-0.4, -0.75, -0.55, -0.7, -0.95, 0.2, -0.72, 0.3, -0.4, -0.25)),
        ("dark", "stroke", False, (0.0, -0.7, 0.0, 0.8)),
        ("light", "polygon", True, (0.0, -0.6, -0.22, -0.8, -0.05, -0.85)),
    ),
    _garment(  # sneaker
        ("body", "polygon", False, (-0.95, 0.4, -0.9, -0.2, -0.4, -0.15, 0.1, 0.05, 0.8, 0.2, 0.95, 0.4)),
        _SOLE,
        ("light", "stroke", False, (-0.2, -0.05, 0.05, 0.3)),
        flips=True,
    ),
    _garment(  # bag
        ("body", "stroke", False, (-0.4, -0.2, -0.3, -0.75, 0.3, -0.75, 0.4, -0.2)),
        ("body", "polygon", False, (-0.85, -0.25, 0.85, -0.25, 0.9, 0.75, -0.9, 0.75)),
        ("dark", "stroke", False, (-0.8, 0.05, 0.8, 0.05)),
    ),
    _garment(  # ankle boot
        ("body", "polygon", False, (-0.85, 0.4, -0.75, -0.85, -0.05, -0.85, 0.0, -0.1, 0.85, 0.15, 0.95, 0.4)),
        ("light", "polygon", False, (-0.9, 0.4, 0.95, 0.4, 0.95, 0.52, -0.45, 0.52, -0.5, 0.65, -0.9, 0.65)),
        flips=True,
    ),
)

_VEHICLES = ((200, 40, 40), (40, 70, 170), (225, 225, 225), (60, 60, 65), (210, 180, 50), (60, 130, 80))
_FUR = ((150, 100, 60), (90, 70, 55), (215, 195, 165), (60, 55, 55), (170, 160, 150))
_EYES = ("black", "ellipse", True, (-0.2, -0.42, 0.06, 0.07))
_LEGS = (
    ("body", "polygon", False, (-0.55, 0.1, -0.4, 0.1, -0.42, 0.9, -0.52, 0.9)),
    ("body", "polygon", False, (-0.38, 0.1, -0.26, 0.1, -0.3, 0.88, -0.38, 0.88)),
    ("body", "polygon", False, (0.25, 0.1, 0.38, 0.1, 0.36, 0.88, 0.28, 0.88)),
    ("body", "polygon", False, (0.4, 0.1, 0.55, 0.1, 0.52, 0.9, 0.42, 0.9)),
)

_OBJECTS = (
    Scene(  # airplane
        (
            ("body", "ellipse", False, (0.0, 0.0, 0.95, 0.16)),
            ("dark", "polygon", False, (-0.1, 0.05, 0.25, 0.05, -0.25, 0.6, -0.45, 0.6)),
            ("body", "polygon", False, (-0.05, -0.05, 0.2, -0.05, -0.15, -0.4, -0.3, -0.4)),
            ("body", "polygon", False, (-0.9, 0.0, -0.6, -0.05, -0.75, -0.5, -0.95, -0.5)),
            ("dark", "stroke", False, (0.6, -0.05, 0.85, -0.04)),
        ),
        ((235, 235, 240), (190, 195, 205), (150, 160, 175), (90, 110, 150)),
        ("sky", "sky", "cloud", "road"),
        tilt=25.0,
    ),
    Scene(  # automobile
        (
            ("body", "polygon", False, (-0.95, 0.35, -0.9, 0.0, -0.5, -0.05, 0.9, 0.0, 0.95, 0.35)),
            ("body", "polygon", False, (-0.55, 0.0, -0.35, -0.4, 0.3, -0.4, 0.6, 0.0)),
            ("glass", "polygon", False, (-0.42, -0.03, -0.28, -0.32, 0.25, -0.32, 0.45, -0.03)),
            ("black", "ellipse", True, (-0.55, 0.38, 0.2, 0.2)),
            ("light", "ellipse", True, (-0.55, 0.38, 0.08, 0.08)),
        ),
        _VEHICLES,
        ("road", "road", "grass", "sand"),
        tilt=6.0,
    ),
    Scene(  # bird
        (
            ("body", "ellipse", False, (0.0, 0.1, 0.5, 0.32)),
            ("body", "polygon", False, (-0.4, 0.05, -0.95, -0.15, -0.9, 0.2)),
            ("body", "ellipse", False, (0.45, -0.3, 0.22, 0.22)),
            ("yellow", "polygon", False, (0.64, -0.35, 0.95, -0.25, 0.64, -0.2)),
            ("dark", "ellipse", False, (-0.08, 0.05, 0.32, 0.17)),
            ("black", "ellipse", False, (0.5, -0.34, 0.05, 0.05)),
            ("dark", "stroke", True, (0.08, 0.4, 0.08, 0.8)),
        ),
        ((70, 90, 160), (150, 80, 50), (120, 110, 95), (190, 60, 50), (215, 210, 200)),
        ("sky", "grass", "forest", "cloud"),
        (0.5, 0.85),
    ),
    Scene(  # cat
        (
            ("body", "ellipse", False, (0.0, 0.5, 0.5, 0.48)),
            ("body", "ellipse", False, (0.0, -0.35, 0.45, 0.4)),
            ("body", "polygon", True, (-0.42, -0.4, -0.42, -0.98, -0.08, -0.66)),
            ("pink", "polygon", True, (-0.36, -0.6, -0.36, -0.85, -0.2, -0.68)),
            ("green", "ellipse", True, (-0.18, -0.42, 0.1, 0.08)),
            ("black", "ellipse", True, (-0.18, -0.42, 0.04, 0.08)),
            ("pink", "polygon", False, (-0.07, -0.25, 0.07, -0.25, 0.0, -0.17)),
            ("light", "stroke", True, (-0.1, -0.18, -0.55, -0.15)),
        ),
        _FUR,
        ("room", "room", "grass", "sand"),
    ),
    Scene(  # deer
        (
            ("body", "ellipse", False, (0.0, 0.0, 0.58, 0.24)),
            *_LEGS,
            ("body", "polygon", False, (0.35, 0.0, 0.6, -0.05, 0.75, -0.55, 0.58, -0.55)),
            ("body", "ellipse", False, (0.75, -0.55, 0.22, 0.12)),
            ("sand", "stroke", False, (0.62, -0.6, 0.5, -0.95)),
            ("sand", "stroke", False, (0.68, -0.62, 0.8, -0.98)),
            ("sand", "stroke", False, (0.56, -0.78, 0.35, -0.85)),
            ("light", "ellipse", False, (-0.55, -0.05, 0.09, 0.1)),
        ),
        ((165, 115, 70), (140, 95, 60), (185, 140, 95)),
        ("grass", "forest", "forest", "sand"),
    ),
    Scene(  # dog
        (
            ("body", "ellipse", False, (0.0, 0.5, 0.45, 0.48)),
            ("body", "ellipse", False, (0.0, -0.35, 0.4, 0.42)),
            ("dark", "ellipse", True, (-0.45, -0.3, 0.16, 0.4)),
            ("light", "ellipse", False, (0.0, -0.15, 0.22, 0.2)),
            ("black", "ellipse", False, (0.0, -0.2, 0.11, 0.08)),
            _EYES,
            ("pink", "ellipse", False, (0.0, 0.05, 0.08, 0.12)),
        ),
        _FUR,
        ("room", "grass", "grass", "sand"),
    ),
    Scene(  # frog
        (
            ("body", "ellipse", False, (0.0, 0.2, 0.72, 0.42)),
            ("body", "ellipse", True, (-0.35, -0.25, 0.2, 0.2)),
            ("yellow", "ellipse", True, (-0.35, -0.28, 0.12, 0.12)),
            ("black", "ellipse", True, (-0.35, -0.28, 0.06, 0.06)),
            ("dark", "ellipse", True, (-0.72, 0.48, 0.25, 0.16)),
            ("dark", "stroke", False, (-0.45, 0.2, 0.0, 0.3, 0.45, 0.2)),
        ),
        ((90, 150, 50), (120, 130, 50), (70, 110, 60), (140, 110, 60)),
        ("leaf", "sand", "grass", "forest"),
        (0.5, 0.9),
    ),
    Scene(  # horse
        (
            ("body", "ellipse", False, (-0.02, 0.0, 0.62, 0.3)),
            *_LEGS,
            ("body", "polygon", False, (0.25, 0.05, 0.62, 0.0, 0.82, -0.62, 0.55, -0.75)),
            ("body", "polygon", False, (0.6, -0.8, 0.95, -0.45, 0.85, -0.35, 0.58, -0.5)),
            ("dark", "polygon", False, (0.2, -0.15, 0.32, -0.15, 0.62, -0.8, 0.48, -0.8)),
            ("dark", "polygon", False, (-0.58, -0.1, -0.7, 0.0, -0.85, 0.6, -0.7, 0.6)),
        ),
        ((120, 70, 40), (70, 50, 40), (200, 195, 190), (165, 120, 80), (50, 45, 45)),
        ("grass", "grass", "sand", "forest"),
    ),
    Scene(  # ship
        (
            ("body", "polygon", False, (-0.95, 0.1, 0.98, 0.05, 0.75, 0.5, -0.8, 0.5)),
            ("light", "polygon", False, (-0.6, 0.1, -0.6, -0.25, 0.3, -0.25, 0.4, 0.1)),
            ("dark", "polygon", False, (-0.3, -0.25, -0.3, -0.6, -0.08, -0.6, -0.08, -0.25)),
            ("dark", "stroke", False, (0.2, -0.25, 0.2, -0.9)),
            ("glass", "stroke", False, (-0.5, -0.08, 0.25, -0.08)),
        ),
        ((190, 50, 45), (50, 60, 90), (220, 220, 220), (90, 90, 95), (40, 100, 120)),
        ("sea", "sea", "sea", "cloud"),
        tilt=6.0,
    ),
    Scene(  # truck
        (
            ("light", "polygon", False, (-0.95, 0.3, -0.95, -0.6, 0.35, -0.6, 0.35, 0.3)),
            ("body", "polygon", False, (0.38, 0.35, 0.38, -0.35, 0.72, -0.35, 0.95, 0.0, 0.95, 0.35)),
            ("glass", "polygon", False, (0.5, -0.02, 0.5, -0.26, 0.7, -0.26, 0.82, -0.02)),
            ("dark", "polygon", False, (-0.95, 0.28, 0.95, 0.28, 0.95, 0.4, -0.95, 0.4)),
            ("black", "ellipse", True, (-0.62, 0.45, 0.17, 0.17)),
            ("black", "ellipse", False, (-0.25, 0.45, 0.17, 0.17)),
        ),
        _VEHICLES,
        ("road", "road", "sand", "grass"),
        tilt=6.0,
    ),
)

# data set → its scenes, in the order of its classes.
SCENES: dict[str, tuple[Scene, ...]] = {"fashion_mnist": _FASHION, "cifar10": _OBJECTS}
