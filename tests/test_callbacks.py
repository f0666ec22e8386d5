"""A training that is interrupted goes on where it stopped, and arrives where it would have arrived.

Run as a script, this file is the training that gets killed: `python test_callbacks.py FOLDER EPOCH BATCH`.
"""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf

from dlcv.callbacks import TimeBudget, resumable, standard, time_budget
from dlcv.callbacks.backup import Backup, BackupFolder
from dlcv.data.pipeline import batches
from dlcv.errors import DlcvError, SettingsError

X = np.linspace(-1, 1, 64, dtype=np.float32)[:, None]
Y = (X[:, 0] > 0.1).astype(np.int64)
EPOCHS, STEPS = 4, 8


class PullThePlug(keras.callbacks.Callback):
    """Ends the training as Ctrl-C does, or with a real SIGKILL: at the end of an epoch, or after a batch of one."""

    def __init__(self, epoch: int, batch: int | None = None, kill: bool = False) -> None:
        super().__init__()
        self.at, self.batch, self.kill, self.epoch = epoch, batch, kill, -1

    def end(self) -> None:
        if self.kill:
            os.kill(os.getpid(), signal.SIGKILL)
        raise KeyboardInterrupt

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
        self.epoch = epoch

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:
        if (self.epoch, batch) == (self.at, self.batch):
            self.end()

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        if self.batch is None and epoch == self.at:
            self.end()


class Noting(keras.Sequential):
    """Writes down which images it is trained on, batch by batch."""

    notes: Path

    def train_step(self, data: tuple[tf.Tensor, tf.Tensor]) -> dict[str, tf.Tensor]:
        def note(x: tf.Tensor) -> None:
            numbers = np.rint((x.numpy().ravel() + 1) / 2 * (len(X) - 1)).astype(int)
            with self.notes.open("a") as file:
                print(*numbers, file=file)

        tf.py_function(note, [data[0]], [])
        return super().train_step(data)


def fresh(notes: Path, seed: int = 0) -> Noting:
    """A small model, as a new process would build it, with all that has a state: Adam, dropout, running means."""
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    model = Noting(
        [
            keras.Input((1,)),
            layers.Dense(6, activation="tanh"),
            layers.BatchNormalization(),
            layers.Dropout(0.3),
            layers.Dense(2, activation="softmax"),
        ]
    )
    model.notes = notes
    model.compile(
        keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy", metrics=["accuracy"], jit_compile=False
    )
    return model


