"""A training that is interrupted goes on where it stopped, and arrives where it would have arrived."""

from __future__ import annotations

import csv
from pathlib import Path

import keras
import numpy as np
import pytest

from dlcv.callbacks import resumable
from dlcv.errors import DlcvError

X = np.linspace(-1, 1, 64, dtype=np.float32)[:, None]
Y = 3 * X + 1
EPOCHS = 5


class PullThePlug(keras.callbacks.Callback):
    """Ends the training as Ctrl-C would: at the end of an epoch, or within one."""

    def __init__(self, epoch: int, batch: int | None = None) -> None:
        super().__init__()
        self.at, self.batch, self.epoch = epoch, batch, -1

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
        self.epoch = epoch

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:
        if self.batch is not None and (self.epoch, batch) == (self.at, self.batch):
            raise KeyboardInterrupt

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        if self.batch is None and epoch == self.at:
            raise KeyboardInterrupt


class Epochs(keras.callbacks.Callback):
    """Notes which epochs are trained."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[int] = []

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
        self.seen.append(epoch)


def fresh() -> keras.Model:
    """A small model, as a new process would build it; Adam has a state that must come back too."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(4, activation="tanh"), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.05), "mse")
    return model


def fit(model: keras.Model, *callbacks: keras.callbacks.Callback, epochs: int = EPOCHS) -> keras.callbacks.History:
    return model.fit(X, Y, batch_size=16, epochs=epochs, shuffle=False, verbose=0, callbacks=list(callbacks))


def log(folder: Path) -> list[dict[str, str]]:
    with (folder / "log.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def uninterrupted() -> keras.Model:
    model = fresh()
    fit(model)
    return model


@pytest.mark.parametrize("plug", [PullThePlug(1), PullThePlug(2, batch=1)], ids=["between epochs", "within an epoch"])
def test_it_goes_on_where_it_stopped(plug: PullThePlug, tmp_path: Path, uninterrupted: keras.Model) -> None:
    folder = tmp_path / "runs" / "mine"
    with pytest.raises(KeyboardInterrupt):
        fit(fresh(), *resumable(folder), plug)
    assert [row["epoch"] for row in log(folder)] == ["0", "1"]

    model, epochs = fresh(), Epochs()
    fit(model, *resumable(folder), epochs)
    assert epochs.seen == [2, 3, 4]
    assert [row["epoch"] for row in log(folder)] == ["0", "1", "2", "3", "4"], "every epoch once"
    assert not any((folder / "backup").glob("*")), "a training that has ended needs no backup"
    for ours, theirs in zip(model.get_weights(), uninterrupted.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_the_log_has_the_losses(tmp_path: Path) -> None:
    history = fit(fresh(), *resumable(tmp_path))
    assert [float(row["loss"]) for row in log(tmp_path)] == pytest.approx(history.history["loss"])


def test_an_uninterrupted_training_is_not_disturbed(tmp_path: Path, uninterrupted: keras.Model) -> None:
    model = fresh()
    fit(model, *resumable(tmp_path))
    for ours, theirs in zip(model.get_weights(), uninterrupted.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("in the way")
    with pytest.raises(DlcvError, match=r"folder .*runs.* cannot be created"):
        resumable(tmp_path / "runs" / "mnist")
