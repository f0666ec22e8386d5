"""The generated samples: like the real sets in form, the same every time, learnable but not trivial."""

from __future__ import annotations

import time

import numpy as np
import pytest

from dlcv import data
from dlcv.data import samples


@pytest.fixture(params=data.names())
def name(request) -> str:
    return request.param


def test_form(name):
    info = data.info(name)
    for split, held in samples.make(name).items():
        assert held.images.shape == (len(held), *info.image_shape)
        assert (held.images.dtype, held.labels.dtype) == (np.uint8, np.int64)
        counts = np.bincount(held.labels, minlength=len(info.class_names))
        assert len(counts) == len(info.class_names)
        assert counts.min() >= 0.8 * counts.max(), split
    fewest = {"cats_vs_dogs": 1000, "fruits360": 600}  # larger images, and fewer of them in the real sets, too
    assert len(samples.make(name)["train"]) >= fewest.get(name, 3000)


def test_same_every_time_and_every_caller_has_his_own(name):
    first = samples.make(name)["test"]
    expected = first.images.copy()
    first.images[:] = 0
    np.testing.assert_array_equal(samples.make(name)["test"].images, expected)
    samples._make.cache_clear()
    np.testing.assert_array_equal(samples.make(name)["test"].images, expected)


def test_no_image_is_in_two_splits(name):
    splits = samples.make(name)
    seen = [{image.tobytes() for image in held.images} for held in splits.values()]
    assert sum(map(len, seen)) == len(set.union(*seen))


def test_learnable_but_not_trivial(name):
    """A linear model on raw pixels learns something, and leaves something to be learnt (digits: little)."""
    from sklearn.linear_model import SGDClassifier

    splits = samples.make(name)
    rows = {
        split: held.resized((min(32, held.image_shape[0]),) * 2).images.reshape(len(held), -1) / 255.0
        for split, held in splits.items()
    }
    model = SGDClassifier(max_iter=8, tol=None, random_state=0).fit(rows["train"][:2000], splits["train"].labels[:2000])
    accuracy = model.score(rows["test"], splits["test"].labels)
    low, high = {
        "mnist": (0.8, 0.99),
        "fashion_mnist": (0.6, 0.97),
        "cifar10": (0.15, 0.7),
        "cats_vs_dogs": (0.5, 0.75),  # coats, places and light are the same for both: pixels alone say little
        "fruits360": (0.3, 0.95),
    }[name]
    assert low < accuracy < high, accuracy


def test_digits_look_like_mnist():
    images = samples.make("mnist")["train"].images
    assert 15 < images.mean() < 60  # MNIST: 33
    assert images[:, :2].max(initial=0) < 256
    assert (images[:, 0] == 0).mean() > 0.99
    ys, xs = np.mgrid[:28, :28]
    weight = images[..., 0].astype(float)
    centre = np.array([(weight * axis).sum((1, 2)) / weight.sum((1, 2)) for axis in (ys, xs)])
    assert np.abs(centre.mean(1) - 13.5).max() < 0.5


def test_fruits_lie_on_white_at_any_turn():
    images = samples.make("fruits360")["train"].images
    border = np.concatenate([images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]], axis=1)
    assert (border == 255).mean() > 0.97
    assert 0.2 < (images < 250).any(axis=-1).mean() < 0.7  # the fruit fills a good part of the image


@pytest.mark.parametrize("name", ["cats_vs_dogs", "fruits360"])
def test_large_samples_are_painted_fast(name):
    samples._make.cache_clear()
    start = time.process_time()
    samples.make(name)
    assert time.process_time() - start < 3
