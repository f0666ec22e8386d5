"""Unpack archives that nobody vouches for: nothing leaves the target, nothing but files, and nothing endless."""

from __future__ import annotations

import gzip
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple

from dlcv.data.readers.found import looks_like_html
from dlcv.errors import DataError

__all__ = ["ARCHIVES", "Limits", "is_archive", "unpack"]

ARCHIVES = (".zip", ".tar.gz", ".tgz")
_CHUNK = 1 << 20
_UNREADABLE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    gzip.BadGzipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
)


class Limits(NamedTuple):
    """What an archive may at most unpack to.

    Attributes:
        size: bytes in all.
        files: number of files.
        ratio: unpacked bytes for every packed one, once there are more than `floor`.
        floor: bytes below which the ratio is of no interest.
    """

    size: int = 100 << 30
    files: int = 2_000_000
    ratio: float = 200.0
    floor: int = 64 << 20


class _Member(NamedTuple):
    name: str
    refused: str  # why it must not be unpacked, or ""
    is_folder: bool
    open: Callable[[], IO[bytes]]


def is_archive(path: Path) -> bool:
    """Tell by its name whether a file is an archive that `unpack` takes."""
    return path.name.lower().endswith(ARCHIVES)


def unpack(archive: Path, target: Path, limits: Limits | None = None) -> int:
    """Unpack a .zip, .tar.gz or .tgz.

    Args:
        archive: the file.
        target: a folder; made where it is missing.
        limits: what the archive may at most unpack to.

    Returns:
        The number of files that were unpacked.

    Raises:
        DataError: the archive is broken, or holds a path that leaves the target, a link, a device, or a bomb. What was
            unpacked until then is left for the caller to remove.

    Reference: CWE-22 (path traversal), CWE-59 (links), CWE-409 (decompression bombs).
    """
    limits = limits or Limits()
    with archive.open("rb") as file:
        if looks_like_html(file.read(512)):
            raise DataError(
                f"{archive.name} is a web page, not an archive: the server answered with a page. Fetch it once more."
            )
    allowed = min(limits.size, max(limits.floor, int(limits.ratio * archive.stat().st_size)))
    members = _zip_members if archive.name.lower().endswith(".zip") else _tar_members
    target.mkdir(parents=True, exist_ok=True)
    made: set[Path] = {target}
    count = 0
    try:
        for member in members(archive):
            path = target.joinpath(*_parts(member, archive))
            if member.is_folder:
                continue
            count += 1
            if count > limits.files:
                raise DataError(f"{archive.name} holds more than {limits.files:,} files: it is not unpacked.")
            if path.parent not in made:
                path.parent.mkdir(parents=True, exist_ok=True)
                made.add(path.parent)
            allowed -= _write(member, path, allowed, archive)
    except (FileExistsError, NotADirectoryError, IsADirectoryError):
        raise DataError(f"{archive.name} holds {member.name!r} twice: it is not unpacked.") from None
    except _UNREADABLE as error:
        raise DataError(
            f"{archive.name} is truncated or corrupt ({error}): it was not unpacked. Fetch it once more."
        ) from None
    return count


def _write(member: _Member, path: Path, allowed: int, archive: Path) -> int:
    """Write one file; stop where it grows beyond what is allowed, whatever size the archive states."""
    written = 0
    with member.open() as source, path.open("xb") as file:
        while chunk := source.read(_CHUNK):
            written += len(chunk)
            if written > allowed:
                raise DataError(
                    f"{archive.name} unpacks to far more than its size lets expect, as a decompression bomb does: "
                    "it is not unpacked."
                )
            file.write(chunk)
    return written


def _parts(member: _Member, archive: Path) -> tuple[str, ...]:
    """Return the path below the target, or refuse it."""
    name = member.name.replace("\\", "/")  # Windows would take a backslash for a separator
    parts = PurePosixPath(name).parts
    leaves = name.startswith("/") or ".." in parts or "\0" in name or any(":" in part for part in parts[:1])
    why = "a path that leaves the target folder" if leaves else member.refused
    if why:
        raise DataError(f"{archive.name} holds {member.name!r}, {why}: it is not unpacked.")
    return parts


def _zip_members(archive: Path) -> Iterator[_Member]:
    with zipfile.ZipFile(archive) as file:
        for entry in file.infolist():
            kind = entry.external_attr >> 28  # the file type of Unix's st_mode; 0 where it is not stated
            refused = "" if kind in (0, 0o4, 0o10) else "a link" if kind == 0o12 else "not a plain file"
            if entry.flag_bits & 1:
                refused = "which is encrypted"
            # `orig_filename`: zipfile itself cuts a name at a NUL.
            name = entry.orig_filename
            yield _Member(name, refused, name.endswith("/"), lambda entry=entry: file.open(entry))


def _tar_members(archive: Path) -> Iterator[_Member]:
    with tarfile.open(archive, "r:gz") as file:
        for entry in file:
            link = entry.issym() or entry.islnk()
            refused = "" if entry.isreg() or entry.isdir() else "a link" if link else "not a plain file"
            yield _Member(entry.name, refused, entry.isdir(), lambda entry=entry: _tar_open(file, entry))


def _tar_open(file: tarfile.TarFile, entry: tarfile.TarInfo) -> IO[bytes]:
    source = file.extractfile(entry)
    if source is None:
        raise tarfile.ReadError(f"{entry.name} cannot be read")
    return source
