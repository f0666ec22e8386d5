"""Photographs to try things on, without a download: those that scikit-image and scikit-learn bring along.

Taught in: notebooks/02.1
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from dlcv import images
from dlcv.device import quiet_stderr
from dlcv.errors import DataError, unknown

__all__ = ["Photo", "info", "load", "names"]


@dataclass(frozen=True)
class Photo:
    """What is known of a bundled photograph.

    Attributes:
        name: what `load` calls it.
        shows: what is to be seen.
        package: the library that brings it along, "skimage" or "sklearn".
        file: its name there.
        licence: under which terms it may be shown and changed.
        grey: whether it has no colours of its own.
    """

    name: str
    shows: str
    package: str
    file: str
    licence: str
    grey: bool = False


_CC0 = "CC0"
_FREE = "public domain"
_NONE_KNOWN = "no known copyright restrictions"
_MIDDLEBURY = "not stated; Middlebury Stereo 2014"
_NOT_STATED = "not stated; bundled with scikit-image (BSD)"
_PHOTOS = {
    photo.name: photo
    for photo in (
        Photo("astronaut", "Eileen Collins in a space suit, NASA", "skimage", "astronaut.png", _FREE),
        Photo("brick", "a brick wall", "skimage", "brick.png", _CC0, grey=True),
        Photo("camera", "a man with a camera on a tripod", "skimage", "camera.png", _CC0, grey=True),
        Photo("cat", "the face of the cat Chelsea", "skimage", "chelsea.png", _CC0),
        Photo("china", "a palace with a tiled roof", "sklearn", "china.jpg", "CC BY 2.0, danielbuechele"),
        Photo("clock", "a wall clock, blurred by a moving camera", "skimage", "clock_motion.png", _FREE, grey=True),
        Photo("coffee", "a cup of espresso on a wooden table", "skimage", "coffee.png", _CC0),
        Photo("coins", "Greek coins from Pompeii in four rows", "skimage", "coins.png", _NONE_KNOWN, grey=True),
        Photo("flower", "a dahlia", "sklearn", "flower.jpg", "CC BY 2.0, vultilion"),
        Photo("grass", "grass from above", "skimage", "grass.png", _CC0, grey=True),
        Photo("gravel", "gravel from above", "skimage", "gravel.png", _CC0, grey=True),
        Photo("moon", "the surface of the Moon, low in contrast", "skimage", "moon.png", _NOT_STATED, grey=True),
        Photo("motorcycle", "a motorcycle in a garage", "skimage", "motorcycle_left.png", _MIDDLEBURY),
        Photo("page", "a printed page under uneven light", "skimage", "page.png", _NOT_STATED, grey=True),
        Photo("retina", "the retina of an eye", "skimage", "retina.jpg", _CC0),
        Photo("rocket", "a rocket on its launch pad at night, SpaceX", "skimage", "rocket.jpg", _FREE),
        Photo("text", "handwriting under uneven light", "skimage", "text.png", _FREE, grey=True),
    )
}


def names() -> list[str]:
    """Return the names of the bundled photographs.

    Example:
        >>> names()[:3]
        ['astronaut', 'brick', 'camera']

    Taught in: notebooks/02.1
    """
    return sorted(_PHOTOS)


def info(name: str) -> Photo:
    """Return what is known of a bundled photograph.

    Raises:
        DataError: there is none of this name.

    Example:
        >>> info("cat").licence
        'CC0'

    Taught in: notebooks/02.1
    """
    if name not in _PHOTOS:
        raise DataError(unknown("photo", name, names()))
    return _PHOTOS[name]


def load(photo: str | Path, *, grey: bool = False) -> NDArray[np.uint8]:
    """Return a bundled photograph, or one of your own.

    Args:
        photo: a name from `names()`, or the path of a picture file. A name wins over a file of the same name; write
            `./cat` for the file.
        grey: turn it into grey values, 0.299 R + 0.587 G + 0.114 B.

    Returns:
        (height, width, 3) RGB, 0–255, where a photograph without colours has three equal channels; with `grey`
        (height, width). A fresh array at each call.

    Raises:
        DataError: there is neither such a photograph nor such a file, or it is not a picture.

    Example:
        >>> load("cat").shape
        (300, 451, 3)
        >>> load("cat", grey=True).shape
        (300, 451)

    Taught in: notebooks/02.1
    """
    pixels = _read(photo)
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY) if grey else pixels


def _read(photo: str | Path) -> NDArray[np.uint8]:
    if isinstance(photo, str) and photo in _PHOTOS:
        with quiet_stderr():  # libpng complains about the colour profile of "page"
            return images.read(_file_of(_PHOTOS[photo]))
    if isinstance(photo, str) and not Path(photo).suffix and not Path(photo).expanduser().is_file():
        raise DataError(f"{unknown('photo', photo, names())} A file of yours needs its ending, such as my_photo.jpg.")
    return images.read(photo)


def _file_of(photo: Photo) -> Path:
    if photo.package == "sklearn":
        import sklearn.datasets

        return Path(sklearn.datasets.__file__).parent / "images" / photo.file
    import skimage.data

    # The file itself: skimage.data.<name>() looks into a cache in the home folder first, and may download.
    return Path(skimage.data.__file__).parent / photo.file
