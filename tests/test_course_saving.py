"""Outputs that go into the notebooks: clean, the same every time, or not at all."""

from __future__ import annotations

import io
from pathlib import Path

import nbformat
import notebook_factory as factory
import pytest
from rich.console import Console

from dlcv import course
from dlcv.course import run, saving
from dlcv.course.progress import PlainProgress
from dlcv.course.results import Result


def save_all(root: Path) -> list[Result]:
    return run.run(
        course.find(root), run.Options("quick", jobs=2, save=True), PlainProgress(Console(file=io.StringIO()))
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\ntext\n", "plain\ntext\n"),
        ("10%\r20%\r100%\ndone\n", "100%\ndone\n"),
        ("long line\rshort\n", "shortline\n"),
        ("12\b\b34\n", "34\n"),
        ("a\r\nb\n", "a\nb\n"),
    ],
)
def test_text_settles_as_in_a_terminal(text: str, shown: str) -> None:
    assert saving.settle(text) == shown


def test_saving_twice_gives_the_same_file(tmp_path: Path) -> None:
    source = "import os\nprint(os.environ['DLCV_SAMPLE'])\nprint('a', flush=True)\nprint('1%\\r2%')\n6 * 7"
    root = factory.course(tmp_path, s01_1=[source, factory.METRIC, ""])
    path = course.find(root)[0].path
    path.chmod(0o640)
    [result] = save_all(root)
    assert result.passed, result.error
    first = path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o640
    node = nbformat.reads(first.decode(), as_version=4)
    assert [output.output_type for output in node.cells[0].outputs] == ["stream", "execute_result"]
    assert node.cells[0].outputs[0].text == "1\na\n2%\n"
    assert [cell.id for cell in node.cells] == ["cell-0", "cell-1", "cell-2"]
    assert node.metadata.kernelspec.name == "python3"
    assert "version" not in node.metadata.language_info
    assert all("execution" not in cell.metadata for cell in node.cells)
    assert save_all(root)[0].passed
    assert path.read_bytes() == first


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("import warnings; warnings.warn('old habit')", "stderr"),
        ("import os; print(os.path.join(os.sep, 'home', 'someone', 'x.png'))", "absolute path"),
        ("class Layer: pass\nprint(object.__repr__(Layer()))", "memory address"),
        ("print('x' * 500_000)", "kB"),
        ("print('mnist: ' + 'local')", "real data"),
        ("1 / 0", "division by zero"),
    ],
)
def test_what_must_not_be_saved_fails_and_leaves_the_file(tmp_path: Path, source: str, complaint: str) -> None:
    root = factory.course(tmp_path, s01_1=[source])
    path = course.find(root)[0].path
    before = path.read_bytes()
    [result] = save_all(root)
    assert result.status == "failed"
    assert complaint in result.error
    assert path.read_bytes() == before


def test_a_notebook_edited_during_the_run_is_not_overwritten(tmp_path: Path) -> None:
    root = factory.course(tmp_path, s01_1=["1"])
    notebook = course.find(root)[0]
    node = nbformat.read(notebook.path, as_version=4)
    factory.course(root, s01_1=["2"])
    edited = notebook.path.read_bytes()
    with pytest.raises(saving.NotebookError, match="edited while it ran"):
        saving.save(node, notebook)
    assert notebook.path.read_bytes() == edited


def test_missing_cell_ids_are_numbered_and_widget_states_dropped() -> None:
    node = factory.new_notebook(cells=[factory.code("1"), factory.code("2")])
    node.metadata["widgets"] = {"state": {}}
    for cell in node.cells:
        del cell["id"]
    saving.clean(node)
    assert [cell["id"] for cell in node.cells] == ["cell-01", "cell-02"]
    assert "widgets" not in node.metadata
    nbformat.validate(node)
