"""The famous networks, in the forms that the course trains."""

from __future__ import annotations

import keras
from keras import layers

__all__ = ["alexnet", "alexnet_slim", "lenet"]


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


def alexnet(classes: int = 10, input_shape: tuple[int, int, int] = (32, 32, 3)) -> keras.Model:
    """Build an AlexNet for small images, in the wide form that is usually taught for CIFAR-10.

    The network that won ImageNet in 2012 takes 227×227 pixels, strides over them by 4, and has 96, 256, 384, 384
    and 256 feature maps and two dense layers of 4,096. This form keeps the five convolutions and the first kernels'
    sizes, has no strides, widens the later layers, and normalises each layer over the batch, which was not known then.

    Args:
        classes: how many classes to tell apart, 2 or more.
        input_shape: height, width, channels of an image; height and width of 11 or more.

    Returns:
        An uncompiled model: (N, *input_shape) raw pixels 0–255 → (N, classes) probabilities. It has
        78,990,642 parameters at the defaults, 20,180 of them moving averages that are not trained. Training takes
        about 1.3 GB for weights, gradients and Adam's state.

    Example:
        >>> alexnet().count_params()
        78990642

    Reference: Krizhevsky, Sutskever and Hinton 2012, "ImageNet classification with deep convolutional neural
        networks", section 3.
    Taught in: notebooks/13.2
    """
    pool, pad = layers.MaxPooling2D, layers.ZeroPadding2D
    blocks: list[layers.Layer] = []
    # Filters, kernel, a rim of zeros before it, pooling after it.
    for filters, kernel, rim, pooled in (
        (96, 11, False, True),
        (256, 5, False, True),
        (512, 3, True, True),
        (1024, 3, True, False),
        (1024, 3, True, True),
    ):
        blocks += [pad(1)] if rim else []
        blocks += [layers.Conv2D(filters, kernel, padding="same"), layers.BatchNormalization(), layers.ReLU()]
        blocks += [pool(2)] if pooled else []
    blocks.append(layers.Flatten())
    for units in (3072, 4096):
        blocks += [layers.Dense(units), layers.BatchNormalization(), layers.ReLU(), layers.Dropout(0.5)]
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Rescaling(1 / 255),
            *blocks,
            # This form normalises the scores of the classes, too; 20 parameters and 20 averages come from there.
            layers.Dense(classes),
            layers.BatchNormalization(),
            layers.Softmax(dtype="float32"),
        ],
        name="alexnet",
    )


def alexnet_slim(classes: int = 10, input_shape: tuple[int, int, int] = (32, 32, 3)) -> keras.Model:
    """Build an AlexNet that a laptop can train: its layers in its order, narrower, with kernels fit for 32×32 pixels.

    Args:
        classes: how many classes to tell apart, 2 or more.
        input_shape: height, width, channels of an image; height and width of 8 or more.

    Returns:
        An uncompiled model: (N, *input_shape) raw pixels 0–255 → (N, classes) probabilities. It has
        546,538 parameters at the defaults, 704 of them moving averages that are not trained.

    Example:
        >>> alexnet_slim().count_params()
        546538

    Reference: Krizhevsky, Sutskever and Hinton 2012, "ImageNet classification with deep convolutional neural
        networks", section 3.5.
    Taught in: notebooks/13.2
    """
    blocks: list[layers.Layer] = []
    for filters, kernel, pooled in ((32, 5, True), (64, 3, True), (96, 3, False), (96, 3, False), (64, 3, True)):
        # A bias would be cancelled by the mean that the normalisation subtracts.
        blocks += [
            layers.Conv2D(filters, kernel, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
        ]
        blocks += [layers.MaxPooling2D(2)] if pooled else []
    blocks.append(layers.Flatten())
    for units in (256, 256):
        blocks += [layers.Dense(units, activation="relu"), layers.Dropout(0.5)]
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Rescaling(1 / 255),
            *blocks,
            layers.Dense(classes, activation="softmax", dtype="float32"),
        ],
        name="alexnet_slim",
    )
