"""Reading a picture, and cutting digits out of a photo."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from dlcv import images
from dlcv.errors import DataError


def centre_of_mass(image: np.ndarray) -> tuple[float, float]:
    ys, xs = np.mgrid[: image.shape[0], : image.shape[1]]
    return (ys * image).sum() / image.sum(), (xs * image).sum() / image.sum()


def photo_of(*boxes: images.Box, size: tuple[int, int] = (120, 400)) -> np.ndarray:
    """Paint dark rectangles on light paper."""
    photo = np.full((*size, 3), 220, np.uint8)
    for x, y, width, height in boxes:
        photo[y : y + height, x : x + width] = 40
    return photo


# -- read


def test_a_picture_is_read_as_rgb(tmp_path: Path) -> None:
    rgb = np.zeros((4, 6, 3), np.uint8)
    rgb[..., 0] = 200
    rgb[0, 0] = (10, 20, 30)
    file = tmp_path / "größe 数.png"
    file.write_bytes(cv2.imencode(".png", rgb[..., ::-1])[1].tobytes())
    np.testing.assert_array_equal(images.read(file), rgb)
    np.testing.assert_array_equal(images.read(str(file)), rgb)


def test_a_grey_picture_gets_three_channels_and_home_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "grey.png").write_bytes(cv2.imencode(".png", np.full((3, 3), 7, np.uint8))[1].tobytes())
    np.testing.assert_array_equal(images.read("~/grey.png"), np.full((3, 3, 3), 7))


def test_a_photo_stands_upright_as_its_camera_noted(tmp_path: Path) -> None:
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 6  # turn it clockwise by a quarter to see it upright
    Image.fromarray(np.zeros((10, 30, 3), np.uint8)).save(tmp_path / "phone.jpg", exif=exif)
    assert images.read(tmp_path / "phone.jpg").shape == (30, 10, 3)


def test_a_file_that_is_not_there_or_a_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere\.jpg' cannot be opened: No such file"):
        images.read(tmp_path / "nowhere.jpg")
    with pytest.raises(DataError, match="cannot be opened"):
        images.read(tmp_path)


@pytest.mark.parametrize("content", [b"", b"<!doctype html><html>Log in</html>", b"\xff\xd8\xff\xe0 broken off"])
def test_a_file_that_is_no_picture(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "photo.jpg").write_bytes(content)
    with pytest.raises(DataError, match=r"'photo\.jpg' is not a picture.*JPEG or PNG"):
        images.read(tmp_path / "photo.jpg")


# -- ink_mask, digit_boxes


def test_ink_is_found_under_uneven_light() -> None:
    ink = (60, 30, 20, 60), (300, 30, 20, 60)
    light = np.linspace(1, 0.35, 400)[None, :, None]
    photo = (photo_of(*ink) * light).astype(np.uint8)
    mask = images.ink_mask(photo)
    assert set(np.unique(mask)) == {0, 255}
    truth = photo_of(*ink)[..., 0] < 100
    assert (mask.astype(bool) != truth).mean() < 0.01
    assert images.digit_boxes(mask) == [pytest.approx(box, abs=2) for box in ink]


def test_grey_and_colour_photos_have_the_same_mask() -> None:
    photo = photo_of((60, 30, 20, 60))
    np.testing.assert_array_equal(images.ink_mask(photo), images.ink_mask(photo[..., 0]))


def test_a_large_photo_has_the_mask_of_a_small_one() -> None:
    small = photo_of((60, 30, 20, 60), (200, 20, 40, 70))
    large = np.kron(small, np.ones((8, 8, 1), np.uint8))
    assert large.shape == (960, 3200, 3)
    found = images.digit_boxes(images.ink_mask(large))
    expected = [tuple(8 * value for value in box) for box in images.digit_boxes(images.ink_mask(small))]
    assert found == [pytest.approx(box, abs=12) for box in expected]


def test_boxes_come_from_left_to_right_and_specks_are_left_out() -> None:
    mask = np.zeros((100, 300), np.uint8)
    boxes = [(200, 20, 30, 60), (20, 40, 10, 50), (110, 5, 60, 90)]
    for x, y, width, height in [*boxes, (80, 50, 14, 14), (250, 90, 3, 3)]:
        mask[y : y + height, x : x + width] = 255
    assert images.digit_boxes(mask) == sorted(boxes)
    assert len(images.digit_boxes(mask, min_height=0.1)) == 4
    assert all(type(value) is int for box in images.digit_boxes(mask) for value in box)


def test_a_hole_is_no_digit_of_its_own() -> None:
    mask = np.zeros((100, 100), np.uint8)
    cv2.ellipse(mask, (50, 50), (25, 40), 0, 0, 360, 255, 6)
    assert len(images.digit_boxes(mask)) == 1


# -- to_mnist


@pytest.mark.parametrize("box", [(5, 5, 20, 20), (10, 2, 7, 90), (2, 10, 90, 30), (0, 0, 100, 100), (50, 50, 3, 3)])
def test_a_digit_is_centred_by_its_mass_and_keeps_its_proportions(box: images.Box) -> None:
    mask = np.zeros((100, 100), np.uint8)
    x, y, width, height = box
    mask[y : y + height, x : x + width] = 255
    framed = images.to_mnist(mask, box)
    assert (framed.shape, framed.dtype) == ((28, 28, 1), np.uint8)
    assert centre_of_mass(framed[..., 0]) == pytest.approx((13.5, 13.5), abs=0.3)
    ys, xs = np.nonzero(framed[..., 0] > 100)
    tall, wide = np.ptp(ys) + 1, np.ptp(xs) + 1
    assert max(tall, wide) == pytest.approx(20, abs=1)
    assert min(tall, wide) == pytest.approx(20 * min(width, height) / max(width, height), abs=1.6)


def test_a_lopsided_digit_is_centred_by_mass_and_not_by_its_box() -> None:
    mask = np.zeros((100, 100), np.uint8)
    mask[20:80, 30:40] = 255  # a stem
    mask[70:80, 30:70] = 255  # and a foot to the right
    framed = images.to_mnist(mask, (30, 20, 40, 60))[..., 0]
    assert centre_of_mass(framed) == pytest.approx((13.5, 13.5), abs=0.3)
    xs = np.nonzero(framed.max(axis=0) > 100)[0]
    assert (xs.min() + xs.max()) / 2 > 14.5, "the middle of its box lies to the right of its mass"


@pytest.mark.parametrize("box", [(60, 60, 20, 20), (5, 5, 0, 10), (200, 200, 10, 10)])
def test_a_box_without_ink_is_an_error(box: images.Box) -> None:
    mask = np.zeros((100, 100), np.uint8)
    mask[10:20, 10:20] = 255
    with pytest.raises(ValueError, match="no ink in the box"):
        images.to_mnist(mask, box)


# -- digits_from_photo, draw_boxes


def test_digits_of_a_photo_come_with_their_boxes_from_left_to_right() -> None:
    wide, tall = (40, 40, 60, 40), (300, 20, 12, 80)
    digits, boxes = images.digits_from_photo(photo_of(tall, wide))
    assert boxes == [pytest.approx(wide, abs=2), pytest.approx(tall, abs=2)]
    assert (digits.shape, digits.dtype) == ((2, 28, 28, 1), np.uint8)
    assert np.ptp(np.nonzero(digits[0])[1]) > np.ptp(np.nonzero(digits[1])[1])


@pytest.mark.parametrize("grey", [0, 120, 255])
def test_a_photo_without_a_digit_is_an_error(grey: int) -> None:
    with pytest.raises(DataError, match="No digit was found"):
        images.digits_from_photo(np.full((100, 200, 3), grey, np.uint8))


def test_grainy_paper_alone_holds_no_digit() -> None:
    grain = np.random.default_rng(0).normal(200, 6, (100, 200, 3)).astype(np.uint8)
    with pytest.raises(DataError, match="No digit was found"):
        images.digits_from_photo(grain)


def test_boxes_are_drawn_on_a_copy() -> None:
    photo = photo_of((60, 30, 20, 60))
    before = photo.copy()
    drawn = images.draw_boxes(photo, [(60, 30, 20, 60)], ["7"], colour=(255, 0, 0))
    np.testing.assert_array_equal(photo, before)
    assert drawn[26, 70].tolist() == [255, 0, 0], "four pixels above the digit"
    assert (drawn != photo).any(axis=2)[:20].any(), "a label above the box"


def test_a_label_for_each_box() -> None:
    with pytest.raises(ValueError, match="argument"):
        images.draw_boxes(photo_of(), [(1, 1, 5, 5)], [])
