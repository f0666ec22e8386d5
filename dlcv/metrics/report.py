"""Precision, recall and F1 of every class, as a table.

Taught in: notebooks/11.1
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dlcv.metrics.inputs import check_names, check_predictions

__all__ = ["ClassScores", "Report", "classification_report"]

_HEADS = ("precision", "recall", "F1", "images")


class ClassScores(NamedTuple):
    """A row of a report.

    Attributes:
        name: the class, or the name of an average.
        precision: of the images that were called the class, the share that are; 0 to 1.
        recall: of the images that are the class, the share that were found; 0 to 1.
        f1: the harmonic mean of both.
        support: how many images are the class.
    """

    name: str
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, repr=False)
class Report:
    """What `classification_report` returns. It prints as a text table; in a notebook it shows as an HTML table.

    Attributes:
        rows: a `ClassScores` for each class, in the order of the classes.
        accuracy: the share of right answers, 0 to 1. It is also the micro average of precision, recall and F1.
        macro: the plain mean over the classes: each class counts the same.
        weighted: the mean over the classes weighted by their images: each image counts the same.
        notes: a line for each figure that counts as 0 because there is nothing to divide by.
    """

    rows: tuple[ClassScores, ...]
    accuracy: float
    macro: ClassScores
    weighted: ClassScores
    notes: tuple[str, ...] = ()

    def __getitem__(self, key: int | str) -> ClassScores:
        """Return the row of a class, by its number or its name.

        Raises:
            KeyError: there is no class of that name or number.
        """
        for number, row in enumerate(self.rows):
            if key in (number, row.name):
                return row
        raise KeyError(f"no class {key!r}; there are: {', '.join(row.name for row in self.rows)}")

    def _cells(self) -> tuple[list[list[str]], list[list[str]]]:
        """Return the lines of the classes and the lines below them, as texts."""

        def line(row: ClassScores) -> list[str]:
            return [row.name, f"{row.precision:.4f}", f"{row.recall:.4f}", f"{row.f1:.4f}", f"{row.support:,}"]

        total = f"{self.weighted.support:,}"
        below = [["accuracy", "", "", f"{self.accuracy:.4f}", total], line(self.macro), line(self.weighted)]
        return [line(row) for row in self.rows], below

    def __str__(self) -> str:
        above, below = self._cells()
        lines = [["", *_HEADS], *above, *below]
        widths = [max(len(line[k]) for line in lines) for k in range(len(lines[0]))]
        texts = [
            "  ".join(
                [line[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(line[1:], widths[1:], strict=True))]
            )
            for line in lines
        ]
        texts.insert(1 + len(above), "")
        return "\n".join(text.rstrip() for text in [*texts, *self.notes])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        above, below = self._cells()

        def line(cells: Sequence[str], tag: str, style: str = "") -> str:
            first, *rest = (html.escape(cell) for cell in cells)
            # Alignment is set here, because a page without Jupyter's style sheet would centre or left-align numbers.
            numbers = "".join(f'<{tag} style="text-align: right">{cell}</{tag}>' for cell in rest)
            return f'<tr{style}><th style="text-align: left">{first}</th>{numbers}</tr>'

        rule = ' style="border-top: 1px solid #888888"'
        body = [line(cells, "td") for cells in above]
        body += [line(cells, "td", "" if k else rule) for k, cells in enumerate(below)]
        notes = "".join(f"<p>{html.escape(note)}</p>" for note in self.notes)
        return f"<table><thead>{line(['', *_HEADS], 'th')}</thead><tbody>{''.join(body)}</tbody></table>{notes}"


def classification_report(
    labels: ArrayLike, probabilities: ArrayLike, class_names: Sequence[str] | None = None
) -> Report:
    """Return precision, recall, F1 and the number of images for every class, with their averages.

    Args:
        labels: (N,) class numbers, 0 to classes − 1.
        probabilities: (N, classes), or (N,) or (N, 1) for two classes, as `accuracy` takes them.
        class_names: a name for each class; their numbers when omitted.

    Returns:
        The report. The precision of a class that was never predicted, and the recall of a class without an image, have
        nothing to divide by: they count as 0, in the averages too, and a note says so.

    Raises:
        ValueError: shapes or class names do not fit, a label is no class, or a number is missing (nan).
        TypeError: a model instead of its predictions.

    Example:
        >>> classification_report([0, 0, 1], [0.1, 0.8, 0.7], ["cat", "dog"])["dog"].precision
        0.5

    Taught in: notebooks/11.1
    """
    from sklearn.metrics import precision_recall_fscore_support

    y, p = check_predictions(labels, probabilities)
    names = check_names(class_names, p.shape[1])
    answers = p.argmax(axis=1)
    numbers = np.arange(p.shape[1])

    def scores(average: str | None) -> tuple:
        return precision_recall_fscore_support(y, answers, labels=numbers, average=average, zero_division=0)

    averages = [
        ClassScores(f"{kind} average", *(float(score) for score in scores(kind)[:3]), len(y))
        for kind in ("macro", "weighted")
    ]
    table = zip(*scores(None), strict=True)
    rows = tuple(
        ClassScores(name, *(float(s) for s in row[:3]), int(row[3])) for name, row in zip(names, table, strict=True)
    )
    notes = []
    for where, figure, which in (("was called", "precision", answers), ("is", "recall", y)):
        absent = [names[k] for k in np.setdiff1d(numbers, which)]
        if absent:
            notes.append(f"No image {where} {', '.join(absent)}: {figure} counts as 0.")
    return Report(rows, float((answers == y).mean()), *averages, tuple(notes))
