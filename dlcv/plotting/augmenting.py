"""One image and what augmentation makes of it.

Taught in: notebooks/10.4
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from dlcv.plotting.figures import VALIDATION, set_title
from dlcv.plotting.pictures import _show

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["augmentations"]


def augmentations(
    image: ArrayLike,
    augment: Callable[..., Any],
    count: int = 36,
    *,
    columns: int = 9,
    title: str = "",
    source: str | None = None,
    size: float = 0.85,
) -> Figure:
    """Draw an image, framed in colour, and beside it versions of it that an augmentation draws.

    Args:
        image: (H, W, C), raw pixels 0–255.
        augment: `dlcv.data.pipeline.augmentation(…)`, another Keras layer, or a function of a batch of images; what
            it returns is 0–255, too. It is called once, for all versions.
        count: how many versions to draw.
        columns: versions a row.
        title: a line above all.
        source: the data set's `source`; a sample is named in the title.
        size: the width of a version in inches; the original is drawn twice as large.

    Returns:
        The figure.

    Raises:
        ValueError: the image is no (H, W, C), or count is below 1.

    Example:
        >>> augmentations(photo, augmentation(rotation=20, fill="reflect"), 36)  # doctest: +SKIP

    Taught in: notebooks/10.4
    """
    import matplotlib.pyplot as plt

    from dlcv.data.augment import augmented

    pixels = np.asarray(image)
    if pixels.ndim != 3:
        raise ValueError(f"the image has the shape (H, W, C), not {pixels.shape}; a grey one has C = 1")
    if count < 1:
        raise ValueError(f"count is {count}: it must be at least 1")
    versions = np.asarray(augmented(augment, np.repeat(pixels[None], count, axis=0)))
    columns = min(columns, count)
    rows = max(2, -(-count // columns))
    tallest = pixels.shape[0] / pixels.shape[1]
    height = rows * size * tallest + 0.25 + (0.3 if title or source == "sample" else 0)
    figure = plt.figure(figsize=((columns + 2) * size, height), layout="constrained")
    grid = figure.add_gridspec(rows, columns + 2)
    axes = figure.add_subplot(grid[:2, :2])
    _show(axes, _as_pixels(pixels))
    axes.set_title("original", fontsize=9, color=VALIDATION)
    axes.spines[:].set(color=VALIDATION, linewidth=3)
    for index, version in enumerate(versions):
        row, column = divmod(index, columns)
        _show(figure.add_subplot(grid[row, 2 + column]), _as_pixels(version))
    set_title(figure, title, source)
    return figure


def _as_pixels(image: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)
