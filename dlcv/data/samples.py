"""Stand-ins for data sets: generated from a seed, with the same classes, shapes and types, and learnable.

MNIST's are real digits, scikit-learn's, enlarged; the others are painted from the tables in `sample_tables`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from dlcv.data.catalogue import info
from dlcv.data.sample_tables import BACKGROUNDS, PLAIN, SCENES, Scene
from dlcv.data.splits import ArraySplit

__all__ = ["make"]

SEED = 2018
# Images of every class.
_PAINTED = {
    "cats_vs_dogs": {"train": 500, "validation": 100, "test": 200},
    "cifar10": {"train": 350, "validation": 50, "test": 100},
    "fashion_mnist": {"train": 350, "validation": 50, "test": 100},
    "fruits360": {"train": 20, "validation": 5, "test": 10},
}
# Share of scikit-learn's digits, and the number of variants that are made of each.
_DIGITS = {"train": (0.7, 4), "validation": (0.1, 3), "test": (0.2, 3)}
_FIXED = {
    "black": (15, 15, 15),
    "pink": (205, 140, 135),
    "green": (120, 150, 60),
    "yellow": (220, 180, 60),
    "sand": (200, 175, 130),
    "glass": (150, 190, 210),
    "leaf": (60, 110, 45),
    "brown": (110, 80, 55),
    "rose": (200, 60, 80),
}
_SUPERSAMPLE = 2  # for small images
_LARGE = 64  # pixels: beyond it an image is drawn with soft edges at once, which is faster
_FIELD = 512  # pixels of the stored noise
_SHIFT = 4  # fractional bits of OpenCV's drawing coordinates


def make(name: str) -> dict[str, ArraySplit]:
    """Generate a data set's sample.

    Args:
        name: the data set.

    Returns:
        "train", "validation" and "test"; the same images at every call.
    """
    return {split: ArraySplit(held.images.copy(), held.labels.copy()) for split, held in _make(name).items()}


@lru_cache(maxsize=4)
def _make(name: str) -> dict[str, ArraySplit]:
    return _paint_splits(name) if name in SCENES else _enlarge_digits()


def _enlarge_digits() -> dict[str, ArraySplit]:
    """Make MNIST's sample: 8×8 digits enlarged to 20×20, slightly varied, centred in 28×28 by their mass."""
    from sklearn.datasets import load_digits

    from dlcv.data.splits import choose_stratified

    digits = load_digits()
    small, labels = digits.images.astype(np.float32) / 16, digits.target.astype(np.int64)
    rng = np.random.default_rng(SEED)
    left = np.arange(len(labels))
    splits = {}
    # No original is in two splits: its variants would give the answer away.
    for name, (share, variants) in _DIGITS.items():
        count = len(left) if name == "test" else round(share * len(labels))
        chosen = left[choose_stratified(labels[left], count, SEED)]
        left = np.setdiff1d(left, chosen, assume_unique=True)
        order = rng.permutation(np.repeat(chosen, variants))
        images = np.stack([_enlarge(small[index], rng) for index in order])
        splits[name] = ArraySplit(images[..., np.newaxis], labels[order])
    return splits


