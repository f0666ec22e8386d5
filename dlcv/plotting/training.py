"""How a training went.

Taught in: notebooks/08.2
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dlcv.plotting.figures import TRAINING, VALIDATION, set_title

if TYPE_CHECKING:
    import keras
    from matplotlib.figure import Figure

__all__ = ["history"]


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
            (name, "training", TRAINING, "-"),
            (f"val_{name}", "validation", VALIDATION, "--"),
        ):
            if key in record:
                epochs = range(1, len(record[key]) + 1)
                axes.plot(epochs, record[key], style, marker="o", markersize=4, color=colour, label=label)
        axes.set(title=name, xlabel="epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(alpha=0.3)
        axes.legend()
    set_title(figure, title, source)
    return figure
