"""Figures from labels and probabilities, against scikit-learn and closed formulas."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from scipy.stats import norm
from sklearn.metrics import accuracy_score

from dlcv import metrics


def predictions(seed: int, count: int = 200, classes: int = 5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.integers(0, classes, count), rng.dirichlet(np.ones(classes), count)


@pytest.mark.parametrize("seed", range(5))
def test_accuracy_agrees_with_scikit_learn(seed: int) -> None:
    labels, probabilities = predictions(seed)
    assert metrics.accuracy(labels, probabilities) == accuracy_score(labels, probabilities.argmax(axis=1))


def test_accuracy_takes_lists_and_scores_that_are_no_probabilities() -> None:
    assert metrics.accuracy([0, 1], [[0.9, 0.1], [0.8, 0.2]]) == 0.5
    assert metrics.accuracy([0, 1], [[9, -1], [-800, -20]]) == 1.0
    assert isinstance(metrics.accuracy([0], [[1.0]]), float)


def wilson(right: int, total: int, confidence: float) -> tuple[float, float]:
    z = norm.ppf(0.5 + confidence / 2)
    share = right / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    reach = z / (1 + z * z / total) * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return middle - reach, middle + reach


@hypothesis_settings(derandomize=True, deadline=None, max_examples=60)
@given(st.integers(1, 2000), st.data(), st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_the_interval_is_wilsons(total: int, data: st.DataObject, confidence: float) -> None:
    right = data.draw(st.integers(0, total))
    labels = np.zeros(total, int)
    scores = np.where(np.arange(total)[:, None] < right, [1.0, 0.0], [0.0, 1.0])
    low, high = metrics.accuracy_interval(labels, scores, confidence)
    assert (low, high) == pytest.approx(wilson(right, total, confidence), abs=1e-9)
    assert -1e-12 <= low <= right / total <= high <= 1 + 1e-12


def test_more_images_make_the_interval_narrower() -> None:
    widths = []
    for count in (100, 1000, 10_000):
        low, high = metrics.accuracy_interval(np.zeros(count, int), np.tile([0.9, 0.1], (count, 1)))
        widths.append(high - low)
    assert widths == sorted(widths, reverse=True)


@pytest.mark.parametrize("seed", range(5))
def test_the_worst_mistakes_by_brute_force(seed: int) -> None:
    labels, probabilities = predictions(seed)
    wrong = [i for i in range(len(labels)) if max(range(5), key=lambda k, i=i: probabilities[i][k]) != labels[i]]
    wrong.sort(key=lambda i: (-max(probabilities[i]), i))
    for count in (0, 1, 16, 1000):
        assert metrics.worst_mistakes(labels, probabilities, count).tolist() == wrong[:count]


def test_mistakes_of_equal_confidence_stay_in_order_and_there_may_be_none() -> None:
    assert metrics.worst_mistakes([1, 1, 0, 1], [[0.8, 0.2]] * 4).tolist() == [0, 1, 3]
    assert metrics.worst_mistakes([0, 0], [[0.8, 0.2]] * 2).tolist() == []


@pytest.mark.parametrize("function", [metrics.accuracy, metrics.accuracy_interval, metrics.worst_mistakes])
@pytest.mark.parametrize(
    ("labels", "probabilities", "message"),
    [
        (np.eye(3)[[0, 1]], np.ones((2, 3)), "One-hot labels become integers"),
        ([0, 1, 2], np.ones((2, 3)), r"same N; got \(3,\) and \(2, 3\)"),
        ([0, 1], [0.3, 0.7], r"\(N, classes\)"),
        ([], np.ones((0, 3)), "no predictions"),
        ([0.0, 1.0], np.ones((2, 3)), "integers from 0; got float64"),
        ([0, 3], np.ones((2, 3)), "0 to 3, but there are 3 classes, 0 to 2"),
        ([-1, 0], np.ones((2, 3)), "-1 to 0"),
    ],
)
def test_what_does_not_fit_is_named(function, labels, probabilities, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        function(labels, probabilities)
