"""The epoch that an interrupted training goes on with: batches already trained on are passed over.

Taught in: notebooks/12.2
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import keras
import tensorflow as tf

from dlcv.callbacks.backup import Backup

__all__ = ["Replay"]


class Replay:
    """Stands in for `model.train_function` during the epoch that a training goes on with.

    `fit` hands the train function the iterator of an epoch's batches. In a new process that is the first iterator, and
    a stream that reshuffles gives it the first epoch's order: so iterators are made until it is this epoch's turn.
    """

    def __init__(self, model: keras.Model, backup: Backup, steps: int | None) -> None:
        self.train = model.train_function
        if isinstance(self.train, Replay):  # left behind by a training that was interrupted in its turn
            self.train = self.train.train
        self.passed = self._restored = False
        self._model, self._backup, self._steps = model, backup, steps
        self._calls = math.ceil(backup.batch / model.steps_per_execution)
        self._given: Any = None
        self._batches: Any = None

    def __call__(self, given: Any) -> Any:
        if self._given is None:
            self._given, self._batches = given, _turn(given, self._backup.epoch, self._steps)
        if given is not self._given:  # another epoch, or another training of this model
            self.passed = False
            return self.train(given)
        self.passed = self._calls > 0
        if not self.passed:
            return self.train(self._batches)
        self._calls -= 1
        read = [
            batch for _ in range(self._model.steps_per_execution) if (batch := next(self._batches, None)) is not None
        ]
        if not self._restored and read:
            self._restored = True
            self._restore_metrics(read[0])
        return self._model.get_metrics_result()

    def _restore_metrics(self, batch: Any) -> None:
        """Put back the sums from which Keras computes the epoch's mean loss and accuracy."""
        saved = self._backup.arrays.get("metrics", ())
        if len(self._model.metrics_variables) != len(saved):
            # Keras makes the metrics that `compile` names when it sees the first batch.
            self._model.test_on_batch(*keras.utils.unpack_x_y_sample_weight(batch))
        if len(self._model.metrics_variables) == len(saved):
            for variable, array in zip(self._model.metrics_variables, saved, strict=True):
                variable.assign(array)


def _turn(given: Any, epoch: int, steps: int | None) -> Any:
    """Return the iterator of epoch number `epoch`, where `given` is the stream's first one."""
    stream = getattr(given, "_dataset", None)  # a distributed iterator does not know where it came from
    if stream is None or stream.cardinality() == tf.data.INFINITE_CARDINALITY:
        return given
    for _ in range(_made_before(epoch, known=steps is not None)):
        given = iter(stream)
    return given


def _made_before(epoch: int, known: bool) -> int:
    """Count the iterators that `fit` makes of a stream, after its first one, up to that of epoch number `epoch`.

    It need not be one an epoch: Keras 3.15 makes another at an epoch's end, and does not use it. So we watch Keras
    train nothing on one number an epoch.

    Args:
        epoch: from 0.
        known: whether Keras knows beforehand how many batches an epoch has.
    """
    numbers = tf.data.Dataset.range(1)
    stream = _Counted(numbers if known else numbers.filter(lambda number: number >= 0))
    made = []

    class Nothing(keras.Model):
        def make_train_function(self, force: bool = False) -> None:
            def train(iterator: Any) -> dict[str, float]:
                next(iterator)
                made.append(stream.made)
                return {}

            self.train_function = train

    probe = Nothing()
    probe.compile()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a stream of unknown length came to its end
        probe.fit(stream, epochs=epoch + 1, verbose=0)
    return made[-1] - made[0]


class _Counted(tf.data.Dataset):
    """A stream that counts its iterators."""

    def __init__(self, source: tf.data.Dataset) -> None:
        self._source = source
        self.made = 0
        super().__init__(source._variant_tensor)

    def _inputs(self) -> list[tf.data.Dataset]:
        return [self._source]

    @property
    def element_spec(self) -> Any:
        return self._source.element_spec

    def __iter__(self) -> Any:
        self.made += 1
        return super().__iter__()
