"""The plain CNN for CIFAR-10 that a beginner builds."""

from __future__ import annotations

import keras
from keras import layers

__all__ = ["cifar_cnn"]


def cifar_cnn(classes: int = 10, input_shape: tuple[int, int, int] = (32, 32, 3)) -> keras.Model:
    """Build the CIFAR-10 CNN: two blocks of two convolutions, then a dense layer.

    Args:
        classes: how many classes to tell apart, 2 or more.
        input_shape: height, width, channels of an image.

    Returns:
        An uncompiled model: (N, *input_shape) raw pixels 0–255 → (N, classes) probabilities. It has
        1,250,858 parameters at the defaults.

    Example:
        >>> cifar_cnn().count_params()
        1250858

    Reference: the `cifar10_cnn` example of Keras 1 and 2.
    Taught in: notebooks/08.3
    """
    blocks: list[layers.Layer] = []
    for filters in (32, 64):
        blocks += [
            layers.Conv2D(filters, 3, padding="same", activation="relu"),
            layers.Conv2D(filters, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Dropout(0.25),
        ]
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Rescaling(1 / 255),
            *blocks,
            layers.Flatten(),
            layers.Dense(512, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(classes, activation="softmax", dtype="float32"),
        ],
        name="cifar_cnn",
    )
