"""The record of what was measured on real data, and the page made from it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dlcv.course import measured
from dlcv.course.notebooks import find
from dlcv.course.results import Result, store
from dlcv.errors import NotebookError
from dlcv.settings import project_root


def metric(name: str, value: float, source: str = "local", **more: object) -> dict[str, object]:
    data = {} if source == "computed" else {"mnist": source}
    return {"name": name, "value": value, "floor": 0.9, "direction": "at_least", "source": source, "data": data} | more


def run(folder: Path, *results: Result) -> Path:
    folder.mkdir()
    store(folder, results)
    return folder


def lenet(profile: str, *metrics: dict[str, object], status: str = "passed") -> Result:
    return Result("notebooks/13_x/13.1_x.ipynb", status, 61.4, list(metrics), profile, "13.1 Train LeNet")


def test_figures_of_real_data_are_kept_and_shown(tmp_path: Path) -> None:
    first = run(tmp_path / "a", lenet("lecture", metric("accuracy", 0.98906, reference=0.9931)))
    second = run(tmp_path / "b", lenet("full", metric("accuracy", 0.992)))
    measured.publish(tmp_path, measured.record(tmp_path, [first]))
    measured.publish(tmp_path, measured.record(tmp_path, [second]))
    assert [entry["profile"] for entry in measured.load(tmp_path)] == ["lecture", "full"]
    page = (tmp_path / measured.PAGE).read_text(encoding="utf-8")
    assert (
        "| [13.1 Train LeNet](notebooks/13_x/13.1_x.ipynb) | accuracy | mnist | 0.9891 | 0.992 | ≥ 0.9 | 0.9931 |"
        in page
    )
    assert "the longest took 1.0 minutes (13.1 Train LeNet)" in page


def test_a_later_run_replaces_the_figures_of_its_notebook_and_profile_only(tmp_path: Path) -> None:
    other = Result("notebooks/09_x/09.1_x.ipynb", "passed", 5.0, [metric("share", 1.0)], "lecture", "09.1 See")
    first = run(tmp_path / "a", lenet("lecture", metric("old", 0.95)), other)
    second = run(tmp_path / "b", lenet("lecture", metric("new", 0.96)))
    measured.publish(tmp_path, measured.record(tmp_path, [first, second]))
    names = [kept["name"] for entry in measured.load(tmp_path) for kept in entry["metrics"]]
    assert names == ["share", "new"], "in the order of the course"


def test_section_10_comes_after_section_9(tmp_path: Path) -> None:
    sections = ["06.10", "06.1", "10.1", "06.9"]
    results = [
        Result(f"notebooks/{s[:2]}_x/{s}_x.ipynb", "passed", 5.0, [metric("share", 1.0)], "lecture", f"{s} See")
        for s in sections
    ]
    measured.publish(tmp_path, measured.record(tmp_path, [run(tmp_path / "a", *results)]))
    titles = [entry["title"][:5].strip() for entry in measured.load(tmp_path)]
    assert titles == ["06.1", "06.9", "06.10", "10.1"]
    page = (tmp_path / measured.PAGE).read_text(encoding="utf-8")
    assert page.index("06.9 See") < page.index("06.10 See")


@pytest.mark.parametrize(
    "result",
    [
        lenet("quick", metric("accuracy", 0.99)),
        lenet("lecture", metric("accuracy", 0.99, "sample")),
        lenet("lecture", metric("accuracy", 0.5), status="failed"),
        lenet("lecture"),
    ],
    ids=["quick", "sample", "failed", "nothing measured"],
)
def test_what_says_nothing_about_real_data_is_not_recorded(tmp_path: Path, result: Result) -> None:
    with pytest.raises(NotebookError, match="no results of the lecture or full profile that passed on real data"):
        measured.record(tmp_path, [run(tmp_path / "a", result)])


def test_figures_without_a_data_set_have_a_table_of_their_own(tmp_path: Path) -> None:
    entries = measured.record(tmp_path, [run(tmp_path / "a", lenet("full", metric("gradient", 1.0, "computed")))])
    above, _, below = measured.render(entries).partition("## Figures that need no data set")
    assert "gradient" not in above
    assert "| gradient | – | – | 1 |" in below


def test_a_folder_without_results_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(NotebookError, match=r"There is no results\.json in"):
        measured.record(tmp_path, [tmp_path])


@pytest.mark.parametrize("content", ["{", "[1]", '[{"notebook": "x"}]'])
def test_a_damaged_record_is_a_clear_error(tmp_path: Path, content: str) -> None:
    (tmp_path / measured.RECORD).write_text(content)
    with pytest.raises(NotebookError, match=r"RESULTS\.json is damaged"):
        measured.load(tmp_path)


def test_the_published_page_is_made_from_the_record() -> None:
    entries = measured.load(project_root())
    assert entries, "the course publishes what it reaches"
    assert (project_root() / measured.PAGE).read_text(encoding="utf-8") == measured.render(entries)


def test_every_published_notebook_exists_and_every_floor_was_kept() -> None:
    there = {notebook.name for notebook in find()}
    for entry in json.loads((project_root() / measured.RECORD).read_text(encoding="utf-8")):
        assert entry["notebook"] in there, "measure anew and run dlcv results after renaming a notebook"
        for kept in entry["metrics"]:
            sign = 1 if kept["direction"] == "at_least" else -1
            assert sign * (kept["value"] - kept["floor"]) >= 0
