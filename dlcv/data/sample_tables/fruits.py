"""Stand-ins for Fruits-360: one fruit at any turn on white, told by its shape, colour and skin."""

from __future__ import annotations

from dlcv.data.sample_tables.scene import Part, Scene

__all__ = ["FRUITS"]


def _body(half_width: float, half_height: float) -> Part:
    return ("body", "ellipse", False, (0.0, 0.0, half_width, half_height))


def _dots(colour: str, half_width: float, half_height: float, step: float, size: float) -> tuple[Part, ...]:
    """Cover an ellipse with dots, every other row shifted by half a step."""
    dots: list[Part] = []
    rows = int(half_height / step)
    for row in range(-rows, rows + 1):
        y = row * step
        reach = half_width * max(0.0, 1 - (y / half_height) ** 2) ** 0.5
        x = -half_width + (step / 2 if row % 2 else 0.0)
        while x <= reach:
            if x >= -reach:
                dots.append((colour, "ellipse", False, (x, y, size, size)))
            x += step
    return tuple(dots)


def _lines(colour: str, half_width: float, half_height: float, count: int) -> tuple[Part, ...]:
    """Draw meridians from pole to pole."""
    lines: list[Part] = []
    for index in range(count):
        x = half_width * (2 * (index + 1) / (count + 1) - 1)
        tip, y = 0.25 * x, half_height
        lines.append((colour, "stroke", False, (tip, -y, x, -0.4 * y, x, 0.4 * y, tip, y)))
    return tuple(lines)


def _fruit(colour: tuple[int, int, int], *parts: Part, shade: float = 0.22) -> Scene:
    return Scene(parts, (colour,), ("white",), (0.82, 1.0), tilt=180.0, shade=shade, spread=8.0)


_STALK: Part = ("brown", "polygon", False, (-0.04, -0.7, 0.04, -0.7, 0.07, -0.98, -0.02, -0.98))
_SHINE: Part = ("light", "ellipse", False, (-0.32, -0.3, 0.16, 0.2))
_PEAR: tuple[Part, ...] = (
    _STALK,
    ("body", "ellipse", False, (0.0, 0.28, 0.66, 0.62)),
    ("body", "ellipse", False, (0.0, -0.34, 0.4, 0.46)),
)
_PEPPER: tuple[Part, ...] = (
    ("body", "ellipse", True, (-0.36, 0.05, 0.46, 0.82)),
    ("body", "ellipse", False, (0.0, 0.1, 0.42, 0.86)),
    ("dark", "stroke", True, (-0.1, -0.6, -0.2, 0.0, -0.14, 0.7)),
    ("light", "ellipse", False, (-0.44, -0.2, 0.08, 0.24)),
    ("leaf", "ellipse", False, (0.0, -0.66, 0.26, 0.12)),
    ("leaf", "polygon", False, (-0.07, -0.7, 0.07, -0.7, 0.05, -0.98, -0.09, -0.98)),
)

