"""What the metrics take: labels and probabilities, or an error that says which of them does not fit.

Taught in: notebooks/11.1
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["check_names", "check_predictions", "check_probabilities"]

# How far rounding may take a probability above 1, or a row from adding up to 1; softmax in float16 misses it by less.
_TOLERANCE = 0.01


def check_predictions(labels: ArrayLike, probabilities: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.floating]]:
    """Return labels and probabilities as arrays that fit each other.

    Args:
        labels: (N,) class numbers, 0 to classes − 1; True and False will do for two classes.
        probabilities: (N, classes), or (N,) or (N, 1) for the probability of class 1 of two.

    Returns:
        Labels (N,) as integers and probabilities (N, classes) as floats.

    Raises:
        TypeError: a model was passed instead of its predictions.
        ValueError: shapes or lengths do not fit, a label is no class, a number is missing (nan), or a single column
            holds something else than probabilities.
    """
    for what in (labels, probabilities):
        if callable(getattr(what, "predict", None)):
            raise TypeError("the metrics measure predictions, not a model: pass model.predict(images)")
    y, p = np.asarray(labels), np.asarray(probabilities)
    if p.dtype == object or not (np.issubdtype(p.dtype, np.number) or p.dtype == bool):
        raise ValueError(f"probabilities are numbers, a row an image, all rows equally long; got {p.dtype}")
    p = p if np.issubdtype(p.dtype, np.floating) else p.astype(np.float64)
    if y.ndim == 2 and y.shape[1] != 1:
        raise ValueError(
            f"labels need the shape (N,), got {y.shape}. One-hot labels become integers with labels.argmax(axis=1). "
            "Labels come first, probabilities second."
        )
    if y.ndim != 1:
        raise ValueError(f"labels need the shape (N,), got {y.shape}; labels of shape (N, 1): pass labels[:, 0]")
    if p.ndim not in (1, 2):
        raise ValueError(f"probabilities need the shape (N, classes), or (N,) or (N, 1) for two classes; got {p.shape}")
    if len(y) != len(p):
        raise ValueError(
            f"{len(y)} labels and {len(p)} predictions (shapes {y.shape} and {p.shape}): both must come from the same "
            "images, in the same order"
        )
    if len(y) == 0:
        raise ValueError("there are no predictions to measure: both arrays are empty")
    missing = np.isnan(p)
    if missing.any():
        row = int(missing.reshape(len(p), -1).any(axis=1).argmax())
        raise ValueError(
            f"probabilities hold nan, first in row {row}. Look for nan in the images; if there is none, the training "
            "has diverged: try a smaller learning rate"
        )
    if p.ndim == 1 or p.shape[1] == 1:
        p = _two_columns(p.ravel())
    if y.dtype == bool:
        y = y.astype(np.int64)
    if not np.issubdtype(y.dtype, np.integer):
        raise ValueError(f"labels are class numbers, integers from 0; got {y.dtype}. Whole numbers: labels.astype(int)")
    if y.min() < 0 or y.max() >= p.shape[1]:
        raise ValueError(
            f"labels run from {y.min()} to {y.max()}, but there are {p.shape[1]} classes, 0 to {p.shape[1] - 1}"
        )
    return y.astype(np.int64), p


def _two_columns(p: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the probabilities of class 0 and of class 1."""
    if p.min() < 0 or p.max() > 1:
        raise ValueError(
            f"a single column holds the probabilities of class 1, from 0 to 1, but its values run from {p.min():g} to "
            f"{p.max():g}. Logits become probabilities with keras.ops.sigmoid(logits); class numbers with "
            "np.eye(classes)[numbers]"
        )
    return np.column_stack([1 - p, p])


def check_probabilities(p: NDArray[np.floating]) -> None:
    """Raise `ValueError` unless each row of (N, classes) holds probabilities that add up to 1."""
    if p.min() < 0 or p.max() > 1 + _TOLERANCE:
        raise ValueError(
            f"probabilities lie between 0 and 1, but these run from {p.min():g} to {p.max():g}. Logits become "
            "probabilities with keras.ops.softmax(logits)"
        )
    totals = p.sum(axis=1, dtype=np.float64)
    furthest = int(np.abs(totals - 1).argmax())
    if abs(totals[furthest] - 1) > _TOLERANCE:
        raise ValueError(
            f"a row of probabilities adds up to 1, but row {furthest} adds up to {totals[furthest]:g}. Scores become "
            "probabilities with keras.ops.softmax(scores)"
        )


def check_names(class_names: Sequence[str] | None, classes: int) -> list[str]:
    """Return a name for each class; their numbers where `class_names` is None.

    Raises:
        ValueError: there are more or fewer names than classes.
    """
    if class_names is None:
        return [str(k) for k in range(classes)]
    if len(class_names) != classes:
        raise ValueError(
            f"class_names has {len(class_names)} entries for {classes} classes; "
            "give one name a column of the probabilities, in their order"
        )
    return [str(name) for name in class_names]
