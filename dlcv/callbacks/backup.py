"""Backups of a training on disk: written so that no crash can leave none that can be read.

Taught in: notebooks/12.2
"""

from __future__ import annotations

import json
import os
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dlcv.errors import DlcvError

__all__ = ["Backup", "BackupFolder"]

# What NumPy raises, by experience, for files cut off or overwritten at any place.
_DAMAGE = (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile, zlib.error, NotImplementedError)
_FACTS = "facts"


@dataclass(frozen=True)
class Backup:
    """The state of a training between two batches.

    Attributes:
        epoch: the epoch to go on with, from 0.
        batch: how many batches of this epoch have been trained on.
        steps: how many batches an epoch has, where that was known.
        arrays: group, such as "model" or "optimizer", → its arrays in order.
        memory: what other callbacks remember, as JSON can hold it.
    """

    epoch: int
    batch: int
    steps: int | None
    arrays: Mapping[str, Sequence[np.ndarray]]
    memory: Mapping[str, Any]


class BackupFolder:
    """Keeps the latest backup and the one before it.

    A new backup is written beside them and moved into place when it is complete, so that a process killed at any moment
    leaves at least one whole backup behind.

    Args:
        folder: where the files lie; it is made when the first backup is.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._latest, self._previous, self._writing = (
            folder / f"{name}.npz" for name in ("latest", "previous", "writing")
        )

    def save(self, backup: Backup) -> None:
        """Write a backup; the one that was the latest becomes the previous one."""
        facts = {"epoch": backup.epoch, "batch": backup.batch, "steps": backup.steps, "memory": backup.memory}
        content = {f"{group}/{i}": a for group, arrays in backup.arrays.items() for i, a in enumerate(arrays)}
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._writing.open("wb") as stream:
            np.savez(stream, **content, **{_FACTS: np.array(json.dumps(facts))})
            stream.flush()
            os.fsync(stream.fileno())  # a name must not reach the disk before its content
        if self._latest.exists():
            os.replace(self._latest, self._previous)
        os.replace(self._writing, self._latest)

    def load(self) -> Backup | None:
        """Return the latest backup that can be read, or None where there is none at all.

        Raises:
            DlcvError: there are backups, and all are damaged.
        """
        files = [file for file in (self._latest, self._previous) if file.exists()]
        for file in files:
            try:
                backup = _read(file)
            except _DAMAGE:
                continue
            if file is not files[0]:
                print("the latest backup is damaged; the one before it is whole")
            return backup
        if files:
            names = " and ".join(file.name for file in files)
            raise DlcvError(
                f"The backup in {self.folder} is damaged ({names}). Delete this folder to begin the training anew."
            )
        return None

    def clear(self) -> None:
        """Remove the backups, and the folder if it holds nothing else."""
        for file in (self._latest, self._previous, self._writing):
            file.unlink(missing_ok=True)
        if self.folder.is_dir() and not any(self.folder.iterdir()):
            self.folder.rmdir()


def _read(file: Path) -> Backup:
    with np.load(file, allow_pickle=False) as content:
        facts = json.loads(str(content[_FACTS]))
        arrays: dict[str, list[np.ndarray]] = {}
        for name in content.files:  # in the order in which they were written
            if name != _FACTS:
                arrays.setdefault(name.partition("/")[0], []).append(content[name])
    return Backup(facts["epoch"], facts["batch"], facts["steps"], arrays, facts["memory"])
