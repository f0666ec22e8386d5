"""What the readers share: the files they found, and the wording of their complaints."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dlcv.data.catalogue import DatasetInfo
from dlcv.data.splits import ArraySplit
from dlcv.errors import DataError

__all__ = ["Found", "array_split", "broken", "cure", "is_empty", "looks_like_html", "walk"]

_JUNK = {"__MACOSX", "desktop.ini", "Thumbs.db"}
MAX_DEPTH = 8


@dataclass(frozen=True)
class Found:
    """Files of one format.

    Attributes:
        layout: the reader's name.
        root: the folder that was searched.
        files: role of a file → its path, such as `("train", "images")` → `raw/train-images-idx3-ubyte.gz`.
    """

    layout: str
    root: Path
    files: dict[tuple, Path]


def walk(folder: Path, depth: int = MAX_DEPTH) -> Iterator[tuple[Path, list[str], list[str]]]:
    """Yield (folder, subfolder names, file names), sorted, outermost first, without hidden ones and system litter."""
    folders, files = [], []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.name in _JUNK:
                continue
            (folders if entry.is_dir() else files).append(entry.name)
    folders.sort()
    files.sort()
    yield folder, folders, files
    if depth:
        for name in folders:
            yield from walk(folder / name, depth - 1)


def is_empty(folder: Path) -> bool:
    """Tell whether a folder is missing or holds no file at any depth."""
    return not folder.is_dir() or not any(files for _, _, files in walk(folder))


def cure(info: DatasetInfo) -> str:
    """Word what to type to get the data set whole."""
    return f"Type `dlcv data get {info.name} --force` to download it, or `dlcv data add {info.name} PATH` to bring it."


def broken(found_root: Path, path: Path, why: str, info: DatasetInfo) -> DataError:
    """Return the error about a file: its name below the data directory, what is wrong with it, and the cure."""
    try:
        shown = (Path(found_root.name) / path.relative_to(found_root)).as_posix()
    except ValueError:
        shown = path.name
    return DataError(f"{shown} {why}. {cure(info)}")


def looks_like_html(head: bytes) -> bool:
    """Tell whether bytes begin like a web page: what a login or an error page leaves behind under a file's name."""
    start = head[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype", b"<html", b"<head", b"<?xml", b"<body"))


def array_split(
    images: np.ndarray, labels: np.ndarray, info: DatasetInfo, root: Path, image_file: Path, label_file: Path
) -> ArraySplit:
    """Check that images and labels belong together and to this data set, and bring them to the common shape.

    Args:
        images: uint8, N×H×W or N×H×W×C.
        labels: integers, N or N×1.
        info: the data set.
        root: the folder that errors are told relative to.
        image_file: where the images came from.
        label_file: where the labels came from.

    Returns:
        The split: uint8 N×H×W×C, int64 N.
    """
    height, width, channels = info.image_shape
    if images.dtype != np.uint8 or images.shape[1:] not in {(height, width, channels), (height, width)}:
        shape = "×".join(map(str, images.shape[1:]))
        why = f"holds {images.dtype} images of {shape}, not uint8 of {height}×{width}×{channels}"
        raise broken(root, image_file, why, info)
    labels = labels.reshape(-1)
    if len(images) != len(labels):
        raise broken(root, label_file, f"has {len(labels):,} labels for {len(images):,} images", info)
    if not len(images):
        raise broken(root, image_file, "holds no images", info)
    if not np.issubdtype(labels.dtype, np.integer):
        raise broken(root, label_file, f"holds labels of type {labels.dtype}, not integers", info)
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= len(info.class_names):
        wrong = low if low < 0 else high
        why = f"has a label {wrong}; {info.name} has labels 0 to {len(info.class_names) - 1}"
        raise broken(root, label_file, why, info)
    return ArraySplit(images.reshape(-1, height, width, channels), labels.astype(np.int64))
