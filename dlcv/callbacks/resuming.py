"""A training that was interrupted goes on where it stopped.

Keras's own `BackupAndRestore` goes on at the beginning of an epoch: with `save_freq=100` it brings back weights from
the middle of an epoch and then trains on that epoch's first batches a second time. It restores neither the seeds of
dropout nor the place in the sequence of shuffled epochs. The callbacks here do, for the data that `resumable` names.

Taught in: notebooks/12.2
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from dlcv.callbacks.backup import Backup, BackupFolder
from dlcv.callbacks.replay import Replay
from dlcv.errors import DlcvError

__all__ = ["EpochLog", "around", "made", "resumable"]

# What Keras's callbacks compare the next epoch with.
_REMEMBERED = ("best", "wait", "best_epoch", "stopped_epoch", "cooldown_counter")


def resumable(folder: str | Path, every: int | None = None) -> list[keras.callbacks.Callback]:
    """Return the callbacks that let a training be interrupted, even killed, and continued.

    After every epoch, and with `every` after so many batches, a backup is written to `folder/backup`: the model with
    its seeds of dropout, the optimiser, the metrics of the epoch so far, and how far it is. After every epoch a line is
    added to `folder/log.csv`. Calling `fit` again with the same folder, in the same process or a new one, goes on from
    the latest backup: batches trained on before it are read again and passed over, those after it are trained on. Once
    a training has ended, its backup is removed and the log stays, until another training begins in this folder.

    The result is that of an uninterrupted training, up to rounding, if the batches come in the same order again. They
    do for arrays, shuffled by `fit` or not, after the same `keras.utils.set_random_seed`, and for a `tf.data` stream
    that is made anew with a seed, such as `dlcv.data.pipeline.batches(…, shuffle=True, seed=42)`. An augmentation in
    the stream gets the same images, but changes them by other random draws. Where `steps_per_epoch` cuts epochs out of
    a longer stream, the stream starts at its beginning again; under a strategy with several devices, in its first
    epoch's order. The data, their batch size, the model and the optimiser must be the same as before.

    Args:
        folder: where the backup and the log go; it is created where it is missing. One training, one folder.
        every: batches between backups, 1 or more; None for one after each epoch only. A backup is as large as model and
            optimiser together, and takes as long as writing such a file does: choose a minute's work, not a second's.

    Returns:
        Callbacks for `model.fit(callbacks=…)`.

    Raises:
        DlcvError: the folder cannot be created. When `fit` begins: the model is not built, the backup is damaged, or it
            is that of another model or of other data.
        ValueError: `every` is less than 1.

    Example:
        >>> model.fit(batches, epochs=10, callbacks=resumable("runs/mnist", every=500))  # doctest: +SKIP

    Taught in: notebooks/12.2
    """
    return around([], made(folder), every)


def made(folder: str | Path) -> Path:
    """Return a training's folder, which is created where it is missing."""
    place = Path(folder)
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DlcvError(f"The training's folder {place} cannot be created: {error.strerror}.") from error
    return place


def around(
    others: Sequence[keras.callbacks.Callback], place: Path, every: int | None
) -> list[keras.callbacks.Callback]:
    """Return `others` with what makes them, and the training that they belong to, resumable."""
    if every is not None and every < 1:
        raise ValueError(f"every is {every}: at least one batch lies between two backups")
    store = BackupFolder(place / "backup")
    first = _Restore(store)
    # The backup comes last: by then the others have seen the epoch's end, and the log has its line.
    return [first, *others, EpochLog(place / "log.csv"), _Save(store, first, others, every)]


class EpochLog(keras.callbacks.CSVLogger):
    """A CSV log with every epoch once: lines of epochs that are trained again are dropped."""

    def __init__(self, file: Path) -> None:
        super().__init__(str(file), append=True)
        self._begun = False

    def on_train_begin(self, logs: Any = None) -> None:
        self._begun = False  # the file is opened when it is known with which epoch the training begins

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        if not self._begun:
            self._begun = True
            _drop_epochs(Path(self.filename), epoch)
            super().on_train_begin(logs)


def _drop_epochs(file: Path, first: int) -> None:
    """Keep the lines of a log that come before the epoch `first`."""
    if not file.exists():
        return
    header, *lines = file.read_text(encoding="utf-8").splitlines(keepends=True) or [""]
    kept = [line for line in lines if (epoch := line.split(",")[0]).isdigit() and int(epoch) < first]
    if not kept:  # the header goes too: the next training may measure other things
        file.unlink()
        return
    draft = file.with_suffix(".writing")
    draft.write_text("".join([header, *kept]), encoding="utf-8")
    os.replace(draft, file)


