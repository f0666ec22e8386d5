"""Images in rows, with captions or with what a model makes of them.

Taught in: notebooks/08.2
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from dlcv.plotting.figures import RIGHT, TRAINING, WRONG, set_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["image_grid", "probability_bars"]


def _pixels(image: ArrayLike) -> np.ndarray:
    """Return an image as Matplotlib takes it: (H, W) or (H, W, 3)."""
    pixels = np.asarray(image)
    if pixels.ndim == 3 and pixels.shape[-1] == 1:
        pixels = pixels[..., 0]
    if pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[-1] not in (3, 4)):
        raise ValueError(f"an image has the shape (H, W), (H, W, 1) or (H, W, 3), not {pixels.shape}")
    return pixels


def _show(axes: Axes, image: ArrayLike) -> None:
    """Draw one image without axes: (H, W), (H, W, 1) or (H, W, 3), 0–255 or 0–1."""
    pixels = _pixels(image)
    top = 255 if np.issubdtype(pixels.dtype, np.integer) else 1
    if pixels.dtype == bool:
        top = 1
    # Small images are shown pixel by pixel, as the network gets them; large ones are shrunk smoothly.
    axes.imshow(pixels, cmap="gray", vmin=0, vmax=top, interpolation="nearest" if max(pixels.shape[:2]) <= 64 else None)
    # A thin frame instead of axes: without it a picture with a white rim would run into the page.
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set(color="#bbbbbb", linewidth=0.5)


def image_grid(
    images: Sequence[ArrayLike] | np.ndarray,
    captions: Sequence[object] | None = None,
    *,
    columns: int = 8,
    title: str = "",
    source: str | None = None,
    correct: Sequence[bool] | None = None,
    size: float = 1.2,
) -> Figure:
    """Draw images in rows, each with its caption above it.

    Args:
        images: N images, each (H, W), (H, W, 1) or (H, W, 3), RGB; integers 0–255 or floats 0–1.
        captions: N texts.
        columns: images a row.
        title: a line above all.
        source: the data set's `source`; a sample is named in the title.
        correct: N truth values; a caption turns green where true and red where false.
        size: the width of one image in inches; its height follows the tallest image's proportions.

    Returns:
        The figure.

    Raises:
        ValueError: there is no image, or captions and images differ in number.

    Taught in: notebooks/08.2
    """
    import matplotlib.pyplot as plt

    count = len(images)
    if count == 0:
        raise ValueError("there are no images to draw")
    for what, values in (("captions", captions), ("correct", correct)):
        if values is not None and len(values) != count:
            raise ValueError(f"{what} has {len(values)} entries for {count} images")
    columns = min(columns, count)
    rows = -(-count // columns)
    lines = max((str(caption).count("\n") + 1 for caption in captions), default=0) if captions is not None else 0
    tallest = max(height / width for height, width, *_ in (_pixels(image).shape for image in images))
    figure, grid = plt.subplots(
        rows,
        columns,
        figsize=(columns * size, rows * (size * tallest + 0.2 * lines) + (0.3 if title or source == "sample" else 0)),
        squeeze=False,
        layout="constrained",
    )
    for axes in grid.flat[count:]:
        axes.set_axis_off()
    for index, axes in enumerate(grid.flat[:count]):
        _show(axes, images[index])
        if captions is not None:
            colour = "black" if correct is None else (RIGHT if correct[index] else WRONG)
            axes.set_title(str(captions[index]), fontsize=9, color=colour)
    set_title(figure, title, source)
    return figure


def probability_bars(
    images: Sequence[ArrayLike] | np.ndarray,
    probabilities: ArrayLike,
    class_names: Sequence[str],
    *,
    labels: Sequence[int] | None = None,
    top: int = 3,
    title: str = "",
    source: str | None = None,
) -> Figure:
    """Draw each image beside the classes that the model finds most probable.

    Args:
        images: N images as `image_grid` takes them.
        probabilities: (N, classes), each row from 0 to 1.
        class_names: the classes' names in the order of the columns.
        labels: (N,) the right classes; their bars turn green, a wrong first guess red.
        top: how many classes to show an image.
        title: a line above all.
        source: the data set's `source`; a sample is named in the title.

    Returns:
        The figure.

    Raises:
        ValueError: the numbers of images, rows and classes do not fit.

    Taught in: notebooks/04.2
    """
    import matplotlib.pyplot as plt

    scores = np.asarray(probabilities)
    if scores.shape != (len(images), len(class_names)):
        raise ValueError(
            f"{len(images)} images and {len(class_names)} classes need probabilities of shape "
            f"({len(images)}, {len(class_names)}), not {scores.shape}"
        )
    top = min(top, len(class_names))
    columns = min(2, len(images))
    rows = -(-len(images) // columns)
    figure, grid = plt.subplots(
        rows,
        2 * columns,
        figsize=(4.4 * columns, 1.25 * rows),
        squeeze=False,
        layout="constrained",
        width_ratios=[1, 1.6] * columns,
    )
    for axes in grid.flat[2 * len(images) :]:
        axes.set_axis_off()
    for index, (image, row) in enumerate(zip(images, scores, strict=True)):
        picture, bars = grid.flat[2 * index], grid.flat[2 * index + 1]
        _show(picture, image)
        best = np.argsort(-row, kind="stable")[:top]
        colours = [TRAINING] * top
        if labels is not None:
            colours = [RIGHT if k == labels[index] else "#bbbbbb" for k in best]
            if best[0] != labels[index]:
                colours[0] = WRONG
        bars.barh(range(top), row[best], color=colours, alpha=0.45)  # pale, for the text on it
        bars.set(xlim=(0, 1), ylim=(top - 0.4, -0.6), xticks=[], yticks=[])
        for place, k in enumerate(best):
            bars.text(0.02, place, f"{class_names[k]}  {row[k]:.0%}", va="center", fontsize=8)
        bars.spines[:].set_visible(False)
    set_title(figure, title, source)
    return figure
