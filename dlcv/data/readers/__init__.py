"""Readers of local data sets, one module a format.

A reader has three functions: `find(folder, info)` lists the files of its format without reading them (None where there
are none), `check(found, info)` looks at them cheaply, and `read(found, info)` returns the splits. Both of the latter
raise `DataError` that names the broken file and the cure.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from dlcv.data.catalogue import DatasetInfo
from dlcv.data.readers import cifar_pickle, class_folders, idx, npz
from dlcv.data.readers.found import Found, cure, is_empty, walk
from dlcv.data.splits import Split
from dlcv.errors import DataError

__all__ = ["READERS", "Found", "check", "find", "is_empty", "read"]

_PACKED = (".zip", ".tar.gz", ".tgz", ".tar", ".rar", ".7z")
READERS: dict[str, ModuleType] = {
    "idx": idx,
    "npz": npz,
    "cifar_pickle": cifar_pickle,
    "class_folders": class_folders,
}


def find(folder: Path, info: DatasetInfo) -> Found:
    """Find a data set in a folder, in the first of its layouts that is there.

    Args:
        folder: an existing folder.
        info: the data set that is expected in it.

    Returns:
        The files and the reader's name.

    Raises:
        DataError: nothing in the folder has one of the data set's layouts.
    """
    with _reading(folder):
        for layout in info.layouts:
            found = READERS[layout].find(folder, info)
            if found is not None:
                return found
        archives = [name for _, _, names in walk(folder) for name in names if name.lower().endswith(_PACKED)]
    if archives:
        raise DataError(
            f"{folder.name}/ holds {archives[0]}, still packed. Move it elsewhere and type "
            f"`dlcv data add {info.name} PATH/{archives[0]}`."
        )
    wanted = " or ".join(READERS[layout].LAYOUT.format(**_words(info)) for layout in info.layouts)
    raise DataError(f"{folder.name}/ holds nothing that reads as {info.name}: expected {wanted}. {cure(info)}")


def check(found: Found, info: DatasetInfo) -> None:
    """Look at the files cheaply: enough for `dlcv data list`."""
    with _reading(found.root):
        READERS[found.layout].check(found, info)


def read(found: Found, info: DatasetInfo) -> dict[str, Split]:
    """Read the splits; images that lie as single files stay on disk."""
    with _reading(found.root):
        return READERS[found.layout].read(found, info)


@contextmanager
def _reading(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = Path(error.filename).name if error.filename else folder.name
        raise DataError(f"{folder.name}/: {where} cannot be read ({error.strerror or error}).") from error


def _words(info: DatasetInfo) -> dict[str, str]:
    return {"name": info.name, "held_out": info.held_out, "classes": ", ".join(info.class_names[:3]) + ", …"}
