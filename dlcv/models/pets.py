"""A plain network for photographs of two kinds."""

from __future__ import annotations

import keras
from keras import layers

__all__ = ["cats_vs_dogs_cnn"]


def cats_vs_dogs_cnn(input_shape: tuple[int, int, int] = (150, 150, 3)) -> keras.Model:
    """Build the Cats-vs-Dogs CNN: three convolutions, each with pooling, and one unit that says how probable a dog is.

    Args:
        input_shape: height, width, channels of an image; height and width of 22 or more.

    Returns:
        An uncompiled model: (N, *input_shape) raw pixels 0–255 → (N, 1) probability of class 1. Compile it with
        "binary_crossentropy". It has 1,212,513 parameters at the default.

    Example:
        >>> cats_vs_dogs_cnn().count_params()
        1212513

    Reference: Chollet 2016, "Building powerful image classification models using very little data" (the Keras blog).
    Taught in: notebooks/10.1
    """
    blocks: list[layers.Layer] = []
    for filters in (32, 32, 64):
        blocks += [layers.Conv2D(filters, 3, activation="relu"), layers.MaxPooling2D(2)]
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Rescaling(1 / 255),
            *blocks,
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(1, activation="sigmoid", dtype="float32"),
        ],
        name="cats_vs_dogs_cnn",
    )
