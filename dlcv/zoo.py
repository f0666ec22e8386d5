"""`trained_models/`: save a model with its card, load it, or train it once where it is missing.

A stored model is two files: `NAME.keras`, the network with its weights, and `NAME.json`, its card. The card
says what the model was trained on, how well it does on which test set, and the SHA-256 of the network's
file, so that a damaged or altered file is found before Keras opens it.

Reference: Mitchell et al. 2019, "Model cards for model reporting".
Taught in: notebooks/04.1
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlcv import data, settings
from dlcv.errors import ModelError, unknown

if TYPE_CHECKING:
    import keras

__all__ = ["card", "load", "load_or_train", "names", "path", "save", "verify"]

# What a reader must know before trusting a figure; `save` adds the rest.
REQUIRED = ("title", "data", "source", "profile", "seed", "metrics")
_VERSIONED = ("tensorflow", "keras", "numpy")
_CACHE = ".cache"
_WHAT_BELONGS = "The docstring of dlcv.zoo.save says what belongs on it."


def _folder() -> Path:
    return settings.read().models_dir


def _checked_name(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ModelError(f"A model's name is lower-case letters, digits and underscores, not {name!r}.")
    return name


def _stored(folder: Path) -> list[str]:
    return sorted(file.stem for file in folder.glob("*.keras")) if folder.is_dir() else []


def names() -> list[str]:
    """Return the names of the models that lie in `trained_models/`, in alphabetical order."""
    return _stored(_folder())


def path(name: str) -> Path:
    """Return where the network called `name` is stored, whether it is there or not."""
    return _folder() / f"{_checked_name(name)}.keras"


def _existing(name: str) -> Path:
    if name not in names():
        raise ModelError(unknown("model", name, names()))
    return path(name)


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _read_card(file: Path) -> dict[str, Any]:
    card_file = file.with_suffix(".json")
    restore = f"Restore it with: git checkout -- trained_models/{card_file.name}"
    try:
        content = json.loads(card_file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(f"{file.name} has no card {card_file.name} beside it. {restore}") from None
    except OSError as error:
        raise ModelError(f"The card {card_file.name} cannot be read: {error.strerror}.") from error
    except ValueError as error:  # neither UTF-8 nor JSON
        raise ModelError(f"The card {card_file.name} is not valid JSON: {error}. {restore}") from error
    if not isinstance(content, dict):
        raise ModelError(f"The card {card_file.name} is not a JSON object. {restore}")
    _check_card(content, card_file.name, restore, "sha256")
    return content


def _check_card(content: Mapping[str, Any], name: str, cure: str, *more: str) -> None:
    """Raise `ModelError` if a card lacks something that every card must have."""
    missing = [key for key in (*REQUIRED, *more) if key not in content]
    if missing:
        raise ModelError(f"The card {name} lacks {', '.join(missing)}. {cure}")


def card(name: str) -> dict[str, Any]:
    """Return the model card of `name`.

    Returns:
        A dictionary with at least `title`, `data`, `source`, `profile`, `seed`, `metrics` (a list of `name`, `value`,
        `split`), `versions`, `parameters` and `sha256`.

    Raises:
        ModelError: there is no such model, or its card is missing or unreadable.

    Example:
        >>> card("mnist_cnn")["data"]  # doctest: +SKIP
        'mnist'

    Taught in: notebooks/04.1
    """
    return _read_card(_existing(name))


def verify(name: str) -> Path:
    """Check that the file of `name` is the one its card was written for, and return its path.

    Raises:
        ModelError: the file differs from its card, or either is missing.
    """
    file = _existing(name)
    expected = _read_card(file)["sha256"]
    found = _sha256(file)
    if found != expected:
        raise ModelError(
            f"{file.name} is damaged or was changed: SHA-256 {found[:12]}…, its card says {str(expected)[:12]}…. "
            f"Restore both with: git checkout -- trained_models/{file.stem}.keras trained_models/{file.stem}.json"
        )
    return file


def load(name: str) -> keras.Model:
    """Load a stored model, ready to predict from raw pixels.

    The file is checked against the SHA-256 on its card before Keras reads it, and Keras reads it in safe mode:
    a model file cannot run code of its own.

    Args:
        name: a name from `names()`.

    Returns:
        The model, uncompiled: (N, height, width, channels) raw pixels 0–255 → (N, classes) probabilities.

    Raises:
        ModelError: there is no such model, or its file is damaged.

    Example:
        >>> reader = load("mnist_cnn")  # doctest: +SKIP
        >>> probabilities = reader.predict(images)  # doctest: +SKIP

    Taught in: notebooks/04.1
    """
    return _open(verify(name))


def _open(file: Path) -> keras.Model:
    import keras

    try:
        return keras.models.load_model(file, compile=False, safe_mode=True)
    except (ValueError, OSError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise ModelError(
            f"{file.name} cannot be read as a Keras model ({type(error).__name__}). Delete it and train it again."
        ) from error


def _as_json(content: Mapping[str, Any]) -> str:
    """Write JSON with each innermost list on one line, so that a matrix reads as one."""
    text = json.dumps(content, indent=2, ensure_ascii=False)
    return re.sub(r"\[[^\[\]{}]*\]", lambda found: re.sub(r"\s+", " ", found[0]), text)


def _versions() -> dict[str, str]:
    return {"python": platform.python_version()} | {package: metadata.version(package) for package in _VERSIONED}


def save(model: keras.Model, name: str, card: Mapping[str, Any]) -> Path:
    """Store a model with its card: both files are replaced, or both stay as they were.

    The optimiser's state is left out: it is of no use for predicting.

    Args:
        model: a model that takes raw pixels, 0–255.
        name: lower-case letters, digits and underscores.
        card: at least `title`, `data`, `source`, `profile`, `seed` and `metrics`. The versions, the
            parameter count, the date and the SHA-256 are added.

    Returns:
        The path of the `.keras` file.

    Raises:
        ModelError: the card lacks something, or the folder cannot be written.
    """
    return _store(model, path(name), card)


def _store(model: keras.Model, file: Path, card: Mapping[str, Any]) -> Path:
    _check_card(card, f"of {file.stem!r}", _WHAT_BELONGS)
    # A network made from its layers' configuration alone has no optimiser, whose state would triple the file.
    bare = type(model).from_config(model.get_config())
    bare.set_weights(model.get_weights())
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=file.parent, prefix=".saving-") as scratch:
            new_model = Path(scratch) / file.name
            bare.save(new_model)
            content = dict(card) | {
                "parameters": model.count_params(),
                "trained": date.today().isoformat(),
                "versions": _versions(),
                "bytes": new_model.stat().st_size,
                "sha256": _sha256(new_model),
            }
            new_card = new_model.with_suffix(".json")
            new_card.write_text(_as_json(content) + "\n", encoding="utf-8")
            _replace_both(new_model, file)
    except OSError as error:
        raise ModelError(
            f"The model {file.stem!r} could not be written to {file.parent} ({error.strerror or error}). "
            "Free some space or point DLCV_MODELS_DIR at a folder that you may write to."
        ) from error
    return file


def _replace_both(new: Path, file: Path) -> None:
    """Put a model and the card beside it in the place of another one; put the other one back if that fails."""
    before = new.with_suffix(".before")
    if file.exists():
        shutil.copyfile(file, before)
    os.replace(new, file)
    try:
        # The card goes last: were the process killed here, the model would be reported as changed, not used in silence.
        os.replace(new.with_suffix(".json"), file.with_suffix(".json"))
    except OSError:
        if before.exists():
            os.replace(before, file)
        else:
            file.unlink()
        raise


def load_or_train(name: str, train: Callable[[], tuple[keras.Model, Mapping[str, Any]]]) -> keras.Model:
    """Load `name`, or train it now and keep it for the next time.

    A model that ships is loaded. Otherwise one that an earlier call trained *in the same profile* is loaded from
    `trained_models/.cache/`, which git ignores; otherwise `train` runs and its result is kept there. So a notebook
    never says "first run chapter 8".

    Args:
        name: lower-case letters, digits and underscores.
        train: a function without arguments that returns the trained model and its card, as `save` takes it.

    Returns:
        The model. If it cannot be kept, for lack of space or permission, a line says so.

    Raises:
        ModelError: a file that ships is damaged, or `train`'s card lacks something.

    Example:
        >>> model = load_or_train("mnist_cnn", train=train_mnist)  # doctest: +SKIP

    Taught in: notebooks/08.2
    """
    if path(name).is_file():
        return load(name)
    config = settings.read()
    cached = config.models_dir / _CACHE / config.profile / f"{name}.keras"
    if cached.is_file():
        stale = _why_stale(cached)
        if not stale:
            content = _read_card(cached)
            print(f"{name}: trained earlier ({content['profile']}, {content['data']}: {content['source']})")
            return _open(cached)
        print(f"{name}: {stale}, so it is trained again")
    else:
        print(f"{name}: not stored yet, training it now")
    model, content = train()
    _check_card(content, f"of {name!r}", _WHAT_BELONGS)
    try:
        _store(model, cached, content)
    except ModelError as error:  # the training must not have been in vain
        print(f"{name}: not kept for the next time. {error}")
    return model


def _why_stale(cached: Path) -> str:
    """Say why a model trained earlier will not do, or return an empty string if it will."""
    try:
        content = _read_card(cached)
    except ModelError:
        return "the copy trained earlier has no card that can be read"
    if _sha256(cached) != content["sha256"]:
        return "the copy trained earlier is damaged"
    source = data.sources().get(content["data"])
    if source and (source == "sample") != (content["source"] == "sample"):
        return f"the copy trained earlier saw other data ({content['source']}, now {source})"
    return ""
