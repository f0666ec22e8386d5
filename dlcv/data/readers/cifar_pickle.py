"""CIFAR-10's "python version": pickled batches of flattened images, read without running what a pickle may contain.

Reference: https://www.cs.toronto.edu/~kriz/cifar.html ("Dataset layout").
"""

from __future__ import annotations

import io
import pickle
import re
from pathlib import Path
from typing import Any

import numpy as np

from dlcv.data.catalogue import DatasetInfo
from dlcv.data.readers.found import Found, array_split, broken, cure, looks_like_html, walk
from dlcv.data.splits import ArraySplit
from dlcv.errors import DataError

__all__ = ["LAYOUT", "check", "contents", "find", "read"]

LAYOUT = "the pickled batches (data_batch_1 … data_batch_5, test_batch)"
_NAME = re.compile(r"data_batch_[1-5]|test_batch")
_BATCHES = (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch")
# What a pickled NumPy array of bytes needs, and nothing that can do harm.
_ALLOWED = {
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("_codecs", "encode"),
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which no batch of images needs")
        return super().find_class(module, name)


def find(folder: Path, info: DatasetInfo) -> Found | None:
    """List the batches, in the folder that has the most of them."""
    best: dict[tuple, Path] = {}
    for parent, _, names in walk(folder):
        batches = {(name,): parent / name for name in names if _NAME.fullmatch(name)}
        if len(batches) > len(best):
            best = batches
    return Found("cifar_pickle", folder, best) if best else None


def check(found: Found, info: DatasetInfo) -> None:
    """See that all six batches are there and begin like pickles."""
    missing = [batch for batch in _BATCHES if (batch,) not in found.files]
    if missing:
        raise DataError(f"{found.root.name}/ lacks {', '.join(missing)}. {cure(info)}")
    for path in found.files.values():
        with path.open("rb") as file:
            head = file.read(512)
        if looks_like_html(head):
            raise broken(found.root, path, "is a web page, not data: the server answered with a page", info)
        if not head:
            raise broken(found.root, path, "is empty", info)


def read(found: Found, info: DatasetInfo) -> dict[str, ArraySplit]:
    """Read the five training batches as one split, and the test batch."""
    check(found, info)
    splits = {batch: _read_batch(found.files[(batch,)], found.root, info) for batch in _BATCHES}
    train = [splits[batch] for batch in _BATCHES[:-1]]
    return {
        "train": ArraySplit(
            np.concatenate([split.images for split in train]), np.concatenate([split.labels for split in train])
        ),
        "test": splits["test_batch"],
    }


def contents(path: Path) -> tuple[str, bytes]:
    """Return the name and the bytes that a published hash is about."""
    return path.name, path.read_bytes()


def _read_batch(path: Path, root: Path, info: DatasetInfo) -> ArraySplit:
    try:
        batch = _Unpickler(io.BytesIO(path.read_bytes()), encoding="bytes").load()
    except pickle.UnpicklingError as error:
        raise broken(root, path, f"is not a batch of images: {error}", info) from None
    except Exception as error:  # a broken pickle can raise nearly anything
        raise broken(root, path, f"is truncated or corrupt ({type(error).__name__}: {error})", info) from None
    batch = {_text(key): value for key, value in batch.items()} if isinstance(batch, dict) else {}
    data, labels = batch.get("data"), batch.get("labels")
    height, width, channels = info.image_shape
    if not isinstance(data, np.ndarray) or data.ndim != 2 or data.shape[1] != height * width * channels:
        raise broken(root, path, f"holds no `data` array of N×{height * width * channels}", info)
    if not isinstance(labels, list) or not all(isinstance(label, int) for label in labels):
        raise broken(root, path, "holds no list of `labels`", info)
    # A row is the red plane, then the green, then the blue.
    images = np.ascontiguousarray(data.reshape(-1, channels, height, width).transpose(0, 2, 3, 1))
    return array_split(images, np.asarray(labels, np.int64), info, root, path, path)


def _text(key: Any) -> Any:
    return key.decode("latin1") if isinstance(key, bytes) else key
