"""Bring data sets to DLCV_DATA_DIR, and say what is there: `get`, `add`, `verify`, `status`."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from dlcv import settings
from dlcv.data import catalogue, disk, fetch, kaggle, readers, unpack
from dlcv.data.catalogue import DatasetInfo
from dlcv.data.readers import Found
from dlcv.data.reports import Report, Status
from dlcv.data.splits import FileSplit
from dlcv.errors import DataError

__all__ = ["add", "get", "status", "verify"]


def status(name: str) -> Status:
    """Tell by a cheap look what is on disk: all files are there and begin as they should.

    Args:
        name: one of `dlcv.data.names()`.

    Returns:
        The state; as text "local", "missing" or "broken: why".

    Taught in: notebooks/01.1
    """
    info = catalogue.info(name)
    folder = _folder(info)
    try:
        if readers.is_empty(folder):
            return Status("missing")
        readers.check(readers.find(folder, info), info)
    except DataError as error:
        return Status("broken", str(error))
    except OSError as error:
        return Status("broken", f"{folder.name}/ cannot be read ({error.strerror})")
    return Status("local")


def get(name: str, *, force: bool = False, asked: bool = True) -> Path:
    """Download a data set and install it.

    Args:
        name: one of `dlcv.data.names()`.
        force: download it even if it is there; what is there is replaced when the new one is whole.
        asked: whether a person asked for it; if not, Kaggle is only used where there is a token for it.

    Returns:
        The folder it lies in.

    Raises:
        fetch.UnreachableError: no network answers, or Kaggle would have to be asked without its package or token (a
            `DataError`).
        DataError: a mirror answered, but the file cannot be had whole, or not be written.

    Taught in: notebooks/01.1
    """
    info = catalogue.info(name)
    folder = _folder(info)
    cure = (
        f"Try `dlcv data get {name}` again (it resumes), bring your own copy with `dlcv data add {name} PATH`, "
        "or set DLCV_SAMPLE=1 to go on with generated stand-ins."
    )
    if settings.read().offline:
        raise fetch.UnreachableError(f"DLCV_OFFLINE is set, so {name} is not downloaded. Unset it, or: {cure}")
    if not force and not readers.is_empty(folder):
        return folder
    if not info.files and (error := kaggle.refusal(info, token=not asked)):
        raise error
    if not fetch.online():
        raise fetch.UnreachableError(
            f"No network answers within {fetch.PROBE_SECONDS:.0f} s: {name} is not there. {cure}"
        )
    before = _made(folder)
    with disk.writing(folder.parent, info.download_bytes), _lock(info):
        if _made(folder) != before and not readers.is_empty(folder):
            return folder  # another process brought it while this one waited
        with disk.scratch(folder.parent, name) as new:
            if not info.files:
                _from_kaggle(info, new)
            else:
                try:
                    _from_mirrors(info, new, cure)
                except DataError as error:
                    if info.kaggle is None or isinstance(error.__cause__, OSError) or kaggle.refusal(info):
                        raise
                    print(f"{error} Trying Kaggle.")
                    shutil.rmtree(new)
                    new.mkdir()
                    _from_kaggle(info, new)
            _install(new, folder, info)
        shutil.rmtree(folder.parent / ".downloads" / name, ignore_errors=True)
    return folder


def _from_mirrors(info: DatasetInfo, new: Path, cure: str) -> None:
    """Download the published files and unpack them into `new`; a part of a file is kept for another attempt."""
    downloads = new.parent / ".downloads" / info.name
    try:
        files = [fetch.download(file, downloads, cure) for file in info.files]
    except DataError as error:
        if isinstance(error.__cause__, OSError):  # a full disk is not left full of what cannot be finished
            shutil.rmtree(downloads, ignore_errors=True)
        raise
    for file in files:
        if unpack.is_archive(file):
            unpack.unpack(file, new)
        else:
            shutil.copyfile(file, new / file.name)
    if not all(file.hash for file in info.files):
        try:
            _count(new, info, cure)
        except DataError:
            shutil.rmtree(downloads, ignore_errors=True)  # another attempt is to fetch it anew
            raise


def _from_kaggle(info: DatasetInfo, new: Path) -> None:
    """Copy the classes in use from kagglehub's folder, which stays: others may use it."""
    folder = kaggle.download(info)
    _copy(_find(folder, info), new)
    print(f"{info.name}: copied from {folder}, which may be deleted")


