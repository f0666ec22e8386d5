"""Networks for the 32×32 colour images of CIFAR-10: a plain one to learn from, a residual one to use."""

from __future__ import annotations

import keras
from keras import layers

__all__ = ["cifar_cnn", "cifar_resnet"]


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


def _conv_bn_relu(x: keras.KerasTensor, filters: int) -> keras.KerasTensor:
    # A bias would be cancelled by the mean that the normalisation subtracts.
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    return layers.ReLU()(x)


def _residual(x: keras.KerasTensor) -> keras.KerasTensor:
    filters = x.shape[-1]
    return layers.Add()([x, _conv_bn_relu(_conv_bn_relu(x, filters), filters)])


def cifar_resnet(classes: int = 10, input_shape: tuple[int, int, int] = (32, 32, 3)) -> keras.Model:
    """Build a nine-layer residual network that stays under 5 MB.

    Args:
        classes: how many classes to tell apart, 2 or more.
        input_shape: height, width, channels of an image; height and width are multiples of 8, or None for images of any
            size, since the last pooling takes the maximum over all places.

    Returns:
        An uncompiled model: (N, *input_shape) raw pixels 0–255 → (N, classes) probabilities. It has
        1,057,130 parameters at the defaults, 1,856 of them moving averages that are not trained.

    Example:
        >>> cifar_resnet().count_params()
        1057130

    Reference: He, Zhang, Ren and Sun 2016, "Deep residual learning for image recognition", section 3; the
        order of the blocks follows the ResNet-9 of the DAWNBench entries of 2018, with a quarter of its width.
    Taught in: notebooks/04.2 as a finished tool, residuals in notebooks/14.3
    """
    inputs = keras.Input(input_shape)
    x = layers.Rescaling(1 / 255)(inputs)
    x = _conv_bn_relu(x, 32)
    x = layers.MaxPooling2D(2)(_conv_bn_relu(x, 64))
    x = _residual(x)
    x = layers.MaxPooling2D(2)(_conv_bn_relu(x, 128))
    x = layers.MaxPooling2D(2)(_conv_bn_relu(x, 192))
    x = _residual(x)
    x = layers.GlobalMaxPooling2D()(x)
    outputs = layers.Dense(classes, activation="softmax", dtype="float32")(x)
    return keras.Model(inputs, outputs, name="cifar_resnet")
