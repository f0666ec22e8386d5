"""Whether a model that says 80 % is right in 80 % of the cases.

Taught in: notebooks/11.2
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlcv.metrics.inputs import check_predictions, check_probabilities

__all__ = ["Calibration", "calibration"]


@dataclass(frozen=True, eq=False)
class Calibration:
    """Confidence against accuracy, bin by bin.

    Attributes:
        edges: (bins + 1,) the borders of the bins, from 0 to 1; a bin holds its upper border and not its lower one.
        confidence: (bins,) the mean confidence in each bin; nan where the bin is empty.
        accuracy: (bins,) the share of right answers in each bin; nan where the bin is empty.
        count: (bins,) how many images fall into each bin.
    """

    edges: NDArray[np.float64]
    confidence: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    count: NDArray[np.int64]

    @property
    def expected_error(self) -> float:
        """The expected calibration error (ECE): the mean gap between both, weighted by the images in a bin; 0 to 1."""
        filled = self.count > 0
        gaps = np.abs(self.confidence - self.accuracy)[filled]
        return float(np.average(gaps, weights=self.count[filled]))


def calibration(labels: ArrayLike, probabilities: ArrayLike, bins: int = 10) -> Calibration:
    """Compare how sure a model is with how often it is right.

    The confidence of an answer is the probability of the class that was named, so it is at least 1 ÷ classes, and the
    lowest bins stay empty.

    Args:
        labels: (N,) class numbers, 0 to classes − 1.
        probabilities: (N, classes), each row adding up to 1, or (N,) or (N, 1), the probability of class 1 of two.
        bins: how many bins of equal width to cut 0 to 1 into.

    Returns:
        Mean confidence, accuracy and count of each bin, and with `.expected_error` the mean gap.

    Raises:
        ValueError: the shapes do not fit, a label is no class, these are no probabilities but logits, a number is
            missing (nan), or `bins` is below 1.
        TypeError: a model instead of its predictions.

    Example:
        >>> two_of_four = calibration([1, 1, 0, 0], [0.75, 0.75, 0.75, 0.75])
        >>> two_of_four.expected_error
        0.25

    Reference: Guo et al. 2017, "On calibration of modern neural networks", section 2.
    Taught in: notebooks/11.2
    """
    y, p = check_predictions(labels, probabilities)
    check_probabilities(p)
    if bins < 1:
        raise ValueError(f"bins is a number of bins, 1 or more, not {bins}")
    confidence = p.max(axis=1).astype(np.float64)
    right = (p.argmax(axis=1) == y).astype(np.float64)
    edges = np.linspace(0, 1, bins + 1)
    # The inner borders alone decide, so that 1.0000001, which rounding makes of softmax, falls into the last bin.
    place = np.searchsorted(edges[1:-1], confidence)
    count = np.bincount(place, minlength=bins)
    with np.errstate(invalid="ignore"):  # 0 ÷ 0 is the nan of an empty bin
        means, shares = (np.bincount(place, weights=values, minlength=bins) / count for values in (confidence, right))
    return Calibration(edges, means, shares, count)
