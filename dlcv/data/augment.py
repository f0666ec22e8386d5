"""Augmentation: every time an image comes by, the network gets to see another version of it.

Keras preprocessing layers do the work. Where one of them does something else than a reader would expect, it is used in
the way that avoids it, and a comment says why (Keras 3.15 and TensorFlow 2.21; see also notebooks/10.4).

Taught in: notebooks/10.4
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import layers, ops

__all__ = ["FILLS", "Augmentation", "Shear", "augmentation", "augmented"]

FILLS = ("constant", "nearest", "reflect", "wrap")
# Each transform's seed has a place of its own, so that adding one leaves the draws of the others as they were.
_SLOTS = ("horizontal_flip", "vertical_flip", "contrast", "brightness", "rotation", "shear", "shift", "zoom")
_SMALLEST = 0.5


def augmentation(
    *,
    rotation: float = 0.0,
    shift: float | tuple[float, float] = (0.0, 0.0),
    shear: float = 0.0,
    zoom: float | tuple[float, float] = 0.0,
    horizontal_flip: bool = False,
    vertical_flip: bool = False,
    brightness: float = 0.0,
    contrast: float = 0.0,
    fill: str = "constant",
    fill_value: float = 0.0,
    seed: int = 42,
) -> Augmentation:
    """Make a layer that turns a batch of images into random versions of them; each image gets its own draw.

    Use it as `batches(…, augment=augmentation(…))`, or as a layer of a model. Like `Dropout`, it changes images
    only with `training=True`, which `batches` and `model.fit` say themselves. Call it yourself as
    `augment(images, training=True)`.

    Args:
        rotation: degrees, 0 to 180; images turn by −rotation to +rotation.
        shift: share of the height and of the width, or one share for both, 0 to 1: moved by −shift to +shift.
        shear: degrees, 0 to 45; upright lines lean by −shear to +shear, the row in the middle stays.
        zoom: a share below 1: things appear 1 − zoom to 1 + zoom times as large; or the (lowest, highest)
            size itself, such as (0.8, 1.0). The lowest size is 0.5.
        horizontal_flip: swap left and right in half of the images.
        vertical_flip: swap top and bottom in half of the images, drawn apart from the horizontal flip.
        brightness: share of 255, 0 to 1, which is added or taken away.
        contrast: share, 0 to 1; distances from each channel's mean grow or shrink by up to it.
        fill: what lies outside the picture: "constant" (`fill_value`), "nearest" (the edge goes on), "reflect"
            (a mirror at the edge), "wrap" (the opposite side comes in).
        fill_value: 0–255, for "constant".
        seed: a new layer with the same seed draws the same versions in the same order, over all epochs.

    Returns:
        A layer: (N, H, W, C) raw pixels 0–255 of any type → (N, H, W, C) float32, 0–255. With all amounts zero it
        only turns pixels into float32, so that a comparison can begin at nothing.

    Raises:
        ValueError: an amount is negative or too large, the fill is unknown, or what the layer gets is not a batch.

    Example:
        >>> augment = augmentation(rotation=15, shift=0.1, horizontal_flip=True, fill="reflect", seed=1)
        >>> augment(np.zeros((8, 64, 64, 3), np.uint8), training=True).shape
        TensorShape([8, 64, 64, 3])

    Reference: Krizhevsky, Sutskever and Hinton 2012, "ImageNet classification with deep convolutional neural
    networks", section 4.1. Taught in: notebooks/10.4
    """
    if fill not in FILLS:
        raise ValueError(f"fill is {fill!r}: it is one of {', '.join(FILLS)}")
    down, across = _pair(shift)
    for name, amount, highest, unit in (
        ("rotation", rotation, 180, "degrees"),
        # TensorFlow's "wrap" puts pixels in the wrong place from one picture's width less a pixel outside it.
        ("shift", down, 0.5 if fill == "wrap" else 1, 'of the height (with fill="wrap" half at most)'),
        ("shift", across, 0.5 if fill == "wrap" else 1, 'of the width (with fill="wrap" half at most)'),
        ("shear", shear, 45, "degrees"),
        ("brightness", brightness, 1, "of 255"),
        ("contrast", contrast, 1, "of the contrast"),
        ("fill_value", fill_value, 255, "(a pixel value)"),
    ):
        if not 0 <= amount <= highest:
            raise ValueError(f"{name} is {amount}: it must be from 0 to {highest} {unit}")
    smallest, largest = _sizes(zoom)
    keys = np.random.SeedSequence(seed).generate_state(len(_SLOTS)) >> 1  # signed 32 bits are what Keras keeps
    seeds = {slot: int(key) for slot, key in zip(_SLOTS, keys, strict=True)}
    # float32 under mixed precision, too: images are data, and the model's own first layers choose how to compute.
    plain: dict[str, Any] = {"dtype": "float32"}
    moved: dict[str, Any] = {"fill_mode": fill, "fill_value": float(fill_value), **plain}
    chain: list[keras.Layer] = []
    # Colours come first: after a turn the black corners would count in the mean, and `fill_value` would be changed.
    # Two layers for two flips: RandomFlip("horizontal_and_vertical") flips both ways or not at all.
    if horizontal_flip:
        chain.append(layers.RandomFlip("horizontal", seed=seeds["horizontal_flip"], **plain))
    if vertical_flip:
        chain.append(layers.RandomFlip("vertical", seed=seeds["vertical_flip"], **plain))
    if contrast:
        # Two bounds: with one number, RandomContrast draws from 1 to 1 + contrast, and never lowers the contrast.
        chain.append(layers.RandomContrast((contrast, contrast), seed=seeds["contrast"], **plain))
    if brightness:
        chain.append(layers.RandomBrightness(brightness, seed=seeds["brightness"], **plain))
    if rotation:
        chain.append(layers.RandomRotation(rotation / 360, seed=seeds["rotation"], **moved))
    if shear:
        chain.append(Shear(shear, seed=seeds["shear"], **moved))
    if down or across:
        chain.append(layers.RandomTranslation(down, across, seed=seeds["shift"], **moved))
    if (smallest, largest) != (1, 1):
        # RandomZoom counts how much of the scene is seen: 1 / size − 1, so that its positive numbers shrink things.
        bounds = (1 / largest - 1, 1 / smallest - 1)
        chain.append(layers.RandomZoom(bounds, seed=seeds["zoom"], **moved))
    return Augmentation(chain)


def _pair(shift: float | Sequence[float]) -> tuple[float, float]:
    if isinstance(shift, Sequence):
        if len(shift) != 2:
            raise ValueError(f"shift is {shift}: it is one share, or two, of the height and of the width")
        return float(shift[0]), float(shift[1])
    return float(shift), float(shift)


def _sizes(zoom: float | Sequence[float]) -> tuple[float, float]:
    """Return the lowest and the highest size that things get to; 1 is as large as they were."""
    if isinstance(zoom, Sequence):
        if len(zoom) != 2 or zoom[0] > zoom[1]:
            raise ValueError(f"zoom is {zoom}: as a pair it is the lowest and the highest size, such as (0.8, 1.2)")
        smallest, largest = float(zoom[0]), float(zoom[1])
    else:
        if zoom < 0:
            raise ValueError(f"zoom is {zoom}: it must not be negative; sizes run from 1 − zoom to 1 + zoom")
        smallest, largest = 1.0 - zoom, 1.0 + zoom
    if not smallest >= _SMALLEST:
        raise ValueError(
            f"zoom is {zoom}, which shrinks things to {smallest:g} times their size: the lowest is {_SMALLEST}, "
            "below it more than three quarters of the picture would be fill"
        )
    return smallest, largest


@keras.saving.register_keras_serializable("dlcv")
class Augmentation(layers.Layer):
    """What `augmentation` returns: the chosen layers, one after the other.

    A model that holds one is loaded after `import dlcv.data.augment`, which makes this class known to Keras. The seed
    is stored, but not how far the draws have come: a training that goes on begins with the first versions again.

    Attributes:
        transforms: the layers, in the order in which they are applied.

    Taught in: notebooks/10.4
    """

    def __init__(self, transforms: Sequence[keras.Layer], **kwargs: Any) -> None:
        kwargs.setdefault("dtype", "float32")
        super().__init__(**kwargs)
        self.transforms = list(transforms)
        self.supports_jit = all(layer.supports_jit for layer in self.transforms)

    # Keras's own layers take training=True for granted, so that `model(images)` would augment what it judges.
    def call(self, images: Any, training: bool | None = False) -> Any:
        """Return other versions of the images in training, and the same pixels, as float32, else."""
        if len(images.shape) != 4:
            raise ValueError(
                f"a batch of images has the shape (N, H, W, C), not {tuple(images.shape)}; "
                "make a batch of one image with image[None]"
            )
        images = ops.cast(images, "float32")
        for layer in self.transforms if training else ():
            images = layer(images, training=True)
        return images

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        for layer in self.transforms:
            layer.build(input_shape)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        serialised = [keras.saving.serialize_keras_object(layer) for layer in self.transforms]
        return {**super().get_config(), "transforms": serialised}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Augmentation:
        transforms = [keras.saving.deserialize_keras_object(layer) for layer in config.pop("transforms")]
        return cls(transforms, **config)


@keras.saving.register_keras_serializable("dlcv")
class Shear(layers.Layer):
    """Push the rows of an image sideways, in proportion to their distance from the row in the middle.

    Keras's `RandomShear` keeps the upper edge where it is instead, so that its images also wander off to a side.

    Args:
        angle: degrees below 90; upright lines lean by −angle to +angle.
        fill_mode: one of `FILLS`.
        fill_value: for "constant".
        seed: of the draws.

    Taught in: notebooks/10.4
    """

    def __init__(
        self, angle: float, *, fill_mode: str = "constant", fill_value: float = 0.0, seed: int = 42, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.bounds = (-angle, angle)
        self.angle, self.fill_mode, self.fill_value, self.seed = angle, fill_mode, fill_value, seed
        self.generator = keras.random.SeedGenerator(seed)
        self.supports_jit = False  # as of Keras's layers that move pixels

    def call(self, images: Any, training: bool | None = False) -> Any:
        if not training:
            return images
        lowest, highest = self.bounds
        shape = ops.shape(images)
        lean = ops.tan(keras.random.uniform((shape[0],), lowest, highest, seed=self.generator) * (math.pi / 180))
        middle = (ops.cast(shape[1], "float32") - 1) / 2
        one, zero = ops.ones_like(lean), ops.zeros_like(lean)
        # Which point of the old image comes to (x, y): (x + lean · (y − middle), y).
        matrices = ops.stack([one, lean, -lean * middle, zero, one, zero, zero, zero], axis=1)
        return ops.image.affine_transform(
            images, matrices, interpolation="bilinear", fill_mode=self.fill_mode, fill_value=self.fill_value
        )

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        mine = {name: getattr(self, name) for name in ("angle", "fill_mode", "fill_value", "seed")}
        return {**super().get_config(), **mine}


def augmented(augment: Callable[..., Any], images: Any) -> Any:
    """Apply a Keras layer or a plain function to a batch of images, as in training.

    Args:
        augment: a layer, or a function of the images; `training=True` is said to what knows the word.
        images: (N, H, W, C).

    Returns:
        What `augment` returned.

    Taught in: notebooks/10.4
    """
    takes_training = "training" in inspect.signature(getattr(augment, "call", augment)).parameters
    return augment(images, training=True) if takes_training else augment(images)
