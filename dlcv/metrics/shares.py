"""How many are right, which are wrong, and what is taken for what.

Taught in: notebooks/08.2, notebooks/11.1
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlcv.metrics.inputs import check_predictions

__all__ = ["accuracy", "accuracy_interval", "confusion_matrix", "worst_mistakes"]

Normalisation = Literal["true", "predicted", "all"] | None

# Our name of a normalisation -> scikit-learn's.
_NORMALISATIONS = {None: None, "true": "true", "predicted": "pred", "all": "all"}


def accuracy(labels: ArrayLike, probabilities: ArrayLike) -> float:
    """Return the share of images whose most probable class is the right one.

    Args:
        labels: (N,) class numbers, 0 to classes − 1.
        probabilities: (N, classes); any scores that grow with belief will do. Or (N,) or (N, 1), the probability of
            class 1 of two; the answer is class 1 above 0.5.

    Returns:
        A share from 0 to 1.

    Raises:
        ValueError: the shapes do not fit, a label is no class, or a number is missing (nan).
        TypeError: a model instead of its predictions.

    Example:
        >>> accuracy([0, 1], [[0.9, 0.1], [0.8, 0.2]])
        0.5

    Taught in: notebooks/08.2
    """
    y, p = check_predictions(labels, probabilities)
    return float((p.argmax(axis=1) == y).mean())


def accuracy_interval(labels: ArrayLike, probabilities: ArrayLike, confidence: float = 0.95) -> tuple[float, float]:
    """Return the interval that the true accuracy lies in, as far as this many test images can tell.

    Of the images of one class alone, it is the interval of that class's recall.

    Args:
        labels: (N,) class numbers, 0 to classes − 1.
        probabilities: (N, classes), or (N,) or (N, 1) for two classes, as `accuracy` takes them.
        confidence: how often such an interval holds the truth, between 0 and 1.

    Returns:
        The lower and the upper end, each from 0 to 1 (Wilson's interval).

    Raises:
        ValueError: the shapes do not fit, a label is no class, or a number is missing (nan).
        TypeError: a model instead of its predictions.

    Reference: Wilson 1927, "Probable inference, the law of succession, and statistical inference".
    Taught in: notebooks/08.2
    """
    from scipy.stats import binomtest

    y, p = check_predictions(labels, probabilities)
    correct = int((p.argmax(axis=1) == y).sum())
    interval = binomtest(correct, len(y)).proportion_ci(confidence, method="wilson")
    return float(interval.low), float(interval.high)


def confusion_matrix(
    labels: ArrayLike, probabilities: ArrayLike, normalize: Normalisation = None
) -> NDArray[np.int64] | NDArray[np.float64]:
    """Return how often each class was taken for each.

    Args:
        labels: (N,) class numbers, 0 to classes − 1.
        probabilities: (N, classes), or (N,) or (N, 1) for two classes, as `accuracy` takes them.
        normalize: None for counts; "true" for shares of each true class, whose diagonal is the recall; "predicted" for
            shares of what was called a class, whose diagonal is the precision; "all" for shares of all images.

    Returns:
        (classes, classes), rows the true class, columns the predicted one. Where there is nothing to divide by, a class
        without an image or one that was never predicted, the shares are 0 rather than nan.

    Raises:
        ValueError: the shapes do not fit, a label is no class, a number is missing (nan), or an unknown `normalize`.
        TypeError: a model instead of its predictions.

    Example:
        >>> confusion_matrix([0, 0, 1], [[0.9, 0.1], [0.2, 0.8], [0.3, 0.7]])
        array([[1, 1],
               [0, 1]])

    Taught in: notebooks/11.1
    """
    from sklearn import metrics

    if normalize not in _NORMALISATIONS:
        raise ValueError(f'normalize is None, "true", "predicted" or "all", not {normalize!r}')
    y, p = check_predictions(labels, probabilities)
    return metrics.confusion_matrix(
        y, p.argmax(axis=1), labels=np.arange(p.shape[1]), normalize=_NORMALISATIONS[normalize]
    )


def worst_mistakes(labels: ArrayLike, probabilities: ArrayLike, count: int = 16) -> NDArray[np.int64]:
    """Return which images the model got wrong while being most sure of itself.

    Args:
        labels: (N,) class numbers, 0 to classes − 1.
        probabilities: (N, classes), or (N,) or (N, 1) for two classes, as `accuracy` takes them.
        count: how many to return at most.

    Returns:
        Indices of wrong images, the most confident mistake first; fewer than `count` if there are fewer.

    Raises:
        ValueError: the shapes do not fit, a label is no class, or a number is missing (nan).
        TypeError: a model instead of its predictions.

    Taught in: notebooks/08.2
    """
    y, p = check_predictions(labels, probabilities)
    wrong = np.flatnonzero(p.argmax(axis=1) != y)
    # A stable sort keeps ties in the order of the images, the same on every machine.
    order = np.argsort(-p[wrong].max(axis=1), kind="stable")
    return wrong[order][:count]
