"""Arrays of numbers as grids of cells.

Taught in: notebooks/07.2
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from dlcv.plotting.figures import set_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["number_grid"]

# row and column of the upper left cell, height, width, all in cells
Window = tuple[int, int, int, int]

_MAX_CELLS = 30 * 30
_FRAME = "#c23b22"


def number_grid(
    arrays: Sequence[ArrayLike],
    titles: Sequence[str] | None = None,
    *,
    symbols: Sequence[str] | None = None,
    highlight: Sequence[Sequence[Window] | None] | None = None,
    number_format: str = "g",
    size: float = 0.42,
    title: str = "",
) -> Figure:
    """Draw arrays side by side as grids of cells with a number in each, as in "image ∗ kernel = feature map".

    A cell is the darker the larger its value is among all values of its array; a value that is not a number leaves
    its cell white and empty.

    Args:
        arrays: N arrays, each (rows, columns), of numbers.
        titles: N texts, one above each array.
        symbols: N − 1 texts between neighbours, such as ["∗", "="].
        highlight: for each array None or windows (row, column, height, width) in cells that get a frame.
        number_format: how to write a number, as in Python's format(): "g", ".2f", "+d" …
        size: of a cell, in inches.
        title: a line above all.

    Returns:
        The figure.

    Raises:
        ValueError: an array is not two-dimensional or has more than 900 cells; titles, symbols or highlight do not
            match the arrays in number.

    Example:
        >>> windows = [[(0, 0, 3, 3)], None, [(0, 0, 1, 1)]]
        >>> number_grid([image, kernel, feature_map], symbols="∗=", highlight=windows)  # doctest: +SKIP

    Taught in: notebooks/07.2
    """
    import matplotlib.pyplot as plt

    grids = [np.asarray(array) for array in arrays]
    _check(grids, titles, symbols, highlight)
    between = 0.9  # columns for a symbol
    widths = [grid.shape[1] for grid in grids]
    ratios = [entry for width in widths for entry in (width, between)][:-1]
    rows = max(grid.shape[0] for grid in grids)
    heads = 0.3 * bool(titles) + 0.3 * bool(title)
    figure, panels = plt.subplots(
        1,
        len(ratios),
        figsize=(size * sum(ratios) + 0.15 * len(ratios), size * rows + 0.1 + heads),
        squeeze=False,
        width_ratios=ratios,
        layout="constrained",
    )
    for index, grid in enumerate(grids):
        axes = panels[0, 2 * index]
        _draw(axes, grid, number_format, size)
        for window in (highlight[index] if highlight is not None else None) or ():
            row, column, height, width = window
            axes.add_patch(
                plt.Rectangle(
                    (column - 0.5, row - 0.5), width, height, fill=False, edgecolor=_FRAME, linewidth=2.5, clip_on=False
                )
            )
        if titles:
            axes.set_title(titles[index], fontsize=9)
    for index in range(len(grids) - 1):
        axes = panels[0, 2 * index + 1]
        axes.set_axis_off()
        axes.text(0.5, 0.5, symbols[index] if symbols else "", ha="center", va="center", fontsize=16)
    set_title(figure, title)
    return figure


def _check(
    grids: list[np.ndarray],
    titles: Sequence[str] | None,
    symbols: Sequence[str] | None,
    highlight: Sequence[Sequence[Window] | None] | None,
) -> None:
    if not grids:
        raise ValueError("there are no arrays to draw")
    for index, grid in enumerate(grids):
        if grid.ndim != 2 or not grid.size:
            raise ValueError(f"arrays[{index}] has the shape {grid.shape}; (rows, columns) is needed")
        if grid.size > _MAX_CELLS:
            raise ValueError(
                f"arrays[{index}] has {grid.size} cells, more than {_MAX_CELLS}: nobody could read the numbers. "
                "Draw a part of it, or draw it with image_grid."
            )
    for what, given, needed in (
        ("titles", titles, len(grids)),
        ("symbols", symbols, len(grids) - 1),
        ("highlight", highlight, len(grids)),
    ):
        if given is not None and len(given) != needed:
            raise ValueError(f"{what} has {len(given)} entries, not {needed}, for {len(grids)} arrays")


def _draw(axes: Axes, grid: np.ndarray, number_format: str, size: float) -> None:
    values = grid.astype(float)
    known = values[np.isfinite(values)]
    low, high = (known.min(), known.max()) if known.size else (0.0, 1.0)
    # The palest third of the colours: black numbers are readable on all of them.
    span = 3 * (high - low) or 1.0
    axes.imshow(np.where(np.isfinite(values), values, np.nan), cmap="Blues", vmin=low, vmax=low + span)
    for (row, column), value in np.ndenumerate(grid):
        if np.isfinite(values[row, column]):
            axes.text(
                column,
                row,
                format(value, number_format).replace("-", "−"),
                ha="center",
                va="center",
                fontsize=min(11, 24 * size),
            )
    height, width = grid.shape
    axes.set_xticks(np.arange(width + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(height + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="#999999", linewidth=0.6)
    axes.tick_params(which="both", length=0)
    axes.set(xticks=[], yticks=[])
