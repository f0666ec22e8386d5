"""Every notebook of the course keeps the contract; and the check of it finds what breaks it."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import notebook_factory as factory
import pytest
from nbformat.v4 import new_output

from dlcv import course, data, settings
from dlcv.course import contract, saving
from dlcv.course.notebooks import source_of

NOTEBOOKS = sorted((settings.project_root() / "notebooks").glob("**/*.ipynb"))
NAMES = [path.name for path in NOTEBOOKS]


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_a_notebook_keeps_the_contract(path: Path) -> None:
    assert contract.problems(path) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_its_data_sets_are_in_the_catalogue(path: Path) -> None:
    assert set(course.read(path).data) <= set(data.names())


def test_a_chapter_has_every_section_once_from_the_first_on() -> None:
    chapters: dict[int, list[int]] = {}
    for notebook in course.find():
        chapters.setdefault(notebook.chapter, []).extend(notebook.numbers)
    for chapter, numbers in chapters.items():
        assert numbers == list(range(1, len(numbers) + 1)), f"chapter {chapter}"


def test_the_spelling_of_prose_and_code(tmp_path: Path) -> None:
    """codespell would take the pictures in a notebook's file for words; here it sees the sources alone."""
    for path in NOTEBOOKS:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        (tmp_path / f"{path.name}.txt").write_text("\n\n".join(map(source_of, cells)), encoding="utf-8")
    command = [sys.executable, "-m", "codespell_lib", "--toml", str(settings.project_root() / "pyproject.toml"), "."]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout


# The check itself: a notebook that keeps the contract, and one broken in each way.


def write(folder: Path, node: nbformat.NotebookNode) -> Path:
    path = folder / "08_build_a_cnn" / "08.2_count_to_ten.ipynb"
    path.parent.mkdir(exist_ok=True)
    nbformat.write(node, path)
    return path


@pytest.fixture
def good() -> nbformat.NotebookNode:
    node = factory.new_notebook(cells=copy.deepcopy(factory.exemplary()))
    node.metadata["dlcv"] = factory.about("08.2")
    return saving.clean(node)


def test_the_exemplary_notebook_has_no_problems(tmp_path: Path, good: nbformat.NotebookNode) -> None:
    assert contract.problems(write(tmp_path, good)) == []


def test_a_notebook_may_teach_several_sections(tmp_path: Path, good: nbformat.NotebookNode) -> None:
    good.metadata["dlcv"]["until"] = "08.4"
    good.cells[0].source = good.cells[0].source.replace("# 8.2", "# 8.2–8.4")
    assert contract.problems(write(tmp_path, good)) == []


def stream(text: str, name: str = "stdout") -> nbformat.NotebookNode:
    return new_output("stream", name=name, text=text)


def in_code(source: str) -> Callable[[nbformat.NotebookNode], None]:
    def change(node: nbformat.NotebookNode) -> None:
        node.cells[3].source = source

    return change


def with_output(*outputs: nbformat.NotebookNode) -> Callable[[nbformat.NotebookNode], None]:
    def change(node: nbformat.NotebookNode) -> None:
        node.cells[3].outputs = list(outputs)

    return change


def replaced(index: int, old: str, new: str) -> Callable[[nbformat.NotebookNode], None]:
    def change(node: nbformat.NotebookNode) -> None:
        assert old in node.cells[index].source
        node.cells[index].source = node.cells[index].source.replace(old, new)

    return change


def about(**other: object) -> Callable[[nbformat.NotebookNode], None]:
    return lambda node: node.metadata["dlcv"].update(other)


def metric(source: str) -> nbformat.NotebookNode:
    return new_output("display_data", data={"text/plain": "✓"}, metadata={"dlcv": {"metric": {"source": source}}})


HTML = new_output("display_data", data={"text/html": '<img src="/home/someone/cat.png">'})
BASE64 = new_output("display_data", data={"text/html": '<img src="data:image/png;base64,AAAA /home/AAAA/tmp/">'})
ERROR = new_output(
    "error", ename="NoneType", evalue="None", traceback=["a line", "\x1b[31mTypeError\x1b[39m: no such quality"]
)

