"""Fashion-MNIST's stand-ins: grey clothes on black."""

from __future__ import annotations

from dlcv.data.sample_tables.scene import Part, Scene

__all__ = ["GARMENTS"]

_GREYS = tuple((level, level, level) for level in (120, 150, 180, 210, 240))
_TORSO = ("body", "polygon", False, (-0.45, -0.75, 0.45, -0.75, 0.48, 0.8, -0.48, 0.8))
_LONG_SLEEVE = ("body", "polygon", True, (-0.4, -0.75, -0.55, -0.7, -0.95, 0.6, -0.7, 0.7, -0.4, -0.2))
_NECK = ("hole", "ellipse", False, (0.0, -0.78, 0.18, 0.12))
_SOLE = ("light", "polygon", False, (-0.95, 0.4, 0.95, 0.4, 0.95, 0.55, -0.95, 0.55))


def _garment(*parts: Part, scale: tuple[float, float] = (0.75, 0.98), flips: bool = False) -> Scene:
    return Scene(parts, _GREYS, ("black",), scale, flips, tilt=5.0)


GARMENTS = (
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
