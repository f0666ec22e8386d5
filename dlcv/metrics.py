"""Figures from labels and probabilities; no function here needs the model.

Taught in: notebooks/08.2
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["accuracy", "accuracy_interval", "worst_mistakes"]


def _checked(labels: ArrayLike, probabilities: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.floating]]:
    """Return both as arrays, or say which shape does not fit."""
    y = np.asarray(labels)
    p = np.asarray(probabilities)
    if p.ndim != 2 or y.ndim != 1 or len(y) != len(p):
        raise ValueError(
            f"labels need the shape (N,) and probabilities (N, classes) with the same N; "
            f"got {y.shape} and {p.shape}. One-hot labels become integers with labels.argmax(axis=1)."
        )
    if len(y) == 0:
        raise ValueError("there are no predictions to measure: both arrays are empty")
    if not np.issubdtype(y.dtype, np.integer):
        raise ValueError(f"labels are class numbers, integers from 0; got {y.dtype}")
    if y.min() < 0 or y.max() >= p.shape[1]:
        raise ValueError(
            f"labels run from {y.min()} to {y.max()}, but there are {p.shape[1]} classes, 0 to {p.shape[1] - 1}"
        )
    return y, p


def accuracy(labels: ArrayLike, probabilities: ArrayLike) -> float:
    """Return the share of images whose most probable class is the right one.

    Args:
        labels: (N,) class numbers, 0 to classes − 1.
        probabilities: (N, classes); any scores that grow with belief will do.

    Returns:
        A share from 0 to 1.

    Raises:
        ValueError: the shapes do not fit, or a label is no class.

    Example:
        >>> accuracy([0, 1], [[0.9, 0.1], [0.8, 0.2]])
        0.5

    Taught in: notebooks/08.2
    """
    y, p = _checked(labels, probabilities)
    return float((p.argmax(axis=1) == y).mean())


def accuracy_interval(labels: ArrayLike, probabilities: ArrayLike, confidence: float = 0.95) -> tuple[float, float]:
    """Return the interval that the true accuracy lies in, as far as this many test images can tell.

    Args:
        labels: (N,) class numbers, 0 to classes − 1.
        probabilities: (N, classes).
        confidence: how often such an interval holds the truth, between 0 and 1.

    Returns:
        The lower and the upper end, each from 0 to 1 (Wilson's interval).

    Raises:
        ValueError: the shapes do not fit, or a label is no class.

    Reference: Wilson 1927, "Probable inference, the law of succession, and statistical inference".
    Taught in: notebooks/08.2
    """
    from scipy.stats import binomtest

    y, p = _checked(labels, probabilities)
    correct = int((p.argmax(axis=1) == y).sum())
    interval = binomtest(correct, len(y)).proportion_ci(confidence, method="wilson")
    return float(interval.low), float(interval.high)


def worst_mistakes(labels: ArrayLike, probabilities: ArrayLike, count: int = 16) -> NDArray[np.int64]:
    """Return which images the model got wrong while being most sure of itself.

    Args:
        labels: (N,) class numbers, 0 to classes − 1.
        probabilities: (N, classes).
        count: how many to return at most.

    Returns:
        Indices of wrong images, the most confident mistake first; fewer than `count` if there are fewer.

    Raises:
        ValueError: the shapes do not fit, or a label is no class.

    Taught in: notebooks/08.2
    """
    y, p = _checked(labels, probabilities)
    wrong = np.flatnonzero(p.argmax(axis=1) != y)
    # A stable sort keeps ties in the order of the images, the same on every machine.
    order = np.argsort(-p[wrong].max(axis=1), kind="stable")
    return wrong[order][:count]
