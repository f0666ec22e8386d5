"""The picture of an augmentation: the original framed, its versions beside it, one call."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_hex

from dlcv import plotting
from dlcv.data.augment import augmentation

pytestmark = pytest.mark.usefixtures("no_window")
IMAGE = np.random.default_rng(0).integers(0, 256, (12, 16, 3), np.uint8)


def drawn(figure) -> list[np.ndarray]:
    return [np.asarray(axes.images[0].get_array()) for axes in figure.axes]


def test_the_original_is_framed_and_the_versions_follow() -> None:
    augment = augmentation(rotation=30, brightness=0.3, seed=4)
    original, *versions = drawn(plotting.augmentations(IMAGE, augment))
    np.testing.assert_array_equal(original, IMAGE)
    right = augmentation(rotation=30, brightness=0.3, seed=4)(np.repeat(IMAGE[None], 36, axis=0), training=True)
    np.testing.assert_array_equal(versions, np.rint(right).astype(np.uint8))


def test_only_the_original_has_a_name_and_a_coloured_frame() -> None:
    figure = plotting.augmentations(IMAGE, augmentation(rotation=30), 5, columns=3, title="A cat", source="sample")
    frames = [to_hex(axes.spines["left"].get_edgecolor()) for axes in figure.axes]
    assert frames == ["#d95f02"] + ["#bbbbbb"] * 5
    assert [axes.get_title() for axes in figure.axes] == ["original"] + [""] * 5
    assert figure.get_suptitle() == "A cat (generated sample)"


def test_calls_a_function_once_and_clips_what_it_returns() -> None:
    calls = []

    def brighter(images):
        calls.append(images.shape)
        return images + 200.4

    grey = IMAGE[..., :1]
    versions = drawn(plotting.augmentations(grey, brighter, 2))[1:]
    assert calls == [(2, 12, 16, 1)]
    for version in versions:
        np.testing.assert_array_equal(version, np.clip(grey[..., 0] + 200.0, 0, 255))


def test_what_it_cannot_draw() -> None:
    with pytest.raises(ValueError, match=r"not \(12, 16\); a grey one has C = 1"):
        plotting.augmentations(IMAGE[..., 0], augmentation())
    with pytest.raises(ValueError, match="count is 0"):
        plotting.augmentations(IMAGE, augmentation(), 0)
