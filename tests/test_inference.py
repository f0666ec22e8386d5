"""`forward` gives what `Model.predict` gives."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from dlcv.inference import forward

IMAGES = np.random.default_rng(0).integers(0, 256, (7, 6, 6, 1), np.uint8)


@pytest.fixture(scope="module")
def network() -> keras.Model:
    """A small network with layers that behave differently in training."""
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(4, 3, name="maps"),
            layers.BatchNormalization(),
            layers.Dropout(0.5),
            layers.Flatten(),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.layers[2].set_weights([np.full(4, value, np.float32) for value in (2, 1, 0.5, 4)])
    return model


@pytest.mark.parametrize("batch_size", [1, 3, 7, 100])
def test_it_agrees_with_predict_for_any_batch_size(network: keras.Model, batch_size: int) -> None:
    answers = forward(network, IMAGES, batch_size=batch_size)
    assert isinstance(answers, np.ndarray)
    np.testing.assert_allclose(answers, network.predict(IMAGES, verbose=0), atol=1e-6)


def test_several_outputs_keep_their_structure(network: keras.Model) -> None:
    outputs = {"maps": network.get_layer("maps").output, "answers": network.outputs[0]}
    both = forward(keras.Model(network.inputs[0], outputs), IMAGES, batch_size=3)
    assert {name: array.shape for name, array in both.items()} == {"maps": (7, 4, 4, 4), "answers": (7, 3)}
    np.testing.assert_allclose(both["answers"], forward(network, IMAGES), atol=1e-6)


def test_bad_input_is_named(network: keras.Model) -> None:
    with pytest.raises(ValueError, match="batch_size is 0"):
        forward(network, IMAGES, batch_size=0)
    with pytest.raises(ValueError, match="no images"):
        forward(network, IMAGES[:0])