FRUITS = (
    _fruit(  # Beetroot
        (120, 98, 86),
        ("body", "polygon", False, (-0.25, 0.5, 0.25, 0.5, 0.03, 0.98, -0.03, 0.98)),
        _body(0.74, 0.68),
        ("rose", "polygon", False, (-0.2, -0.6, 0.2, -0.6, 0.12, -0.9, -0.12, -0.9)),
        ("dark", "stroke", True, (-0.6, 0.1, -0.2, 0.22)),
    ),
    _fruit(  # Blueberry
        (44, 54, 82), _body(0.92, 0.7), ("dark", "ellipse", False, (0.0, -0.42, 0.32, 0.14))
    ),
    _fruit(  # Cactus fruit
        (222, 160, 55),
        _body(0.55, 0.92),
        ("green", "ellipse", False, (0.0, -0.55, 0.38, 0.34)),
        *_dots("brown", 0.42, 0.78, 0.3, 0.045),
    ),
    _fruit(  # Cauliflower
        (224, 214, 184),
        ("green", "polygon", False, (-0.25, 0.2, 0.25, 0.2, 0.2, 0.95, -0.2, 0.95)),
        *_dots("body", 0.72, 0.5, 0.3, 0.24),
        *_dots("dark", 0.6, 0.42, 0.36, 0.04),
    ),
    _fruit(  # Cherry
        (178, 24, 46), _body(0.92, 0.86), ("dark", "ellipse", False, (0.0, -0.62, 0.26, 0.1)), _SHINE
    ),
    _fruit((112, 76, 62), _body(0.82, 0.92), *_lines("dark", 0.7, 0.85, 7), *_lines("light", 0.4, 0.85, 2)),  # Cocos
    _fruit((240, 190, 40), _body(0.34, 0.97), *_dots("light", 0.3, 0.92, 0.13, 0.05)),  # Corn
    _fruit((165, 190, 130), _body(0.26, 0.97), *_lines("light", 0.24, 0.95, 3)),  # Corn Husk
    _fruit(  # Dates
        (62, 42, 60),
        _body(0.5, 0.92),
        ("light", "stroke", True, (-0.3, -0.6, -0.18, -0.2, -0.32, 0.2, -0.15, 0.65)),
        ("light", "stroke", False, (0.05, -0.75, -0.05, 0.0, 0.08, 0.7)),
    ),
    _fruit(  # Eggplant
        (48, 24, 36),
        ("body", "ellipse", False, (0.0, 0.25, 0.36, 0.7)),
        ("body", "ellipse", False, (0.0, -0.35, 0.24, 0.45)),
        ("green", "polygon", False, (-0.2, -0.62, 0.2, -0.62, 0.06, -0.98, -0.06, -0.98)),
        ("light", "ellipse", False, (-0.16, 0.1, 0.05, 0.3)),
    ),
    _fruit(  # Fig
        (80, 46, 78),
        ("body", "polygon", False, (-0.45, 0.0, 0.45, 0.0, 0.08, -0.97, -0.08, -0.97)),
        ("body", "ellipse", False, (0.0, 0.28, 0.68, 0.64)),
        *_lines("light", 0.5, 0.75, 4),
    ),
    _fruit((36, 36, 46), _body(0.95, 0.95), ("light", "ellipse", False, (-0.25, -0.3, 0.08, 0.08))),  # Grape Blue
    _fruit((170, 164, 44), _body(0.84, 0.94), *_dots("light", 0.75, 0.85, 0.3, 0.03)),  # Guava
    _fruit(  # Hazelnut
        (166, 94, 70), _body(0.42, 0.92), ("sand", "ellipse", False, (0.0, 0.66, 0.3, 0.24))
    ),
    _fruit(  # Huckleberry
        (34, 86, 168),
        _body(0.94, 0.78),
        ("dark", "polygon", False, (-0.3, -0.4, -0.34, -0.75, -0.1, -0.6, 0.1, -0.78, 0.34, -0.7, 0.3, -0.4)),
        ("light", "ellipse", False, (0.0, -0.5, 0.14, 0.08)),
    ),
    _fruit((228, 122, 116), _body(0.82, 0.92), *_dots("dark", 0.74, 0.84, 0.24, 0.05)),  # Lychee
    _fruit(  # Mango Red
        (112, 34, 36),
        _body(0.82, 0.95),
        ("green", "ellipse", False, (0.28, 0.5, 0.4, 0.32)),
        ("rose", "ellipse", False, (-0.3, -0.4, 0.34, 0.36)),
    ),
    _fruit(  # Onion Red
        (156, 76, 92),
        ("body", "polygon", False, (-0.3, -0.5, 0.3, -0.5, 0.06, -0.98, -0.06, -0.98)),
        _body(0.86, 0.72),
        *_lines("light", 0.7, 0.66, 5),
        ("sand", "polygon", False, (-0.12, 0.66, 0.12, 0.66, 0.04, 0.9, -0.04, 0.9)),
    ),
    _fruit((196, 184, 92), *_PEAR, *_dots("brown", 0.5, 0.75, 0.36, 0.02)),  # Pear
    _fruit(  # Pear Stone
        (150, 162, 108),
        *_PEAR,
        ("brown", "ellipse", False, (-0.2, 0.35, 0.24, 0.14)),
        ("brown", "ellipse", False, (0.22, -0.2, 0.14, 0.2)),
        ("brown", "ellipse", False, (0.3, 0.6, 0.16, 0.1)),
    ),
    _fruit((28, 88, 36), *_PEPPER),  # Pepper Green
    _fruit((184, 18, 30), *_PEPPER),  # Pepper Red
    _fruit((250, 166, 20), *_PEPPER),  # Pepper Yellow
    _fruit(  # Pineapple Mini
        (206, 142, 58),
        _body(0.76, 0.9),
        *_dots("brown", 0.68, 0.82, 0.26, 0.09),
        *_dots("light", 0.68, 0.82, 0.26, 0.03),
    ),
    _fruit(  # Potato Red
        (182, 142, 118),
        _body(0.62, 0.9),
        ("rose", "ellipse", False, (-0.1, -0.5, 0.34, 0.26)),
        *_dots("brown", 0.5, 0.75, 0.42, 0.05),
    ),
    _fruit(  # Raspberry
        (176, 62, 192), _body(0.74, 0.86), *_dots("dark", 0.7, 0.82, 0.3, 0.15), *_dots("light", 0.7, 0.82, 0.3, 0.08)
    ),
    _fruit(  # Salak
        (114, 32, 38),
        ("body", "polygon", False, (-0.35, -0.5, 0.35, -0.5, 0.04, -0.98, -0.04, -0.98)),
        ("body", "ellipse", False, (0.0, 0.1, 0.58, 0.76)),
        *_dots("dark", 0.5, 0.7, 0.22, 0.06),
    ),
    _fruit(  # Strawberry
        (190, 26, 28),
        ("body", "polygon", False, (-0.62, -0.3, 0.62, -0.3, 0.12, 0.95, -0.12, 0.95)),
        ("body", "ellipse", False, (0.0, -0.22, 0.66, 0.42)),
        *_dots("yellow", 0.42, 0.6, 0.26, 0.03),
        ("leaf", "polygon", True, (0.0, -0.5, -0.55, -0.5, -0.25, -0.72, -0.3, -0.95, 0.0, -0.7)),
    ),
    _fruit(  # Tomato Maroon
        (182, 68, 36),
        _body(0.95, 0.86),
        ("rose", "ellipse", False, (0.4, 0.1, 0.4, 0.5)),
        _SHINE,
        ("leaf", "polygon", False, (-0.2, -0.62, 0.0, -0.74, 0.2, -0.62, 0.0, -0.5)),
    ),
    _fruit(  # Walnut
        (178, 128, 96),
        _body(0.84, 0.88),
        ("dark", "stroke", False, (0.0, -0.86, 0.05, 0.0, 0.0, 0.86)),
        ("dark", "stroke", True, (-0.62, -0.4, -0.3, -0.2, -0.55, 0.1, -0.25, 0.4)),
        ("light", "stroke", True, (-0.4, -0.6, -0.18, -0.3, -0.4, 0.3, -0.2, 0.7)),
    ),
)
