"""The bundled photographs: there, in colour order RGB, equal to what their own libraries load."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data
from sklearn.datasets import load_sample_image

from dlcv import photos
from dlcv.errors import DataError


@pytest.mark.parametrize("name", photos.names())
def test_a_photo_is_rgb_and_its_record_is_right(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    image, about = photos.load(name), photos.info(name)
    assert image.dtype == np.uint8
    assert image.ndim == 3
    assert image.shape[2] == 3
    assert bool((image == image[..., :1]).all()) is about.grey
    assert about.name == name
    assert about.shows
    assert about.licence
    assert capfd.readouterr().err == "", "a notebook would show it in red"


@pytest.mark.parametrize("name", ["astronaut", "coffee", "rocket"])
def test_it_is_what_scikit_image_loads(name: str) -> None:
    # Two JPEG decoders may differ by a level or two.
    assert np.abs(photos.load(name).astype(int) - getattr(skimage.data, name)()).max() <= 2


@pytest.mark.parametrize("name", ["china", "flower"])
def test_it_is_what_scikit_learn_loads(name: str) -> None:
    assert np.abs(photos.load(name).astype(int) - load_sample_image(f"{name}.jpg")).max() <= 2


def test_grey_is_what_scikit_image_holds_for_a_grey_photo() -> None:
    np.testing.assert_array_equal(photos.load("coins", grey=True), skimage.data.coins())


def test_grey_weighs_the_colours_as_the_eye_does() -> None:
    colour, grey = photos.load("flower").astype(float), photos.load("flower", grey=True)
    assert np.abs(colour @ [0.299, 0.587, 0.114] - grey).max() <= 1


def test_each_call_gives_an_array_of_its_own() -> None:
    photos.load("cat")[:] = 0
    assert photos.load("cat").any()


def test_a_file_of_your_own_is_read_too(tmp_path: Path) -> None:
    file = tmp_path / "mine.png"
    cv2.imwrite(str(file), np.full((4, 6, 3), (255, 0, 0), np.uint8))  # blue, in OpenCV's order
    for path in (file, str(file)):
        np.testing.assert_array_equal(photos.load(path)[0, 0], (0, 0, 255))


@pytest.mark.parametrize("wrong", ["astronuat", "", "CAT"])
def test_an_unknown_name_is_an_error_that_lists_the_names(wrong: str) -> None:
    with pytest.raises(DataError, match=r"Unknown photo .* There are: astronaut, brick"):
        photos.load(wrong)
    with pytest.raises(DataError, match="There are: astronaut"):
        photos.info(wrong)


def test_a_missing_file_is_an_error_that_names_it() -> None:
    with pytest.raises(DataError, match=r"no_such\.jpg"):
        photos.load("no_such.jpg")
