"""What came of running a notebook, and the file that keeps it: `results.json`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from dlcv.course.notebooks import Notebook, write_atomically
from dlcv.errors import NotebookError

__all__ = ["FILE_NAME", "STATUSES", "Result", "collect_metrics", "load", "reusable", "store"]

FILE_NAME = "results.json"
STATUSES = {
    "passed": "every cell ran",
    "failed": "a cell raised an exception, or the outputs cannot be saved",
    "timeout": "a cell or the notebook exceeded its time limit",
    "died": "the kernel process ended",
    "empty": "there was no cell to execute",
    "interrupted": "the run was stopped",
}


@dataclass
class Result:
    """What came of running one notebook.

    Attributes:
        notebook: the file relative to the course's root, with forward slashes.
        status: a key of `STATUSES`.
        seconds: wall time, the kernel's start included.
        metrics: what `lesson.expect` recorded, met or missed: name, value, floor, direction, source, profile, data.
        profile: "quick", "lecture" or "full".
        title: section and title.
        digest: of the cells that were run, see `Notebook.digest`.
        cells: how many cells were executed.
        cell: number of the code cell that failed, counted from 1.
        source: that cell's source.
        error: what went wrong in a line or two.
        traceback: the exception's traceback without colours.
        page: the notebook's page beside the results file, when there is one.
        resumed: taken over from an earlier run by `--resume`.
    """

    notebook: str
    status: str = "passed"
    seconds: float = 0.0
    metrics: list[dict[str, Any]] = field(default_factory=list)
    profile: str = ""
    title: str = ""
    digest: str = ""
    cells: int = 0
    cell: int | None = None
    source: str | None = None
    error: str | None = None
    traceback: str | None = None
    page: str | None = None
    resumed: bool = False

    @property
    def passed(self) -> bool:
        """Whether every cell ran."""
        return self.status == "passed"


def collect_metrics(cells: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the metrics that `lesson.expect` left in the cells' outputs, in order."""
    found = []
    for cell in cells:
        for output in cell.get("outputs", []):
            metric = output.get("metadata", {}).get("dlcv", {}).get("metric")
            if metric is not None:
                found.append(dict(metric))
    return found


def store(out: Path, results: Iterable[Result]) -> Path:
    """Write `results.json` in one step, so that a run that is cut off leaves a whole file.

    Raises:
        NotebookError: the file cannot be written.
    """
    path = out / FILE_NAME
    write_atomically(path, json.dumps([asdict(result) for result in results], indent=2, ensure_ascii=False) + "\n")
    return path


def load(out: Path) -> list[Result]:
    """Read `results.json`; an empty list where there is none.

    Raises:
        NotebookError: the file is damaged.
    """
    path = out / FILE_NAME
    if not path.exists():
        return []
    known = {item.name for item in fields(Result)}
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        return [Result(**{name: value for name, value in entry.items() if name in known}) for entry in entries]
    except (ValueError, TypeError, AttributeError) as error:
        raise NotebookError(f"{path} is damaged ({error}). Delete it and run again without --resume.") from error


def reusable(earlier: Iterable[Result], notebook: Notebook, profile: str) -> Result | None:
    """Return the earlier result that still holds: passed, in this profile, of these very cells."""
    for result in earlier:
        same = (result.notebook, result.profile, result.digest) == (notebook.name, profile, notebook.digest)
        if same and result.passed:
            return result
    return None
