"""The course as a list of notebooks: find them, select some, draw the map.

Only the files' own text is read; nothing is executed and nothing heavy is imported.

Taught in: notebooks/01.1
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dlcv.errors import NotebookError, unknown
from dlcv.settings import PROFILES, project_root

__all__ = [
    "MAP_END",
    "MAP_START",
    "Notebook",
    "course_map",
    "find",
    "load_json",
    "read",
    "select",
    "source_of",
    "traceback_of",
    "update_map",
    "write_atomically",
]

MAP_START = "<!-- course-map:start -->"
MAP_END = "<!-- course-map:end -->"
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_FILE_NAME = re.compile(r"(?P<chapter>\d\d)\.(?P<number>\d{1,2})_[a-z0-9_]+\.ipynb")


@dataclass(frozen=True)
class Notebook:
    """A notebook of the course, as its file describes it.

    Attributes:
        path: the file, absolute.
        name: the file relative to the course's root, with forward slashes; its name in every report.
        chapter: number of the chapter; 0 for a notebook from elsewhere.
        section: such as "08.2"; empty for a notebook from elsewhere.
        until: the last section, such as "06.3", of a notebook that teaches several; empty otherwise.
        title: of the section, with a verb.
        minutes: how long it takes, by profile.
        data: the data sets that it uses.
        digest: SHA-256 of what is executed: the cells' kinds, sources and tags, not their outputs.
        code_cells: how many cells there are to execute.
    """

    path: Path
    name: str
    chapter: int
    section: str
    title: str
    until: str = ""
    minutes: dict[str, float] = field(default_factory=dict)
    data: tuple[str, ...] = ()
    digest: str = ""
    code_cells: int = 0

    @property
    def label(self) -> str:
        """Section and title in a few words, such as "08.2 Recognise handwriting"."""
        return f"{self.span} {self.title}".strip()

    @property
    def span(self) -> str:
        """The sections as one writes them: "08.2", or "06.2–06.3" for a notebook that teaches several."""
        return f"{self.section}–{self.until}" if self.until else self.section

    @property
    def numbers(self) -> range:
        """The numbers of the sections within their chapter: 2 and 3 for "06.2" until "06.3"."""
        first = _number(self.section)
        return range(first, max(first, _number(self.until)) + 1)


def source_of(cell: dict[str, Any]) -> str:
    """Return a cell's source as one string; the file format also allows a list of lines."""
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def traceback_of(output: Mapping[str, Any]) -> str:
    """Return the traceback of an output without its colours; an empty string if it is no error."""
    return _ANSI.sub("", "\n".join(output.get("traceback", [])))


