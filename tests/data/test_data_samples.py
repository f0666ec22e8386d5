"""The generated samples: like the real sets in form, the same every time, learnable but not trivial."""

from __future__ import annotations

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
    assert len(samples.make(name)["train"]) >= 3000


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
    rows = {split: held.images.reshape(len(held), -1) / 255.0 for split, held in splits.items()}
    model = SGDClassifier(max_iter=8, tol=None, random_state=0).fit(rows["train"][:2000], splits["train"].labels[:2000])
    accuracy = model.score(rows["test"], splits["test"].labels)
    low, high = {"mnist": (0.8, 0.99), "fashion_mnist": (0.6, 0.97), "cifar10": (0.15, 0.7)}[name]
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
