"""Finding and selecting notebooks, and the course map."""

from __future__ import annotations

from pathlib import Path

import notebook_factory as factory
import pytest

from dlcv import course, settings
from dlcv.course import notebooks
from dlcv.errors import NotebookError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return factory.course(tmp_path, s08_10=["1"], s08_2=["1"], s01_1=["1", ""], s13_1=["1"])


def sections(found: list[course.Notebook]) -> list[str]:
    return [notebook.section for notebook in found]


def test_the_course_is_in_its_own_order_not_the_alphabets(root: Path) -> None:
    assert sections(course.find(root)) == ["01.1", "08.2", "08.10", "13.1"]


def test_a_record_tells_what_the_file_says(root: Path) -> None:
    notebook = course.find(root)[0]
    assert notebook.name == "notebooks/01_some_chapter/01.1_some_title.ipynb"
    assert notebook.label == "01.1 Count to ten"
    assert notebook.minutes == {"quick": 0.1, "lecture": 1, "full": 3}
    assert notebook.code_cells == 1


def test_without_metadata_the_file_name_speaks(tmp_path: Path) -> None:
    path = factory.write(tmp_path / "notebooks" / "08_x" / "08.2_recognise_handwriting.ipynb", "1")
    notebook = course.read(path, tmp_path)
    assert (notebook.chapter, notebook.section, notebook.title) == (8, "08.2", "Recognise handwriting")


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        ([], ["01.1", "08.2", "08.10", "13.1"]),
        (["8"], ["08.2", "08.10"]),
        (["08"], ["08.2", "08.10"]),
        (["8-13"], ["08.2", "08.10", "13.1"]),
        (["8.2"], ["08.2"]),
        (["08.10"], ["08.10"]),
        (["13", "1", "1-8"], ["01.1", "08.2", "08.10", "13.1"]),
        (["notebooks/08_some_chapter"], ["08.2", "08.10"]),
        (["notebooks/13_some_chapter/13.1_some_title.ipynb"], ["13.1"]),
    ],
)
def test_selections(root: Path, selection: list[str], expected: list[str]) -> None:
    assert sections(course.select(selection, root)) == expected


def test_a_notebook_of_several_sections_is_found_by_each(tmp_path: Path) -> None:
    about = factory.about("06.2", until="06.4")
    joined = factory.write(tmp_path / "notebooks" / "06_x" / "06.2_count.ipynb", "1", about=about)
    factory.write(tmp_path / "notebooks" / "06_x" / "06.5_add.ipynb", "1", about=factory.about("06.5"))
    for selection in ("6.2", "06.3", "6.4"):
        assert [notebook.path for notebook in course.select([selection], tmp_path)] == [joined]
    assert sections(course.select(["6.5"], tmp_path)) == ["06.5"]
    notebook = course.read(joined, tmp_path)
    assert notebook.label == "06.2–06.4 Count to ten"
    assert list(notebook.numbers) == [2, 3, 4]
    assert "| 06.2–06.4 | [Count to ten]" in course.course_map([notebook])
    with pytest.raises(NotebookError, match=r"There are: 06\.2–06\.4, 06\.5"):
        course.select(["6.6"], tmp_path)


@pytest.mark.parametrize(("selection", "hint"), [("8.3", "'08.2'"), ("13.2", "'13.1'"), ("9", ""), ("8.1x", "'08.1")])
def test_an_unknown_selection_names_the_nearest(root: Path, selection: str, hint: str) -> None:
    with pytest.raises(NotebookError, match=r"Unknown notebook .*There are: 01\.1") as error:
        course.select([selection], root)
    assert hint in str(error.value)


def test_a_course_without_notebooks_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NotebookError, match="no notebooks"):
        course.select([], tmp_path)


@pytest.mark.parametrize("content", ["not json", "[]", '{"cells": 3, "nbformat": 4}', '{"cells": [], "nbformat": 3}'])
def test_a_file_that_is_no_notebook_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "notebooks" / "01.1_broken.ipynb"
    path.parent.mkdir()
    path.write_text(content)
    with pytest.raises(NotebookError, match=r"01\.1_broken\.ipynb is not a notebook"):
        course.find(tmp_path)


def test_the_digest_follows_the_sources_and_not_the_outputs(tmp_path: Path) -> None:
    cells = factory.exemplary()
    path = tmp_path / "01.1_x.ipynb"
    before = course.read(factory.write(path, *cells), tmp_path).digest
    cells[1].outputs = []
    assert course.read(factory.write(path, *cells), tmp_path).digest == before
    cells[1].source += "\n"
    assert course.read(factory.write(path, *cells), tmp_path).digest != before


def test_the_map_goes_between_the_markers_and_nowhere_else(root: Path) -> None:
    found = course.find(root)
    page = f"# Title\n\n{notebooks.MAP_START}\nold\n{notebooks.MAP_END}\n\nThe end.\n"
    renewed = course.update_map(page, found)
    assert "| 08.2 | [Count to ten](notebooks/08_some_chapter/08.2_some_title.ipynb) | 0.1 / 1 / 3 | – |" in renewed
    assert renewed.startswith("# Title\n")
    assert renewed.endswith("\n\nThe end.\n")
    assert "old" not in renewed
    assert course.update_map(renewed, found) == renewed


def test_a_page_without_markers_is_refused() -> None:
    with pytest.raises(NotebookError, match="no place for the course map"):
        course.update_map("# Title", [])


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "results.json"
    path.write_text("old")

    def full(self: Path, *args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(NotebookError, match="No space left on device"):
        notebooks.write_atomically(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_readme_has_the_current_course_map() -> None:
    readme = settings.project_root() / "README.md"
    if not readme.exists() or notebooks.MAP_START not in readme.read_text(encoding="utf-8"):
        pytest.skip("the README has no course map yet")
    text = readme.read_text(encoding="utf-8")
    assert course.update_map(text, course.find()) == text, "renew it: dlcv list --readme README.md"
