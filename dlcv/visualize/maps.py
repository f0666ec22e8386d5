"""What the convolutions of a network hand on: one map a filter.

Taught in: notebooks/09.3
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlcv.visualize.copies import batch_of, copied, layer_of

if TYPE_CHECKING:
    import keras

__all__ = ["convolutions", "feature_maps", "is_convolution"]


def is_convolution(layer: keras.layers.Layer) -> bool:
    """Say whether a layer is a convolution of images, of whatever kind."""
    from keras import layers

    kinds = (layers.Conv2D, layers.DepthwiseConv2D, layers.SeparableConv2D, layers.Conv2DTranspose)
    return isinstance(layer, kinds)


def convolutions(model: keras.Model) -> list[str]:
    """Return the names of the convolution layers, in the order of the layers.

    Those inside a nested model are not among them.

    Example:
        >>> convolutions(dlcv.zoo.load("mnist_cnn"))  # doctest: +SKIP
        ['conv2d', 'conv2d_1']

    Taught in: notebooks/09.3
    """
    return [layer.name for layer in model.layers if is_convolution(layer)]


def feature_maps(
    model: keras.Model, image: ArrayLike, layer: str | None = None
) -> NDArray[np.float32] | dict[str, NDArray[np.float32]]:
    """Return what a layer makes of an image: a map a filter.

    Args:
        model: any Sequential or functional model of one image input.
        image: (H, W, C) raw pixels as the model takes them, 0–255.
        layer: any layer that gives maps, such as a convolution, a ReLU or a pooling; all convolutions by default.

    Returns:
        (h, w, filters) of `layer`, with its activation; without a layer a dictionary, convolution → such an array.

    Raises:
        ValueError: there is no such layer, it gives no maps, or the image's shape does not fit.

    Example:
        >>> {name: maps.shape for name, maps in feature_maps(model, x_test[0]).items()}  # doctest: +SKIP
        {'conv2d': (26, 26, 32), 'conv2d_1': (24, 24, 64)}

    Taught in: notebooks/09.3
    """
    import keras

    copy = copied(model, scores=False)
    names = convolutions(copy) if layer is None else [layer]
    if not names:
        raise ValueError("the model has no convolution of its own: name a layer")
    outputs = {name: layer_of(copy, name).output for name in names}
    for name, output in outputs.items():
        if len(output.shape) != 4:
            raise ValueError(f"the layer {name!r} gives {tuple(output.shape)}, and maps have four dimensions")
    values = keras.Model(copy.inputs, outputs)([batch_of(model, image)], training=False)
    maps = {name: np.asarray(values[name][0], np.float32) for name in names}
    return maps if layer is None else maps[layer]
