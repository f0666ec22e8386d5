"""Networks as drawings: layers as boxes, or single nodes with the numbers on them.

Taught in: notebooks/06.2, notebooks/08.2
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from dlcv.plotting.figures import NEGATIVE, POSITIVE, new_axes

if TYPE_CHECKING:
    import keras
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["architecture", "network"]


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
    unit = 72 * (0.9 + 3 * edge) / (2 * edge + 0.78)  # what remains below the title, in points
    for x, ((name, shape, count), height) in enumerate(zip(shapes, heights, strict=True)):
        label = "×".join(map(str, shape))
        colour = "#9ecae1" if count else "#e6e6e6"
        axes.add_patch(plt.Rectangle((x - 0.36, -height / 2), 0.72, height, facecolor=colour, edgecolor="#444444"))
        # A label that is too long to lie stands upright, unless the box is too low for it; the letters shrink to fit.
        length = sum(0.84 if letter == "×" else 0.64 for letter in label)  # in letter heights
        lying, upright = 31 / length, 0.95 * height * unit / length  # the size at which it fills the box, in points
        axes.text(
            x,
            0,
            label,
            ha="center",
            va="center",
            fontsize=min(8, max(lying, upright)),
            rotation=90 if lying < min(8, upright) else 0,
        )
        axes.text(x, edge, name, ha="center", va="bottom", fontsize=9, rotation=40)
        axes.text(x, -edge, f"{count:,}" if count else "–", ha="center", va="top", fontsize=8)
    axes.set(xlim=(-0.6, len(shapes) - 0.1), ylim=(-edge - 0.19, edge + 0.59))
    axes.set_axis_off()
    axes.set_title(title or f"{model.name}: {model.count_params():,} parameters (below each layer)", fontsize=10)
    return figure


# Nodes and lines above these numbers are drawn without text: nobody could read it.
_MAX_LABELLED_EDGES = 24
_MAX_LABELLED_NODES = 12
_RADIUS = 0.23


def network(
    weights: Sequence[ArrayLike],
    *,
    biases: Sequence[ArrayLike] | None = None,
    values: Sequence[ArrayLike] | None = None,
    names: Sequence[Sequence[str]] | None = None,
    edge_labels: Sequence[Sequence[Sequence[str]]] | None = None,
    title: str = "",
    axes: Axes | None = None,
) -> Figure:
    """Draw a dense network node by node, from left to right, with its numbers on it.

    A line is blue for a positive weight and orange for a negative one, and the thicker the larger the weight is.
    Layers of more than twelve nodes, and layers with more than two dozen lines between them, are drawn without text.

    Args:
        weights: for each layer its weights, (inputs, outputs).
        biases: for each layer its biases, (outputs,), written above the nodes.
        values: for the input and each layer the values of its nodes, written into the circles; a value that is not a
            number is not known yet, and appears as a question mark.
        names: for the input and each layer the names of its nodes, written below the circles.
        edge_labels: texts on the lines, (inputs, outputs) a layer; the weights when omitted.
        title: a line above.
        axes: where to draw; a new figure when omitted.

    Returns:
        The figure.

    Raises:
        ValueError: shapes do not fit together; the message names which.

    Example:
        >>> network([[[0.2, 0.15], [0.35, 0.5]]], values=[[0.4, 0.25], [0.8675, 0.885]])  # doctest: +SKIP

    Taught in: notebooks/06.2
    """
    matrices = [np.asarray(matrix, dtype=float) for matrix in weights]
    sizes = _layer_sizes(matrices)
    _check_lengths("biases", biases, sizes[1:])
    _check_lengths("values", values, sizes)
    _check_lengths("names", names, sizes)
    if edge_labels is not None and [np.shape(texts) for texts in edge_labels] != [m.shape for m in matrices]:
        raise ValueError(
            f"edge_labels have the shapes {[np.shape(texts) for texts in edge_labels]}, "
            f"the weights {[m.shape for m in matrices]}"
        )
    tallest = max(sizes)
    spread = max(0.35, min(1.0, 5 / tallest))  # vertical distance of two nodes
    gap = 2.1  # horizontal distance of two layers
    radius = min(_RADIUS, 0.36 * spread)
    figure, axes = new_axes(axes, (max(4.5, 1.9 * len(sizes)), max(2.2, 1.25 * spread * tallest + 0.5)))
    places = [
        [(gap * layer, spread * ((size - 1) / 2 - node)) for node in range(size)] for layer, size in enumerate(sizes)
    ]
    largest = max(float(np.abs(matrix).max(initial=0)) for matrix in matrices) or 1.0
    for layer, matrix in enumerate(matrices):
        texts = edge_labels[layer] if edge_labels is not None else None
        _draw_lines(axes, places[layer], places[layer + 1], matrix, texts, largest)
    for layer, size in enumerate(sizes):
        labelled = size <= _MAX_LABELLED_NODES
        for node, (x, y) in enumerate(places[layer]):
            _draw_node(axes, x, y, radius, layer)
            if not labelled:
                continue
            if values is not None:
                text = _number(np.asarray(values[layer])[node])
                axes.text(x, y, text, ha="center", va="center", fontsize=8 if len(text) < 7 else 7, zorder=4)
            if names is not None:
                axes.text(x, y - radius - 0.03, names[layer][node], ha="center", va="top", fontsize=9, zorder=4)
            if biases is not None and layer:
                text = f"+ {_number(np.asarray(biases[layer - 1])[node])}".replace("+ −", "− ")
                axes.text(x, y + radius + 0.03, text, ha="center", va="bottom", fontsize=8, color="#555555", zorder=4)
    reach = spread * (tallest - 1) / 2 + radius
    axes.set(xlim=(-0.5, gap * (len(sizes) - 1) + 0.5), ylim=(-reach - 0.25, reach + 0.25), aspect="equal", title=title)
    axes.set_axis_off()
    return figure


def _layer_sizes(matrices: list[np.ndarray]) -> list[int]:
    if not matrices:
        raise ValueError("a network needs at least one layer of weights")
    for layer, matrix in enumerate(matrices):
        if matrix.ndim != 2:
            raise ValueError(f"weights[{layer}] has the shape {matrix.shape}; (inputs, outputs) is needed")
        if layer and matrix.shape[0] != matrices[layer - 1].shape[1]:
            raise ValueError(
                f"weights[{layer}] takes {matrix.shape[0]} inputs, but the layer before it has "
                f"{matrices[layer - 1].shape[1]} outputs"
            )
    return [matrices[0].shape[0], *(matrix.shape[1] for matrix in matrices)]


def _check_lengths(what: str, given: Sequence[ArrayLike] | None, sizes: list[int]) -> None:
    if given is not None and [len(np.atleast_1d(entry)) for entry in given] != sizes:
        raise ValueError(f"{what} has {[len(np.atleast_1d(entry)) for entry in given]} entries a layer, not {sizes}")


def _number(value: float) -> str:
    """Write a number in at most six significant digits, as worked examples print it."""
    if np.isnan(value):
        return "?"
    return f"{value:.6g}".replace("-", "−")


def _draw_node(axes: Axes, x: float, y: float, radius: float, layer: int) -> None:
    from matplotlib.patches import Circle

    axes.add_patch(
        Circle((x, y), radius, facecolor="#e6e6e6" if layer == 0 else "#cfe3f3", edgecolor="#444444", zorder=3)
    )


def _draw_lines(
    axes: Axes,
    left: list[tuple[float, float]],
    right: list[tuple[float, float]],
    matrix: np.ndarray,
    texts: Sequence[Sequence[str]] | None,
    largest: float,
) -> None:
    labelled = matrix.size <= _MAX_LABELLED_EDGES
    for i, (x0, y0) in enumerate(left):
        for j, (x1, y1) in enumerate(right):
            weight = matrix[i, j]
            colour = POSITIVE if weight >= 0 else NEGATIVE
            share = abs(weight) / largest
            axes.plot([x0, x1], [y0, y1], color=colour, linewidth=0.4 + 2.2 * share, alpha=0.35 + 0.5 * share, zorder=1)
            if not labelled:
                continue
            # Near its own start, and further along for each next line out of a node: crossing lines
            # would otherwise have their texts on top of one another, in the middle.
            along = 0.27 if len(right) == 1 else 0.22 + 0.16 * j / (len(right) - 1)
            axes.text(
                x0 + along * (x1 - x0),
                y0 + along * (y1 - y0),
                texts[i][j] if texts is not None else _number(weight),
                ha="center",
                va="center",
                fontsize=8,
                color=colour,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.85},
                zorder=2,
            )
