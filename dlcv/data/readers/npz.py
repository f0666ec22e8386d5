"""Keras's .npz files: the arrays x_train, y_train, x_test, y_test."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

import numpy as np

from dlcv.data.catalogue import DatasetInfo
from dlcv.data.readers.found import Found, array_split, broken, looks_like_html, walk
from dlcv.data.splits import ArraySplit

__all__ = ["LAYOUT", "check", "contents", "find", "read"]

LAYOUT = "Keras's {name}.npz"
_KEYS = ("x_train", "y_train", "x_test", "y_test")


def find(folder: Path, info: DatasetInfo) -> Found | None:
    """List the .npz file; the one with the data set's name where there are several."""
    files = [parent / name for parent, _, names in walk(folder) for name in names if name.lower().endswith(".npz")]
    if not files:
        return None
    files.sort(key=lambda path: path.stem.lower().replace("-", "_") != info.name)
    return Found("npz", folder, {("all",): files[0]})


def check(found: Found, info: DatasetInfo) -> None:
    """See that the file is a .npz with the four arrays."""
    path = found.files[("all",)]
    with path.open("rb") as file:
        if looks_like_html(file.read(512)):
            raise broken(found.root, path, "is a web page, not data: the server answered with a page", info)
    try:
        with zipfile.ZipFile(path) as archive:
            names = {name.removesuffix(".npy") for name in archive.namelist()}
    except zipfile.BadZipFile:
        raise broken(found.root, path, "is not a .npz file, or it is truncated", info) from None
    missing = [key for key in _KEYS if key not in names]
    if missing:
        raise broken(found.root, path, f"lacks the arrays {', '.join(missing)}", info)


def read(found: Found, info: DatasetInfo) -> dict[str, ArraySplit]:
    """Read the four arrays; pickled ones are refused."""
    check(found, info)
    path = found.files[("all",)]
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {key: file[key] for key in _KEYS}
    except (ValueError, zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise broken(found.root, path, f"is corrupt ({error})", info) from None
    return {
        split: array_split(arrays[f"x_{split}"], arrays[f"y_{split}"], info, found.root, path, path)
        for split in ("train", "test")
    }


def contents(path: Path) -> tuple[str, bytes]:
    """Return the name and the bytes that a published hash is about."""
    return path.name.lower(), path.read_bytes()
