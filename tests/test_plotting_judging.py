"""Drawings of right and wrong answers: the cells, captions and bars say what `dlcv.metrics` counts."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from dlcv import metrics, plotting

pytestmark = pytest.mark.usefixtures("no_window")

IMAGES = np.random.default_rng(0).integers(0, 256, (300, 8, 8, 1), np.uint8)
NAMES = ["cat", "dog", "frog", "ship"]


def predictions(count: int = 300, classes: int = 4, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, count)
    scores = rng.normal(size=(count, classes)) + 2 * np.eye(classes)[labels]
    return labels, np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)


def cells(axes) -> dict[tuple[int, int], str]:
    return {(int(text.get_position()[1]), int(text.get_position()[0])): text.get_text() for text in axes.texts}


# -- confusion_matrix


@pytest.mark.parametrize(("normalize", "meaning"), [(None, "number of images"), ("true", "% of each true class")])
def test_a_cell_says_how_many(normalize: str | None, meaning: str) -> None:
    labels, probabilities = predictions()
    figure = plotting.confusion_matrix(labels, probabilities, NAMES, normalize=normalize, title="T", source="sample")
    axes = figure.axes[0]
    matrix = metrics.confusion_matrix(labels, probabilities, normalize)
    for (row, column), text in cells(axes).items():
        value = matrix[row, column]
        assert text == (f"{value}" if normalize is None else f"{100 * value:.1f}")
    assert len(cells(axes)) == np.count_nonzero(matrix)
    assert [label.get_text() for label in axes.get_xticklabels()] == NAMES
    assert [label.get_text() for label in axes.get_yticklabels()] == NAMES
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted class", "true class")
    assert axes.get_title().startswith(meaning)
    assert figure.get_suptitle() == "T (generated sample)"


def test_a_few_mistakes_beside_many_right_answers_are_seen() -> None:
    labels = np.repeat([0, 1], 1000)
    answers = labels.copy()
    answers[:3] = 1
    axes = plotting.confusion_matrix(labels, np.eye(2)[answers]).axes[0]
    assert cells(axes) == {(0, 0): "997", (0, 1): "3", (1, 1): "1,000"}, "no image, no number"
    colours = axes.images[0].get_array()
    np.testing.assert_allclose(colours[1, 1], to_rgb("#1f77b4"), err_msg="the most right answers: full blue")
    np.testing.assert_allclose(colours[0, 1], to_rgb("#d95f02"), err_msg="the most mistakes: full orange")
    np.testing.assert_allclose(colours[1, 0], 1)


def test_a_class_without_a_right_answer_says_0() -> None:
    axes = plotting.confusion_matrix([0, 1], [[0.1, 0.9], [0.9, 0.1]]).axes[0]
    assert cells(axes) == {(0, 0): "0", (0, 1): "1", (1, 0): "1", (1, 1): "0"}
    assert np.isfinite(axes.images[0].get_array()).all()


@pytest.mark.parametrize(("classes", "numbers"), [(20, True), (21, False)])
def test_many_classes_are_colours_alone(classes: int, numbers: bool) -> None:
    axes = plotting.confusion_matrix(*predictions(classes=classes)).axes[0]
    assert bool(axes.texts) == numbers
    assert [label.get_text() for label in axes.get_yticklabels()] == [str(k) for k in range(classes)]


def test_long_names_stand_upright_and_short_ones_lie() -> None:
    labels, probabilities = predictions()
    for names, angle in ((["a", "b", "c", "d"], 0), (["a", "b", "c", "a very long name"], 90)):
        axes = plotting.confusion_matrix(labels, probabilities, names).axes[0]
        assert {label.get_rotation() for label in axes.get_xticklabels()} == {angle}


# -- worst_mistakes


def test_the_worst_mistakes_with_what_was_said_and_what_is_true() -> None:
    labels, probabilities = predictions()
    figure = plotting.worst_mistakes(IMAGES, labels, probabilities, NAMES, 5, columns=3, title="Wrong")
    drawn = [axes for axes in figure.axes if axes.images]
    worst = metrics.worst_mistakes(labels, probabilities, 5)
    assert len(drawn) == 5
    for axes, index in zip(drawn, worst, strict=True):
        np.testing.assert_array_equal(axes.images[0].get_array(), IMAGES[index, ..., 0])
        said = probabilities[index].argmax()
        assert axes.get_title() == f"said {NAMES[said]}, {probabilities[index].max():.0%}\ntrue {NAMES[labels[index]]}"
    assert figure.get_suptitle() == "Wrong"


def test_almost_certain_is_not_certain() -> None:
    probabilities = [[0.999, 0.001], [1.0, 0.0], [0.9, 0.1]]
    figure = plotting.worst_mistakes(IMAGES[:3], [1, 1, 1], probabilities)
    assert [axes.get_title() for axes in figure.axes] == [
        "said 0, 100%\ntrue 1",
        "said 0, >99%\ntrue 1",
        "said 0, 90%\ntrue 1",
    ]


def test_binary_probabilities_of_one_column() -> None:
    figure = plotting.worst_mistakes(IMAGES[:3], [1, 0, 1], [[0.2], [0.7], [0.9]], ["cat", "dog"])
    assert [axes.get_title() for axes in figure.axes] == ["said cat, 80%\ntrue dog", "said dog, 70%\ntrue cat"]


def test_no_mistake_at_all_is_said() -> None:
    figure = plotting.worst_mistakes(IMAGES[:2], [0, 1], np.eye(2), source="sample")
    assert [text.get_text() for text in figure.texts][:1] == ["none of 2 images is wrong"]
    assert "generated sample" in figure.get_suptitle()


def test_long_names_make_wider_pictures() -> None:
    arguments = (IMAGES[:2], [1, 1], [[0.9, 0.1]] * 2)
    short = plotting.worst_mistakes(*arguments, ["a", "b"]).get_size_inches()[0]
    long = plotting.worst_mistakes(*arguments, ["a", "the name of a rare kind of apple"]).get_size_inches()[0]
    assert long > 1.5 * short


def test_images_and_labels_of_different_lengths() -> None:
    labels, probabilities = predictions()
    with pytest.raises(ValueError, match="299 images for 300 labels"):
        plotting.worst_mistakes(IMAGES[:-1], labels, probabilities)


# -- calibration


def test_the_reliability_diagram_has_the_bins_of_the_metric() -> None:
    labels, probabilities = predictions()
    figure = plotting.calibration(labels, probabilities, bins=5, title="C", source="sample")
    above, below = figure.axes
    result = metrics.calibration(labels, probabilities, 5)
    filled = result.count > 0
    bars, gaps = above.containers
    np.testing.assert_allclose([bar.get_height() for bar in bars], result.accuracy[filled])
    ends = [gap.get_y() + gap.get_height() for gap in gaps]
    np.testing.assert_allclose(ends, result.confidence[filled], err_msg="a gap reaches to the mean confidence")
    np.testing.assert_allclose([bar.get_height() for bar in below.containers[0]], result.count[filled])
    assert [text.get_text() for text in below.texts] == [f"{count:,}" for count in result.count[filled]]
    assert f"ECE {result.expected_error:.3f}" in above.get_title()
    assert f"right {metrics.accuracy(labels, probabilities):.1%}" in above.get_title()
    assert figure.get_suptitle() == "C (generated sample)"


# -- what all of them take


@pytest.mark.parametrize(
    "draw",
    [
        plotting.confusion_matrix,
        plotting.calibration,
        lambda labels, probabilities: plotting.worst_mistakes(IMAGES[:2], labels, probabilities),
    ],
)
def test_what_does_not_fit_is_named_as_by_the_metrics(draw) -> None:
    with pytest.raises(ValueError, match="One-hot labels become integers"):
        draw(np.eye(2), np.eye(2))

    class Model:
        def predict(self, images):
            return images

    with pytest.raises(TypeError, match=r"pass model\.predict\(images\)"):
        draw([0, 1], Model())


@pytest.mark.parametrize(
    "draw",
    [plotting.confusion_matrix, lambda *arguments: plotting.worst_mistakes(IMAGES[:2], *arguments)],
)
def test_names_must_be_as_many_as_classes(draw) -> None:
    with pytest.raises(ValueError, match="class_names has 3 entries for 2 classes"):
        draw([0, 1], np.eye(2), ["a", "b", "c"])
