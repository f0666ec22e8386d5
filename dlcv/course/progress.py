"""Show a run in the terminal: a bar a notebook while it lasts, a table and the failures at the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from dlcv.course.notebooks import Notebook
from dlcv.course.results import Result

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["LiveProgress", "PlainProgress", "Progress", "metric_text", "print_summary", "progress_for"]

_MARKS = {"passed": "[green]passed[/]", "interrupted": "[yellow]interrupted[/]"}


class Progress(Protocol):
    """Is told what happens in a run."""

    def start(self, notebook: Notebook) -> None:
        """A notebook's kernel is being started."""

    def cell(self, notebook: Notebook, number: int, heading: str) -> None:
        """A cell begins; it is the `number`-th to be executed, under `heading`."""

    def finish(self, notebook: Notebook, result: Result) -> None:
        """A notebook is through, or was taken over from an earlier run."""

    def stopping(self) -> None:
        """The run was interrupted and is being wound up."""


def _result_line(notebook: Notebook, result: Result) -> str:
    note = "  (taken over from an earlier run)" if result.resumed else ""
    return f"{result.status:<11} {notebook.label}  {result.seconds:.1f} s{note}"


class PlainProgress:
    """A line when a notebook starts and one when it is through, for logs."""

    def __init__(self, console: Console) -> None:
        self.console = console

    def _print(self, text: str) -> None:
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def start(self, notebook: Notebook) -> None:
        """Print that the notebook starts."""
        self._print(f"{'start':<11} {notebook.label}")

    def cell(self, notebook: Notebook, number: int, heading: str) -> None:
        """Print nothing: a log does not need every cell."""

    def finish(self, notebook: Notebook, result: Result) -> None:
        """Print the status and the seconds."""
        self._print(_result_line(notebook, result))

    def stopping(self) -> None:
        """Print that the kernels are being shut down."""
        self._print("stopping: shutting down the kernels")

    def __enter__(self) -> PlainProgress:
        return self

    def __exit__(self, *error: object) -> None:
        pass


class LiveProgress(PlainProgress):
    """A bar a running notebook with the cell it is in, and finished notebooks as lines above the bars."""

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bars

        self._bars = Bars(
            TextColumn("{task.fields[label]}", markup=False),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}", markup=False, style="dim"),
            console=console,
            transient=True,
        )
        self._tasks: dict[str, Any] = {}

    def start(self, notebook: Notebook) -> None:
        """Add a bar."""
        total = max(1, notebook.code_cells)
        self._tasks[notebook.name] = self._bars.add_task("starting", total=total, label=notebook.label[:40])

    def cell(self, notebook: Notebook, number: int, heading: str) -> None:
        """Move the bar on."""
        description = f"cell {number}: {heading}"[:50] if heading else f"cell {number}"
        self._bars.update(self._tasks[notebook.name], completed=number - 1, description=description)

    def finish(self, notebook: Notebook, result: Result) -> None:
        """Replace the bar by a line."""
        task = self._tasks.pop(notebook.name, None)
        if task is not None:
            self._bars.remove_task(task)
        self._print(_result_line(notebook, result))

    def __enter__(self) -> LiveProgress:
        self._bars.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bars.stop()


def progress_for(console: Console) -> PlainProgress:
    """Return bars for a terminal, lines for anything else."""
    return LiveProgress(console) if console.is_terminal and not console.is_dumb_terminal else PlainProgress(console)


def metric_text(metric: dict[str, Any]) -> str:
    """Word a metric against its floor.

    Example:
        >>> metric_text({"name": "accuracy", "value": 0.98, "floor": 0.9, "direction": "at_least", "source": "sample"})
        'accuracy 0.98 (at least 0.9, sample)'
    """
    bound = "at most" if metric.get("direction") == "at_most" else "at least"
    return f"{metric['name']} {metric['value']:.4g} ({bound} {metric['floor']:.4g}, {metric.get('source', '?')})"


def print_summary(results: Sequence[Result], console: Console) -> None:
    """Print the table of a run, and of each failure the cell's source and the error."""
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=None, pad_edge=False, box=None, header_style="bold")
    for name, align in (("notebook", "left"), ("status", "left"), ("seconds", "right"), ("metrics", "left")):
        table.add_column(name, justify=align, overflow="fold")
    for result in results:
        metrics = "\n".join(metric_text(metric) for metric in result.metrics)
        mark = _MARKS.get(result.status, f"[red]{result.status}[/]")
        table.add_row(escape(result.title or result.notebook), mark, f"{result.seconds:.1f}", escape(metrics) or "–")
    console.print()
    console.print(table)
    for result in results:
        if not result.passed and result.status != "interrupted":
            _print_failure(result, console)
    passed = sum(result.passed for result in results)
    console.print(f"\n{passed} of {len(results)} passed.", highlight=False)


def _print_failure(result: Result, console: Console) -> None:
    from rich.text import Text

    where = f", code cell {result.cell}" if result.cell else ""
    console.print()
    console.print(Text(f"{result.status.upper()}: {result.notebook}{where}", style="bold red"), soft_wrap=True)
    if result.source:
        console.print(Text("\n".join(f"  | {line}" for line in result.source.splitlines())), soft_wrap=True)
    if result.traceback:
        console.print(Text("\n".join(result.traceback.strip().splitlines()[-12:])), soft_wrap=True)
    if result.error and result.error not in (result.traceback or ""):
        console.print(Text(result.error), soft_wrap=True)
