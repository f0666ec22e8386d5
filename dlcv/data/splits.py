"""A split of a data set, in memory or as files on disk, and the choice of images from one."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from dlcv.errors import DataError

__all__ = ["ArraySplit", "FileSplit", "Split", "Undecodable", "choose_evenly", "choose_stratified", "decode"]

MAX_UNDECODABLE = 0.01
_CHUNK = 256


@dataclass
class Undecodable:
    """The images of a split that could not be decoded, gathered as they are met.

    Attributes:
        total: images in the split as it lies on disk.
        cure: what to do when there are too many.
        files: those met so far, as shown to the reader.
    """

    total: int
    cure: str
    files: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, shown: str) -> None:
        """List one more; raise `DataError` once they are more than 1 % of the split."""
        with self._lock:
            if shown in self.files:
                return
            self.files.add(shown)
            count = len(self.files)
        if count > MAX_UNDECODABLE * self.total:
            some = ", ".join(sorted(self.files)[:5])
            raise DataError(
                f"{count} of {self.total:,} images do not decode, more than 1 % ({some}{', …' if count > 5 else ''}). "
                f"{self.cure}"
            )
        print(f"skipped {shown}: it does not decode as an image")


def resize(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resize an image (height, width, channels) to `size` (height, width); area-averaged where it shrinks."""
    import cv2

    height, width = size
    if image.shape[:2] == (height, width):
        return image
    shrinks = height <= image.shape[0] and width <= image.shape[1]
    resized = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    return resized.reshape(height, width, image.shape[2])  # OpenCV drops a channel axis of one


def decode(path: str | os.PathLike, image_shape: tuple[int, int, int]) -> np.ndarray | None:
    """Read an image file.

    Args:
        path: a JPEG, PNG, BMP, PPM, TIFF or WebP file.
        image_shape: height, width, channels (1 grey, 3 RGB) of the result.

    Returns:
        uint8 of `image_shape`, or None where the file does not decode whole.
    """
    import cv2

    try:
        data = Path(path).read_bytes()
    except OSError:
        return None
    # OpenCV fills the missing part of a truncated JPEG with grey and calls it a success.
    if data[:2] == b"\xff\xd8" and data.rfind(b"\xff\xd9") < 2:
        return None
    grey = image_shape[2] == 1
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE if grey else cv2.IMREAD_COLOR)
    except cv2.error:  # an empty file
        return None
    if image is None:
        return None
    if not grey:
        image = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
    return resize(image.reshape(*image.shape[:2], image_shape[2]), image_shape[:2])


@dataclass(eq=False)
class ArraySplit:
    """Images in memory.

    Attributes:
        images: uint8, N×H×W×C.
        labels: int64, N.
    """

    images: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        return self.images.shape[1:]

    def take(self, indices: np.ndarray) -> ArraySplit:
        return ArraySplit(self.images[indices], self.labels[indices])

    def resized(self, size: tuple[int, int]) -> ArraySplit:
        if self.image_shape[:2] == size:
            return self
        images = np.empty((len(self), *size, self.image_shape[2]), np.uint8)
        for target, image in zip(images, self.images, strict=True):
            target[:] = resize(image, size)
        return ArraySplit(images, self.labels)

    def in_memory(self) -> ArraySplit:
        return self


@dataclass(eq=False)
class FileSplit:
    """Images as files on disk, decoded when they are asked for.

    Attributes:
        root: the data set's folder.
        paths: N paths relative to `root`.
        labels: int64, N.
        image_shape: what every image is decoded to.
        undecodable: where images that do not decode are listed.
    """

    root: Path
    paths: Sequence[str]
    labels: np.ndarray
    image_shape: tuple[int, int, int]
    undecodable: Undecodable
    _arrays: ArraySplit | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, indices: np.ndarray) -> FileSplit:
        paths = [self.paths[index] for index in indices]
        return FileSplit(self.root, paths, self.labels[indices], self.image_shape, self.undecodable)

    def resized(self, size: tuple[int, int]) -> FileSplit:
        return FileSplit(self.root, self.paths, self.labels, (*size, self.image_shape[2]), self.undecodable)

    def read(self, indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Decode the images of `indices`; those that do not decode are listed and left out."""
        images = np.empty((len(indices), *self.image_shape), np.uint8)
        kept = []
        for index in indices:
            image = decode(self.root / self.paths[index], self.image_shape)
            if image is None:
                self.undecodable.add(f"{self.root.name}/{self.paths[index]}")
            else:
                images[len(kept)] = image
                kept.append(index)
        return images[: len(kept)], self.labels[np.asarray(kept, np.int64)]

    def in_memory(self) -> ArraySplit:
        """Decode all of them, in threads (OpenCV lets go of Python's lock), and keep the result."""
        if self._arrays is None:
            chunks = [np.arange(start, min(start + _CHUNK, len(self))) for start in range(0, len(self), _CHUNK)]
            with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
                parts = list(pool.map(self.read, chunks))
            empty = np.empty((0, *self.image_shape), np.uint8)
            images = np.concatenate([part[0] for part in parts] or [empty])
            labels = np.concatenate([part[1] for part in parts] or [self.labels])
            self._arrays = ArraySplit(images, labels)
        return self._arrays


Split = ArraySplit | FileSplit


def _pick(labels: np.ndarray, quota: np.ndarray, seed: int) -> np.ndarray:
    """Choose `quota[c]` indices of every class c by the seed; they come back in ascending order."""
    rng = np.random.default_rng(seed)
    chosen = [rng.permutation(np.flatnonzero(labels == c))[:count] for c, count in enumerate(quota)]
    return np.sort(np.concatenate(chosen)) if chosen else np.empty(0, np.int64)


def choose_evenly(labels: np.ndarray, total: int, seed: int) -> np.ndarray:
    """Choose at most `total` images, the same number of every class as far as there are that many.

    Args:
        labels: int, N.
        total: images wanted, at least 0.
        seed: the same seed chooses the same images.

    Returns:
        Indices, ascending.
    """
    counts = np.bincount(labels) if len(labels) else np.zeros(0, np.int64)
    total = min(total, len(labels))
    # The highest level to which all classes can be filled; those that have fewer leave their share to the others.
    levels = np.minimum(counts[:, np.newaxis], np.arange(counts.max(initial=0) + 1)).sum(axis=0)
    level = int(np.searchsorted(levels, total, side="right")) - 1
    quota = np.minimum(counts, level)
    quota[np.flatnonzero(counts > level)[: total - int(quota.sum())]] += 1
    return _pick(labels, quota, seed)


def choose_stratified(labels: np.ndarray, total: int, seed: int) -> np.ndarray:
    """Choose exactly `total` images, every class in its own proportion (largest remainders).

    Args:
        labels: int, N.
        total: images wanted, 0 to N.
        seed: the same seed chooses the same images.

    Returns:
        Indices, ascending.
    """
    counts = np.bincount(labels) if len(labels) else np.zeros(0, np.int64)
    exact = counts * (total / max(1, len(labels)))
    quota = np.floor(exact).astype(np.int64)
    largest = np.argsort(-(exact - quota), kind="stable")[: total - int(quota.sum())]
    quota[largest] += 1
    return _pick(labels, quota, seed)
