"""The builders: published parameter counts, raw pixels in, probabilities out."""

from __future__ import annotations

import inspect

import keras
import numpy as np
import pytest

from dlcv import models

# builder → parameters at the defaults, and how many of them are not trained
COUNTS = {
    "mnist_cnn": (1_199_882, 0),
    "cifar_cnn": (1_250_858, 0),
    "lenet": (1_256_080, 0),
    "cifar_resnet": (1_057_130, 1_856),
}


def dense(inputs: int, units: int) -> int:
    return (inputs + 1) * units


def conv(size: int, channels: int, filters: int) -> int:
    return (size * size * channels + 1) * filters


@pytest.fixture(params=models.__all__)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


def test_every_builder_has_its_published_count(name: str) -> None:
    model = getattr(models, name)()
    frozen = sum(int(np.prod(weight.shape)) for weight in model.non_trainable_weights)
    assert (model.count_params(), frozen) == COUNTS[name]


def test_the_counts_by_hand() -> None:
    assert conv(3, 1, 32) + conv(3, 32, 64) + dense(12 * 12 * 64, 128) + dense(128, 10) == COUNTS["mnist_cnn"][0]
    assert conv(5, 1, 20) + conv(5, 20, 50) + dense(7 * 7 * 50, 500) + dense(500, 10) == COUNTS["lenet"][0]
    blocks = conv(3, 3, 32) + conv(3, 32, 32) + conv(3, 32, 64) + conv(3, 64, 64)
    assert blocks + dense(6 * 6 * 64, 512) + dense(512, 10) == COUNTS["cifar_cnn"][0]


def test_raw_pixels_in_and_probabilities_out(name: str) -> None:
    model = getattr(models, name)()
    assert not model.compiled
    assert model.name == name
    pixels = np.random.default_rng(0).integers(0, 256, (3, *model.input_shape[1:]), np.uint8)
    probabilities = model.predict(pixels, verbose=0)
    assert probabilities.shape == (3, 10)
    assert probabilities.min() >= 0
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)


def test_dividing_by_255_is_a_layer_of_the_network(name: str) -> None:
    model = getattr(models, name)()
    first = next(layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer))
    assert isinstance(first, keras.layers.Rescaling)
    np.testing.assert_allclose(first(np.array([0, 51, 255], np.uint8)), [0, 0.2, 1], atol=1e-6)


def test_other_numbers_of_classes_and_other_images(name: str) -> None:
    model = getattr(models, name)(classes=3, input_shape=(40, 48, 2))
    assert model.input_shape == (None, 40, 48, 2)
    assert model.output_shape == (None, 3)


def test_a_seed_settles_the_weights(name: str) -> None:
    def weights() -> list[np.ndarray]:
        keras.utils.set_random_seed(1)
        return getattr(models, name)().get_weights()

    assert all(np.array_equal(one, two) for one, two in zip(weights(), weights(), strict=True))


def test_a_builders_docstring_says_what_a_reader_needs(name: str) -> None:
    text = inspect.getdoc(getattr(models, name))
    for part in ("Args:", "Returns:", "Example:", "Reference:", "Taught in: notebooks/"):
        assert part in text, f"{name} lacks {part}"
    assert f"{COUNTS[name][0]:,}" in text


def test_an_unknown_builder_is_an_error_that_lists_those_there_are() -> None:
    with pytest.raises(AttributeError, match=r"no attribute 'alexnet'; there are: .*mnist_cnn"):
        _ = models.alexnet
    assert dir(models) == sorted(models.__all__)
