"""Functions of two variables: what a classifier decides, and what a loss looks like.

Taught in: notebooks/06.4, notebooks/06.6
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlcv.plotting.figures import COLOURS, new_axes, set_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["decision_regions", "loss_bowl"]

_MARKERS = "osD^vP"


def decision_regions(
    predict: Callable[[NDArray[np.float64]], ArrayLike],
    points: ArrayLike,
    labels: ArrayLike,
    *,
    axes: Axes | None = None,
    title: str = "",
    margin: float = 0.5,
    resolution: int = 120,
    class_names: Sequence[str] | None = None,
) -> Figure:
    """Draw which class a classifier gives to each place of the plane, with the data on top.

    The shade of a region is the probability of its class; the black line is the border between two classes.

    Args:
        predict: takes (N, 2) and returns (N,) or (N, 1), the probability of class 1, or (N, classes).
        points: (N, 2) data.
        labels: (N,) their classes, 0 … classes − 1, six at most.
        axes: where to draw; a new figure when omitted.
        title: a line above.
        margin: how far the picture reaches beyond the data, in their unit.
        resolution: places a side at which `predict` is asked.
        class_names: names for a legend; no legend when omitted.

    Returns:
        The figure.

    Raises:
        ValueError: shapes do not fit, or there are more than six classes.

    Taught in: notebooks/06.4
    """
    from matplotlib.colors import to_rgb

    data, classes = np.asarray(points, dtype=float), np.asarray(labels).astype(int)
    if data.ndim != 2 or data.shape[1] != 2 or classes.shape != (len(data),):
        raise ValueError(
            f"points and labels have the shapes {data.shape} and {classes.shape}; (N, 2) and (N,) are needed"
        )
    low, high = data.min(axis=0) - margin, data.max(axis=0) + margin
    across, up = (np.linspace(low[k], high[k], resolution) for k in (0, 1))
    x, y = np.meshgrid(across, up)
    scores = np.asarray(predict(np.column_stack([x.ravel(), y.ravel()])), dtype=float)
    if scores.shape in ((x.size,), (x.size, 1)):
        scores = np.column_stack([1 - scores.ravel(), scores.ravel()])
    if scores.ndim != 2 or len(scores) != x.size:
        raise ValueError(
            f"predict returned the shape {scores.shape} for {x.size} points; ({x.size}, classes) is needed"
        )
    count = max(scores.shape[1], int(classes.max(initial=0)) + 1)
    if count > len(COLOURS):
        raise ValueError(f"{count} classes are more than the {len(COLOURS)} that can be told apart by colour")
    colours = np.array([to_rgb(colour) for colour in COLOURS[: scores.shape[1]]])
    winner = scores.argmax(axis=1)
    # From white at an even guess to the class's colour, half strength so that the points stand out.
    even = 1 / scores.shape[1]
    strength = 0.08 + 0.42 * np.clip((scores.max(axis=1, keepdims=True) - even) / (1 - even), 0, 1)
    shade = 1 - strength * (1 - colours[winner])
    figure, axes = new_axes(axes, (3.4, 3.0))
    axes.imshow(
        shade.reshape(*x.shape, 3), origin="lower", extent=(low[0], high[0], low[1], high[1]), aspect="auto", zorder=0
    )
    for k in range(scores.shape[1] - 1 if scores.shape[1] == 2 else scores.shape[1]):
        others = np.delete(scores, k, axis=1).max(axis=1)
        lead = (scores[:, k] - others).reshape(x.shape)
        if lead.min() < 0 < lead.max():
            axes.contour(x, y, lead, levels=[0], colors="black", linewidths=1.2)
    for k in range(count):
        chosen = classes == k
        axes.scatter(
            *data[chosen].T,
            s=16,
            color=COLOURS[k],
            marker=_MARKERS[k],
            edgecolor="white",
            linewidth=0.5,
            label=class_names[k] if class_names is not None else None,
            zorder=3,
        )
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), title=title)
    if class_names is not None:
        axes.legend(fontsize=8)
    return figure


def loss_bowl(
    loss: Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]],
    paths: Mapping[str, ArrayLike],
    *,
    x_range: tuple[float, float],
    y_range: tuple[float, float],
    labels: tuple[str, str] = ("w₁", "w₂"),
    title: str = "",
    resolution: int = 80,
) -> Figure:
    """Draw a loss over two weights as a surface and as contour lines, with the paths that optimisers took.

    Args:
        loss: takes two arrays of one shape and returns the loss at each place, finite.
        paths: for each optimiser's name the weights after each step, (steps, 2); six at most. What leaves the range
            is not drawn.
        x_range: from, to of the first weight.
        y_range: from, to of the second weight.
        labels: the weights' names.
        title: a line above.
        resolution: places a side at which the loss is computed.

    Returns:
        The figure: the surface on the left, the contour lines on the right.

    Raises:
        ValueError: a path has another shape, or there are too many paths.

    Taught in: notebooks/06.6
    """
    import matplotlib.pyplot as plt

    tracks = {name: np.asarray(path, dtype=float) for name, path in paths.items()}
    for name, track in tracks.items():
        if track.ndim != 2 or track.shape[1] != 2:
            raise ValueError(f"the path {name!r} has the shape {track.shape}; (steps, 2) is needed")
    if len(tracks) > len(COLOURS):
        raise ValueError(f"{len(tracks)} paths are more than the {len(COLOURS)} that can be told apart by colour")
    x, y = np.meshgrid(np.linspace(*x_range, resolution), np.linspace(*y_range, resolution))
    height = np.asarray(loss(x, y), dtype=float)
    figure = plt.figure(figsize=(8.6, 3.8), layout="constrained")
    bowl = figure.add_subplot(1, 2, 1, projection="3d", computed_zorder=False)
    bowl.plot_surface(
        x, y, height, cmap="Greys", alpha=0.55, linewidth=0, rcount=40, ccount=40, vmax=height.max() * 1.6
    )
    plan = figure.add_subplot(1, 2, 2)
    # Levels at equal shares of the area rather than of the height: the flat bottom gets its lines, too.
    levels = np.unique(np.quantile(height, np.linspace(0.01, 0.95, 14)))
    plan.contour(x, y, height, levels=levels, colors="#999999", linewidths=0.7)
    low, high = np.transpose([x_range, y_range])
    for (name, track), colour, marker in zip(tracks.items(), COLOURS, _MARKERS, strict=False):
        inside = ((track >= low) & (track <= high)).all(axis=1)
        seen = np.where(inside[:, None], track, np.nan)
        plan.plot(*seen.T, color=colour, marker=marker, markersize=3, linewidth=1.2, label=name)
        # A little above the surface, which would otherwise swallow half of the line.
        over = loss(seen[:, 0], seen[:, 1]) + 0.01 * (height.max() - height.min())
        bowl.plot(seen[:, 0], seen[:, 1], over, color=colour, marker=marker, markersize=2.5, linewidth=1.2, zorder=5)
    bowl.set(xlabel=labels[0], ylabel=labels[1])
    bowl.set_title("the loss", fontsize=10)
    bowl.tick_params(labelsize=7)
    bowl.view_init(elev=42, azim=-60)  # from above the rim, so that the front wall hides nothing
    bowl.set_box_aspect((4, 4, 2.6), zoom=1.05)
    plan.set(xlabel=labels[0], ylabel=labels[1], xlim=x_range, ylim=y_range)
    plan.set_title("seen from above", fontsize=10)
    if tracks:
        plan.legend(fontsize=8)
    set_title(figure, title)
    return figure