class _Restore(keras.callbacks.Callback):
    """Brings a backup back. It comes first, so that no other callback sees the model as it was before."""

    def __init__(self, store: BackupFolder) -> None:
        super().__init__()
        self.backup: Backup | None = None
        self._store = store
        self._replay: Replay | None = None

    @property
    def passing_over(self) -> bool:
        """Whether the batch that has just gone by was one that is not trained on again."""
        return self._replay is not None and self._replay.passed

    def on_train_begin(self, logs: Any = None) -> None:
        if not self.model.built:
            raise DlcvError("A resumable training needs a model that is built: let it begin with keras.Input(shape).")
        self.backup = backup = self._store.load()
        if backup is None:
            return
        if not self.model.optimizer.built:
            self.model.optimizer.build(self.model.trainable_variables)
        steps = self.params.get("steps")
        if backup.batch and steps and backup.steps and steps != backup.steps:
            raise DlcvError(
                f"The backup in {self._store.folder} is of a training with {backup.steps} batches an epoch; this one "
                f"has {steps}. Take the same data and batch size, or delete the folder to begin anew."
            )
        self._put(self.model.variables, backup.arrays.get("model", ()))
        self._put(self.model.optimizer.variables, backup.arrays.get("optimizer", ()))
        self.model._initial_epoch = backup.epoch  # as Keras's own BackupAndRestore tells `fit` where to go on
        self._replay = Replay(self.model, backup, steps)
        self.model.train_function = self._replay
        done = f"{backup.epoch} epochs"
        if backup.batch:
            done += f" and {backup.batch} batches"
        print(f"going on after {done}")

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.model._initial_epoch = None  # `fit` has read it; the next training is to begin at its beginning

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if self._replay is not None and self.model.train_function is self._replay:
            self.model.train_function = self._replay.train
        self._replay = None

    def _put(self, variables: Sequence[keras.Variable], arrays: Sequence[np.ndarray]) -> None:
        if [tuple(v.shape) for v in variables] != [a.shape for a in arrays]:
            raise DlcvError(
                f"The backup in {self._store.folder} is of another model or optimiser. Build the same ones again, give "
                "this training a folder of its own, or delete the backup to begin anew."
            )
        for variable, array in zip(variables, arrays, strict=True):
            variable.assign(array)


class _Save(keras.callbacks.Callback):
    """Writes backups. It comes last, when all others have taken notice of what has just happened."""

    def __init__(
        self,
        store: BackupFolder,
        restore: _Restore,
        others: Sequence[keras.callbacks.Callback],
        every: int | None,
    ) -> None:
        super().__init__()
        self._store, self._restore, self._others, self._every = store, restore, others, every
        self._epoch = self._since = 0

    def on_train_begin(self, logs: Any = None) -> None:
        # The others have just forgotten what they knew, as Keras's callbacks do when a training begins.
        if self._restore.backup is not None:
            _remind(self._others, self._restore.backup)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch, self._since = epoch, 0

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if self._every is None or self._restore.passing_over:
            return
        self._since += self.model.steps_per_execution
        if self._since >= self._every:
            self._since = 0
            self._save(self._epoch, batch + 1)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        # A training that another callback has stopped is over; gone on with, it would train one epoch too many.
        if not self.model.stop_training:
            self._save(epoch + 1, 0)

    def on_train_end(self, logs: Any = None) -> None:
        self._store.clear()

    def _save(self, epoch: int, batch: int) -> None:
        model = self.model
        groups = {"model": model.variables, "optimizer": model.optimizer.variables, "metrics": model.metrics_variables}
        arrays = {name: [v.numpy() for v in group] for name, group in groups.items()}
        memory, weights = _memory(self._others)
        self._store.save(Backup(epoch, batch, self.params.get("steps"), arrays | weights, memory))


def _memory(others: Sequence[keras.callbacks.Callback]) -> tuple[dict[str, Any], dict[str, list[np.ndarray]]]:
    """Return what callbacks remember, and the weights among it."""
    memory, weights = {}, {}
    for i, callback in enumerate(others):
        name = f"{i}-{type(callback).__name__}"
        known = {key: getattr(callback, key) for key in _REMEMBERED if hasattr(callback, key)}
        if known:
            memory[name] = {key: None if value is None else float(value) for key, value in known.items()}
        if getattr(callback, "best_weights", None) is not None:
            weights[name] = callback.best_weights
    return memory, weights


def _remind(others: Sequence[keras.callbacks.Callback], backup: Backup) -> None:
    """Give callbacks their memory back."""
    for i, callback in enumerate(others):
        name = f"{i}-{type(callback).__name__}"
        for key, value in backup.memory.get(name, {}).items():
            setattr(callback, key, value if key == "best" or value is None else int(value))
        if name in backup.arrays:
            callback.best_weights = list(backup.arrays[name])