def _count(folder: Path, info: DatasetInfo, cure: str) -> None:
    """See that a download without a published hash holds what the catalogue says, and that all of it decodes."""
    report = _verify(folder, info)
    counts = {split: report.total(split) for split in report.counts}
    if counts != dict(info.counts) or report.undecodable:
        found = ", ".join(f"{count:,} {split}" for split, count in sorted(counts.items(), reverse=True))
        raise DataError(
            f"{info.name}: the download holds {found} images, {len(report.undecodable)} of which do not decode; it "
            f"should hold {', '.join(f'{count:,} {split}' for split, count in info.counts.items())}. {cure}"
        )


def add(name: str, path: str | Path) -> Path:
    """Install a data set from a folder, a file or an archive that you have.

    Args:
        name: one of `dlcv.data.names()`.
        path: a folder in any of the data set's layouts, Keras's .npz, or a .zip, .tar.gz or .tgz of these. It is left
            as it is.

    Returns:
        The folder it lies in. What was there before is replaced once the new one has been read whole.

    Raises:
        DataError: it does not read as `name`, or cannot be written. Nothing changes then.

    Example:
        >>> dlcv.data.add("mnist", "Downloads/mnist.zip")  # doctest: +SKIP

    Taught in: notebooks/01.1
    """
    info = catalogue.info(name)
    source, folder = Path(path).expanduser(), _folder(info)
    if not source.exists():
        raise DataError(f"There is no {source}. Check the path given to `dlcv data add {name}`.")
    if folder.resolve() in source.resolve().parents:
        raise DataError(
            f"{source.name} lies in the folder that it would replace, and would go with it. Move it elsewhere, then "
            f"type `dlcv data add {name} PATH` again."
        )
    with disk.writing(folder.parent), _lock(info), disk.scratch(folder.parent, name) as parent:
        new = parent / (source.resolve().name.split(".")[0] or name)  # the name is told in errors
        if source.is_dir():
            _copy(_find(source, info), new)
        elif unpack.is_archive(source):
            unpack.unpack(source, new)
        else:
            new.mkdir()
            shutil.copyfile(source, new / source.name)
        _install(new, folder, info)
    return folder


def verify(name: str) -> Report:
    """Read all of a data set on disk: every image, every label.

    Args:
        name: one of `dlcv.data.names()`.

    Returns:
        Counts, images that do not decode, and whether the files are the published ones.

    Raises:
        DataError: it is not there, or broken; the message names the file and the cure.

    Taught in: notebooks/01.1
    """
    info = catalogue.info(name)
    folder = _folder(info)
    if readers.is_empty(folder):
        raise DataError(f"{name} is not there. Type `dlcv data get {name}` or `dlcv data add {name} PATH`.")
    return _verify(folder, info)


def _folder(info: DatasetInfo) -> Path:
    return settings.read().data_dir / info.name


def _lock(info: DatasetInfo):
    return disk.locked(_folder(info).parent / ".locks" / info.name)


def _made(folder: Path) -> int | None:
    """Return what identifies an installation, since every new one is a new folder."""
    return folder.stat().st_ino if folder.is_dir() else None


def _find(folder: Path, info: DatasetInfo) -> Found:
    if readers.is_empty(folder):
        raise DataError(f"{folder.name}/ holds no files. Check the path given to `dlcv data add {info.name}`.")
    return readers.find(folder, info)


def _copy(found: Found, new: Path) -> None:
    """Copy what belongs to the data set and nothing else: the source may be somebody's whole download folder."""
    for path in found.files.values():
        target = new / path.relative_to(found.root)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            shutil.copytree(path, target, copy_function=shutil.copyfile)
        else:
            shutil.copyfile(path, target)


def _install(new: Path, folder: Path, info: DatasetInfo) -> None:
    _verify(new, info)
    disk.replace_folder(new, folder)


def _verify(folder: Path, info: DatasetInfo) -> Report:
    found = _find(folder, info)
    counts, undecodable = {}, set()
    for split, held in readers.read(found, info).items():
        labels = held.in_memory().labels
        if isinstance(held, FileSplit):
            undecodable |= held.undecodable.files
        counts[split] = {label: int((labels == index).sum()) for index, label in enumerate(info.class_names)}
    return Report(info.name, found.layout, counts, tuple(sorted(undecodable)), _compare(found, info))


def _compare(found: Found, info: DatasetInfo) -> dict[str, bool | None]:
    contents = readers.READERS[found.layout].contents
    if contents is None:
        return {}
    same: dict[str, bool | None] = {}
    for path in found.files.values():
        name, data = contents(path)
        algorithm, _, expected = info.contents.get(name, "").partition(":")
        same[path.name] = hashlib.new(algorithm, data).hexdigest() == expected if expected else None
    return same
