"""Callbacks that every longer training of the course uses.

Taught in: notebooks/12.2
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dlcv.errors import DlcvError

if TYPE_CHECKING:
    import keras

__all__ = ["resumable"]


def resumable(folder: str | Path) -> list[keras.callbacks.Callback]:
    """Return the callbacks that let a training be interrupted and continued.

    After every epoch the model, the optimiser and the epoch number are backed up in `folder`, and a line is added
    to `folder/log.csv`. Calling `fit` again with the same folder goes on after the last finished epoch; once
    a training has ended, its backup is removed and the log stays.

    Args:
        folder: where the backup and the log go; it is created where it is missing.

    Returns:
        Callbacks for `model.fit(callbacks=…)`.

    Raises:
        DlcvError: the folder cannot be created.

    Example:
        >>> model.fit(batches, epochs=10, callbacks=resumable("runs/mnist"))  # doctest: +SKIP

    Taught in: notebooks/12.2
    """
    import keras

    place = Path(folder)
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DlcvError(f"The training's folder {place} cannot be created: {error.strerror}.") from error
    return [
        keras.callbacks.BackupAndRestore(str(place / "backup")),
        keras.callbacks.CSVLogger(str(place / "log.csv"), append=True),
    ]
