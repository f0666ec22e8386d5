"""The callbacks that nearly every training wants, in one call.

Taught in: notebooks/12.2
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras

from dlcv.callbacks.resuming import EpochLog, around, made
from dlcv.errors import DlcvError, unknown

__all__ = ["standard"]

_UP = ("accuracy", "acc", "auc", "precision", "recall", "f1", "iou", "map", "psnr", "ssim")
_DOWN = ("loss", "error", "mse", "mae", "rmse", "crossentropy", "entropy")


def standard(
    folder: str | Path,
    *,
    monitor: str = "val_loss",
    mode: str = "auto",
    patience: int = 5,
    min_delta: float = 0.0,
    factor: float = 0.3,
    min_learning_rate: float = 1e-6,
    resume: bool = False,
    every: int | None = None,
) -> list[keras.callbacks.Callback]:
    """Return the usual callbacks: keep the best, lower the rate on a plateau, stop when it no longer helps, keep a log.

    - The best model so far is saved as `folder/best.keras`.
    - After `patience // 2` epochs without improvement (at least one) the learning rate is multiplied by `factor`.
    - After `patience` such epochs the training stops. However it ends, the model gets its best epoch's weights.
    - `folder/log.csv` gets a line an epoch, with the learning rate; `folder/tensorboard` the curves for TensorBoard.

    Args:
        folder: where all of it goes; it is created where it is missing. One training, one folder.
        monitor: the figure that tells what is better, as `fit` names it: "val_loss", "val_accuracy", "loss" …
        mode: "min" if less is better, "max" if more is; "auto" goes by the name.
        patience: epochs without improvement before the training stops, 1 or more.
        min_delta: what counts as an improvement: a change of more than this, in the unit of `monitor`.
        factor: between 0 and 1.
        min_learning_rate: the learning rate falls no lower.
        resume: an interrupted training goes on, as with `resumable`; the best value so far, the best weights and the
            patience that is left are remembered too. (Keras's callbacks by themselves begin anew.)
        every: batches between backups, with `resume`; None for one after each epoch only.

    Returns:
        Callbacks for `model.fit(callbacks=…)`. The optimiser needs a learning rate that is a number, not a schedule.

    Raises:
        ValueError: a bound is broken, "auto" does not know the name, or `every` comes without `resume`.
        DlcvError: the folder cannot be created; after the first epoch, the training has no figure named `monitor`.

    Example:
        >>> model.fit(train, validation_data=validation, epochs=50, callbacks=standard("runs/mnist"))  # doctest: +SKIP

    Reference: Prechelt 1998, "Early stopping - but when?", in Neural Networks: Tricks of the Trade.
    Taught in: notebooks/12.2
    """
    if patience < 1:
        raise ValueError(f"patience is {patience}: the training waits for 1 epoch or more")
    if not 0 < factor < 1:
        raise ValueError(f"factor is {factor}: a learning rate falls by a factor between 0 and 1")
    if every is not None and not resume:
        raise ValueError("every= says how often to back up; it needs resume=True")
    place = made(folder)
    watch = {"monitor": monitor, "mode": _mode(monitor, mode)}
    callbacks = [
        _Exists(monitor),
        keras.callbacks.ModelCheckpoint(str(place / "best.keras"), save_best_only=True, **watch),
        keras.callbacks.EarlyStopping(patience=patience, min_delta=min_delta, restore_best_weights=True, **watch),
        keras.callbacks.ReduceLROnPlateau(
            factor=factor, patience=max(1, patience // 2), min_delta=min_delta, min_lr=min_learning_rate, **watch
        ),
        keras.callbacks.TensorBoard(str(place / "tensorboard"), write_graph=False),
    ]
    return around(callbacks, place, every) if resume else [*callbacks, EpochLog(place / "log.csv")]


def _mode(monitor: str, mode: str) -> str:
    """Return "min" or "max"."""
    if mode in ("min", "max"):
        return mode
    if mode != "auto":
        raise ValueError(unknown("mode", mode, ("auto", "min", "max")))
    words = monitor.lower().split("_")
    # Errors first: "accuracy_loss" is a loss.
    for direction, known in (("min", _DOWN), ("max", _UP)):
        if any(word in known for word in words):
            return direction
    raise ValueError(f"Is more of {monitor!r} better or worse? Its name does not tell: pass mode='max' or mode='min'.")


class _Exists(keras.callbacks.Callback):
    """Ends a training that does not measure what its callbacks watch; Keras would only warn and never stop."""

    def __init__(self, monitor: str) -> None:
        super().__init__()
        self._monitor = monitor

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        measured = list(logs or {})
        if self._monitor in measured:
            return
        message = unknown("figure to watch", self._monitor, measured)
        if self._monitor.startswith("val_") and not any(name.startswith("val_") for name in measured):
            message += " Nothing is measured on validation data after this epoch: pass validation_data= to fit."
        else:
            message += " Name it in monitor=, or measure it: compile(metrics=[…])."
        raise DlcvError(message)