BREAKS = {
    "no metadata": (lambda node: node.metadata.pop("dlcv"), "no 'dlcv'"),
    "another section": (about(section="08.3"), "not those of the file name"),
    "another chapter": (about(chapter=9), "not those of the file name"),
    "no title": (about(title=""), "no title"),
    "minutes of one profile": (about(minutes={"quick": 1}), "minutes are not given"),
    "minutes of nothing": (about(minutes={"quick": 0, "lecture": 1, "full": 1}), "not positive"),
    "data no list": (about(data="mnist"), "data is not a list"),
    "no device": (about(device=None), "device"),
    "until no later section": (about(until="08.2"), "until, '08.2', is not a later section"),
    "until another chapter": (about(until="09.3"), "until, '09.3', is not a later section"),
    "until no section": (about(until="three"), "until, 'three', is not a later section"),
    "several sections, one in the title": (about(until="08.3"), "begin with a title (# 8.2–8.3"),
    "no title cell": (replaced(0, "# 8.2 Count", "Count"), "does not begin with a title"),
    "a title without its number": (replaced(0, "# 8.2 Count", "# Count"), "does not begin with a title"),
    "no outcomes": (replaced(0, "**You will**", "You will"), "lacks **You will**"),
    "no needs": (replaced(0, "**You need**", "You need"), "lacks **You need**"),
    "no start": (replaced(1, "dlcv.start", "print"), "called 0 times"),
    "started as another": (replaced(1, "08.2", "08.3"), "is not the metadata's section"),
    "no check": (replaced(4, "## Check", "### Check"), "no section ## Check yourself"),
    "no summary": (replaced(10, "## Summary", "## In short"), "no section ## Summary"),
    "no reading": (replaced(10, "## Further reading", "## More"), "no section ## Further reading"),
    "sections out of order": (replaced(0, "nothing.", "nothing.\n\n## Summary"), "not in the order"),
    "one exercise": (replaced(8, "### Exercise 2", "### Note"), "1 exercises"),
    "no solution": (lambda node: node.cells[9].metadata.pop("tags"), "exercise 2 has no solution"),
    "an open solution": (lambda node: node.cells[9].metadata.pop("jupyter"), "not collapsed"),
    "nothing expected": (replaced(5, "lesson.expect", "print"), "nothing is checked"),
    "nothing compared": (
        lambda node: node.cells[3].metadata.pop("tags"),
        "2 cells are tagged nbval-check-output, not at least 3",
    ),
    "nothing to compare": (with_output(), "has no output to compare"),
    "an empty cell": (in_code(" "), "code cell 2 is empty"),
    "shell pip": (in_code("!pip install x"), "installs packages"),
    "magic pip": (in_code("1\n%pip install x"), "installs packages"),
    "fit_generator": (in_code("model.fit_generator(x)"), "fit_generator"),
    "ImageDataGenerator": (in_code("ImageDataGenerator()"), "ImageDataGenerator"),
    "predict_classes": (in_code("model.predict_classes(x)"), "predict_classes"),
    "acc": (in_code("history.history['val_acc']"), "'accuracy'"),
    "lr": (in_code("SGD(\n    lr=0.1)"), "lr="),
    "decay": (in_code("SGD(0.1, decay=1e-6)"), "decay="),
    "path in code": (in_code("open('/tmp/x')"), "names an absolute path"),
    "Windows path": (in_code(r"open('C:\\Users\\me')"), "names an absolute path"),
    "path in prose": (replaced(0, "nothing", "/root/data"), "names an absolute path"),
    "path in a stream": (with_output(stream("saved to /home/someone/x.keras\n")), "prints an absolute path"),
    "path in HTML": (with_output(HTML), "prints an absolute path"),
    "address": (with_output(stream("<Axes at 0x7f3a5c0d1e20>\n")), "memory address"),
    "warning": (with_output(stream("UserWarning: no\n", "stderr")), "stderr"),
    "a figure that cannot be drawn": (with_output(ERROR), "shows an error: TypeError: no such quality"),
    "debris": (with_output(stream("1/2\r2/2")), "progress bar"),
    "real data": (with_output(stream("✓ accuracy 0.99 (lecture, mnist: local)\n")), "shows real data"),
    "real metric": (with_output(metric("download")), "metric of real data"),
    "too large": (with_output(stream("x" * 400_000)), "more than 400"),
    "never run": (lambda node: [cell.update(outputs=[]) for cell in node.cells if "outputs" in cell], "no outputs"),
    "run out of order": (lambda node: node.cells[3].update(execution_count=7), "execution counts"),
    "another kernel": (lambda node: node.metadata.kernelspec.update(name="my-env"), "kernel is not python3"),
    "times": (lambda node: node.cells[3].metadata.update(execution={"x": "y"}), "execution times"),
    "widget states": (lambda node: node.metadata.update(widgets={}), "widget states"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_notebook_is_found_out(tmp_path: Path, good: nbformat.NotebookNode, name: str) -> None:
    change, complaint = BREAKS[name]
    change(good)
    assert complaint in "\n".join(contract.problems(write(tmp_path, good)))


def test_repeated_cell_ids_are_found_out(tmp_path: Path, good: nbformat.NotebookNode) -> None:
    path = write(tmp_path, good)
    path.write_text(path.read_text(encoding="utf-8").replace(good.cells[3].id, good.cells[2].id), encoding="utf-8")
    assert any("not unique" in line for line in contract.problems(path))


def test_a_file_elsewhere_is_found_out(tmp_path: Path, good: nbformat.NotebookNode) -> None:
    path = tmp_path / "count.ipynb"
    nbformat.write(good, path)
    assert any("NN_chapter_name" in line for line in contract.problems(path))


@pytest.mark.parametrize(
    "fine",
    [
        in_code("keras.optimizers.AdamW(learning_rate=0.1, weight_decay=1e-4)"),
        in_code("url = 'https://example.org/home/index.html'"),
        in_code("print('Loss:\\nA:\\nB')"),
        with_output(stream("data: samples only\n")),
        with_output(stream("half /half\n"), BASE64),
    ],
)
def test_what_only_looks_like_a_problem_is_none(
    tmp_path: Path, good: nbformat.NotebookNode, fine: Callable[[nbformat.NotebookNode], None]
) -> None:
    fine(good)
    assert contract.problems(write(tmp_path, good)) == []
