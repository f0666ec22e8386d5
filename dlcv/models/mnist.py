"""The MNIST CNN, the network that the course returns to again and again."""

from __future__ import annotations

from collections.abc import Callable

import keras
from keras import layers

__all__ = ["mnist_cnn"]


def mnist_cnn(
    classes: int = 10, input_shape: tuple[int, int, int] = (28, 28, 1), *, batch_norm: bool = False
) -> keras.Model:
    """Build the MNIST CNN: two convolutions, one pooling, two dense layers.

    Args:
        classes: how many classes to tell apart, 2 or more.
        input_shape: height, width, channels of an image.
        batch_norm: normalise what the two convolutions and the hidden dense layer compute, over the batch and before
            the ReLU.

    Returns:
        An uncompiled model: (N, *input_shape) raw pixels 0–255 → (N, classes) probabilities. It has
        1,199,882 parameters at the defaults; with `batch_norm` 1,200,778, 448 of them moving averages that are not
        trained.

    Example:
        >>> mnist_cnn().count_params()
        1199882
        >>> mnist_cnn(batch_norm=True).count_params()
        1200778

    Reference: the `mnist_cnn` example of Keras 1 and 2; the idea is LeCun et al. 1998, "Gradient-based learning
        applied to document recognition". Ioffe and Szegedy 2015, "Batch normalization", section 3.2, put it before
        the activation.
    Taught in: notebooks/08.2, with batch normalisation in notebooks/13.3
    """

    def activated(weighted: Callable[..., layers.Layer], *size: int) -> list[layers.Layer]:
        if batch_norm:
            return [weighted(*size), layers.BatchNormalization(), layers.ReLU()]
        return [weighted(*size, activation="relu")]

    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Rescaling(1 / 255),
            *activated(layers.Conv2D, 32, 3),
            *activated(layers.Conv2D, 64, 3),
            layers.MaxPooling2D(2),
            layers.Dropout(0.25),
            layers.Flatten(),
            *activated(layers.Dense, 128),
            layers.Dropout(0.5),
            layers.Dense(classes, activation="softmax", dtype="float32"),
        ],
        name="mnist_cnn",
    )
