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
    "alexnet": (78_990_642, 20_180),
    "alexnet_slim": (546_538, 704),
    "cats_vs_dogs_cnn": (1_212_513, 0),
    "cifar_resnet": (1_057_130, 1_856),
}
# A single unit instead of a softmax: it says how probable class 1 is.
SINGLE = {"cats_vs_dogs_cnn"}


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
    pets = conv(3, 3, 32) + conv(3, 32, 32) + conv(3, 32, 64)
    assert pets + dense(17 * 17 * 64, 64) + dense(64, 1) == COUNTS["cats_vs_dogs_cnn"][0]


def test_the_counts_of_alexnet_by_hand() -> None:
    convolutions = ((11, 3, 96), (5, 96, 256), (3, 256, 512), (3, 512, 1024), (3, 1024, 1024))
    # A side of 32 pixels: halved to 16 and 8; a rim makes 10, halved to 5; two more rims make 9, halved to 4.
    weights = sum(conv(*sizes) for sizes in convolutions)
    weights += dense(4 * 4 * 1024, 3072) + dense(3072, 4096) + dense(4096, 10)
    normalised = 96 + 256 + 512 + 1024 + 1024 + 3072 + 4096 + 10
    assert (weights + 4 * normalised, 2 * normalised) == COUNTS["alexnet"]


def test_batch_normalisation_adds_four_numbers_a_channel() -> None:
    model = models.mnist_cnn(batch_norm=True)
    assert model.count_params() == 1_200_778 == COUNTS["mnist_cnn"][0] + 4 * (32 + 64 + 128)
    kinds = [type(layer).__name__ for layer in model.layers]
    for index, kind in enumerate(kinds):
        if kind == "BatchNormalization":
            assert kinds[index - 1] in ("Conv2D", "Dense")
            assert kinds[index + 1] == "ReLU", "before the activation, as in the paper"
    assert kinds.count("BatchNormalization") == 3


def test_the_fruit_classifiers_count() -> None:
    assert models.cifar_cnn(classes=81).count_params() == 1_287_281


def test_raw_pixels_in_and_probabilities_out(name: str) -> None:
    model = getattr(models, name)()
    assert not model.compiled
    assert model.name == name
    pixels = np.random.default_rng(0).integers(0, 256, (3, *model.input_shape[1:]), np.uint8)
    probabilities = model.predict(pixels, verbose=0)
    assert probabilities.shape == (3, 1 if name in SINGLE else 10)
    assert probabilities.min() >= 0
    if name in SINGLE:
        assert probabilities.max() <= 1
    else:
        np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)


def test_dividing_by_255_is_a_layer_of_the_network(name: str) -> None:
    model = getattr(models, name)()
    first = next(layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer))
    assert isinstance(first, keras.layers.Rescaling)
    np.testing.assert_allclose(first(np.array([0, 51, 255], np.uint8)), [0, 0.2, 1], atol=1e-6)


def test_other_numbers_of_classes_and_other_images(name: str) -> None:
    classes = {} if name in SINGLE else {"classes": 3}
    model = getattr(models, name)(**classes, input_shape=(40, 48, 2))
    assert model.input_shape == (None, 40, 48, 2)
    assert model.output_shape == (None, 1 if name in SINGLE else 3)


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
    with pytest.raises(AttributeError, match=r"no attribute 'vgg'; there are: .*mnist_cnn"):
        _ = models.vgg
    assert dir(models) == sorted(models.__all__)
