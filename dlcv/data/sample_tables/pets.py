"""Stand-ins for Cats vs. Dogs: fur, rooms and lawns are the same for both, so that only the shape tells them apart."""

from __future__ import annotations

from dlcv.data.sample_tables.objects import FUR
from dlcv.data.sample_tables.scene import Part, Scene

__all__ = ["PETS"]

_COATS = (*FUR, (205, 140, 80), (235, 230, 220), (120, 115, 110), (180, 120, 75))
_PLACES = ("room", "wall", "sofa", "grass", "leaf", "sand", "road", "night")
_PATCHES: tuple[Part, ...] = (
    ("dark", "ellipse", False, (-0.22, 0.45, 0.2, 0.26)),
    ("light", "ellipse", False, (0.1, 0.6, 0.2, 0.28)),
)
_PAWS: tuple[Part, ...] = (("body", "ellipse", True, (-0.24, 0.9, 0.17, 0.1)),)
_STRIPES: tuple[Part, ...] = (
    ("dark", "stroke", True, (-0.42, 0.3, -0.2, 0.36)),
    ("dark", "stroke", True, (-0.44, 0.48, -0.2, 0.52)),
    ("dark", "stroke", True, (-0.42, 0.66, -0.18, 0.68)),
)


def _at(x: float, y: float, size: float, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Move parts to (x, y) and scale them; mirrored ones are written out, since the mirror stands at x = 0."""
    placed: list[Part] = []
    for colour, shape, mirrored, coordinates in parts:
        for side in (1.0, -1.0) if mirrored else (1.0,):
            moved = [
                (x + size * side * value if index % 2 == 0 else y + size * value)
                for index, value in enumerate(coordinates)
            ]
            if shape == "ellipse":
                moved[2:] = [size * value for value in coordinates[2:]]
            placed.append((colour, shape, False, tuple(moved)))
    return tuple(placed)


_CAT_HEAD: tuple[Part, ...] = (
    ("body", "ellipse", False, (0.0, 0.05, 0.8, 0.68)),
    ("body", "polygon", True, (-0.78, 0.0, -0.74, -0.95, -0.16, -0.5)),
    ("pink", "polygon", True, (-0.66, -0.25, -0.66, -0.74, -0.32, -0.45)),
    ("green", "ellipse", True, (-0.34, -0.06, 0.17, 0.13)),
    ("black", "ellipse", True, (-0.34, -0.06, 0.05, 0.13)),
    ("light", "ellipse", True, (-0.13, 0.36, 0.17, 0.13)),
    ("pink", "polygon", False, (-0.1, 0.2, 0.1, 0.2, 0.0, 0.32)),
    ("light", "stroke", True, (-0.2, 0.34, -0.95, 0.22)),
    ("light", "stroke", True, (-0.2, 0.4, -0.95, 0.48)),
)
_DOG_HEAD: tuple[Part, ...] = (
    ("body", "ellipse", False, (0.0, -0.05, 0.66, 0.72)),
    ("dark", "ellipse", True, (-0.7, 0.02, 0.24, 0.62)),
    ("light", "ellipse", False, (0.0, 0.42, 0.4, 0.42)),
    ("pink", "ellipse", False, (0.0, 0.82, 0.13, 0.2)),
    ("black", "ellipse", False, (0.0, 0.28, 0.2, 0.14)),
    ("black", "ellipse", True, (-0.3, -0.18, 0.1, 0.11)),
    ("light", "ellipse", True, (-0.28, -0.21, 0.03, 0.03)),
)
_SHEPHERD_HEAD: tuple[Part, ...] = (
    ("body", "ellipse", False, (0.0, -0.05, 0.6, 0.6)),
    ("body", "polygon", True, (-0.56, -0.2, -0.5, -0.98, -0.1, -0.5)),
    ("dark", "polygon", True, (-0.46, -0.35, -0.44, -0.8, -0.2, -0.5)),
    ("dark", "polygon", False, (-0.3, 0.0, 0.3, 0.0, 0.24, 0.85, -0.24, 0.85)),
    ("black", "ellipse", False, (0.0, 0.78, 0.2, 0.13)),
    ("black", "ellipse", True, (-0.28, -0.12, 0.09, 0.08)),
)
_CAT_BODY: tuple[Part, ...] = (
    ("body", "stroke", False, (0.4, 0.85, 0.8, 0.8, 0.88, 0.4, 0.78, 0.2)),
    ("body", "ellipse", False, (0.0, 0.5, 0.45, 0.48)),
)
_CAT_SIDE: tuple[Part, ...] = (
    ("body", "ellipse", False, (-0.05, 0.2, 0.6, 0.27)),
    ("body", "polygon", False, (-0.6, 0.2, -0.9, -0.3, -0.8, -0.75, -0.72, -0.7, -0.78, -0.3, -0.5, 0.1)),
    ("body", "polygon", False, (-0.55, 0.25, -0.38, 0.3, -0.42, 0.88, -0.52, 0.88)),
    ("dark", "polygon", False, (-0.35, 0.3, -0.2, 0.35, -0.26, 0.85, -0.36, 0.85)),
    ("body", "polygon", False, (0.22, 0.3, 0.38, 0.3, 0.36, 0.88, 0.26, 0.88)),
    ("dark", "polygon", False, (0.38, 0.3, 0.52, 0.2, 0.5, 0.86, 0.42, 0.86)),
)
_DOG_SIDE: tuple[Part, ...] = (
    ("body", "ellipse", False, (-0.05, 0.05, 0.6, 0.28)),
    ("body", "polygon", False, (-0.55, 0.05, -0.92, -0.35, -0.86, -0.42, -0.5, -0.12)),
    ("body", "polygon", False, (-0.58, 0.1, -0.36, 0.15, -0.42, 0.92, -0.54, 0.92)),
    ("dark", "polygon", False, (-0.34, 0.15, -0.16, 0.2, -0.24, 0.9, -0.36, 0.9)),
    ("body", "polygon", False, (0.2, 0.15, 0.4, 0.15, 0.36, 0.92, 0.24, 0.92)),
    ("dark", "polygon", False, (0.4, 0.15, 0.54, 0.05, 0.52, 0.9, 0.42, 0.9)),
    ("body", "ellipse", False, (0.58, -0.38, 0.26, 0.25)),
    ("light", "polygon", False, (0.66, -0.45, 0.98, -0.34, 0.96, -0.18, 0.66, -0.18)),
    ("black", "ellipse", False, (0.95, -0.32, 0.06, 0.05)),
    ("dark", "polygon", False, (0.4, -0.6, 0.58, -0.58, 0.5, -0.1, 0.36, -0.2)),
    ("black", "ellipse", False, (0.66, -0.44, 0.04, 0.04)),
)

# Four poses each: sitting, the head alone, from the side, and one that looks a little like the other animal.
PETS = (
    Scene(  # cats
        (*_CAT_BODY, *_PATCHES, *_PAWS, *_at(0.0, -0.38, 0.56, _CAT_HEAD)),
        _COATS,
        _PLACES,
        scale=(0.55, 1.0),
        tilt=20.0,
        poses=(
            _CAT_HEAD,
            (*_CAT_SIDE, *_at(0.58, -0.1, 0.38, _CAT_HEAD)),
            (*_CAT_BODY, *_STRIPES, *_PAWS, *_at(0.0, -0.38, 0.56, _CAT_HEAD)),
            (("body", "ellipse", False, (0.0, 0.5, 0.9, 0.36)), *_at(-0.45, 0.1, 0.48, _CAT_HEAD)),
        ),
        clutter=4,
        spread=9.0,
    ),
    Scene(  # dogs
        (
            ("body", "ellipse", False, (0.0, 0.5, 0.45, 0.48)),
            *_PATCHES,
            *_PAWS,
            *_at(0.0, -0.36, 0.56, _DOG_HEAD),
        ),
        _COATS,
        _PLACES,
        scale=(0.55, 1.0),
        tilt=20.0,
        poses=(
            _DOG_HEAD,
            _DOG_SIDE,
            (("body", "ellipse", False, (0.0, 0.5, 0.4, 0.48)), *_PAWS, *_at(0.0, -0.38, 0.6, _SHEPHERD_HEAD)),
            (("body", "ellipse", False, (0.0, 0.5, 0.9, 0.34)), *_at(-0.45, 0.1, 0.48, _DOG_HEAD)),
        ),
        clutter=4,
        spread=9.0,
    ),
)
