"""CIFAR-10's stand-ins: ten kinds of object before simple backgrounds."""

from __future__ import annotations

from dlcv.data.sample_tables.scene import Scene

__all__ = ["FUR", "OBJECTS"]

_VEHICLES = ((200, 40, 40), (40, 70, 170), (225, 225, 225), (60, 60, 65), (210, 180, 50), (60, 130, 80))
FUR = ((150, 100, 60), (90, 70, 55), (215, 195, 165), (60, 55, 55), (170, 160, 150))
_EYES = ("black", "ellipse", True, (-0.2, -0.42, 0.06, 0.07))
_LEGS = (
    ("body", "polygon", False, (-0.55, 0.1, -0.4, 0.1, -0.42, 0.9, -0.52, 0.9)),
    ("body", "polygon", False, (-0.38, 0.1, -0.26, 0.1, -0.3, 0.88, -0.38, 0.88)),
    ("body", "polygon", False, (0.25, 0.1, 0.38, 0.1, 0.36, 0.88, 0.28, 0.88)),
    ("body", "polygon", False, (0.4, 0.1, 0.55, 0.1, 0.52, 0.9, 0.42, 0.9)),
)

OBJECTS = (
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
        FUR,
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
        FUR,
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
