"""The root conftest: a notebook that goes wrong under nbval fails, at once, and alone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import nbformat
import notebook_factory as factory
import pytest
from nbformat.v4 import new_output

CONFTEST = Path(__file__).parent.parent / "conftest.py"


def conftest_with(folder: Path, **constants: float) -> None:
    """Put the conftest into a folder, with shorter times."""
    text = CONFTEST.read_text(encoding="utf-8")
    for name, value in constants.items():
        text, count = re.subn(rf"^{name} = .*$", f"{name} = {value}", text, flags=re.MULTILINE)
        assert count == 1
    (folder / "conftest.py").write_text(text, encoding="utf-8")


def nbval(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """Run pytest with nbval over a folder's notebooks, as `make test` does, without plugins that only cost time."""
    plugins = ["-p", "nbval.plugin", "-p", "xdist.plugin", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *plugins, "--nbval-lax", "-ra", "--color=no", *args, "notebooks"]
    env = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
    for variable in list(env):
        if variable.startswith("PYTEST_XDIST"):  # this test may itself run under xdist
            del env[variable]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=200)


def printed(source: str, text: str) -> nbformat.NotebookNode:
    cell = factory.code(source, "nbval-check-output")
    cell.outputs = [new_output("stream", name="stdout", text=text)]
    cell.execution_count = 1
    return cell


NOTEBOOKS = {
    "good": ["import os; x = 1", printed("print(x, os.listdir())", "1 []\n")],
    "counts": ["n = 0", *["n += 1"] * 4, "assert n == 4"],
    "differs": [printed("print(2)", "3\n"), "1"],
    "dies": [factory.DIES, "2", "3"],
    "exits": ["import os; os._exit(3)"],
    "fails": ["1", "1 / 0", "import os; open(os.environ['NBVAL_MARK'], 'w')"],
    "no_cells": [],
    "prose": [factory.new_markdown_cell("# Prose")],
    "blank": ["  \n"],
    "skips": [factory.code("1", "nbval-skip")],
    "endless": [factory.ENDLESS, "2"],
    "stubborn": [factory.STUBBORN, "2"],
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """One run over notebooks that end in every way, on two workers."""
    folder = tmp_path_factory.mktemp("nbval")
    conftest_with(folder, GRACE=1.0)
    for name, cells in NOTEBOOKS.items():
        factory.write(folder / "notebooks" / f"{name}.ipynb", *cells)
    started = time.monotonic()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NBVAL_MARK", str(folder / "mark"))
        done = nbval(folder, "-n", "2", "--nbval-cell-timeout=1.5", "--junitxml=report.xml")
    outcomes: dict[str, list[str]] = {name: [] for name in NOTEBOOKS}
    for case in ElementTree.parse(folder / "report.xml").iter("testcase"):
        name = re.search(r"notebooks[./](\w+)", f"{case.get('classname')} {case.get('name')}")[1]
        outcomes[name].append(case[0].tag if len(case) else "passed")
    return {
        "outcomes": outcomes,
        "output": re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr),
        "status": done.returncode,
        "seconds": time.monotonic() - started,
        "mark": folder / "mark",
        "left": sorted(path.name for path in (folder / "notebooks").iterdir()),
    }


@pytest.mark.parametrize(
    ("name", "outcomes"),
    [
        ("good", ["passed", "passed"]),
        ("counts", ["passed"] * 6),
        ("differs", ["failure", "skipped"]),
        ("dies", ["failure", "skipped", "skipped"]),
        ("exits", ["failure"]),
        ("fails", ["passed", "failure", "skipped"]),
        ("no_cells", ["failure"]),
        ("prose", ["failure"]),
        ("blank", ["passed", "failure"]),
        ("skips", ["skipped", "failure"]),
        ("endless", ["failure", "skipped"]),
        ("stubborn", ["failure", "skipped"]),
    ],
)
def test_every_notebook_ends_as_it_should(run: dict, name: str, outcomes: list[str]) -> None:
    assert run["outcomes"][name] == outcomes, run["output"]


@pytest.mark.parametrize(
    "message",
    [
        "Cell outputs differ",
        "The kernel died (exit status -9)",
        "The kernel died (exit status 3)",
        "ZeroDivisionError: division by zero",
        "fails.ipynb: not run, Cell 1 failed",
        "The notebook has no cell to execute.",
        "Timeout of 1.5 seconds exceeded executing cell",
        "ignored the interrupt: kernel killed",
    ],
)
def test_the_report_says_why(run: dict, message: str) -> None:
    assert message in run["output"]


def test_the_run_fails_within_seconds(run: dict) -> None:
    assert run["status"] == pytest.ExitCode.TESTS_FAILED
    assert run["seconds"] < 120  # nbval alone waits 2,000 s for the first dead kernel


def test_nothing_after_the_failing_cell_is_executed(run: dict) -> None:
    assert not run["mark"].exists()


def test_kernels_leave_nothing_beside_the_notebooks(run: dict) -> None:
    assert run["left"] == sorted(f"{name}.ipynb" for name in NOTEBOOKS)


def test_the_time_limit_is_finite_by_default(tmp_path: Path) -> None:
    conftest_with(tmp_path, CELL_TIMEOUT=1.0)
    factory.write(tmp_path / "notebooks" / "endless.ipynb", factory.ENDLESS)
    done = nbval(tmp_path)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "Timeout of 1 seconds exceeded" in done.stdout


def test_no_time_limit_is_refused(tmp_path: Path) -> None:
    conftest_with(tmp_path)
    factory.write(tmp_path / "notebooks" / "good.ipynb", "1")
    done = nbval(tmp_path, "--nbval-cell-timeout=inf")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "--nbval-cell-timeout must be" in done.stderr
