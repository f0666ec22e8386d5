"""The idx format of MNIST and its kin: a magic number, the dimensions, the bytes; gzipped or not.

Reference: http://yann.lecun.com/exdb/mnist/ ("FILE FORMATS FOR THE MNIST DATABASE").
"""

from __future__ import annotations

import re
import zlib
from collections import defaultdict
from pathlib import Path

import numpy as np

from dlcv.data.catalogue import DatasetInfo
from dlcv.data.readers.found import Found, array_split, broken, cure, looks_like_html, walk
from dlcv.data.splits import ArraySplit
from dlcv.errors import DataError

__all__ = ["LAYOUT", "ROLES", "check", "contents", "find", "read", "read_idx"]

LAYOUT = "the four idx files (train-images-idx3-ubyte, …, gzipped or not)"
_NAME = re.compile(r"(train|t10k|test)[-_.](images|labels)[-_.]idx[13][-_.]ubyte(\.gz)?", re.IGNORECASE)
ROLES = (("train", "images"), ("train", "labels"), ("test", "images"), ("test", "labels"))
_UBYTE = 0x08


def find(folder: Path, info: DatasetInfo) -> Found | None:
    """List the idx files at any depth; where several sets lie side by side, the data set's own."""
    by_folder: dict[Path, dict[tuple, Path]] = defaultdict(dict)
    for parent, _, files in walk(folder):
        for name in files:
            match = _NAME.fullmatch(name)
            if match:
                role = ("train" if match[1].lower() == "train" else "test", match[2].lower())
                # torchvision leaves both; the unpacked one (it sorts first) reads faster.
                by_folder[parent].setdefault(role, parent / name)
    if not by_folder:
        return None
    most = max(map(len, by_folder.values()))
    fullest = [parent for parent, files in by_folder.items() if len(files) == most]
    if len(fullest) > 1 and most == 1:  # Kaggle's archive puts every file in a folder of its own
        merged: dict[tuple, Path] = {}
        for files in by_folder.values():
            for role, path in files.items():
                merged.setdefault(role, path)
        return Found("idx", folder, merged)
    if len(fullest) > 1:
        own = [parent for parent in fullest if _is_own(parent.relative_to(folder), info)]
        if len(own) != 1 and folder in fullest:  # the very folder that was named
            own = [folder]
        if len(own) != 1:
            places = ", ".join(sorted(f"{parent.relative_to(folder).as_posix()}/" for parent in fullest))
            raise DataError(
                f"{folder.name}/ holds several sets of idx files ({places}): which one is {info.name}? "
                f"Name its folder: `dlcv data add {info.name} PATH`."
            )
        fullest = own
    return Found("idx", folder, by_folder[fullest[0]])


def _is_own(path: Path, info: DatasetInfo) -> bool:
    """Tell whether a part of the path is the data set's name, as in MNIST/raw beside FashionMNIST/raw."""
    parts = [re.sub(r"[^a-z0-9]", "", part.lower()) for part in path.parts]
    return info.name.replace("_", "") in parts or any(part in info.hints for part in parts)


def check(found: Found, info: DatasetInfo) -> None:
    """See that all four files are there and begin as they should."""
    for role in ROLES:
        path = _path(found, role, info)
        with path.open("rb") as file:
            head = file.read(512)
        if path.suffix == ".gz":
            try:
                head = zlib.decompressobj(31).decompress(head, 16)
            except zlib.error:
                head = head if looks_like_html(head) else b""
        _dimensions(head, path, role, found.root, info)


def read(found: Found, info: DatasetInfo) -> dict[str, ArraySplit]:
    """Read the four files."""
    arrays = {role: read_idx(_path(found, role, info), role, found.root, info) for role in ROLES}
    return {
        split: array_split(
            arrays[split, "images"],
            arrays[split, "labels"],
            info,
            found.root,
            found.files[split, "images"],
            found.files[split, "labels"],
        )
        for split in ("train", "test")
    }


def read_idx(path: Path, role: tuple[str, str], root: Path, info: DatasetInfo) -> np.ndarray:
    """Read one idx file.

    Args:
        path: the file; one that ends in `.gz` is decompressed.
        role: (split, "images" or "labels"): images have three dimensions, labels one.
        root: the folder that errors are told relative to.
        info: the data set, for the cure.

    Returns:
        uint8, N×H×W or N.

    Raises:
        DataError: the file is truncated, corrupt, a web page, or of another kind.
    """
    data = path.read_bytes()
    if path.suffix != ".gz" or looks_like_html(data):
        shape, start = _dimensions(data, path, role, root, info)
        size, payload = len(data) - start, memoryview(data)[start:]
    else:
        stream = zlib.decompressobj(31)
        try:
            head = stream.decompress(data, 4 + 4 * _rank(role))
            shape, _ = _dimensions(head, path, role, root, info)
            # One byte more than announced: a file that goes on and on is found out without being unpacked.
            payload = stream.decompress(stream.unconsumed_tail, _count(shape) + 1)
            size = len(payload)
            if not stream.eof and size == _count(shape):
                stream.decompress(stream.unconsumed_tail, 1)  # reads the checksum
        except zlib.error as error:
            raise broken(root, path, f"is corrupt ({error})", info) from None
        if not stream.eof and size <= _count(shape):
            raise broken(root, path, "is truncated: the compressed data ends too early", info)
    if size != _count(shape):
        wrong = "truncated" if size < _count(shape) else "too long"
        raise broken(root, path, f"is {wrong}: {size:,} bytes of data where its header says {_count(shape):,}", info)
    return np.frombuffer(payload, np.uint8).reshape(shape).copy()  # bytes are read-only, arrays should not be


def contents(path: Path) -> tuple[str, bytes]:
    """Return the name and the bytes that a published hash of the contents is about: without gzip."""
    data = path.read_bytes()
    name = _NAME.fullmatch(path.name)
    split = "train" if name[1].lower() == "train" else "t10k"
    kind = name[2].lower()
    published = f"{split}-{kind}-idx{3 if kind == 'images' else 1}-ubyte"
    return published, zlib.decompress(data, 31) if path.suffix == ".gz" else data


def _rank(role: tuple[str, str]) -> int:
    return 3 if role[1] == "images" else 1


def _count(shape: tuple[int, ...]) -> int:
    count = 1
    for size in shape:
        count *= size
    return count


def _dimensions(
    head: bytes, path: Path, role: tuple[str, str], root: Path, info: DatasetInfo
) -> tuple[tuple[int, ...], int]:
    """Return the shape that a header announces, and the header's length."""
    if looks_like_html(head):
        raise broken(root, path, "is a web page, not data: the server answered with a page", info)
    rank = _rank(role)
    magic = bytes([0, 0, _UBYTE, rank])
    if head[:4] != magic and len(head) >= 4:
        why = f"begins with the magic number 0x{head[:4].hex()}, not 0x{magic.hex()}: not an idx file of {role[1]}"
        raise broken(root, path, why, info)
    start = 4 + 4 * rank
    if len(head) < start:
        raise broken(root, path, "is truncated: it ends within its header", info)
    return tuple(int(size) for size in np.frombuffer(head, ">u4", rank, 4)), start


def _path(found: Found, role: tuple[str, str], info: DatasetInfo) -> Path:
    if role not in found.files:
        there = ", ".join(sorted(path.name for path in found.files.values()))
        split, kind = role
        missing = f"{'train' if split == 'train' else 't10k'}-{kind}-idx{_rank(role)}-ubyte"
        raise DataError(f"{found.root.name}/ lacks {missing}(.gz); there are: {there}. {cure(info)}")
    return found.files[role]
