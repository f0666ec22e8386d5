"""What a classifier gets right and wrong, and how sure it is of it.

Taught in: notebooks/11.1, notebooks/11.2
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from dlcv import metrics
from dlcv.metrics.inputs import check_names, check_predictions
from dlcv.metrics.shares import Normalisation
from dlcv.plotting.figures import TRAINING, VALIDATION, set_title
from dlcv.plotting.pictures import image_grid

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["calibration", "confusion_matrix", "worst_mistakes"]

_MEANINGS = {
    None: "number of images",
    "true": "% of each true class (rows add up to 100)",
    "predicted": "% of each predicted class (columns add up to 100)",
    "all": "% of all images",
}
# More classes than this get cells too small for a number.
_MOST_NUMBERS = 20
_INCHES_A_LETTER = 0.075  # of a caption in 9 point


def confusion_matrix(
    labels: ArrayLike,
    probabilities: ArrayLike,
    class_names: Sequence[str] | None = None,
    *,
    normalize: Normalisation = None,
    title: str = "",
    source: str | None = None,
) -> Figure:
    """Draw how often each class was taken for each: right answers blue, mistakes orange.

    The two colours have scales of their own, each darkest at its largest cell. On one scale a few mistakes beside
    thousands of right answers would all be white. A cell of no image stays empty; above 20 classes there are only
    colours, no numbers.

    Args:
        labels: (N,) class numbers, 0 to classes − 1.
        probabilities: (N, classes), or (N,) or (N, 1), the probability of class 1 of two.
        class_names: a name for each class; their numbers when omitted.
        normalize: None, "true", "predicted" or "all", as in `dlcv.metrics.confusion_matrix`.
        title: a line above all.
        source: the data set's `source`; a sample is named in the title.

    Returns:
        The figure: rows the true class, columns the predicted one.

    Raises:
        ValueError: shapes or class names do not fit, or an unknown `normalize`.
        TypeError: a model instead of its predictions.

    Taught in: notebooks/11.1
    """
    import matplotlib.pyplot as plt
    from matplotlib.colors import to_rgb

    matrix = metrics.confusion_matrix(labels, probabilities, normalize)
    classes = len(matrix)
    names = check_names(class_names, classes)
    numbered = classes <= _MOST_NUMBERS
    diagonal = np.eye(classes, dtype=bool)
    strength = np.zeros(matrix.shape)
    for cells in (diagonal, ~diagonal):
        strength[cells] = matrix[cells] / max(matrix[cells].max(initial=0), 1e-12)
    inks = np.where(diagonal[..., None], to_rgb(TRAINING), to_rgb(VALIDATION))
    cell = (0.44 if classes > 5 else 0.7) if numbered else 0.2
    longest = _INCHES_A_LETTER * max(len(name) for name in names)
    lying = longest < cell
    figure, axes = plt.subplots(
        figsize=(max(cell * classes + 0.8 + longest, 3.2), cell * classes + (1.2 if lying else 1 + longest)),
        layout="constrained",
    )
    axes.imshow(1 - strength[..., None] * (1 - inks))
    if numbered:
        digits = 1 if classes <= 12 else 0
        for row, column in zip(*np.nonzero((matrix > 0) | diagonal), strict=True):
            value = matrix[row, column]
            text = f"{value:,}" if normalize is None else f"{100 * value:.{digits}f}"
            dark = row == column and strength[row, column] > 0.7  # on full orange, too, black reads better
            axes.text(column, row, text, ha="center", va="center", fontsize=7.5, color="white" if dark else "black")
    size = 9 if numbered else 7
    axes.set_xticks(range(classes), names, fontsize=size, rotation=0 if lying else 90)
    axes.set_yticks(range(classes), names, fontsize=size)
    axes.set_xticks(np.arange(classes + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(classes + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="#dddddd", linewidth=0.5)
    axes.tick_params(which="both", length=0)
    axes.set(xlabel="predicted class", ylabel="true class")
    axes.set_title(_MEANINGS[normalize], fontsize=9)
    set_title(figure, title, source)
    return figure


def worst_mistakes(
    images: Sequence[ArrayLike] | np.ndarray,
    labels: ArrayLike,
    probabilities: ArrayLike,
    class_names: Sequence[str] | None = None,
    count: int = 16,
    *,
    columns: int = 8,
    title: str = "",
    source: str | None = None,
    size: float = 1.1,
) -> Figure:
    """Draw the images that a model got wrong while being most sure, the most confident mistake first.

    Above each stands what the model said, with its confidence, and below that what is true.

    Args:
        images: N images as `image_grid` takes them.
        labels: (N,) class numbers, 0 to classes − 1.
        probabilities: (N, classes), or (N,) or (N, 1), the probability of class 1 of two.
        class_names: a name for each class; their numbers when omitted.
        count: how many to draw at most.
        columns: images a row.
        title: a line above all.
        source: the data set's `source`; a sample is named in the title.
        size: the width of one image in inches; it grows where long class names need it.

    Returns:
        The figure. Where nothing is wrong, it says so instead.

    Raises:
        ValueError: numbers of images, labels and rows differ, or class names do not fit.
        TypeError: a model instead of its predictions.

    Taught in: notebooks/11.2
    """
    import matplotlib.pyplot as plt

    y, p = check_predictions(labels, probabilities)
    names = check_names(class_names, p.shape[1])
    if len(images) != len(y):
        raise ValueError(f"{len(images)} images for {len(y)} labels: both must be the same images, in the same order")
    worst = metrics.worst_mistakes(y, p, count)
    if len(worst) == 0:
        figure = plt.figure(figsize=(4, 1), layout="constrained")
        figure.text(0.5, 0.4, f"none of {len(y):,} images is wrong", ha="center", va="center")
        set_title(figure, title, source)
        return figure
    captions = [f"said {names[p[i].argmax()]}, {_percent(p[i].max())}\ntrue {names[y[i]]}" for i in worst]
    longest = max(len(line) for caption in captions for line in caption.split("\n"))
    return image_grid(
        [images[i] for i in worst],
        captions,
        columns=columns,
        title=title,
        source=source,
        size=max(size, _INCHES_A_LETTER * longest),
    )


def _percent(share: float) -> str:
    """Return a share in percent; one just below 1 is not rounded up to certainty."""
    return ">99%" if 0.99 < share < 1 else f"{share:.0%}"


def calibration(
    labels: ArrayLike, probabilities: ArrayLike, *, bins: int = 10, title: str = "", source: str | None = None
) -> Figure:
    """Draw how often a model is right against how sure it is: the reliability diagram, and the images in each bin.

    On the dashed line 80 % means 80 %. A bar that ends below it belongs to answers that were too confident; the gap to
    the mean confidence is hatched. The height of a bar that few images stand behind means little.

    Args:
        labels: (N,) class numbers, 0 to classes − 1.
        probabilities: (N, classes), each row adding up to 1, or (N,) or (N, 1), the probability of class 1 of two.
        bins: how many bins of equal width.
        title: a line above all.
        source: the data set's `source`; a sample is named in the title.

    Returns:
        The figure.

    Raises:
        ValueError: the shapes do not fit, or these are no probabilities.
        TypeError: a model instead of its predictions.

    Reference: Guo et al. 2017, "On calibration of modern neural networks", figure 1.
    Taught in: notebooks/11.2
    """
    import matplotlib.pyplot as plt

    result = metrics.calibration(labels, probabilities, bins)
    filled = result.count > 0
    confidence, share, count = result.confidence[filled], result.accuracy[filled], result.count[filled]
    centres = ((result.edges[:-1] + result.edges[1:]) / 2)[filled]
    width = 0.9 / bins
    figure, (above, below) = plt.subplots(
        2, 1, figsize=(4.6, 4.6), sharex=True, height_ratios=[3, 1], layout="constrained"
    )
    above.bar(centres, share, width, color=TRAINING, label="right answers")
    # Hatched, since it lies above the bar of an answer too confident, and within the bar of one too modest.
    above.bar(
        centres,
        confidence - share,
        width,
        bottom=share,
        facecolor="none",
        edgecolor=VALIDATION,
        hatch="////",
        label="gap to the confidence",
    )
    above.plot([0, 1], [0, 1], "--", color="#444444", linewidth=1, label="calibrated")
    above.set(ylabel="share of right answers", xlim=(0, 1), ylim=(0, 1))
    above.set_title(
        f"right {np.average(share, weights=count):.1%}, mean confidence {np.average(confidence, weights=count):.1%}, "
        f"ECE {result.expected_error:.3f}",
        fontsize=9,
    )
    above.legend(fontsize=8, loc="upper left")
    below.bar(centres, count, width, color="#888888")
    for centre, images in zip(centres, count, strict=True):
        below.text(centre, images, f"{images:,}", ha="center", va="bottom", fontsize=7)
    # Most answers are usually very sure: without a logarithmic scale the other bins would vanish.
    below.set(xlabel="confidence", ylabel="images", yscale="log", ylim=(0.7, 6 * count.max()))
    set_title(figure, title, source)
    return figure