def _enlarge(digit: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Enlarge an 8×8 digit (0–1) to 28×28 uint8 in MNIST's manner."""
    import cv2

    width, height = rng.uniform(0.88, 1.05, 2) * 20
    large = cv2.resize(digit, (int(width), int(height)), interpolation=cv2.INTER_CUBIC)
    large = np.clip((large - 0.25) * rng.uniform(1.8, 2.6), 0, 1)  # a pen's stroke is bright, with soft edges
    weights = large.sum()
    ys, xs = np.mgrid[: large.shape[0], : large.shape[1]]
    centre = np.array([(xs * large).sum(), (ys * large).sum()]) / max(weights, 1e-6)
    angle, shear = rng.normal(0, np.radians(5)), rng.normal(0, 0.08)
    turn = np.array([[np.cos(angle), -np.sin(angle) + shear], [np.sin(angle), np.cos(angle)]])
    matrix = np.column_stack([turn, 13.5 + rng.normal(0, 0.5, 2) - turn @ centre])
    placed = cv2.warpAffine(large, matrix, (28, 28), flags=cv2.INTER_LINEAR)
    return (255 * placed).astype(np.uint8)


def _paint_splits(name: str) -> dict[str, ArraySplit]:
    scenes, shape = SCENES[name], info(name).image_shape
    rng = np.random.default_rng(SEED)
    splits = {}
    for split, count in _PAINTED[name].items():
        labels = rng.permutation(np.repeat(np.arange(len(scenes)), count)).astype(np.int64)
        splits[split] = ArraySplit(np.stack([_paint(scenes[label], shape, rng) for label in labels]), labels)
    return splits


def _paint(scene: Scene, image_shape: tuple[int, int, int], rng: np.random.Generator) -> np.ndarray:
    """Paint one image of a class: uint8 of `image_shape`."""
    import cv2

    height, width, channels = image_shape
    large = height > _LARGE
    size = np.array([width, height]) * (1 if large else _SUPERSAMPLE)
    background = scene.backgrounds[rng.integers(len(scene.backgrounds))]
    canvas = _background(background, size, channels, rng)
    body = np.array(scene.colours[rng.integers(len(scene.colours))], np.float32)[:channels]
    body = body + scene.spread * _noise(rng, channels)
    hole = np.array(BACKGROUNDS[background][0], np.float32)[:channels]
    colours = _FIXED | {"body": body, "dark": body * 0.55, "light": body * 0.4 + 145, "hole": hole}
    if large:
        canvas = np.clip(canvas, 0, 255).astype(np.uint8)  # OpenCV draws soft edges on bytes only
    if scene.clutter:
        _litter(canvas, scene.clutter, rng)
    _draw(canvas, scene, colours, rng, cv2.LINE_AA if large else cv2.LINE_8)
    if not large:
        canvas = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA).reshape(image_shape)
    return _expose(canvas.astype(np.float32), scene, background, rng)


def _background(name: str, size: np.ndarray, channels: int, rng: np.random.Generator) -> np.ndarray:
    """Paint a ramp of colour with large soft blots: float32, height × width × channels."""
    import cv2

    top, bottom = np.array(BACKGROUNDS[name], np.float32)[:, :channels]
    if size[1] > _LARGE and name not in PLAIN:  # ramp and blots are enlarged together
        ramp = np.linspace(0, 1, 6, dtype=np.float32)[:, np.newaxis, np.newaxis]
        small = top + (bottom - top) * ramp + 15 * _noise(rng, channels) + 12 * _noise(rng, 6, 6, channels)
        return cv2.resize(small, tuple(size), interpolation=cv2.INTER_CUBIC)
    ramp = np.linspace(0, 1, size[1], dtype=np.float32)[:, np.newaxis, np.newaxis]
    canvas = np.repeat(top + (bottom - top) * ramp, size[0], axis=1)
    if name not in PLAIN:
        canvas += 15 * _noise(rng, channels)  # no background has one colour only
        canvas += cv2.resize(14 * _noise(rng, 6, 6, channels), tuple(size), interpolation=cv2.INTER_LINEAR)
    return canvas


def _litter(canvas: np.ndarray, most: int, rng: np.random.Generator) -> None:
    """Draw up to `most` boxes and discs that have nothing to do with the class."""
    import cv2

    height, width = canvas.shape[:2]
    for _ in range(rng.integers(most + 1)):
        colour = rng.uniform(30, 230) + 25 * rng.standard_normal(3)
        centre, half = rng.uniform(0, (width, height)), rng.uniform(0.06, 0.28, 2) * width
        if rng.random() < 0.5:
            corners = cv2.boxPoints((centre, 2 * half, rng.uniform(0, 180)))
        else:
            corners = centre + half * _outline("ellipse", (0.0, 0.0, 1.0, 1.0))
        cv2.fillPoly(canvas, [corners.round().astype(np.int32)], np.clip(colour, 0, 255).tolist(), cv2.LINE_AA)


