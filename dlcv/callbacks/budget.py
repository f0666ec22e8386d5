"""A training that ends when its time is used up.

Taught in: notebooks/12.2
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import keras

from dlcv import settings

if TYPE_CHECKING:
    from dlcv.lesson import Lesson

__all__ = ["TimeBudget", "time_budget"]

# A rehearsal, the wait that a lecture bears, and as long as it takes.
_SECONDS = {"quick": 20.0, "lecture": 240.0, "full": None}


class TimeBudget(keras.callbacks.Callback):
    """Ends `fit` when its time is used up, and says so in one line.

    The clock starts when the training does, and is read after every batch and every epoch. The batch in hand is
    finished. As always when a training is stopped within an epoch, Keras still measures the validation data then, and
    the callbacks see an epoch's end; so `fit` may take a little longer than the budget.

    Args:
        seconds: the budget, more than 0; None for as long as it takes.
        clock: a function that returns seconds and never goes back.

    Attributes:
        used_up: whether the last training was cut short.

    Raises:
        ValueError: `seconds` is not a positive number.

    Example:
        >>> model.fit(batches, epochs=50, callbacks=[TimeBudget(240)])  # doctest: +SKIP
        time budget of 240 s used up after 7 of 50 epochs and 31 of 40 batches

    Taught in: notebooks/12.2
    """

    def __init__(self, seconds: float | None, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        if seconds is not None and not seconds > 0:
            raise ValueError(f"seconds is {seconds}: a budget is more than 0 seconds, or None for no limit")
        self.seconds = math.inf if seconds is None else float(seconds)
        self.used_up = False
        self._clock = clock
        self._end = math.inf
        self._epoch = self._batches = 0  # finished epochs, and batches of the one that is not

    def on_train_begin(self, logs: Any = None) -> None:
        self.used_up = False
        self._epoch = self._batches = 0
        self._end = self._clock() + self.seconds

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch, self._batches = epoch, 0

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._batches = batch + 1
        if self._clock() >= self._end:
            self._stop(whole_epoch=self._batches == self.params.get("steps"))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if not self.used_up:
            self._epoch, self._batches = epoch + 1, 0
            if self._clock() >= self._end:  # validation takes time too
                self._stop()

    def on_train_end(self, logs: Any = None) -> None:
        if not self.used_up:
            return
        epochs, steps = self.params.get("epochs"), self.params.get("steps")
        done = f"{self._epoch} of {epochs} epochs"
        if self._batches:
            done += f" and {self._batches} of {steps} batches" if steps else f" and {self._batches} batches"
        print(f"time budget of {self.seconds:g} s used up after {done}")

    def _stop(self, whole_epoch: bool = False) -> None:
        if whole_epoch:
            self._epoch, self._batches = self._epoch + 1, 0
        # To end with the last epoch is not to be cut short; nor is it when another callback has just ended it all.
        if self._epoch < self.params.get("epochs", math.inf) and not self.model.stop_training:
            self.used_up = self.model.stop_training = True


def time_budget(lesson: Lesson | None = None) -> TimeBudget:
    """Return the time budget of the running profile: quick 20 s, lecture 4 minutes, full without limit.

    Args:
        lesson: what `dlcv.start` returned. Its profile counts; without it `DLCV_PROFILE` does.

    Returns:
        A callback for `model.fit(callbacks=…)`.

    Example:
        >>> model.fit(batches, epochs=50, callbacks=[time_budget(lesson)])  # doctest: +SKIP

    Taught in: notebooks/12.2
    """
    return TimeBudget(_SECONDS[lesson.profile if lesson else settings.read().profile])
