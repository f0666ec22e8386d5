"""The famous networks, in the forms that the course trains."""

from __future__ import annotations

import keras
from keras import layers

__all__ = ["lenet"]


def lenet(classes: int = 10, input_shape: tuple[int, int, int] = (28, 28, 1)) -> keras.Model:
    """Build a LeNet, the first convolutional network in daily use, with ReLU and max pooling.

    The original of 1998 has 6 and 16 feature maps, sub-sampling with weights, and sigmoid-like units; this
    wider form with ReLU is what is usually taught under its name.

    Args:
        classes: how many classes to tell apart, 2 or more.
        input_shape: height, width, channels of an image.

    Returns:
        An uncompiled model: (N, *input_shape) raw pixels 0–255 → (N, classes) probabilities. It has
        1,256,080 parameters at the defaults.

    Example:
        >>> lenet().count_params()
        1256080

    Reference: LeCun, Bottou, Bengio and Haffner 1998, "Gradient-based learning applied to document recognition",
        section II.B.
    Taught in: notebooks/13.1
    """
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Rescaling(1 / 255),
            layers.Conv2D(20, 5, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(50, 5, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(500, activation="relu"),
            layers.Dense(classes, activation="softmax", dtype="float32"),
        ],
        name="lenet",
    )