def _draw(
    canvas: np.ndarray, scene: Scene, colours: dict[str, Sequence[float]], rng: np.random.Generator, edges: int
) -> None:
    """Draw the thing in one of its poses, turned, scaled and moved at random."""
    import cv2

    height, width, channels = canvas.shape
    pose = rng.integers(len(scene.poses) + 1) if scene.poses else 0
    angle = np.radians(rng.uniform(-scene.tilt, scene.tilt))
    scale = rng.uniform(*scene.scale) * rng.uniform(0.88, 1.0, 2)
    if scene.flips and rng.random() < 0.5:
        scale[0] = -scale[0]
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * scale
    shift = rng.uniform(-1, 1, 2) * (1 - np.abs(scale)) * 0.8

    def place(points: np.ndarray) -> np.ndarray:
        return ((points @ turn.T + shift + 1) / 2 * (width, height) * 2**_SHIFT).round().astype(np.int32)

    thickness = max(1, round(2 * _SUPERSAMPLE * scale[1] / 1.6 * max(1.0, height / 64)))
    for colour, shape, mirrored, coordinates in (scene.parts, *scene.poses)[pose]:
        paint = [min(255.0, max(0.0, float(value))) for value in colours[colour][:channels]]
        points = _outline(shape, coordinates)
        for outline in (points, points * (-1, 1)) if mirrored else (points,):
            corners = [place(outline)]
            if shape == "stroke":
                cv2.polylines(canvas, corners, False, paint, thickness, edges, _SHIFT)
            else:
                cv2.fillPoly(canvas, corners, paint, edges, _SHIFT)


def _expose(image: np.ndarray, scene: Scene, background: str, rng: np.random.Generator) -> np.ndarray:
    """Add light, grain and exposure; a plain background stays as plain as the real set's."""
    height, width = image.shape[:2]
    plain = background in PLAIN
    thing = (image != BACKGROUNDS[background][0][: image.shape[2]]).any(axis=2, keepdims=True) if plain else None
    if scene.shade:
        image = np.where(thing, image * _light(height, width, scene.shade), image)
    grain = rng.uniform(3, 9) * _grain(height, width, rng)
    if rng.random() < 0.3:
        grain += 16 * np.sin(np.arange(height) * rng.uniform(0.6, 2.4), dtype=np.float32)[:, np.newaxis, np.newaxis]
    image += grain if thing is None else grain * thing
    if not plain:
        image -= 128
        image *= rng.uniform(0.7, 1.1)
        image += 128
        image += 18 * rng.standard_normal()
    return np.clip(image, 0, 255, out=image).astype(np.uint8)


def _grain(height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """Return noise of a camera, height × width × 1; for a large image a piece of one stored field, which is faster."""
    if height <= _LARGE:
        return _noise(rng, height, width, 1)
    y, x = rng.integers(_FIELD - height), rng.integers(_FIELD - width)
    return _field()[y : y + height, x : x + width]


@lru_cache(maxsize=1)
def _field() -> np.ndarray:
    return _noise(np.random.default_rng(SEED), _FIELD, _FIELD, 1)


@lru_cache(maxsize=16)
def _light(height: int, width: int, shade: float) -> np.ndarray:
    """Return how bright a ball is that is lit from the upper left: height × width × 1, about 1."""
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    return (1.1 - shade * ((x + 0.35) ** 2 + (y + 0.4) ** 2))[..., np.newaxis].astype(np.float32)


def _noise(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.standard_normal(shape, dtype=np.float32)


@lru_cache(maxsize=512)
def _outline(shape: str, coordinates: tuple[float, ...]) -> np.ndarray:
    """Return a part's corners; an ellipse becomes a polygon, so that it turns and stretches with the rest."""
    if shape != "ellipse":
        return np.array(coordinates).reshape(-1, 2)
    x, y, half_width, half_height = coordinates
    turn = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    return np.column_stack([x + half_width * np.cos(turn), y + half_height * np.sin(turn)])