def _digest(cells: Iterable[dict[str, Any]]) -> str:
    parts = [
        (cell.get("cell_type"), source_of(cell), sorted(cell.get("metadata", {}).get("tags", []))) for cell in cells
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def load_json(path: Path) -> dict[str, Any]:
    """Return a notebook file's content.

    Raises:
        NotebookError: the file cannot be read, or is not a notebook of format 4.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise NotebookError(f"Cannot read {path}: {error.strerror}.") from error
    except ValueError as error:
        raise NotebookError(f"{path} is not a notebook: {error}. Restore it: git checkout -- {path.name}") from error
    if not isinstance(content, dict) or not isinstance(content.get("cells"), list) or content.get("nbformat") != 4:
        raise NotebookError(f"{path} is not a notebook of format 4: open it in Jupyter and save it again.")
    return content


def read(path: Path, root: Path | None = None) -> Notebook:
    """Read what a notebook says about itself.

    Args:
        path: the `.ipynb` file.
        root: the course's root; `dlcv.settings.project_root()` when omitted.

    Returns:
        The record. What the metadata lacks is taken from the file's name.

    Raises:
        NotebookError: the file is not a notebook.
    """
    path, root = Path(path).resolve(), (root or project_root()).resolve()
    content = load_json(path)
    about = content.get("metadata", {}).get("dlcv", {})
    match = _FILE_NAME.fullmatch(path.name)
    section = about.get("section") or (f"{match['chapter']}.{match['number']}" if match else "")
    cells = content["cells"]
    return Notebook(
        path=path,
        name=path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix(),
        chapter=int(about.get("chapter") or (match["chapter"] if match else 0)),
        section=str(section),
        until=str(about.get("until") or ""),
        title=str(about.get("title") or path.stem.split("_", 1)[-1].replace("_", " ").capitalize()),
        minutes={name: float(value) for name, value in (about.get("minutes") or {}).items()},
        data=tuple(about.get("data") or ()),
        digest=_digest(cells),
        code_cells=sum(cell.get("cell_type") == "code" and bool(source_of(cell).strip()) for cell in cells),
    )


def find(root: Path | None = None) -> list[Notebook]:
    """Return the notebooks of the course in its order.

    Args:
        root: the folder that holds `notebooks/`; `dlcv.settings.project_root()` when omitted.

    Raises:
        NotebookError: a file under `notebooks/` is not a notebook.

    Example:
        >>> [notebook.section for notebook in find()][:2]  # doctest: +SKIP
        ['01.1', '03.1']

    Taught in: notebooks/01.1
    """
    root = (root or project_root()).resolve()
    return _under(root / "notebooks", root)


def _under(folder: Path, root: Path) -> list[Notebook]:
    files = [file for file in folder.glob("**/*.ipynb") if ".ipynb_checkpoints" not in file.parts]
    return sorted((read(file, root) for file in files), key=_position)


def _position(notebook: Notebook) -> tuple[int, int, str]:
    return notebook.chapter, _number(notebook.section), notebook.name


def _number(section: str) -> int:
    tail = section.rpartition(".")[2]
    return int(tail) if tail.isdigit() else 0


def _matching(selection: str, notebooks: Sequence[Notebook], root: Path) -> list[Notebook]:
    text = selection.strip()
    if match := re.fullmatch(r"(\d{1,2})", text):
        return [notebook for notebook in notebooks if notebook.chapter == int(match[1])]
    if match := re.fullmatch(r"(\d{1,2})-(\d{1,2})", text):
        return [notebook for notebook in notebooks if int(match[1]) <= notebook.chapter <= int(match[2])]
    if match := re.fullmatch(r"(\d{1,2})\.(\d{1,2})", text):
        chapter, number = int(match[1]), int(match[2])
        return [notebook for notebook in notebooks if notebook.chapter == chapter and number in notebook.numbers]
    for base in (Path.cwd(), root):
        path = (base / Path(text).expanduser()).resolve()
        # A learner's own notebooks may lie anywhere.
        if path.is_dir():
            return _under(path, root)
        if path.is_file():
            return [read(path, root)]
    return []


def select(selections: Sequence[str], root: Path | None = None) -> list[Notebook]:
    """Return the notebooks that the selections name, each once, in the course's order.

    Args:
        selections: chapters (`8`), ranges of chapters (`8-13`), sections (`08.2` or `8.2`), files and folders;
            none at all stands for the whole course.
        root: the folder that holds `notebooks/`; `dlcv.settings.project_root()` when omitted.

    Raises:
        NotebookError: a selection names nothing; the message has the nearest section.

    Example:
        >>> [notebook.section for notebook in select(["8.2"])]  # doctest: +SKIP
        ['08.2']

    Taught in: notebooks/01.1
    """
    root = (root or project_root()).resolve()
    notebooks = find(root)
    if not selections:
        if not notebooks:
            raise NotebookError(f"There are no notebooks under {root / 'notebooks'}. Run dlcv in the course's folder.")
        return notebooks
    chosen: dict[Path, Notebook] = {}
    for selection in selections:
        matching = _matching(selection, notebooks, root)
        if not matching:
            asked = f"0{selection}" if re.fullmatch(r"\d\.\d{1,2}", selection) else selection
            raise NotebookError(unknown("notebook", asked, [notebook.span for notebook in notebooks]))
        chosen.update((notebook.path, notebook) for notebook in matching)
    return sorted(chosen.values(), key=_position)


def _minutes(notebook: Notebook) -> str:
    return " / ".join(f"{notebook.minutes[name]:g}" if name in notebook.minutes else "–" for name in PROFILES)


def course_map(notebooks: Iterable[Notebook]) -> str:
    """Return the course map as a Markdown table, a row a section.

    Example:
        >>> course_map([]).splitlines()[0]
        '| section | notebook | minutes: quick / lecture / full | data |'
    """
    rows = [
        f"| {notebook.span} | [{notebook.title}]({notebook.name}) | {_minutes(notebook)} "
        f"| {', '.join(notebook.data) or '–'} |"
        for notebook in notebooks
    ]
    return "\n".join(["| section | notebook | minutes: quick / lecture / full | data |", "|---|---|---|---|", *rows])


def update_map(text: str, notebooks: Iterable[Notebook]) -> str:
    """Return a page's text with the course map between its markers renewed.

    Args:
        text: a page with the lines `MAP_START` and `MAP_END`, in this order.
        notebooks: what the map lists.

    Raises:
        NotebookError: the markers are not there.
    """
    before, start, rest = text.partition(MAP_START)
    _, end, after = rest.partition(MAP_END)
    if not start or not end:
        raise NotebookError(f"The page has no place for the course map: put {MAP_START} and {MAP_END} into it.")
    return f"{before}{MAP_START}\n{course_map(notebooks)}\n{MAP_END}{after}"


def write_atomically(path: Path, text: str) -> None:
    """Write a file so that a reader, or a run that is cut off, meets the old content or the new, never half of it."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        temporary.write_text(text, encoding="utf-8", newline="\n")
        if path.exists():
            temporary.chmod(path.stat().st_mode & 0o777)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise NotebookError(
            f"Cannot write {path}: {error.strerror}. Check the permission and the free space."
        ) from error
