"""Small data sets in every layout, written without any of the library's code."""

from __future__ import annotations

import gzip
import pickle
import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

TRAIN, TEST = 120, 40


def idx_bytes(array: np.ndarray) -> bytes:
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.astype(np.uint8).tobytes()


def digits(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (count, 28, 28), dtype=np.uint8), (np.arange(count) % 10).astype(np.uint8)


def write_idx_set(folder: Path, *, packed: bool = True, name: str = "{split}-{kind}-idx{rank}-ubyte") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for split, count, seed in (("train", TRAIN, 1), ("t10k", TEST, 2)):
        images, labels = digits(count, seed)
        for kind, array, rank in (("images", images, 3), ("labels", labels, 1)):
            path = folder / (name.format(split=split, kind=kind, rank=rank) + (".gz" if packed else ""))
            data = idx_bytes(array)
            path.write_bytes(gzip.compress(data, 1, mtime=0) if packed else data)
    return folder


def write_npz(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    x_train, y_train = digits(TRAIN, 1)
    x_test, y_test = digits(TEST, 2)
    np.savez(path, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
    return path


def write_pickles(folder: Path, count: int = 20) -> dict[str, tuple[np.ndarray, list[int]]]:
    """Write CIFAR-10's batches; return the images N×32×32×3 and labels of each."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(3)
    made = {}
    for name in [f"data_batch_{number}" for number in range(1, 6)] + ["test_batch"]:
        images = rng.integers(0, 256, (count, 32, 32, 3), dtype=np.uint8)
        labels = [index % 10 for index in range(count)]
        planes = np.stack([np.concatenate([image[..., c].ravel() for c in range(3)]) for image in images])
        (folder / name).write_bytes(pickle.dumps({b"batch_label": b"x", b"labels": labels, b"data": planes}, 2))
        made[name] = (images, labels)
    return made


def write_class_folders(
    folder: Path, classes: Sequence[str], *, train: str = "train", test: str = "test", count: int = 6, form: str = "jpg"
) -> Path:
    rng = np.random.default_rng(4)
    for split, images in ((train, count), (test, 2)):
        for label, name in enumerate(classes):
            target = folder / split / name
            target.mkdir(parents=True, exist_ok=True)
            for index in range(images):
                pixels = np.full((32, 32, 3), 20 * label % 240, np.uint8) + rng.integers(
                    0, 9, (32, 32, 3), dtype=np.uint8
                )
                Image.fromarray(pixels).save(target / f"{index:04}.{form}")
    return folder
