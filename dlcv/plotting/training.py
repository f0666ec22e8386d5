"""How a training went, and how several compare.

Taught in: notebooks/08.2, notebooks/12.1
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dlcv.plotting.figures import COLOURS, TRAINING, VALIDATION, set_title

if TYPE_CHECKING:
    import keras
    from matplotlib.figure import Figure

__all__ = ["history", "spread"]

Record: TypeAlias = Mapping[str, Sequence[float]]
Run: TypeAlias = "keras.callbacks.History | Record"

_EMPTY = "the history is empty: pass what model.fit returned, after at least one epoch"
# Line styles, once the colours are used up.
_STYLES = ("-", "--", ":")


def history(run: Run | Mapping[str, Run | Sequence[Run]], *, title: str = "", source: str | None = None) -> Figure:
    """Draw how loss and metrics went, epoch by epoch, on training and validation data; of one run or of several.

    Several runs under one name, such as the same training with several seeds, become a line for their mean and a band
    from the lowest to the highest. Runs may differ in length: each epoch shows those that got as far, and so a mean
    line may jump where one of them ends.

    Args:
        run: what `model.fit` returned, or its `.history` dictionary. To compare: a mapping from a name to a run, or
            from a name to a list of runs.
        title: a line above all.
        source: the data set's `source`; a sample is named in the title.

    Returns:
        The figure. One run: one panel a quantity, dashed for validation. Several: a column a quantity, a row for
        training and one for validation, a colour a name.

    Raises:
        ValueError: nothing was recorded, or one of several names holds no run.
        TypeError: runs without names.

    Example:
        >>> history({"Adam": [run_1, run_2, run_3], "SGD": [run_4, run_5, run_6]})  # doctest: +SKIP

    Taught in: notebooks/08.2, notebooks/12.1
    """
    if isinstance(run, Sequence):
        raise TypeError('to compare runs, give each a name: history({"small": run_1, "large": run_2})')
    record = _record(run)
    if any(_is_run(value) or _is_list_of_runs(value) for value in record.values()):
        return _several({name: _list_of_runs(name, value) for name, value in record.items()}, title, source)
    return _one(record, title, source)


def _record(run: Any) -> Mapping[str, Any]:
    return getattr(run, "history", run)


def _is_run(value: Any) -> bool:
    return isinstance(_record(value), Mapping)


def _is_list_of_runs(value: Any) -> bool:
    return isinstance(value, Sequence) and len(value) > 0 and all(_is_run(run) for run in value)


def _list_of_runs(name: str, value: Any) -> list[Record]:
    if _is_run(value):
        return [_record(value)]
    if _is_list_of_runs(value):
        return [_record(run) for run in value]
    raise ValueError(f"{name!r} holds neither a run nor a list of runs with at least one in it")


def _quantities(record: Mapping[str, Any]) -> list[str]:
    return [name for name in record if not name.startswith("val_") and name != "learning_rate"]


def _one(record: Record, title: str, source: str | None) -> Figure:
    import matplotlib.pyplot as plt
    from matplotlib.ticker import MaxNLocator

    names = _quantities(record)
    if not names:
        raise ValueError(_EMPTY)
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


def _several(runs: Mapping[str, Sequence[Record]], title: str, source: str | None) -> Figure:
    import matplotlib.pyplot as plt
    from matplotlib.ticker import MaxNLocator

    recorded = [record for several in runs.values() for record in several]
    names = list(dict.fromkeys(name for record in recorded for name in _quantities(record)))
    if not names or not all(_quantities(record) for record in recorded):
        raise ValueError(_EMPTY)
    rows = [("training", "")]
    if any(f"val_{name}" in record for record in recorded for name in names):
        rows.append(("validation", "val_"))
    figure, grid = plt.subplots(
        len(rows),
        len(names),
        figsize=(3.6 * len(names) + 1.4, 2.3 * len(rows) + 0.4),
        squeeze=False,
        sharex=True,
        sharey="col",
        layout="constrained",
    )
    handles = {}
    for (row, prefix), panels in zip(rows, grid, strict=True):
        for axes, quantity in zip(panels, names, strict=True):
            for number, (name, several) in enumerate(runs.items()):
                curves = [record[prefix + quantity] for record in several if prefix + quantity in record]
                if not curves:
                    continue
                colour = COLOURS[number % len(COLOURS)]
                style = _STYLES[number // len(COLOURS) % len(_STYLES)]
                mean, low, high = _mean_and_band(curves)
                epochs = np.arange(1, len(mean) + 1)
                (line,) = axes.plot(epochs, mean, style, marker="o", markersize=3, color=colour, label=name)
                if len(curves) > 1:
                    axes.fill_between(epochs, low, high, color=colour, alpha=0.18, linewidth=0)
                handles.setdefault(name, line)
            axes.set_title(f"{quantity}, {row}", fontsize=10)
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.grid(alpha=0.3)
    for axes in grid[-1]:
        axes.set_xlabel("epoch")
    # One legend beside the panels: within one it would hide the curves of a long race.
    figure.legend(handles.values(), handles.keys(), loc="outside right upper", fontsize=9)
    set_title(figure, title, source)
    return figure


def _mean_and_band(curves: Sequence[Sequence[float]]) -> tuple[NDArray, NDArray, NDArray]:
    """Return mean, lowest and highest of the curves that reach each epoch."""
    longest = max(len(curve) for curve in curves)
    columns = [[curve[epoch] for curve in curves if epoch < len(curve)] for epoch in range(longest)]
    mean, low, high = np.transpose([(np.mean(column), min(column), max(column)) for column in columns])
    return mean, low, high


def spread(
    scores: Mapping[str, Sequence[float]],
    *,
    reference: float | None = None,
    xlabel: str = "test accuracy",
    title: str = "",
    source: str | None = None,
) -> Figure:
    """Draw figures that were measured several times, such as once a seed: a dot each, a bar for the mean.

    Where the dots of two rows overlap, the difference of their means may be luck.

    Args:
        scores: from a name to its figures, one a seed; a row each, the first on top.
        reference: what the course of 2018 reported, as a dashed line. It is left out where `source` is "sample": beside
            figures of a sample the one of the real data would mislead.
        xlabel: what was measured, with its unit.
        title: a line above all.
        source: the data set's `source`; a sample is named in the title.

    Returns:
        The figure.

    Raises:
        ValueError: there are no scores, or none under one of the names.

    Example:
        >>> spread({"with": [0.76, 0.78, 0.77], "without": [0.74, 0.75, 0.73]}, reference=0.746)  # doctest: +SKIP

    Taught in: notebooks/10.3
    """
    import matplotlib.pyplot as plt

    empty = [name for name, values in scores.items() if len(values) == 0]
    if empty or not scores:
        raise ValueError(f"there are no scores to draw{' for ' + ', '.join(map(str, empty)) if empty else ''}")
    figure, axes = plt.subplots(figsize=(6.4, 0.9 + 0.42 * len(scores)), layout="constrained")
    for row, values in enumerate(scores.values()):
        colour = COLOURS[row % len(COLOURS)]
        mean = float(np.mean(values))
        # Equal figures lie a little apart, so that one sees how many there are.
        heights = row + np.linspace(-0.16, 0.16, len(values)) if len(values) > 1 else [row]
        axes.plot(values, heights, "o", markersize=5, color=colour, alpha=0.75)
        axes.plot([mean, mean], [row - 0.32, row + 0.32], "-", linewidth=2.5, color=colour)
        axes.annotate(
            f"{mean:.4g}",
            (1.01, row),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=9,
            annotation_clip=False,
        )
    axes.set_yticks(range(len(scores)), [str(name) for name in scores])
    axes.set(xlabel=xlabel, ylim=(len(scores) - 0.5, -0.5))
    axes.annotate("mean", (1.01, 1), xycoords="axes fraction", va="bottom", fontsize=8, color="#555555")
    axes.grid(axis="x", alpha=0.3)
    if reference is not None and source != "sample":
        axes.axvline(reference, color="#444444", linestyle="--", linewidth=1, label=f"in 2018: {reference:.4g}")
        axes.legend(fontsize=8)
    set_title(figure, title, source)
    return figure
