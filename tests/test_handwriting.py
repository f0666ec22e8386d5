"""Handwritten numbers: the same every time, different with every seed, and every digit can be found again."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from dlcv import images
from dlcv.handwriting import write_number


@pytest.mark.parametrize("text", ["0123456789", "7", "2026"])
def test_the_same_seed_writes_the_same_picture(text: str) -> None:
    one = write_number(text, seed=3)
    np.testing.assert_array_equal(one, write_number(text, seed=3))
    other = write_number(text, seed=4)
    assert one.shape != other.shape or (one != other).any()


@pytest.mark.parametrize("height", [80, 200, 333])
def test_it_is_dark_ink_on_light_paper(height: int) -> None:
    photo = write_number("2026", seed=1, height=height)
    assert (photo.dtype, photo.ndim, photo.shape[0], photo.shape[2]) == (np.uint8, 3, height, 3)
    assert np.median(photo) > 180
    assert np.percentile(photo, 1) < 100
    assert 0.01 < (images.ink_mask(photo) > 0).mean() < 0.35


def test_a_longer_number_is_wider() -> None:
    widths = [write_number("8" * count, seed=1).shape[1] for count in (1, 2, 4, 8)]
    assert widths == sorted(set(widths))


@pytest.mark.parametrize("seed", range(60))
def test_as_many_digits_are_found_as_were_written(seed: int) -> None:
    rng = np.random.default_rng(seed)
    text = "".join(map(str, rng.integers(0, 10, rng.integers(1, 8))))
    digits, boxes = images.digits_from_photo(write_number(text, seed=seed, height=(80, 120, 160)[seed % 3]))
    assert len(boxes) == len(text)
    assert len(digits) == len(text)
    assert all(left[0] < right[0] for left, right in itertools.pairwise(boxes))


@pytest.mark.parametrize("digit", "0123456789")
def test_every_digit_is_in_one_piece(digit: str) -> None:
    for seed in range(12):
        assert len(images.digit_boxes(images.ink_mask(write_number(digit, seed=seed, height=120)))) == 1


def test_writing_varies_in_size() -> None:
    mask = images.ink_mask(write_number("1111111111", seed=0))
    heights = [height for _, _, _, height in images.digit_boxes(mask)]
    assert max(heights) > 1.2 * min(heights)


@pytest.mark.parametrize("text", ["", "12a", "-3", "4 2", "²"])
def test_it_writes_digits_only(text: str) -> None:
    with pytest.raises(ValueError, match="writes the digits 0 to 9"):
        write_number(text)


@pytest.mark.parametrize("height", [79, 0, -5])
def test_a_picture_may_be_too_small(height: int) -> None:
    with pytest.raises(ValueError, match="80 pixels or more"):
        write_number("1", height=height)
