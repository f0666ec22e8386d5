"""Download published files: several mirrors, resumed where they broke off, checked by their hash.

A file is written under a temporary name and renamed once its hash is right: what has the final name is whole. A zip
archive whose hash nobody publishes is checked by its size and by the checksums that it holds itself.
"""

from __future__ import annotations

import os
import queue
import socket
import threading
import time
import zipfile
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from dlcv.data.catalogue import CATALOGUE, RemoteFile
from dlcv.data.disk import writing
from dlcv.data.readers.found import looks_like_html
from dlcv.errors import DataError

__all__ = ["UnreachableError", "download", "online"]

PROBE_SECONDS = 3.0
TIMEOUT = (5.0, 30.0)  # seconds to connect, seconds without a byte
_ATTEMPTS = 5  # at one mirror, as long as there is hope
_CHUNK = 1 << 16


class UnreachableError(DataError):
    """The way to the files is closed, rather than the files broken: `load` goes on with a sample, and says why.

    Args:
        text: the whole message, with the cure.
        why: the reason in a few words.
    """

    def __init__(self, text: str, why: str = "no network") -> None:
        super().__init__(text)
        self.why = why


class _AttemptError(Exception):
    """One attempt at one mirror failed.

    Args:
        why: what happened, for the error's text.
        answered: whether the mirror said anything.
        again: whether the same mirror may do better at another attempt.
    """

    def __init__(self, why: str, *, answered: bool = True, again: bool = False) -> None:
        super().__init__(why)
        self.answered, self.again = answered, again


@cache
def online() -> bool:
    """Tell whether any of the catalogue's mirrors, or the proxy before them, answers within 3 s. Asked once a process.

    Returns:
        True as soon as one accepts a connection.
    """
    ports = {"https": 443, "http": 80}
    places = set()
    proxies = getproxies()
    for info in CATALOGUE.values():
        for url in (url for file in info.files for url in file.urls):
            parts = urlsplit(url)
            proxy = proxies.get(parts.scheme)
            if proxy and not proxy_bypass(parts.hostname or ""):
                parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
            places.add((parts.hostname, parts.port or ports.get(parts.scheme, 443)))
    return _any_answers(places, PROBE_SECONDS)


def _any_answers(places: set[tuple[str | None, int]], seconds: float) -> bool:
    answers: queue.Queue[bool] = queue.Queue()

    def ask(place: tuple[str | None, int]) -> None:
        try:
            socket.create_connection(place, timeout=seconds).close()
        except OSError:
            answers.put(False)
        else:
            answers.put(True)

    # Threads of their own, since looking up a name can take far longer than the time-out of a connection.
    for place in places:
        threading.Thread(target=ask, args=(place,), daemon=True).start()
    end = time.monotonic() + seconds
    for _ in places:
        try:
            if answers.get(timeout=max(0.0, end - time.monotonic())):
                return True
        except queue.Empty:
            return False
    return False


def download(file: RemoteFile, folder: Path, cure: str) -> Path:
    """Download one file from the first mirror that serves it whole.

    Args:
        file: name, size, hash and addresses.
        folder: where to put it; made where it is missing.
        cure: what to type when it fails, for the error's text.

    Returns:
        The file's path. A file of that name that is right is not downloaded again.

    Raises:
        UnreachableError: no mirror answered.
        DataError: mirrors answered, but none served the file; or it could not be written.
    """
    with writing(folder, file.size):
        folder.mkdir(parents=True, exist_ok=True)
        target, part = folder / file.name, folder / f"{file.name}.part"
        if target.exists():
            if _is_right(target, file):
                return target
            target.unlink()
        if _size(part) >= file.size and not _is_right(part, file):
            part.unlink()
        troubles: list[str] = []
        answered = False
        for url in file.urls:
            for _ in range(_ATTEMPTS):
                try:
                    _fetch(url, file, part)
                except _AttemptError as failure:
                    answered |= failure.answered
                    if failure.again:
                        continue
                    troubles.append(f"{urlsplit(url).hostname} {failure}")
                    break
                os.replace(part, target)
                return target
            else:
                troubles.append(f"{urlsplit(url).hostname} broke off {_ATTEMPTS} times")
    kind = DataError if answered else UnreachableError
    raise kind(f"{file.name} could not be downloaded ({'; '.join(troubles)}). {cure}")


def _is_right(path: Path, file: RemoteFile) -> bool:
    """Tell whether a file has the published hash; without one, the published size and an archive's own checksums."""
    if not file.hash:
        return _size(path) == file.size and _is_sound(path)
    import pooch

    algorithm, _, expected = file.hash.partition(":")
    return pooch.file_hash(str(path), alg=algorithm) == expected


def _is_sound(path: Path) -> bool:
    """Read a zip archive through, which compares every member with its checksum."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
        return False


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _fetch(url: str, file: RemoteFile, part: Path) -> None:
    """Bring the rest of a file into `part` and check it; raise `_AttemptError` where this mirror does not do it."""
    before = _size(part)
    if before < file.size:
        _transfer(url, file, part)
    if _size(part) < file.size:
        have = _size(part)
        raise _AttemptError(f"broke off after {have:,} of {file.size:,} bytes", again=have > before)
    if not _is_right(part, file):
        part.unlink()
        # The wrong bytes may be those of an earlier attempt: once more, from the start.
        wrong = "a file with a wrong hash" if file.hash else "a damaged file"
        raise _AttemptError(f"sent {wrong}, which was deleted", again=before > 0)


def _transfer(url: str, file: RemoteFile, part: Path) -> None:
    """Append to `part` what a mirror sends, as far as it gets."""
    import requests

    have = _size(part)
    # The bytes as published: a server that compresses on the way would spoil both the count and the hash.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    try:
        response = requests.get(url, headers=headers, stream=True, timeout=TIMEOUT)
    except requests.RequestException as error:
        raise _AttemptError(f"does not answer ({type(error).__name__})", answered=False) from None
    with response:
        if response.status_code not in (200, 206):
            raise _AttemptError(f"answered {response.status_code} {response.reason}")
        resumed = response.headers.get("Content-Range", "").startswith(f"bytes {have}-")
        if response.status_code == 206 and not resumed:
            raise _AttemptError("resumed at another place than asked")
        if response.status_code == 200:  # the server does not resume: from the start
            have = 0
        chunks = _chunks(response, file, have)
        first = next(chunks, b"")  # before the file is opened: a web page or nothing must not cost what was there
        if not first:
            return
        with part.open("ab" if have else "wb") as output:
            output.write(first)
            for chunk in chunks:
                output.write(chunk)


def _chunks(response, file: RemoteFile, have: int) -> Iterator[bytes]:
    """Yield what the server sends, under a progress bar, until it ends, breaks off, or exceeds the published size."""
    import urllib3
    from tqdm import tqdm

    stream = response.raw.stream(_CHUNK, decode_content=False)
    with tqdm(total=file.size, initial=have, unit="B", unit_scale=True, desc=file.name, leave=False) as bar:
        received = have
        while received <= file.size:
            try:
                chunk = next(stream, b"")
            except (urllib3.exceptions.HTTPError, OSError):
                return  # what came so far is kept
            if not chunk:
                return
            if received == 0 and looks_like_html(chunk):
                raise _AttemptError("sent a web page instead of the file")
            received += len(chunk)
            bar.update(len(chunk))
            yield chunk
