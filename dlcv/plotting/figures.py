"""What the other plots share: colours, the line above all panels, and a figure as a picture.

Taught in: notebooks/07.2
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "COLOURS",
    "NEGATIVE",
    "POSITIVE",
    "RIGHT",
    "TRAINING",
    "VALIDATION",
    "WRONG",
    "as_frame",
    "new_axes",
    "set_title",
]

# Colours that people with a colour-vision deficiency tell apart, too.
TRAINING = "#1f77b4"
VALIDATION = "#d95f02"
RIGHT = "#2a7f3f"
WRONG = "#c23b22"
POSITIVE = TRAINING
NEGATIVE = VALIDATION
# Okabe and Ito's palette without its yellow, which vanishes on white; the first two are the course's own.
COLOURS = (TRAINING, VALIDATION, RIGHT, "#cc79a7", "#56b4e9", "#8c564b")


def set_title(figure: Figure, title: str, source: str | None = None) -> None:
    """Set the line above all panels; it says so where the pictures come from a generated sample."""
    note = "generated sample" if source == "sample" else ""
    text = f"{title} ({note})" if title and note else title or note
    if text:
        figure.suptitle(text, fontsize=11)


def new_axes(axes: Axes | None, size: tuple[float, float]) -> tuple[Figure, Axes]:
    """Return the axes to draw on and their figure; a new figure of `size` inches where none are given."""
    import matplotlib.pyplot as plt

    if axes is not None:
        return axes.figure, axes
    return plt.subplots(figsize=size, layout="constrained")


def as_frame(figure: Figure) -> NDArray[np.uint8]:
    """Return a figure as a picture, such as a frame of an animation, and close it.

    Args:
        figure: what a plot function returned. It does not appear under the cell any more.

    Returns:
        (height, width, 3) RGB, 0–255; height and width are inches times `figure.dpi`.

    Example:
        >>> frames = [as_frame(number_grid([image], highlight=[[window]])) for window in windows]  # doctest: +SKIP
        >>> dlcv.video.animation(frames, fps=2)  # doctest: +SKIP

    Taught in: notebooks/07.2
    """
    import matplotlib.pyplot as plt
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    # A canvas of its own, since a window's canvas, or the notebook's, need not have a picture to give.
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    frame = np.asarray(canvas.buffer_rgba())[..., :3].copy()
    plt.close(figure)
    return frame
