"""What the course reached on the real data sets: `RESULTS.json`, which keeps it, and `RESULTS.md`, which shows it.

`dlcv run` writes a `results.json` a run. `record` takes over from one what was measured on real data, notebook by
notebook, so that a chapter can be measured anew alone; the page is made from the record and from nothing else.

Taught in: notebooks/01.1
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Any

from dlcv.course import results
from dlcv.course.notebooks import write_atomically
from dlcv.device import cores
from dlcv.errors import NotebookError

__all__ = ["PAGE", "RECORD", "load", "publish", "record", "render"]

PAGE, RECORD = "RESULTS.md", "RESULTS.json"
_PROFILES = ("lecture", "full")  # quick is a rehearsal: its figures say that the code runs, not what it reaches
_KEPT = ("name", "value", "floor", "direction", "data", "reference")

_TOP = """# What the notebooks reach

Measured on the real data sets, on the split that each row names or, where it names none, on the official test set; one
run of each notebook from its own seed (a figure over several seeds says so). The floor is what the notebook promises
and checks at every run. "2018" is what the original course reported, in its own setting; the notebook says where that
differs from ours.

This page is made from [RESULTS.json](RESULTS.json), and that from the `results.json` of runs on real data:
`dlcv run --profile lecture`, then `dlcv results build/run`.

"""
_COMPUTED = """
## Figures that need no data set

Checks of arithmetic, of gradients and of pictures that come with the course; they hold on every machine.

"""


def load(root: Path) -> list[dict[str, Any]]:
    """Return the record: an entry a notebook and profile, in the course's order; empty where there is none.

    Raises:
        NotebookError: the file is damaged.
    """
    path = root / RECORD
    if not path.exists():
        return []
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        return sorted(entries, key=_position)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise NotebookError(
            f"{RECORD} is damaged ({error!r}). Restore it (git checkout -- {RECORD}) or delete it and measure anew."
        ) from error


def record(root: Path, runs: Iterable[Path]) -> list[dict[str, Any]]:
    """Take over what runs measured on real data; a notebook's earlier figures in that profile are replaced.

    Args:
        root: the course's root, where the record lies.
        runs: folders with a `results.json`, as `dlcv run --out` leaves them; a later one wins.

    Returns:
        The new record, which is not written yet: see `publish`.

    Raises:
        NotebookError: a folder holds no results, or none that were measured on real data.
    """
    entries = {(entry["notebook"], entry["profile"]): entry for entry in load(root)}
    for folder in runs:
        found = {(entry["notebook"], entry["profile"]): entry for entry in _measured(folder)}
        if not found:
            raise NotebookError(
                f"{folder} holds no results of the lecture or full profile that passed on real data. Measure with: "
                "dlcv run --profile lecture, where `dlcv data list` shows the data sets as local."
            )
        entries |= found
    return sorted(entries.values(), key=_position)


def _position(entry: Mapping[str, Any]) -> tuple[list[int], str, int]:
    notebook = entry["notebook"]
    section = [int(number) for number in re.findall(r"\d+", notebook.rpartition("/")[2])[:2]]  # 6.10 comes after 6.9
    return section, notebook, _PROFILES.index(entry["profile"])


def _measured(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield an entry for each notebook of a run that passed without any sample."""
    if not (folder / results.FILE_NAME).exists():
        raise NotebookError(f"There is no {results.FILE_NAME} in {folder}. `dlcv run --out {folder}` writes one.")
    made = date.fromtimestamp((folder / results.FILE_NAME).stat().st_mtime).isoformat()
    for result in results.load(folder):
        sampled = any(metric.get("source") == "sample" for metric in result.metrics)
        if result.passed and result.profile in _PROFILES and result.metrics and not sampled:
            yield {
                "notebook": result.notebook,
                "title": result.title,
                "profile": result.profile,
                "seconds": round(result.seconds),
                "measured": made,
                "cores": cores(),
                "tensorflow": metadata.version("tensorflow"),
                "keras": metadata.version("keras"),
                "metrics": [
                    {key: metric[key] for key in _KEPT if metric.get(key) not in (None, {})}
                    for metric in result.metrics
                ],
            }


def publish(root: Path, entries: Iterable[Mapping[str, Any]]) -> None:
    """Write the record and the page that shows it.

    Raises:
        NotebookError: a file cannot be written.
    """
    entries = sorted(entries, key=_position)
    write_atomically(root / RECORD, json.dumps(entries, indent=1, ensure_ascii=False) + "\n")
    write_atomically(root / PAGE, render(entries))


def render(entries: Iterable[Mapping[str, Any]]) -> str:
    """Return the page: a row a figure, with its value in each profile, its floor, and the one of 2018.

    Example:
        >>> render([]).splitlines()[0]
        '# What the notebooks reach'
    """
    entries = sorted(entries, key=_position)
    # A figure is known by its notebook and its name; its profiles stand side by side.
    rows: dict[tuple[str, str], dict[str, Mapping[str, Any]]] = {}
    titles, seconds = {}, {}
    for entry in entries:
        titles[entry["notebook"]] = entry["title"]
        seconds[entry["notebook"], entry["profile"]] = entry["seconds"]
        for metric in entry["metrics"]:
            rows.setdefault((entry["notebook"], metric["name"]), {})[entry["profile"]] = metric
    on_data = {key: row for key, row in rows.items() if any(metric.get("data") for metric in row.values())}
    computed = {key: row for key, row in rows.items() if key not in on_data}
    text = _TOP + _table(on_data, titles)
    if computed:
        text += _COMPUTED + _table(computed, titles)
    return text + _how(entries)


def _table(rows: Mapping[tuple[str, str], Mapping[str, Mapping[str, Any]]], titles: Mapping[str, str]) -> str:
    lines = ["| notebook | figure | data | lecture | full | floor | 2018 |", "|---|---|---|---|---|---|---|"]
    previous = None
    for (notebook, name), row in rows.items():
        some = row.get("lecture") or row["full"]
        shown = f"[{titles[notebook]}]({notebook})" if notebook != previous else ""
        values = [_number(row[profile]["value"]) if profile in row else "–" for profile in _PROFILES]
        # The floor of the shorter profile where both were run; the longer one's is in the notebook.
        floor = f"{'≥' if some['direction'] == 'at_least' else '≤'} {_number(some['floor'])}"
        reference = _number(some["reference"]) if "reference" in some else "–"
        cells = (shown, name, ", ".join(some.get("data", ())) or "–", *values, floor, reference)
        lines.append(f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |")
        previous = notebook
    return "\n".join(lines) + "\n"


def _number(value: float) -> str:
    return f"{value:.4g}"


def _how(entries: Iterable[Mapping[str, Any]]) -> str:
    """Say where and when the figures were measured and how long the notebooks took."""
    text = ""
    for profile in _PROFILES:
        own = [entry for entry in entries if entry["profile"] == profile]
        if not own:
            continue
        machines = sorted({f"{e['cores']} CPU cores, TensorFlow {e['tensorflow']}, Keras {e['keras']}" for e in own})
        days = sorted({entry["measured"] for entry in own})
        longest = max(own, key=lambda entry: entry["seconds"])
        text += (
            f"- **{profile}**: {len(own)} notebooks, {'; '.join(machines)}, measured {days[0]}"
            f"{f' to {days[-1]}' if len(days) > 1 else ''}; the longest took {longest['seconds'] / 60:.1f} minutes "
            f"({longest['title']}).\n"
        )
    return f"\n## How it was measured\n\n{text}" if text else ""
