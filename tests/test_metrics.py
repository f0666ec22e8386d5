"""Figures from labels and probabilities, against NumPy by hand, scikit-learn and closed formulas."""

from __future__ import annotations

import html.parser
import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from scipy.stats import norm
from sklearn.calibration import calibration_curve
from sklearn.metrics import accuracy_score
from sklearn.metrics import classification_report as sklearn_report

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
    assert isinstance(metrics.accuracy([0], [[1.0, 0.0]]), float)


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


# -- confusion_matrix


@st.composite
def some_predictions(draw: st.DrawFn, classes: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Labels and probabilities of 2 to 6 classes, some of which may be missing among either."""
    classes = classes or draw(st.integers(2, 6))
    count = draw(st.integers(1, 40))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    present = rng.choice(classes, rng.integers(1, classes + 1), replace=False)
    probabilities = rng.dirichlet(np.full(classes, 0.4), count)
    probabilities[:, rng.integers(classes)] *= rng.integers(0, 2)  # a class that may never be predicted
    return rng.choice(present, count), (probabilities + 1e-9) / (probabilities + 1e-9).sum(axis=1, keepdims=True)


def counted(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    matrix = np.zeros((probabilities.shape[1],) * 2, int)
    for label, row in zip(labels, probabilities, strict=True):
        matrix[label, list(row).index(max(row))] += 1
    return matrix


@hypothesis_settings(derandomize=True, deadline=None, max_examples=80)
@given(some_predictions())
def test_the_matrix_by_counting(data: tuple[np.ndarray, np.ndarray]) -> None:
    counts = counted(*data)
    np.testing.assert_array_equal(metrics.confusion_matrix(*data), counts)
    assert counts.trace() / counts.sum() == pytest.approx(metrics.accuracy(*data))
    for normalize, totals in (
        ("true", counts.sum(axis=1, keepdims=True)),
        ("predicted", counts.sum(axis=0, keepdims=True)),
        ("all", counts.sum()),
    ):
        shares = metrics.confusion_matrix(*data, normalize)
        np.testing.assert_allclose(shares, counts / np.maximum(totals, 1))
        assert np.isfinite(shares).all(), "a class without images has zeros, not nan"


def test_rows_are_true_and_columns_predicted() -> None:
    matrix = metrics.confusion_matrix([0, 0, 0, 1], [[0, 1, 0], [0, 1, 0], [1, 0, 0], [0, 0, 1]])
    assert matrix.tolist() == [[1, 2, 0], [0, 0, 1], [0, 0, 0]]
    assert np.issubdtype(matrix.dtype, np.integer)


@pytest.mark.parametrize("normalize", ["pred", "rows", True, 1])
def test_an_unknown_normalisation_is_named(normalize: object) -> None:
    with pytest.raises(ValueError, match='"true", "predicted" or "all", not'):
        metrics.confusion_matrix([0, 1], np.eye(2), normalize)


# -- classification_report


@hypothesis_settings(derandomize=True, deadline=None, max_examples=60)
@given(some_predictions())
def test_the_report_by_hand_and_by_scikit_learn(data: tuple[np.ndarray, np.ndarray]) -> None:
    labels, probabilities = data
    report = metrics.classification_report(labels, probabilities)
    counts = counted(labels, probabilities)
    for k, row in enumerate(report.rows):
        right, called, there = counts[k, k], counts[:, k].sum(), counts[k].sum()
        assert row.name == str(k)
        assert row.support == there
        assert row.precision == pytest.approx(right / called if called else 0)
        assert row.recall == pytest.approx(right / there if there else 0)
        assert row.f1 == pytest.approx(2 * right / (called + there) if called + there else 0)
    expected = sklearn_report(
        labels, probabilities.argmax(axis=1), labels=range(len(counts)), output_dict=True, zero_division=0
    )
    for row, name in ((report.macro, "macro avg"), (report.weighted, "weighted avg")):
        assert row[1:] == pytest.approx(tuple(expected[name].values()))
    assert report.accuracy == pytest.approx(metrics.accuracy(labels, probabilities))
    assert report.weighted.recall == pytest.approx(report.accuracy)
    never = (counts.sum(axis=0) == 0).any()
    assert any("precision counts as 0" in note for note in report.notes) == never
    assert any("recall counts as 0" in note for note in report.notes) == (counts.sum(axis=1) == 0).any()


SIX = ([0, 0, 0, 1, 1, 2], np.eye(4)[[0, 0, 1, 1, 0, 1]])
NAMES = ["cat", "a <dog>", "frog", "ship"]


def test_the_report_as_text() -> None:
    assert str(metrics.classification_report(*SIX, NAMES)).split("\n") == [
        "                  precision  recall      F1  images",
        "cat                  0.6667  0.6667  0.6667       3",
        "a <dog>              0.3333  0.5000  0.4000       2",
        "frog                 0.0000  0.0000  0.0000       1",
        "ship                 0.0000  0.0000  0.0000       0",
        "",
        "accuracy                             0.5000       6",
        "macro average        0.2500  0.2917  0.2667       6",
        "weighted average     0.4444  0.5000  0.4667       6",
        "No image was called frog, ship: precision counts as 0.",
        "No image is ship: recall counts as 0.",
    ]
    assert repr(metrics.classification_report(*SIX)) == str(metrics.classification_report(*SIX))


def test_the_report_as_html_says_the_same_and_escapes_names() -> None:
    class Cells(html.parser.HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.open: list[str] = []
            self.texts: list[str] = []

        def handle_starttag(self, tag: str, attrs: list) -> None:
            self.open.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert self.open.pop() == tag

        def handle_data(self, data: str) -> None:
            self.texts.append(data)

    report = metrics.classification_report(*SIX, NAMES)
    page = Cells()
    page.feed(report._repr_html_())
    assert page.open == []
    assert "".join(" ".join(page.texts).split()) == "".join(str(report).split())
    assert "<dog>" not in report._repr_html_()


def test_a_row_by_name_or_number() -> None:
    report = metrics.classification_report(*SIX, NAMES)
    assert report["a <dog>"] == report[1] == report.rows[1]
    assert report[np.int64(1)].recall == 0.5
    with pytest.raises(KeyError, match=r"no class 'dog'; there are: cat, a <dog>, frog, ship"):
        report["dog"]


def test_names_must_be_as_many_as_classes() -> None:
    with pytest.raises(ValueError, match="class_names has 2 entries for 4 classes"):
        metrics.classification_report(*SIX, ["cat", "dog"])


# -- calibration


@hypothesis_settings(derandomize=True, deadline=None, max_examples=60)
@given(some_predictions(), st.integers(1, 15))
def test_calibration_by_brute_force(data: tuple[np.ndarray, np.ndarray], bins: int) -> None:
    labels, probabilities = data
    result = metrics.calibration(labels, probabilities, bins)
    answers, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    np.testing.assert_allclose(result.edges, np.arange(bins + 1) / bins)
    total = 0.0
    for k in range(bins):
        inside = [i for i in range(len(labels)) if result.edges[k] < confidence[i] <= result.edges[k + 1]]
        assert result.count[k] == len(inside)
        if not inside:
            assert np.isnan([result.confidence[k], result.accuracy[k]]).all()
            continue
        share = sum(answers[i] == labels[i] for i in inside) / len(inside)
        mean = sum(confidence[i] for i in inside) / len(inside)
        assert (result.accuracy[k], result.confidence[k]) == pytest.approx((share, mean))
        total += len(inside) / len(labels) * abs(share - mean)
    assert result.count.sum() == len(labels)
    assert result.expected_error == pytest.approx(total)
    assert 0 <= result.expected_error <= 1


@pytest.mark.parametrize("seed", range(3))
def test_calibration_agrees_with_scikit_learn(seed: int) -> None:
    labels, probabilities = predictions(seed, count=500)
    result = metrics.calibration(labels, probabilities, bins=8)
    right = probabilities.argmax(axis=1) == labels
    accuracy, confidence = calibration_curve(right, probabilities.max(axis=1), n_bins=8)
    filled = result.count > 0
    np.testing.assert_allclose(result.accuracy[filled], accuracy)
    np.testing.assert_allclose(result.confidence[filled], confidence)


def test_calibration_of_known_cases() -> None:
    assert metrics.calibration([1, 1, 1, 0], [0.75] * 4).expected_error == 0
    assert metrics.calibration([0, 0], [[0.0, 1.0]] * 2).expected_error == 1
    just_above = np.array([[1.0000001, 0.0]], np.float32)
    assert metrics.calibration([0], just_above).count.tolist() == [0] * 9 + [1], "rounding does not leave the last bin"
    halves = np.full((3, 2), 0.5, np.float16)
    assert metrics.calibration([0, 1, 1], halves).count.tolist() == [0, 0, 0, 0, 3] + [0] * 5, "0.5 is its bin's end"


@pytest.mark.parametrize(
    ("probabilities", "message"),
    [
        ([[2.0, -1.0], [0.5, 0.5]], "run from -1 to 2. Logits become"),
        ([[0.5, 0.5], [0.2, 0.3]], r"row 1 adds up to 0\.5"),
        ([[0.9, 0.9], [0.5, 0.5]], r"row 0 adds up to 1\.8"),
    ],
)
def test_calibration_takes_probabilities_alone(probabilities: list, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        metrics.calibration([0, 1], probabilities)


@pytest.mark.parametrize("bins", [0, -3])
def test_calibration_needs_a_bin(bins: int) -> None:
    with pytest.raises(ValueError, match=f"not {bins}"):
        metrics.calibration([0], [[0.5, 0.5]], bins)


# -- what all of them take

EVERY = [
    metrics.accuracy,
    metrics.accuracy_interval,
    metrics.calibration,
    metrics.classification_report,
    metrics.confusion_matrix,
    metrics.worst_mistakes,
]


@pytest.mark.parametrize("function", EVERY)
@hypothesis_settings(derandomize=True, deadline=None, max_examples=15)
@given(data=some_predictions(classes=2))
def test_one_column_is_the_probability_of_class_1(function, data: tuple[np.ndarray, np.ndarray]) -> None:
    labels, probabilities = data
    ones = probabilities[:, 1]
    expected = str(function(labels, np.column_stack([1 - ones, ones])))
    assert str(function(labels, ones)) == str(function(labels, ones[:, None])) == expected
    assert str(function(labels.astype(bool), list(ones))) == expected


def test_one_column_with_one_half_means_class_0() -> None:
    """As Keras's binary accuracy, whose threshold is above 0.5."""
    assert metrics.confusion_matrix([0, 1, 1], [0.5, 0.5, 0.51]).tolist() == [[1, 0], [1, 1]]


@pytest.mark.parametrize("function", EVERY)
@pytest.mark.parametrize(
    ("labels", "probabilities", "message"),
    [
        (np.eye(3)[[0, 1]], np.ones((2, 3)) / 3, "One-hot labels become integers"),
        ([[0], [1]], np.ones((2, 3)) / 3, r"pass labels\[:, 0\]"),
        (0, np.ones((2, 3)) / 3, r"labels need the shape \(N,\), got \(\)"),
        ([0, 1, 2], np.ones((2, 3)) / 3, r"3 labels and 2 predictions \(shapes \(3,\) and \(2, 3\)\)"),
        ([0, 1], np.ones((2, 3, 1)) / 3, r"got \(2, 3, 1\)"),
        ([0, 1], 0.5, r"or \(N,\) or \(N, 1\) for two classes; got \(\)"),
        ([], np.ones((0, 3)), "no predictions"),
        ([0.0, 1.0], np.ones((2, 3)) / 3, "integers from 0; got float64"),
        ([0, 3], np.ones((2, 3)) / 3, "0 to 3, but there are 3 classes, 0 to 2"),
        ([-1, 0], np.ones((2, 3)) / 3, "-1 to 0"),
        ([0, 2], [0.2, 0.3], "0 to 2, but there are 2 classes, 0 to 1"),
        ([0, 1], [-0.2, 3.1], r"from -0\.2 to 3\.1\. Logits become probabilities with keras\.ops\.sigmoid"),
        ([0, 2], [0, 2], r"class numbers with np\.eye\(classes\)\[numbers\]"),
        ([0, 1], [[0.5, 0.5], [0.5, np.nan]], "nan, first in row 1"),
        ([0, 1], [np.nan, 0.5], "nan, first in row 0"),
        ([0, 1], np.array([[0.5, 0.5], [1.0]], dtype=object), "all rows equally long; got object"),
        (["cat", "dog"], np.ones((2, 3)) / 3, "labels are class numbers"),
    ],
)
def test_what_does_not_fit_is_named(function, labels, probabilities, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        function(labels, probabilities)


@pytest.mark.parametrize("function", EVERY)
def test_a_model_is_not_its_predictions(function) -> None:
    class Model:
        def predict(self, images):
            return images

    for arguments in ((Model(), np.eye(2)), ([0, 1], Model())):
        with pytest.raises(TypeError, match=r"pass model\.predict\(images\)"):
            function(*arguments)


def test_the_arguments_stay_as_they_were() -> None:
    labels, probabilities = np.array([0, 1, 1]), np.array([0.2, 0.7, 0.4], np.float32)
    before = labels.copy(), probabilities.copy()
    for function in EVERY:
        function(labels, probabilities)
    np.testing.assert_array_equal(labels, before[0])
    np.testing.assert_array_equal(probabilities, before[1])


def test_importing_the_metrics_imports_nothing_heavy() -> None:
    code = (
        "import sys, dlcv.metrics; "
        "print(sorted({'sklearn', 'scipy', 'tensorflow', 'keras', 'matplotlib'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"
