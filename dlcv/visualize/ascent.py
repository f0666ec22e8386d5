"""Images that make a class, a unit or a filter respond most, by gradient ascent on the pixels.

tf-keras-vis has `ActivationMaximization` for this. It is not used here, since it rolls the image at every step and
never back, so that the picture wanders; keeps pixels within 0–255 only at the very end, so that the image which it
returns is not the one that it improved; and takes its randomness from NumPy's global generator.

Taught in: notebooks/09.1, notebooks/09.3
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlcv.visualize.copies import activated, batch_of, copied, direction_of, truncated

if TYPE_CHECKING:
    import keras

__all__ = ["filter_patterns", "visualize_activation"]

_GREY = 127.5
_SPREAD = 8.0  # of the noise that a grey image starts with, in grey levels
_STRIDE = 16.0  # how far a pixel moves in the first step, in grey levels; it falls to 0
_AT_ONCE = 16  # images in one batch
# What a response below 0 counts. With 1 the light and dark sides of an edge would cancel out in the mean over all
# positions, and a flat image would win; with 0, as in a ReLU, a filter that is silent everywhere gives no direction.
_LEAK = 0.1
_TINY = 1e-12  # where there is no slope at all


def _grey_start(count: int, shape: tuple[int, ...], seed: int) -> NDArray[np.float32]:
    # The same noise for all, whatever their number: each filter's image depends on the filter and the seed alone.
    noise = np.random.default_rng(seed).normal(_GREY, _SPREAD, shape)
    return np.repeat(noise.clip(0, 255).astype(np.float32)[np.newaxis], count, axis=0)


def _ascend(
    network: keras.Model,
    images: NDArray[np.float32],
    directions: NDArray[np.float32],
    *,
    steps: int,
    seed: int,
    inner: bool,
    total_variation: float = 0.0,
    norm: float = 0.0,
    jitter: int = 0,
) -> NDArray[np.float32]:
    """Walk images uphill, each on its own way.

    Args:
        network: a copy that ends with the layer whose response is to grow.
        images: (N, H, W, C), where to begin.
        directions: (N, units), for each image what its outputs are multiplied by.
        inner: whether the network ends with a layer inside the model, whose responses below 0 count little.

    Returns:
        (N, H, W, C), 0–255.
    """
    import tensorflow as tf

    if steps < 1:
        raise ValueError(f"steps is a number of steps, 1 or more, not {steps}")
    if jitter < 0:
        raise ValueError(f"jitter is a number of pixels, 0 or more, not {jitter}")

    @tf.function(reduce_retracing=True)
    def step(pixels: tf.Tensor, wanted: tf.Tensor, shift: tf.Tensor, stride: tf.Tensor) -> tf.Tensor:
        moved = tf.roll(pixels, shift, axis=[1, 2])
        with tf.GradientTape() as tape:
            tape.watch(moved)
            outputs = network([moved], training=False)
            if inner:
                outputs = tf.nn.leaky_relu(outputs, _LEAK)
            responses = tf.reduce_mean(outputs, axis=list(range(1, len(outputs.shape) - 1)))
            score = tf.reduce_sum(responses * wanted)
        uphill = tape.gradient(score, moved)
        # Brought to length 1 (root mean square), so that the penalties mean the same whatever the scale of the scores.
        uphill /= tf.sqrt(tf.reduce_mean(tf.square(uphill), axis=[1, 2, 3], keepdims=True)) + _TINY
        shares = moved / 255
        with tf.GradientTape() as tape:
            tape.watch(shares)
            rough = tf.reduce_sum(tf.image.total_variation(shares))
            bright = tf.reduce_sum(tf.square(shares))
            penalty = total_variation * rough + norm * bright
        uphill -= tape.gradient(penalty, shares)
        return tf.roll(tf.clip_by_value(moved + stride * uphill, 0, 255), -shift, axis=[1, 2])

    random = np.random.default_rng([seed, 1])  # apart from the noise of the start
    shifts = random.integers(-jitter, jitter, size=(steps, 2), endpoint=True, dtype=np.int32)
    strides = (_STRIDE * (1 - np.arange(steps) / steps)).astype(np.float32)
    finished = []
    for first in range(0, len(images), _AT_ONCE):
        pixels = tf.constant(images[first : first + _AT_ONCE])
        wanted = tf.constant(directions[first : first + _AT_ONCE])
        for shift, stride in zip(shifts, strides, strict=True):
            pixels = step(pixels, wanted, tf.constant(shift), tf.constant(stride))
        finished.append(pixels.numpy())
    return np.concatenate(finished)


def _up_to(model: keras.Model, layer: str) -> keras.Model:
    """Return a copy that ends with what `layer` responds, normalised but before its activation."""
    last = activated(copied(model), layer).name
    return truncated(copied(model, without_activation=last), last)


def _resized(network: keras.Model, shape: tuple[int, ...], layer: str) -> keras.Model:
    """Return the network for images of another size, with the same weights."""
    import keras

    try:
        other = keras.models.clone_model(network, input_tensors=[keras.Input(shape)])
        other.set_weights(network.get_weights())
    except ValueError as error:
        raise ValueError(f"the layer {layer!r} cannot work on images of {shape[0]}×{shape[1]}: {error}") from error
    return other


def visualize_activation(
    model: keras.Model,
    target: int,
    *,
    layer: str | None = None,
    steps: int = 100,
    start: ArrayLike | None = None,
    seed: int = 0,
    total_variation: float = 0.2,
    norm: float = 0.1,
    jitter: int = 2,
) -> NDArray[np.float32]:
    """Make the image that a class, unit or filter responds to most (activation maximisation).

    From a grey image, or from `start`, it walks uphill. Each step goes along

        slope of the score − total_variation · slope of Σ |difference of neighbours| − norm · slope of Σ pixel²

    where the first is brought to length 1 (root mean square over the pixels) and the penalties count pixels from 0 to
    1. The score is that before a softmax or sigmoid; of a layer inside the network, that before its own activation,
    since a ReLU that says 0 gives no direction.

    Args:
        model: any Sequential or functional model of one image input that takes raw pixels, 0–255.
        target: the class; or the unit or filter of `layer`. With a single sigmoid unit 0 and 1 are the two classes.
        layer: the layer whose unit or filter is meant; the model's output by default.
        steps: how many steps to walk; they get shorter on the way.
        start: (H, W, C) raw pixels to begin with; grey with a little noise by default.
        seed: of the noise and the jitter.
        total_variation: how much to punish roughness.
        norm: how much to punish brightness.
        jitter: move the image by up to so many pixels before each step, and back after it.

    Returns:
        (H, W, C), 0–255.

    Raises:
        ValueError: the model, the target, the layer or the shape of `start` does not fit.

    Example:
        >>> image = visualize_activation(dlcv.zoo.load("mnist_cnn"), target=3)  # doctest: +SKIP

    Reference: Simonyan et al. 2014, "Deep inside convolutional networks", section 2; Mahendran and Vedaldi 2016,
        "Visualizing deep convolutional neural networks using natural pre-images" (total variation and jitter).
    Taught in: notebooks/09.1
    """
    part = copied(model) if layer is None else _up_to(model, layer)
    direction = direction_of(part, target, final=layer is None)
    shape = tuple(part.inputs[0].shape[1:])
    if start is not None:
        images = batch_of(model, start).clip(0, 255)
    elif None in shape:
        raise ValueError(f"the model takes images of any size, {shape}: give `start` an image of the size you want")
    else:
        images = _grey_start(1, shape, seed)
    return _ascend(
        part,
        images,
        direction[np.newaxis],
        steps=steps,
        seed=seed,
        inner=layer is not None,
        total_variation=total_variation,
        norm=norm,
        jitter=jitter,
    )[0]


def filter_patterns(
    model: keras.Model,
    layer: str,
    filters: Sequence[int] | None = None,
    *,
    steps: int = 40,
    size: int | tuple[int, int] | None = None,
    seed: int = 0,
) -> NDArray[np.float32]:
    """Make for each filter of a convolution the image that it responds to most, on average over all positions.

    Args:
        model: any Sequential or functional model of one image input that takes raw pixels, 0–255.
        layer: a convolution, or another layer that gives maps. Its response is that before its own activation. What
            lies below 0 counts a tenth, so that a position that is silent leads uphill, too.
        filters: which ones; all by default.
        steps: how many steps to walk uphill.
        size: the side of the images in pixels, or (height, width); the model's own by default.
        seed: of the noise that the images start with.

    Returns:
        (n, H, W, C), 0–255, in the order of `filters`.

    Raises:
        ValueError: there is no such layer or filter, or the images are too small for the layer.

    Example:
        >>> patterns = filter_patterns(dlcv.zoo.load("cifar10"), "conv2d_3", range(16))  # doctest: +SKIP

    Reference: Erhan et al. 2009, "Visualizing higher-layer features of a deep network".
    Taught in: notebooks/09.3
    """
    part = _up_to(model, layer)
    if len(part.output_shape) != 4:
        raise ValueError(f"the layer {layer!r} gives {part.output_shape}: for a unit of it use visualize_activation")
    chosen = range(part.output_shape[-1]) if filters is None else list(filters)
    if not len(chosen):
        raise ValueError("there is no filter to draw: `filters` is empty")
    directions = np.stack([direction_of(part, number, final=False) for number in chosen])
    height, width, channels = part.inputs[0].shape[1:]
    if size is not None:
        height, width = (size, size) if isinstance(size, int) else size
        part = _resized(part, (height, width, channels), layer)
    if None in (height, width):
        raise ValueError("the model takes images of any size: say which with `size`")
    return _ascend(
        part,
        _grey_start(len(chosen), (height, width, channels), seed),
        directions,
        steps=steps,
        seed=seed,
        inner=True,
    )
