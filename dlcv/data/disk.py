"""Write so that nothing is lost: a lock between processes, whole folders or none, and plain words for errors."""

from __future__ import annotations

import errno
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dlcv.errors import DataError

__all__ = ["locked", "replace_folder", "scratch", "writing"]

_MOVE = "set DLCV_DATA_DIR to a folder on another disk"
_WORDS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your disk quota is used up",
    errno.EACCES: "there is no permission to write there",
    errno.EPERM: "there is no permission to write there",
    errno.EROFS: "the disk is read-only",
    errno.ENOTDIR: "a part of that path is a file, not a folder",
    errno.EEXIST: "a file is in the way",
}
_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def writing(folder: Path, size: int = 0) -> Iterator[None]:
    """Turn an `OSError` of what is done inside into a `DataError` that says what to do.

    Args:
        folder: where it is written; its name is told.
        size: bytes needed, told where the disk is full.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _WORDS:
            raise DataError(f"Could not write to {folder}: {error.strerror or error}. Or {_MOVE}.") from error
        need = f"; about {max(1, size >> 20):,} MB are needed" if size and error.errno in _FULL else ""
        free = "Free some space, or" if error.errno in _FULL else "Make it writable, or"
        raise DataError(f"Could not write to {folder}: {_WORDS[error.errno]}{need}. {free} {_MOVE}.") from error


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock that one process at a time can have; the system frees it when a process dies.

    Args:
        path: the lock's file; it stays, empty.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        if os.name == "nt":
            import msvcrt

            file.seek(0)
            while True:
                try:
                    msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)  # gives up after ten seconds
                    break
                except OSError:
                    continue
            try:
                yield
            finally:
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
            yield


@contextmanager
def scratch(parent: Path, name: str) -> Iterator[Path]:
    """Make a hidden folder beside the final one, on the same disk, and remove whatever is left in it.

    The caller holds the data set's lock: what an earlier process left there when it was killed is removed too.
    """
    for stale in parent.glob(f".{name}-????????"):
        shutil.rmtree(stale, ignore_errors=True)
    folder = parent / f".{name}-{uuid.uuid4().hex[:8]}"
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def replace_folder(new: Path, target: Path) -> None:
    """Put the folder `new` in the place of `target`; the old one comes back if that fails, and is removed if not."""
    old = target.with_name(f".{target.name}-old-{uuid.uuid4().hex[:8]}")
    had = target.exists() or target.is_symlink()
    if had:
        os.replace(target, old)
    try:
        os.replace(new, target)
    except OSError:
        if had:
            os.replace(old, target)
        raise
    if had:
        if old.is_symlink() or old.is_file():
            old.unlink()
        else:
            shutil.rmtree(old, ignore_errors=True)
