"""Pictures that more than one notebook draws. Each function returns the figure it drew.

Taught in: notebooks/08.2
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

if TYPE_CHECKING:
    import keras
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["architecture", "history", "image_grid", "probability_bars"]

_TRAINING = "#1f77b4"
_VALIDATION = "#d95f02"
_RIGHT = "#2a7f3f"
_WRONG = "#c23b22"


def _set_title(figure: Figure, title: str, source: str | None) -> None:
    """Set the line above all panels; it says so where the pictures come from a generated sample."""
    note = "generated sample" if source == "sample" else ""
    text = f"{title} ({note})" if title and note else title or note
    if text:
        figure.suptitle(text, fontsize=11)


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
            colour = "black" if correct is None else (_RIGHT if correct[index] else _WRONG)
            axes.set_title(str(captions[index]), fontsize=9, color=colour)
    _set_title(figure, title, source)
    return figure


def history(
    run: keras.callbacks.History | Mapping[str, Sequence[float]], *, title: str = "", source: str | None = None
) -> Figure:
    """Draw how loss and metrics went, epoch by epoch, on training and validation data.

    Args:
        run: what `model.fit` returned, or its `.history` dictionary.
        title: a line above all.
        source: the data set's `source`; a sample is named in the title.

    Returns:
        The figure: one panel a quantity, dashed for validation.

    Raises:
        ValueError: nothing was recorded.

    Taught in: notebooks/08.2
    """
    import matplotlib.pyplot as plt
    from matplotlib.ticker import MaxNLocator

    record: Mapping[str, Any] = getattr(run, "history", run)
    names = [name for name in record if not name.startswith("val_") and name != "learning_rate"]
    if not names:
        raise ValueError("the history is empty: pass what model.fit returned, after at least one epoch")
    figure, grid = plt.subplots(1, len(names), figsize=(4.2 * len(names), 3), squeeze=False, layout="constrained")
    for axes, name in zip(grid[0], names, strict=True):
        for key, label, colour, style in (
            (name, "training", _TRAINING, "-"),
            (f"val_{name}", "validation", _VALIDATION, "--"),
        ):
            if key in record:
                epochs = range(1, len(record[key]) + 1)
                axes.plot(epochs, record[key], style, marker="o", markersize=4, color=colour, label=label)
        axes.set(title=name, xlabel="epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(alpha=0.3)
        axes.legend()
    _set_title(figure, title, source)
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
        colours = [_TRAINING] * top
        if labels is not None:
            colours = [_RIGHT if k == labels[index] else "#bbbbbb" for k in best]
            if best[0] != labels[index]:
                colours[0] = _WRONG
        bars.barh(range(top), row[best], color=colours)
        bars.set(xlim=(0, 1), ylim=(top - 0.4, -0.6), xticks=[], yticks=[])
        for place, k in enumerate(best):
            bars.text(0.02, place, f"{class_names[k]}  {row[k]:.0%}", va="center", fontsize=8)
        bars.spines[:].set_visible(False)
    _set_title(figure, title, source)
    return figure


def architecture(model: keras.Model, *, title: str = "") -> Figure:
    """Draw a network as a row of boxes, one a layer, with output shapes and parameter counts.

    A box's height follows the height of the layer's feature map, so one sees the picture shrink while the channels
    grow. Unlike `keras.utils.plot_model` it needs no Graphviz. Branches are drawn in the order of the layers.

    Args:
        model: a built Sequential or functional model.
        title: a line above; the model's name and parameter count when empty.

    Returns:
        The figure.

    Raises:
        ValueError: the shapes are unknown: the model has not been built, or is a subclass that Keras cannot look into.

    Taught in: notebooks/08.2
    """
    import matplotlib.pyplot as plt

    if not model.built:
        raise ValueError("the model has no shapes yet: give it a keras.Input, or call it once on a batch")
    if not hasattr(model, "inputs") or not model.inputs:
        raise ValueError(
            "a subclass of keras.Model hides its layers' shapes: write it as a Sequential or functional model"
        )
    shapes = [("Input", tuple(tensor.shape[1:]), 0) for tensor in model.inputs]
    shapes += [
        (type(layer).__name__, tuple(layer.output.shape[1:]), layer.count_params())
        for layer in model.layers
        if type(layer).__name__ != "InputLayer"
    ]
    tallest = max((shape[0] for _, shape, _ in shapes if len(shape) == 3), default=1)
    heights = [max(0.12, shape[0] / tallest) if len(shape) == 3 else 0.5 for _, shape, _ in shapes]
    edge = max(heights) / 2 + 0.06
    figure, axes = plt.subplots(figsize=(max(6, 0.7 * len(shapes)), 1.3 + 3 * edge), layout="constrained")
    for x, ((name, shape, count), height) in enumerate(zip(shapes, heights, strict=True)):
        label = "×".join(map(str, shape))
        colour = "#9ecae1" if count else "#e6e6e6"
        axes.add_patch(plt.Rectangle((x - 0.36, -height / 2), 0.72, height, facecolor=colour, edgecolor="#444444"))
        # A long label stands upright, unless the box is too low for it.
        axes.text(
            x, 0, label, ha="center", va="center", fontsize=8, rotation=90 if len(label) > 4 and height > 0.3 else 0
        )
        axes.text(x, edge, name, ha="center", va="bottom", fontsize=9, rotation=40)
        axes.text(x, -edge, f"{count:,}" if count else "–", ha="center", va="top", fontsize=8)
    axes.set(xlim=(-0.6, len(shapes) - 0.1), ylim=(-edge - 0.19, edge + 0.59))
    axes.set_axis_off()
    axes.set_title(title or f"{model.name}: {model.count_params():,} parameters (below each layer)", fontsize=10)
    return figure