def stream() -> tf.data.Dataset:
    return batches((X, Y), len(X) // STEPS, shuffle=True, seed=3)


def fit(model: keras.Model, *callbacks: keras.callbacks.Callback, data: str = "stream", epochs: int = EPOCHS) -> None:
    if data.startswith("stream"):
        order = stream() if data == "stream" else stream().filter(lambda *batch: True)
        model.fit(order, epochs=epochs, verbose=0, callbacks=list(callbacks))
    else:
        shuffle = data == "shuffled arrays"
        model.fit(X, Y, batch_size=8, shuffle=shuffle, epochs=epochs, verbose=0, callbacks=list(callbacks))


def lines(notes: Path) -> list[str]:
    return notes.read_text().splitlines()


def log(folder: Path) -> list[dict[str, str]]:
    with (folder / "log.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def assert_same(model: keras.Model, other: keras.Model) -> None:
    for ours, theirs in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)
    assert int(model.optimizer.iterations) == int(other.optimizer.iterations)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """For each kind of data: the model after training without interruption, its notes and its log."""
    trained = SimpleNamespace(model={}, notes={}, log={})
    for data in ("stream", "stream of unknown length", "arrays", "shuffled arrays"):
        folder = tmp_path_factory.mktemp("uninterrupted")
        model = fresh(folder / "notes")
        fit(model, keras.callbacks.CSVLogger(str(folder / "log.csv")), data=data)
        trained.model[data], trained.notes[data], trained.log[data] = model, lines(folder / "notes"), log(folder)
    return trained


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """Folders of two trainings in processes of their own, ended by SIGKILL."""
    moments = {"within an epoch": ("1", "4"), "between epochs": ("1", "-1")}
    folders = {name: tmp_path_factory.mktemp("killed") for name in moments}
    processes = [subprocess.Popen([sys.executable, __file__, str(folders[name]), *at]) for name, at in moments.items()]
    for process in processes:
        assert process.wait(timeout=120) == -signal.SIGKILL
    return folders


@pytest.mark.parametrize(
    ("moment", "in_vain", "first"), [("within an epoch", 1, STEPS + 4), ("between epochs", 0, 2 * STEPS)]
)
def test_a_killed_training_goes_on_in_another_process(
    moment: str,
    in_vain: int,
    first: int,
    killed: dict[str, Path],
    uninterrupted: SimpleNamespace,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = killed[moment]
    before = lines(folder / "notes")
    model = fresh(folder / "notes_of_the_second", seed=99)  # the seeds of dropout come back with the backup
    keras.utils.set_random_seed(0)  # those of the stream must be given again
    fit(model, *resumable(folder, every=2))
    after = lines(folder / "notes_of_the_second")

    # The batches since the last backup were trained on in vain, and lost with the process.
    assert before[: len(before) - in_vain] + after == uninterrupted.notes["stream"], "no batch twice, none left out"
    assert len(before) - in_vain == first
    assert_same(model, uninterrupted.model["stream"])
    expected = uninterrupted.log["stream"]
    assert [row["epoch"] for row in log(folder)] == ["0", "1", "2", "3"], "every epoch once"
    for name in ("loss", "accuracy"):
        assert [float(row[name]) for row in log(folder)] == pytest.approx(
            [float(row[name]) for row in expected], abs=1e-6
        )
    assert not (folder / "backup").exists(), "a training that has ended needs no backup"
    assert capsys.readouterr().out.startswith("going on after ")


@pytest.mark.filterwarnings("ignore:.*input ran out of data")
@pytest.mark.parametrize("data", ["stream of unknown length", "arrays", "shuffled arrays"])
def test_the_data_come_in_the_same_order_again(
    data: str, tmp_path: Path, uninterrupted: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    notes = tmp_path / "notes"
    for plug in (PullThePlug(1, batch=2), PullThePlug(1, batch=5), PullThePlug(3, batch=0)):  # three times in a row
        with pytest.raises(KeyboardInterrupt):
            fit(fresh(notes), *resumable(tmp_path, every=1), plug, data=data)
    model = fresh(notes)
    fit(model, *resumable(tmp_path, every=1), data=data)
    assert lines(notes) == uninterrupted.notes[data]
    assert_same(model, uninterrupted.model[data])
    assert "going on after 1 epochs and 3 batches\ngoing on after 1 epochs and 6 batches" in capsys.readouterr().out


def test_the_same_model_may_go_on_in_the_same_process(tmp_path: Path, uninterrupted: SimpleNamespace) -> None:
    model = fresh(tmp_path / "notes")
    for plug in (PullThePlug(1, batch=3), PullThePlug(1, batch=6)):  # the second within the epoch that is gone on with
        with pytest.raises(KeyboardInterrupt):
            fit(model, *resumable(tmp_path), plug)
    fit(model, *resumable(tmp_path))
    assert_same(model, uninterrupted.model["stream"])
    fit(model, *resumable(tmp_path), epochs=1)
    assert [row["epoch"] for row in log(tmp_path)] == ["0"], "another training has a log of its own"


def test_without_an_interruption_it_changes_nothing(tmp_path: Path, uninterrupted: SimpleNamespace) -> None:
    model = fresh(tmp_path / "notes")
    fit(model, *resumable(tmp_path, every=3))
    assert lines(tmp_path / "notes") == uninterrupted.notes["stream"]
    assert_same(model, uninterrupted.model["stream"])
    assert log(tmp_path) == uninterrupted.log["stream"]


def test_a_backup_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        fit(fresh(tmp_path / "notes"), *resumable(tmp_path, every=1), PullThePlug(0, batch=2))
    other = keras.Sequential([keras.Input((1,)), keras.layers.Dense(2, activation="softmax")])
    other.compile("sgd", "sparse_categorical_crossentropy")
    with pytest.raises(DlcvError, match="another model or optimiser"):
        fit(other, *resumable(tmp_path))
    with pytest.raises(DlcvError, match=r"8 batches an epoch; this one has 4.*same data and batch size"):
        fresh(tmp_path / "notes").fit(X, Y, batch_size=16, verbose=0, callbacks=resumable(tmp_path))
    (tmp_path / "backup" / "latest.npz").write_bytes(b"PK")
    (tmp_path / "backup" / "previous.npz").write_bytes(b"")
    with pytest.raises(DlcvError, match=r"damaged \(latest.npz and previous.npz\)\. Delete this folder"):
        fit(fresh(tmp_path / "notes"), *resumable(tmp_path))


def test_the_errors_of_resumable(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="every is 0"):
        resumable(tmp_path, every=0)
    unbuilt = keras.Sequential([keras.layers.Dense(1)])
    unbuilt.compile("sgd", "mse")
    with pytest.raises(DlcvError, match=r"keras\.Input"):
        unbuilt.fit(X, Y, verbose=0, callbacks=resumable(tmp_path))
    (tmp_path / "runs").write_text("in the way")
    for make in (resumable, standard):
        with pytest.raises(DlcvError, match=r"folder .*runs.* cannot be created"):
            make(tmp_path / "runs" / "mnist")


def backup(epoch: int) -> Backup:
    return Backup(
        epoch, 3, None, {"model": [np.full((4, 5), epoch, np.float32), np.array(epoch)]}, {"a": {"best": 0.5}}
    )


def test_a_backup_comes_back_as_it_was(tmp_path: Path) -> None:
    store = BackupFolder(tmp_path / "backup")
    assert store.load() is None
    store.save(backup(1))
    found = store.load()
    assert (found.epoch, found.batch, found.steps, found.memory) == (1, 3, None, {"a": {"best": 0.5}})
    for ours, theirs in zip(found.arrays["model"], backup(1).arrays["model"], strict=True):
        np.testing.assert_array_equal(ours, theirs)
    store.clear()
    store.clear()
    assert not store.folder.exists()


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.9, 0.99])
def test_a_torn_backup_does_not_lose_the_training(
    share: float, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = BackupFolder(tmp_path)
    store.save(backup(1))
    store.save(backup(2))
    latest = tmp_path / "latest.npz"
    latest.write_bytes(latest.read_bytes()[: int(share * latest.stat().st_size)])
    assert store.load().epoch == 1
    assert capsys.readouterr().out == "the latest backup is damaged; the one before it is whole\n"


@pytest.mark.parametrize(("operation", "call", "expected"), [("fsync", 1, 2), ("replace", 1, 2), ("replace", 2, 2)])
def test_a_process_killed_while_it_writes_leaves_a_whole_backup(
    operation: str, call: int, expected: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = BackupFolder(tmp_path)
    store.save(backup(1))
    store.save(backup(2))
    genuine, calls = getattr(os, operation), []

    def die(*args: object) -> None:
        calls.append(args)
        if len(calls) == call:
            raise KeyboardInterrupt
        genuine(*args)

    monkeypatch.setattr(os, operation, die)
    with pytest.raises(KeyboardInterrupt):
        store.save(backup(3))
    assert store.load().epoch == expected
    store.save(backup(4))
    assert store.load().epoch == 4


class Dictate(keras.callbacks.Callback):
    """Replaces the measured validation loss by a given one."""

    def __init__(self, losses: list[float]) -> None:
        super().__init__()
        self.losses = losses

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        logs["val_loss"] = self.losses[epoch]


#          best ↓ of the first slope    ↓ best of all   ↓ rate falls, ↓ and again, stop
LOSSES = [1.0, 0.8, 0.9, 0.7, 0.75, 0.6, 0.65, 0.66, 0.67, 0.68, 0.5, 0.4]


def train_by_standard(
    folder: Path, *plugs: keras.callbacks.Callback, **options: object
) -> tuple[keras.Model, list[keras.callbacks.Callback]]:
    model = fresh(folder / "notes")
    callbacks = standard(folder, patience=4, **options)
    model.fit(stream(), validation_data=(X, Y), epochs=12, verbose=0, callbacks=[Dictate(LOSSES), *callbacks, *plugs])
    return model, callbacks


def test_standard_keeps_the_best_lowers_the_rate_and_stops(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = tmp_path / "whole"
    model, callbacks = train_by_standard(whole)
    assert capsys.readouterr().out == ""
    rows = log(whole)
    assert [float(row["val_loss"]) for row in rows] == LOSSES[:10], "four epochs after the best one"
    assert [float(row["learning_rate"]) for row in rows] == pytest.approx([0.05] * 8 + [0.015] * 2)
    kinds = {type(callback).__name__: callback for callback in callbacks}
    assert kinds["EarlyStopping"].best_epoch == 5
    assert kinds["ReduceLROnPlateau"].patience < kinds["EarlyStopping"].patience
    best = keras.models.load_model(whole / "best.keras", compile=False, custom_objects={"Noting": Noting})
    for ours, theirs in zip(best.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert list((whole / "tensorboard" / "validation").glob("events*"))

    # The same again, interrupted when two epochs of patience are left, and within the epoch in which it stops.
    torn = tmp_path / "torn"
    for plug in (PullThePlug(7, batch=3), PullThePlug(9, batch=6)):
        with pytest.raises(KeyboardInterrupt):
            train_by_standard(torn, plug, resume=True, every=4)
    resumed, callbacks = train_by_standard(torn, resume=True, every=4)
    assert_same(resumed, model)
    for ours, theirs in zip(log(torn), rows, strict=True):
        assert {k: float(v) for k, v in ours.items()} == pytest.approx(
            {k: float(v) for k, v in theirs.items()}, abs=1e-5
        )


def test_standard_with_a_figure_that_is_not_measured(tmp_path: Path) -> None:
    model = fresh(tmp_path / "notes")
    for options, message in (
        ({}, r"Unknown figure to watch 'val_loss'.*pass validation_data= to fit"),
        ({"monitor": "acc", "mode": "max"}, r"Did you mean 'accuracy'\?.*Name it in monitor="),
    ):
        with pytest.raises(DlcvError, match=message):
            fit(model, *standard(tmp_path, **options))


@pytest.mark.parametrize(
    ("monitor", "mode"),
    [
        ("val_loss", "min"),
        ("loss", "min"),
        ("val_accuracy", "max"),
        ("val_mean_absolute_error", "min"),
        ("val_auc", "max"),
    ],
)
def test_standard_knows_which_way_is_better(monitor: str, mode: str, tmp_path: Path) -> None:
    modes = {callback.mode for callback in standard(tmp_path, monitor=monitor) if hasattr(callback, "mode")}
    assert modes == {mode}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"monitor": "val_wow"}, "pass mode='max' or mode='min'"),
        ({"mode": "maximum"}, "Did you mean 'max'"),
        ({"patience": 0}, "1 epoch or more"),
        ({"factor": 1.0}, "between 0 and 1"),
        ({"every": 5}, "resume=True"),
    ],
)
def test_the_errors_of_standard(options: dict, message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=message):
        standard(tmp_path, **options)


class Clock:
    """A clock that a training moves: so many seconds a batch, and so many for validation at an epoch's end."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Pass(keras.callbacks.Callback):
    def __init__(self, clock: Clock, batch: float, validation: float = 0.0) -> None:
        super().__init__()
        self.clock, self.batch, self.validation = clock, batch, validation

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:
        self.clock.now += self.batch

    def on_test_end(self, logs: object = None) -> None:
        self.clock.now += self.validation


@pytest.mark.parametrize(
    ("seconds", "validation", "epochs", "line"),
    [
        (20, 0, 3, "time budget of 20 s used up after 2 of 4 epochs and 4 of 8 batches\n"),
        (16, 0, 2, "time budget of 16 s used up after 2 of 4 epochs\n"),
        (9, 5, 1, "time budget of 9 s used up after 1 of 4 epochs\n"),  # during validation
        (0.5, 0, 1, "time budget of 0.5 s used up after 0 of 4 epochs and 1 of 8 batches\n"),
        (32, 0, 4, ""),  # just enough
        (None, 0, 4, ""),
    ],
)
def test_a_time_budget(
    seconds: float | None, validation: float, epochs: int, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = Clock()
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(2, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", run_eagerly=True)
    budget = TimeBudget(seconds, clock=clock)
    history = model.fit(
        X,
        Y,
        batch_size=8,
        epochs=4,
        validation_data=(X[:8], Y[:8]),
        callbacks=[Pass(clock, 1, validation), budget],
        verbose=0,
    )
    assert len(history.history["val_loss"]) == epochs, "the last epoch is validated too, even one cut short"
    assert capsys.readouterr().out == line
    assert budget.used_up == bool(line)


def test_the_budget_of_a_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    for profile, seconds in (("quick", 20), ("lecture", 240), ("full", np.inf)):
        monkeypatch.setenv("DLCV_PROFILE", profile)
        assert time_budget().seconds == seconds
    assert time_budget(SimpleNamespace(profile="quick")).seconds == 20, "the lesson outweighs the environment"
    monkeypatch.setenv("DLCV_PROFILE", "fast")
    with pytest.raises(SettingsError):
        time_budget()


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_a_budget_is_positive(seconds: float) -> None:
    with pytest.raises(ValueError, match="more than 0 seconds"):
        TimeBudget(seconds)


if __name__ == "__main__":
    place, at_epoch, at_batch = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    plug = PullThePlug(at_epoch, at_batch if at_batch >= 0 else None, kill=True)
    fit(fresh(place / "notes"), *resumable(place, every=2), plug)
