"""What a notebook of the course must be; `problems` lists where one is not.

Works on the plain JSON of a notebook, and on an nbformat node, which is a dictionary too.

Taught in: notebooks/01.1
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from dlcv.course.notebooks import load_json, source_of, traceback_of
from dlcv.settings import PROFILES

__all__ = ["MAX_BYTES", "output_problems", "problems"]

MAX_BYTES = 400_000
_MIN_CHECKED = 3  # cells whose output nbval compares
_SECTIONS = ("Check yourself", "Exercises", "Summary", "Further reading")
_PLACE = re.compile(r"(?P<chapter>\d\d)_[a-z0-9_]+/(?P<section>(?P=chapter)\.\d{1,2})_[a-z0-9_]+\.ipynb$")
_PATH = re.compile(r"(?<![\w.~/\\-])(?:/(?:home|root|work|tmp|Users)\b|[A-Z]:\\\\?[A-Z]\w)")
_EMBEDDED = re.compile(r"base64,[A-Za-z0-9+/=\s]+")
_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{6,}>")
_LOCAL_DATA = re.compile(r"\b[\w-]+: (?:local|download)\b")
_OLD_KERAS = {
    r"\bfit_generator\b": "fit_generator: use fit",
    r"\bevaluate_generator\b": "evaluate_generator: use evaluate",
    r"\bpredict_generator\b": "predict_generator: use predict",
    r"\bpredict_classes\b": "predict_classes: use predict(...).argmax(axis=1)",
    r"\bImageDataGenerator\b": "ImageDataGenerator: use tf.data and Keras preprocessing layers",
    r"""\[["'](?:val_)?acc["']\]|=\s*\[["']acc["']""": "'acc': the metric is called 'accuracy'",
    r"\b(?:SGD|RMSprop|Adagrad|Adadelta|Adam|AdamW|Adamax|Nadam)\([^)]*\blr\s*=": "lr=: use learning_rate=",
    r"\b(?:SGD|RMSprop|Adagrad|Adadelta|Adam|Adamax|Nadam)\([^)]*\bdecay\s*=": "decay=: use a learning-rate schedule",
}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "".join(value)


def _tags(cell: Mapping[str, Any]) -> list[str]:
    return list(cell.get("metadata", {}).get("tags", []))


def _code(cells: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [cell for cell in cells if cell.get("cell_type") == "code"]


def _output_texts(cell: Mapping[str, Any]) -> Iterator[str]:
    for output in cell.get("outputs", []):
        if "text" in output:
            yield _text(output["text"])
        for kind, value in output.get("data", {}).items():
            if kind.startswith("text/"):
                yield _EMBEDDED.sub("", _text(value))
        if output.get("output_type") == "error":
            yield traceback_of(output)


def output_problems(notebook: Mapping[str, Any], size: int) -> list[str]:
    """List what the saved outputs hold that they must not.

    Args:
        notebook: the notebook's content.
        size: of the file, in bytes.

    Returns:
        A line a problem; an empty list if there is none.
    """
    found = []
    if size > MAX_BYTES:
        found.append(f"the file has {size // 1000} kB, more than {MAX_BYTES // 1000}: draw smaller or fewer pictures")
    for number, cell in enumerate(_code(notebook["cells"]), start=1):
        where = f"code cell {number}"
        for output in cell.get("outputs", []):
            if output.get("output_type") == "stream" and output.get("name") == "stderr":
                first = _text(output["text"]).strip().split("\n")[0]
                found.append(f"{where} writes to stderr (a warning?): {first[:120]!r}")
            if output.get("output_type") == "error" and "raises-exception" not in _tags(cell):
                last = traceback_of(output).strip().rpartition("\n")[2]
                found.append(f"{where} shows an error: {last[:120]}")
            if any("widget-view" in kind for kind in output.get("data", {})):
                found.append(f"{where} shows a widget, which a saved notebook cannot")
        for text in _output_texts(cell):
            if match := _PATH.search(text):
                found.append(f"{where} prints an absolute path: {text[match.start() :][:60]!r}")
            if _ADDRESS.search(text):
                found.append(f"{where} prints a memory address: end its last line with a semicolon")
            if re.search(r"\r(?!\n)|[\b]", text):
                found.append(f"{where} has the debris of a progress bar")
            if match := _LOCAL_DATA.search(text):
                found.append(f"{where} shows real data ({match[0]!r}): save with `dlcv run --save`, which uses samples")
        for output in cell.get("outputs", []):
            source = output.get("metadata", {}).get("dlcv", {}).get("metric", {}).get("source")
            if source in ("local", "download"):
                found.append(f"{where} has a metric of real data: save with `dlcv run --save`, which uses samples")
    return found


def _follows(until: Any, section: str) -> bool:
    """Whether `until`, the last section of a notebook that teaches several, is absent or comes after the first."""
    if until == "":
        return True
    if not isinstance(until, str) or not re.fullmatch(r"\d\d\.\d{1,2}", until):
        return False
    (chapter, first), (same, last) = section.split("."), until.split(".")
    return chapter == same and int(last) > int(first)


def _metadata_problems(about: Any, path: Path) -> Iterator[str]:
    if not isinstance(about, Mapping):
        yield "the metadata has no 'dlcv'"
        return
    match = _PLACE.search(path.as_posix())
    if not match:
        yield "the file is not called NN_chapter_name/NN.M_title.ipynb"
    elif about.get("section") != match["section"] or about.get("chapter") != int(match["chapter"]):
        yield f"the metadata's chapter and section are not those of the file name, {match['section']}"
    elif not _follows(about.get("until", ""), match["section"]):
        yield f"the metadata's until, {about['until']!r}, is not a later section of the same chapter"
    if not isinstance(about.get("title"), str) or not about["title"]:
        yield "the metadata has no title"
    minutes = about.get("minutes")
    if not isinstance(minutes, Mapping) or set(minutes) != set(PROFILES):
        yield f"the metadata's minutes are not given for {', '.join(PROFILES)}"
    elif not all(isinstance(value, int | float) and value > 0 for value in minutes.values()):
        yield "the metadata's minutes are not positive numbers"
    if not isinstance(about.get("data"), list):
        yield "the metadata's data is not a list of data sets"
    if not isinstance(about.get("device"), str):
        yield "the metadata's device is not a string"


def _prose_problems(cells: list[Mapping[str, Any]], section: str, until: str) -> Iterator[str]:
    first = source_of(cells[0]) if cells and cells[0].get("cell_type") == "markdown" else ""
    number = "–".join(entry.removeprefix("0") for entry in (section, until) if entry)
    if not re.match(rf"# {re.escape(number)} \S", first):
        yield f"the first cell does not begin with a title (# {number} …)"
    opening = "\n".join(source_of(cell) for cell in cells[:3] if cell.get("cell_type") == "markdown")
    yield from (f"the opening lacks **{head}**" for head in ("You will", "You need") if f"**{head}" not in opening)
    starts = [match for cell in _code(cells) for match in re.findall(r"dlcv\.start\(\s*([^,)]*)", source_of(cell))]
    if len(starts) != 1:
        yield f"dlcv.start is called {len(starts)} times, not once"
    elif starts[0].strip("\"' ") != section:
        yield f"dlcv.start({starts[0]}) is not the metadata's section, {section}"
    heads = [
        head.strip()
        for cell in cells
        if cell.get("cell_type") == "markdown"
        for head in re.findall(r"^## +(.+)$", source_of(cell), flags=re.MULTILINE)
    ]
    present = [head for head in heads if head in _SECTIONS]
    yield from (f"there is no section ## {head}" for head in _SECTIONS if head not in present)
    if present != sorted(present, key=_SECTIONS.index):
        yield f"the last sections are not in the order {', '.join(_SECTIONS)}"


def _exercise_problems(cells: list[Mapping[str, Any]]) -> Iterator[str]:
    exercises: list[bool] = []  # whether each has its solution
    for cell in cells:
        if cell.get("cell_type") == "markdown":
            exercises += [False] * len(re.findall(r"^### +Exercise\b", source_of(cell), flags=re.MULTILINE))
        elif cell.get("cell_type") == "code" and "solution" in _tags(cell):
            if not exercises:
                yield "a solution comes before any exercise"
            else:
                exercises[-1] = True
            if cell.get("metadata", {}).get("jupyter", {}).get("source_hidden") is not True:
                yield "a solution is not collapsed (metadata jupyter.source_hidden)"
    if not 2 <= len(exercises) <= 4:
        yield f"there are {len(exercises)} exercises (### Exercise …), not 2 to 4"
    yield from (f"exercise {number} has no solution" for number, solved in enumerate(exercises, start=1) if not solved)


def _code_problems(cells: list[Mapping[str, Any]]) -> Iterator[str]:
    code = _code(cells)
    if not any(re.search(r"\blesson\.expect\(", source_of(cell)) for cell in code):
        yield "nothing is checked with lesson.expect"
    checked = [cell for cell in code if "nbval-check-output" in _tags(cell)]
    if len(checked) < _MIN_CHECKED:
        yield f"{len(checked)} cells are tagged nbval-check-output, not at least {_MIN_CHECKED}"
    if any(not cell.get("outputs") for cell in checked):
        yield "a cell tagged nbval-check-output has no output to compare"
    for number, cell in enumerate(code, start=1):
        source = source_of(cell)
        if not source.strip():
            yield f"code cell {number} is empty"
        if re.search(r"^\s*[!%]\s*(?:pip|conda|python -m pip)\b", source, flags=re.MULTILINE):
            yield f"code cell {number} installs packages"
        yield from (
            f"code cell {number} uses {what}" for pattern, what in _OLD_KERAS.items() if re.search(pattern, source)
        )
    for number, cell in enumerate(cells, start=1):
        if match := _PATH.search(_EMBEDDED.sub("", source_of(cell))):
            yield f"cell {number} names an absolute path: {source_of(cell)[match.start() :][:60]!r}"


def _saved_problems(notebook: Mapping[str, Any]) -> Iterator[str]:
    cells = notebook["cells"]
    code = _code(cells)
    if not any(cell.get("outputs") for cell in code):
        yield "no outputs are saved: dlcv run --save"
    if [cell.get("execution_count") for cell in code] != list(range(1, len(code) + 1)):
        yield "the execution counts are not 1, 2, 3, …: dlcv run --save"
    ids = [cell.get("id") for cell in cells]
    if not all(ids) or len(set(ids)) != len(ids):
        yield "the cell ids are not there, or not unique"
    if notebook.get("metadata", {}).get("kernelspec", {}).get("name") != "python3":
        yield "the kernel is not python3"
    if "widgets" in notebook.get("metadata", {}):
        yield "the metadata holds widget states"
    if any("execution" in cell.get("metadata", {}) for cell in cells):
        yield "the cells' metadata holds execution times"


def problems(path: Path) -> list[str]:
    """List where a notebook breaks the contract of the course.

    Args:
        path: `…/NN_chapter_name/NN.M_title.ipynb`.

    Returns:
        A line a problem; an empty list if there is none.

    Raises:
        NotebookError: the file is not a notebook.

    Example:
        >>> problems(Path("notebooks/08_build_a_cnn/08.2_recognise_handwriting.ipynb"))  # doctest: +SKIP
        []
    """
    notebook = load_json(path)
    about = notebook.get("metadata", {}).get("dlcv")
    section, until = (str(about.get(key, "")) if isinstance(about, Mapping) else "" for key in ("section", "until"))
    return [
        *_metadata_problems(about, path),
        *_prose_problems(notebook["cells"], section, until),
        *_exercise_problems(notebook["cells"]),
        *_code_problems(notebook["cells"]),
        *_saved_problems(notebook),
        *output_problems(notebook, path.stat().st_size),
    ]
