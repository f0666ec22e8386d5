"""From a split to batches that train a model: the one place with shuffling, batching, caching and augmentation.

Images in memory are gathered by index: to shuffle an epoch moves eight bytes an image, not the image. Images on disk
are decoded batch by batch in the background: memory holds a few batches, however many files there are.
"""

from __future__ import annotations

import math
import warnings
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from dlcv.data.augment import augmentation, augmented
from dlcv.data.dataset import Dataset
from dlcv.data.splits import ArraySplit, FileSplit, Split

__all__ = ["augmentation", "batches", "images"]

# Keras warns that `fit` does not shuffle a tf.data.Dataset, even where the pipeline has shuffled it.
warnings.filterwarnings("ignore", r"`shuffle=True` was passed, but will be ignored since the data `x` was .*tf\.data")
# The length of a stream from files is unknown, since some may not decode, and Keras up to 3.15 takes the end of its
# first epoch for a shortage: https://github.com/keras-team/keras/pull/23360
warnings.filterwarnings("ignore", r"Your input ran out of data; interrupting training", module=r"keras\.")

_DECODE = 64
_SHUFFLE_BUFFER = 10_000
_HANDLE = "_dlcv_split"
_held: weakref.WeakKeyDictionary[ArraySplit, tuple[tf.Tensor, tf.Tensor]] = weakref.WeakKeyDictionary()


def images(split: Split) -> tf.data.Dataset:
    """Stream a split image by image.

    Args:
        split: images in memory or on disk.

    Returns:
        `tf.data.Dataset` of (uint8 H×W×C, int64 label), in the split's own order.
    """
    if isinstance(split, ArraySplit):
        dataset = tf.data.Dataset.from_tensor_slices(_tensors(split))
    else:
        dataset = _read(_blocks(len(split), _DECODE), split).unbatch()
    # `batches` finds its way back to the split, and does not have to shuffle image by image.
    setattr(dataset, _HANDLE, split)
    return dataset


def batches(
    dataset: Dataset | tf.data.Dataset | tuple[np.ndarray, np.ndarray],
    batch_size: int,
    *,
    shuffle: bool = False,
    seed: int = 42,
    cache: bool = False,
    augment: Callable[..., Any] | None = None,
    drop_remainder: bool = False,
) -> tf.data.Dataset:
    """Make batches for `model.fit`, `evaluate` and `predict`, prepared in the background.

    Args:
        dataset: `digits.train` and its like, a loaded data set (its training split is meant), a pair of arrays
            (images, labels), or any other `tf.data.Dataset` of single (image, label) pairs.
        batch_size: images in a batch, at least 1.
        shuffle: reshuffle before every epoch. All images of a split are shuffled; another `tf.data.Dataset` is
            shuffled in a window of 10,000.
        seed: the same seed gives the same order, epoch by epoch (under the same `keras.utils.set_random_seed`).
        cache: keep decoded images in memory after they were first read. For files on disk that fit.
        augment: `augmentation(…)`, another Keras layer, or a function of a batch of images; called with
            `training=True`. Labels stay as they are. For training only: never for validation or test images.
        drop_remainder: leave out a last, smaller batch.

    Returns:
        `tf.data.Dataset` of (images, labels): uint8 B×H×W×C, or what `augment` returns, and int64 B.

    Example:
        >>> train = batches(digits.train, 128, shuffle=True, seed=42)  # doctest: +SKIP
        >>> model.fit(train, validation_data=batches(digits.validation, 256))  # doctest: +SKIP

    Reference: https://www.tensorflow.org/guide/data_performance

    Taught in: notebooks/08.2
    """
    if batch_size < 1:
        raise ValueError(f"batch_size is {batch_size}: it must be at least 1")
    split = _split(dataset)
    if split is None:
        stream = dataset.cache() if cache else dataset
        if shuffle:
            stream = stream.shuffle(_SHUFFLE_BUFFER, seed=seed, reshuffle_each_iteration=True)
        stream = stream.batch(batch_size, drop_remainder=drop_remainder)
    else:
        if cache:
            split = split.in_memory()
        indices = _blocks(len(split), batch_size, seed if shuffle else None, drop_remainder)
        stream = _read(indices, split)
        if isinstance(split, FileSplit):  # images that do not decode leave gaps
            stream = stream.rebatch(batch_size, drop_remainder=drop_remainder)
    if augment is not None:
        # One batch after the other: layers draw from a generator whose state would depend on who comes first.
        stream = stream.map(lambda held, labels: (augmented(augment, held), labels))
    return stream.prefetch(tf.data.AUTOTUNE)


def _split(dataset: Any) -> Split | None:
    if isinstance(dataset, Dataset):
        return dataset.split("train")
    if isinstance(dataset, tuple):
        held, labels = dataset
        return ArraySplit(np.asarray(held), np.asarray(labels, np.int64))
    return getattr(dataset, _HANDLE, None)


def _tensors(split: ArraySplit) -> tuple[tf.Tensor, tf.Tensor]:
    """Return a split as tensors; made once, however many pipelines draw from it."""
    if split not in _held:
        with tf.device("CPU:0"):  # a data set does not belong in the accelerator's memory
            _held[split] = tf.constant(split.images), tf.constant(split.labels)
    return _held[split]


def _blocks(count: int, size: int, seed: int | None = None, drop_remainder: bool = False) -> tf.data.Dataset:
    """Stream the indices 0 … count-1 in blocks; with a seed, in a new order at every epoch."""
    number = count // size if drop_remainder else math.ceil(count / size)
    order = tf.range(count, dtype=tf.int64)

    def block(order: tf.Tensor) -> tf.data.Dataset:
        return tf.data.Dataset.range(number).map(lambda step: order[step * size : (step + 1) * size])

    if seed is None:
        stream = block(order)
    else:
        epochs = tf.data.Dataset.random(seed=seed, rerandomize_each_iteration=True).take(1)
        stream = epochs.map(lambda draw: tf.random.experimental.stateless_shuffle(order, [draw, seed])).flat_map(block)
    return stream.apply(tf.data.experimental.assert_cardinality(number))


def _read(indices: tf.data.Dataset, split: Split) -> tf.data.Dataset:
    """Turn blocks of indices into blocks of (images, labels)."""
    if isinstance(split, ArraySplit):
        held, labels = _tensors(split)

        def read(block: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            return tf.gather(held, block), tf.gather(labels, block)

    else:

        def read(block: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            decoded, labels = tf.numpy_function(split.read, [block], (tf.uint8, tf.int64), stateful=False)
            return tf.ensure_shape(decoded, (None, *split.image_shape)), tf.ensure_shape(labels, (None,))

    return indices.map(read, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
