"""A loaded data set: its splits as tf.data and as NumPy arrays, and what is to be known about it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from dlcv.data.catalogue import DatasetInfo
from dlcv.data.splits import Split
from dlcv.errors import DataError, unknown

if TYPE_CHECKING:
    import tensorflow as tf

__all__ = ["SPLITS", "Dataset"]

SPLITS = ("train", "validation", "test")


class Dataset:
    """Images and labels in three splits.

    Args:
        info: the data set's row in the catalogue.
        splits: "train", "validation" and "test".
        source: "local", "download" or "sample".

    Attributes:
        name: the name it was loaded by.
        title: the name that its authors gave it.
        class_names: the classes; a label is an index into it.
        image_shape: height, width, channels.
        source: "local", "download", or "sample" where these are stand-ins that were generated.
        licence: the licence of the real data.
        train, validation, test: `tf.data.Dataset` of (uint8 image, int64 label), one by one; pass them to
            `dlcv.data.pipeline.batches`. They are built when first used.

    Example:
        >>> digits = dlcv.data.load("mnist")  # doctest: +SKIP
        >>> images, labels = digits.arrays("test")  # doctest: +SKIP

    Taught in: notebooks/01.1
    """

    def __init__(self, info: DatasetInfo, splits: Mapping[str, Split], source: str) -> None:
        self.info = info
        self.name = info.name
        self.title = info.title
        self.class_names = list(info.class_names)
        self.licence = info.licence
        self.source = source
        self._splits = dict(splits)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        return tuple(self._splits["train"].image_shape)

    def split(self, split: str) -> Split:
        """Return a split as it is held: arrays in memory, or files on disk."""
        if split not in self._splits:
            raise DataError(unknown("split", split, SPLITS))
        return self._splits[split]

    def size(self, split: str) -> int:
        """Return the number of images in a split: "train", "validation" or "test"."""
        return len(self.split(split))

    def arrays(self, split: str) -> tuple[np.ndarray, np.ndarray]:
        """Return a split as NumPy arrays.

        Args:
            split: "train", "validation" or "test".

        Returns:
            images: uint8, N×H×W×C, values 0 to 255; labels: int64, N. Images that lie as files on disk are decoded at
            the first call and kept; those that do not decode are left out.

        Raises:
            DataError: there is no such split, or more than 1 % of its images do not decode.

        Taught in: notebooks/08.2
        """
        held = self.split(split).in_memory()
        return held.images, held.labels

    @cached_property
    def train(self) -> tf.data.Dataset:
        return self._stream("train")

    @cached_property
    def validation(self) -> tf.data.Dataset:
        return self._stream("validation")

    @cached_property
    def test(self) -> tf.data.Dataset:
        return self._stream("test")

    def _stream(self, split: str) -> tf.data.Dataset:
        from dlcv.data import pipeline

        return pipeline.images(self.split(split))

    def summary(self) -> str:
        """Word source, sizes and shape in one line."""
        sizes = " / ".join(f"{self.size(split):,} {split}" for split in SPLITS)
        shape = "×".join(map(str, self.image_shape))
        return f"{self.name}: {self.source}, {sizes} images of {shape}, {len(self.class_names)} classes"

    def __repr__(self) -> str:
        return f"<Dataset {self.summary()}>"
