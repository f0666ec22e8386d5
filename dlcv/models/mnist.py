"""The MNIST CNN, the network that the course returns to again and again."""

from __future__ import annotations

import keras
from keras import layers

__all__ = ["mnist_cnn"]


def mnist_cnn(classes: int = 10, input_shape: tuple[int, int, int] = (28, 28, 1)) -> keras.Model:
    """Build the MNIST CNN: two convolutions, one pooling, two dense layers.

    Args:
        classes: how many classes to tell apart, 2 or more.
        input_shape: height, width, channels of an image.

    Returns:
        An uncompiled model: (N, *input_shape) raw pixels 0–255 → (N, classes) probabilities. It has
        1,199,882 parameters at the defaults.

    Example:
        >>> mnist_cnn().count_params()
        1199882

    Reference: the `mnist_cnn` example of Keras 1 and 2; the idea is LeCun et al. 1998, "Gradient-based learning
        applied to document recognition".
    Taught in: notebooks/08.2
    """
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Rescaling(1 / 255),
            layers.Conv2D(32, 3, activation="relu"),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Dropout(0.25),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(classes, activation="softmax", dtype="float32"),
        ],
        name="mnist_cnn",
    )
