"""Read a picture, and cut the digits out of a photo of a number.

Taught in: notebooks/04.1
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from dlcv.errors import DataError

__all__ = ["Box", "digit_boxes", "digits_from_photo", "draw_boxes", "ink_mask", "read", "to_mnist"]

# x, y of the upper left corner, width, height, all in pixels (OpenCV's order, often written xywh).
Box = tuple[int, int, int, int]

_SIDE = 28  # an MNIST image
_CONTENT = 20  # the box that the digit itself fits in
_PAPER = 220  # the grey level that paper is brought to
_MIN_CONTRAST = 30  # grey levels between paper and ink


def read(path: str | Path) -> NDArray[np.uint8]:
    """Read a picture from a file.

    Args:
        path: a file in any format that OpenCV reads: JPEG, PNG, BMP, TIFF, WebP …

    Returns:
        (height, width, 3) RGB, 0–255, turned upright as the camera noted.

    Raises:
        DataError: there is no such file, or it is not a picture.

    Example:
        >>> photo = read("my_number.jpg")  # doctest: +SKIP

    Taught in: notebooks/04.1
    """
    file = Path(path).expanduser()
    try:
        content = file.read_bytes()
    except OSError as error:
        raise DataError(
            f"The picture {str(path)!r} cannot be opened: {error.strerror}. Check its name and folder."
        ) from error
    # Decoding from memory, since cv2.imread stumbles over non-ASCII paths on Windows.
    image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR) if content else None
    if image is None:
        raise DataError(f"{file.name!r} is not a picture that OpenCV can read: save it as JPEG or PNG and try again.")
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)


def _light(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Estimate the light on each pixel by blurring the writing away."""
    # Light changes slowly, so a large photo is shrunk first: with so wide a blur a phone's photo would take a minute.
    shrink = max(1, max(grey.shape) // 1000)
    small = grey if shrink == 1 else cv2.resize(grey, None, fx=1 / shrink, fy=1 / shrink, interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(small, (0, 0), max(small.shape) / 8)
    return blurred if shrink == 1 else cv2.resize(blurred, grey.shape[::-1])


def ink_mask(photo: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Separate dark ink from light paper, under uneven light.

    The light is estimated by blurring the picture until the writing is gone; dividing by it leaves the ink. Otsu's
    threshold then finds the grey level that separates the two.

    Args:
        photo: (height, width, 3) RGB or (height, width) grey, 0–255.

    Returns:
        (height, width), 255 where there is ink and 0 elsewhere.

    Reference: Otsu 1979, "A threshold selection method from gray-level histograms".
    Taught in: notebooks/04.1
    """
    grey = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY) if photo.ndim == 3 else photo
    grey = cv2.GaussianBlur(grey, (5, 5), 0)
    flat = cv2.divide(grey, _light(grey), scale=_PAPER)
    _, mask = cv2.threshold(flat, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    contrast = cv2.mean(flat, cv2.bitwise_not(mask))[0] - cv2.mean(flat, mask)[0]
    # Otsu splits anything in two, empty paper as well: what is hardly darker than the rest is grain, and no ink.
    return mask if contrast >= _MIN_CONTRAST else np.zeros_like(mask)


def digit_boxes(mask: NDArray[np.uint8], min_height: float = 0.15) -> list[Box]:
    """Find the digits in a mask, from left to right.

    Args:
        mask: (height, width), 255 where there is ink; one line of writing.
        min_height: specks lower than this share of the mask's height are left out.

    Returns:
        A box for each digit as (x, y, width, height) in pixels, sorted by x.

    Taught in: notebooks/04.1
    """
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    boxes = [cv2.boundingRect(contour) for contour in contours]
    return sorted(tuple(int(v) for v in box) for box in boxes if box[3] >= min_height * mask.shape[0])


def to_mnist(mask: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """Cut a digit out of a mask and frame it as the MNIST images are framed.

    Their makers fitted each digit into 20×20 pixels without changing its proportions and put its centre of mass in
    the middle of 28×28. A network trained on them expects just that.

    Args:
        mask: (height, width), 255 where there is ink.
        box: (x, y, width, height) in pixels.

    Returns:
        (28, 28, 1), 0–255, white on black.

    Raises:
        ValueError: there is no ink in the box.

    Reference: LeCun, Bottou, Bengio and Haffner 1998, "Gradient-based learning applied to document recognition",
        section III.A.
    Taught in: notebooks/04.1
    """
    x, y, width, height = box
    if not mask[y : y + height, x : x + width].any():
        raise ValueError(f"there is no ink in the box {box} of a mask of {mask.shape[1]}×{mask.shape[0]} pixels")
    scale = _CONTENT / max(width, height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    digit = cv2.resize(mask[y : y + height, x : x + width], size, interpolation=cv2.INTER_AREA)
    framed = np.zeros((_SIDE, _SIDE), np.uint8)
    top, left = (_SIDE - size[1]) // 2, (_SIDE - size[0]) // 2
    framed[top : top + size[1], left : left + size[0]] = digit
    moments = cv2.moments(framed)
    middle = (_SIDE - 1) / 2
    shift = np.float32(
        [[1, 0, middle - moments["m10"] / moments["m00"]], [0, 1, middle - moments["m01"] / moments["m00"]]]
    )
    return cv2.warpAffine(framed, shift, (_SIDE, _SIDE))[..., None]


def digits_from_photo(photo: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], list[Box]]:
    """Cut the digits out of a photo of one line of writing.

    Args:
        photo: (height, width, 3) RGB or (height, width) grey, 0–255; dark ink on light paper.

    Returns:
        The digits from left to right, (N, 28, 28, 1), white on black as in MNIST, and their boxes in the photo.

    Raises:
        DataError: no digit was found.

    Example:
        >>> digits, boxes = digits_from_photo(photo)  # doctest: +SKIP

    Taught in: notebooks/04.1
    """
    mask = ink_mask(photo)
    boxes = digit_boxes(mask)
    if not boxes:
        raise DataError(
            "No digit was found in the picture. It should show one line of dark digits on light paper, at least "
            "a sixth of the picture's height each."
        )
    return np.stack([to_mnist(mask, box) for box in boxes]), boxes


def draw_boxes(
    image: NDArray[np.uint8], boxes: list[Box], labels: list[str], colour: tuple[int, int, int] = (30, 120, 60)
) -> NDArray[np.uint8]:
    """Return a copy of the image with labelled boxes on it.

    Args:
        image: (height, width, 3) RGB, 0–255; it is left as it is.
        boxes: (x, y, width, height) in pixels.
        labels: a text for each box; OpenCV's font writes ASCII only.
        colour: RGB, 0–255.

    Returns:
        (height, width, 3) RGB, 0–255.

    Raises:
        ValueError: boxes and labels differ in number.

    Taught in: notebooks/04.1
    """
    drawn = image.copy()
    scale = max(0.5, image.shape[0] / 250)
    font, pen = cv2.FONT_HERSHEY_SIMPLEX, 2
    for (x, y, width, height), label in zip(boxes, labels, strict=True):
        cv2.rectangle(drawn, (x - 4, y - 4), (x + width + 4, y + height + 4), colour, pen)
        (text_width, text_height), _ = cv2.getTextSize(label, font, scale, pen)
        bottom = max(text_height + 8, y - 4)  # a label that would leave the picture moves into the box
        cv2.rectangle(drawn, (x - 5, bottom - text_height - 8), (x + text_width + 2, bottom), colour, -1)
        cv2.putText(drawn, label, (x - 2, bottom - 4), font, scale, (255, 255, 255), pen, cv2.LINE_AA)
    return drawn
