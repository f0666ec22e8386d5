"""Stored models: what is saved comes back, what is damaged is found, and nothing is left half-written."""

from __future__ import annotations

import errno
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from dlcv import data, settings, zoo
from dlcv.errors import ModelError

CARD = {
    "title": "Tiny",
    "data": "mnist",
    "source": "local",
    "profile": "quick",
    "seed": 42,
    "metrics": [{"name": "accuracy", "value": 0.5, "split": "test"}],
}
PIXELS = np.arange(24, dtype=np.uint8).reshape(2, 3, 4, 1)


def tiny(units: int = 2) -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((3, 4, 1)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Flatten(),
            keras.layers.Dense(units, activation="softmax"),
        ]
    )


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for variable in settings.VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("DLCV_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.setenv("DLCV_PROFILE", "quick")
    monkeypatch.setattr(data, "sources", dict)
    return tmp_path / "models"


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


class Trainer:
    """Counts how often it trains."""

    def __init__(self, **card: Any) -> None:
        self.card = CARD | card
        self.calls = 0

    def __call__(self) -> tuple[keras.Model, dict[str, Any]]:
        self.calls += 1
        return tiny(), self.card


# -- save and load


def test_a_model_comes_back_with_the_same_answers() -> None:
    model = tiny()
    file = zoo.save(model, "tiny", CARD)
    assert file == zoo.path("tiny")
    assert zoo.names() == ["tiny"]
    loaded = zoo.load("tiny")
    assert not loaded.compiled
    np.testing.assert_allclose(loaded.predict(PIXELS, verbose=0), model.predict(PIXELS, verbose=0), atol=1e-6)


def test_the_card_says_all_that_is_to_be_known() -> None:
    file = zoo.save(tiny(), "tiny", CARD | {"licence": "CC0 — public domain"})
    card = zoo.card("tiny")
    assert CARD.items() <= card.items()
    assert card["licence"] == "CC0 — public domain"
    assert card["parameters"] == 26
    assert card["bytes"] == file.stat().st_size
    assert card["versions"]["keras"] == keras.__version__
    assert len(card["sha256"]) == 64
    assert zoo.verify("tiny") == file


def test_the_state_of_the_optimiser_is_left_out() -> None:
    plain = zoo.save(tiny(500), "plain", CARD).stat().st_size
    trained = tiny(500)
    trained.compile("adam", "sparse_categorical_crossentropy")
    trained.fit(PIXELS, np.array([0, 1]), verbose=0)
    assert zoo.save(trained, "trained", CARD).stat().st_size < 1.1 * plain
    with zipfile.ZipFile(zoo.path("trained")) as archive:
        assert not json.loads(archive.read("config.json"))["compile_config"]


def test_saving_again_replaces_model_and_card(folder: Path) -> None:
    zoo.save(tiny(2), "tiny", CARD)
    zoo.save(tiny(5), "tiny", CARD | {"title": "Tiny, the second"})
    assert zoo.load("tiny").output_shape == (None, 5)
    assert zoo.card("tiny")["title"] == "Tiny, the second"
    assert files(folder) == ["tiny.json", "tiny.keras"]


@pytest.mark.parametrize("key", zoo.REQUIRED)
def test_a_card_that_lacks_something_is_refused_before_anything_is_written(key: str, folder: Path) -> None:
    with pytest.raises(ModelError, match=f"'tiny' lacks {key}"):
        zoo.save(tiny(), "tiny", {name: value for name, value in CARD.items() if name != key})
    assert not folder.exists()


@pytest.mark.parametrize("name", ["", "Tiny", "../tiny", "a/b", "9lives", "tiny.keras", "tiny-cnn", "tiny\n"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ModelError, match="lower-case letters, digits and underscores"):
        zoo.save(tiny(), name, CARD)
    for function in (zoo.load, zoo.card, zoo.verify):
        with pytest.raises(ModelError, match="Unknown model"):
            function(name)


def test_an_unknown_model_suggests_the_nearest() -> None:
    with pytest.raises(ModelError, match=r"Unknown model 'tiny_cn'\. There are none\."):
        zoo.load("tiny_cn")
    zoo.save(tiny(), "tiny_cnn", CARD)
    for name in ("tiny_cn", "Tiny_CNN"):
        with pytest.raises(ModelError, match=f"Unknown model '{name}'. Did you mean 'tiny_cnn'"):
            zoo.load(name)


# -- damage


def test_weights_that_were_changed_are_found(folder: Path) -> None:
    zoo.save(tiny(), "tiny", CARD)
    file = zoo.path("tiny")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    for function in (zoo.load, zoo.verify):
        with pytest.raises(ModelError, match=r"tiny\.keras is damaged or was changed.*git checkout"):
            function("tiny")


def test_a_model_that_was_exchanged_for_another_one_is_found(folder: Path) -> None:
    zoo.save(tiny(), "tiny", CARD)
    zoo.save(tiny(), "other", CARD)
    os.replace(folder / "other.keras", folder / "tiny.keras")
    with pytest.raises(ModelError, match="damaged or was changed"):
        zoo.load("tiny")


def _broken_zip(file: Path) -> None:
    file.write_bytes(b"PK\x03\x04 this is no archive")


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _zip_of_something_else(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("readme.txt", "hello")


def _truncated_weights(file: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["model.weights.h5"] = parts["model.weights.h5"][:500]
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


@pytest.mark.parametrize("damage", [_broken_zip, _empty, _zip_of_something_else, _truncated_weights])
def test_a_file_that_keras_cannot_read_is_a_clear_error(damage: Callable[[Path], None], folder: Path) -> None:
    """Even where somebody wrote a card for it that fits."""
    file = zoo.save(tiny(), "tiny", CARD)
    damage(file)
    card = zoo.card("tiny") | {"sha256": zoo._sha256(file)}
    file.with_suffix(".json").write_text(json.dumps(card))
    with pytest.raises(ModelError, match=r"tiny\.keras cannot be read as a Keras model"):
        zoo.load("tiny")


def test_a_model_file_cannot_run_code_of_its_own(folder: Path, tmp_path: Path) -> None:
    evil = keras.Sequential([keras.Input((3, 4, 1)), keras.layers.Lambda(lambda x: x)])
    file = zoo.save(tiny(), "tiny", CARD)
    evil.save(file)
    card = zoo.card("tiny") | {"sha256": zoo._sha256(file)}
    file.with_suffix(".json").write_text(json.dumps(card))
    with pytest.raises(ModelError, match="cannot be read as a Keras model"):
        zoo.load("tiny")


def test_a_missing_card_and_one_that_cannot_be_read(folder: Path) -> None:
    zoo.save(tiny(), "tiny", CARD)
    card = folder / "tiny.json"
    cases = {
        "is not valid JSON": b"{",
        "is not valid JSON: 'utf-8'": b"\xff\xfe",
        "is not a JSON object": b"[1, 2]",
        "lacks title, .*sha256": b"{}",
    }
    for message, content in cases.items():
        card.write_bytes(content)
        with pytest.raises(ModelError, match=rf"tiny\.json {message}.*git checkout"):
            zoo.load("tiny")
    card.unlink()
    with pytest.raises(ModelError, match=r"tiny\.keras has no card tiny\.json beside it"):
        zoo.card("tiny")
    card.mkdir()
    with pytest.raises(ModelError, match=r"tiny\.json cannot be read: Is a directory"):
        zoo.card("tiny")


# -- no room, no permission


def failing_replace(monkeypatch: pytest.MonkeyPatch, at_call: int) -> None:
    """Let the `at_call`-th replacement of a file fail as on a full disk."""
    replace, calls = os.replace, []

    def full(source: Any, target: Any) -> None:
        calls.append(target)
        if len(calls) == at_call:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        replace(source, target)

    monkeypatch.setattr(zoo.os, "replace", full)


@pytest.mark.parametrize("at_call", [1, 2])
def test_a_full_disk_leaves_nothing_half_written(at_call: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing_replace(monkeypatch, at_call)
    with pytest.raises(ModelError, match=r"could not be written to .*No space left.*DLCV_MODELS_DIR"):
        zoo.save(tiny(), "tiny", CARD)
    assert files(folder) == []
    assert zoo.names() == []


@pytest.mark.parametrize("at_call", [1, 2])
def test_a_full_disk_leaves_the_model_before_as_it_was(
    at_call: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zoo.save(tiny(2), "tiny", CARD)
    before = {name: (folder / name).read_bytes() for name in files(folder)}
    with monkeypatch.context() as patch:
        failing_replace(patch, at_call)
        with pytest.raises(ModelError, match="could not be written"):
            zoo.save(tiny(5), "tiny", CARD)
    assert {name: (folder / name).read_bytes() for name in files(folder)} == before
    assert zoo.load("tiny").output_shape == (None, 2)


def test_a_file_in_the_way_of_the_folder(folder: Path) -> None:
    folder.write_text("I am no folder")
    with pytest.raises(ModelError, match=r"could not be written.*DLCV_MODELS_DIR"):
        zoo.save(tiny(), "tiny", CARD)
    assert folder.read_text() == "I am no folder"
    assert zoo.names() == []


# -- load_or_train


def test_it_trains_once_then_loads(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train = Trainer()
    first = zoo.load_or_train("tiny", train)
    second = zoo.load_or_train("tiny", train)
    assert train.calls == 1
    np.testing.assert_allclose(first.predict(PIXELS, verbose=0), second.predict(PIXELS, verbose=0), atol=1e-6)
    assert capsys.readouterr().out.splitlines() == [
        "tiny: not stored yet, training it now",
        "tiny: trained earlier (quick, mnist: local)",
    ]
    assert zoo.names() == [], "what is kept for oneself is not what ships"
    assert files(folder) == [".cache/quick/tiny.json", ".cache/quick/tiny.keras"]


def test_a_model_that_ships_is_never_trained() -> None:
    zoo.save(tiny(7), "tiny", CARD)
    train = Trainer()
    assert zoo.load_or_train("tiny", train).output_shape == (None, 7)
    assert train.calls == 0


def test_a_damaged_model_that_ships_is_an_error_and_not_replaced() -> None:
    zoo.save(tiny(), "tiny", CARD).write_bytes(b"junk")
    train = Trainer()
    with pytest.raises(ModelError, match="damaged or was changed"):
        zoo.load_or_train("tiny", train)
    assert train.calls == 0


def test_every_profile_trains_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    train = Trainer()
    zoo.load_or_train("tiny", train)
    monkeypatch.setenv("DLCV_PROFILE", "full")
    zoo.load_or_train("tiny", train)
    assert train.calls == 2


@pytest.mark.parametrize(
    ("trained_on", "now", "calls"),
    [("sample", "local", 2), ("local", "sample", 2), ("local", "download", 1), ("sample", "sample", 1)],
)
def test_it_trains_again_when_the_data_is_real_now(
    trained_on: str, now: str, calls: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    train = Trainer(source=trained_on)
    monkeypatch.setattr(data, "sources", lambda: {"mnist": trained_on})
    zoo.load_or_train("tiny", train)
    train.card["source"] = now
    monkeypatch.setattr(data, "sources", lambda: {"mnist": now})
    zoo.load_or_train("tiny", train)
    assert train.calls == calls
    assert (f"saw other data ({trained_on}, now {now})" in capsys.readouterr().out) == (calls == 2)


@pytest.mark.parametrize("damaged", ["tiny.keras", "tiny.json", "no card"])
def test_a_damaged_copy_of_ones_own_is_trained_again(
    damaged: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train = Trainer()
    zoo.load_or_train("tiny", train)
    cache = folder / ".cache" / "quick"
    if damaged == "no card":
        (cache / "tiny.json").unlink()
    else:
        (cache / damaged).write_bytes(b"junk")
    zoo.load_or_train("tiny", train)
    assert train.calls == 2
    assert "so it is trained again" in capsys.readouterr().out
    zoo.load_or_train("tiny", train)
    assert train.calls == 2, "it is whole again"


def test_a_training_is_not_lost_where_its_model_cannot_be_kept(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.mkdir()
    (folder / ".cache").write_text("in the way")
    model = zoo.load_or_train("tiny", Trainer())
    assert model.output_shape == (None, 2)
    out = capsys.readouterr().out
    assert "not kept for the next time" in out
    assert "DLCV_MODELS_DIR" in out


def test_a_training_without_a_proper_card_is_an_error(folder: Path) -> None:
    train = Trainer()
    del train.card["metrics"]
    with pytest.raises(ModelError, match="'tiny' lacks metrics"):
        zoo.load_or_train("tiny", train)
    assert not folder.exists()
    with pytest.raises(ModelError, match="lower-case letters"):
        zoo.load_or_train("Tiny", train)


def test_a_training_that_fails_leaves_nothing(folder: Path) -> None:
    def train() -> tuple[keras.Model, dict[str, Any]]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        zoo.load_or_train("tiny", train)
    assert not folder.exists()


# -- what ships


def test_every_model_that_ships_is_what_its_card_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DLCV_MODELS_DIR")
    total = 0
    for name in zoo.names():
        file = zoo.verify(name)
        card = zoo.card(name)
        model = zoo.load(name)
        assert card["source"] in ("local", "download"), f"{name} was trained on a sample"
        assert card["data"] in data.names()
        assert model.count_params() == card["parameters"]
        assert model.input_shape[1:] == data.info(card["data"]).image_shape
        assert any(metric["split"] == "test" for metric in card["metrics"])
        assert file.stat().st_size < 5_000_000
        total += file.stat().st_size
    assert total < 40_000_000
