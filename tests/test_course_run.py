"""Running notebooks: every way to end, in seconds, with what is kept of it."""

from __future__ import annotations

import io
import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import nbformat
import notebook_factory as factory
import pytest
from rich.console import Console

from dlcv import course, device
from dlcv.course import execute, results, run
from dlcv.course.progress import LiveProgress, PlainProgress, print_summary
from dlcv.course.results import Result
from dlcv.errors import NotebookError, SettingsError


def execute_all(root: Path, **options: object) -> list[Result]:
    defaults = {"profile": "quick", "jobs": 2, "out": root / "out", "cell_timeout": 20}
    silent = PlainProgress(Console(file=io.StringIO()))
    return run.run(course.find(root), run.Options(**{**defaults, **options}), silent)


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Result]]:
    """A course in which every notebook ends in another way, run once."""
    root = factory.course(
        tmp_path_factory.mktemp("course"),
        s01_1=["print('one')", factory.METRIC],
        s02_1=[factory.METRIC, "text = 'before'\n1 / 0", "open('reached', 'w')"],
        s02_2=[factory.METRIC, factory.DIES, "2"],
        s02_3=["import os\nos._exit(3)"],
        s03_1=["1", factory.ENDLESS],
        s03_2=[factory.STUBBORN],
        s04_1=[factory.new_markdown_cell("# Only prose"), ""],
        s05_1=[factory.code("1 / 0", "raises-exception"), "6 * 7"],
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(execute, "GRACE", 0.5)
        found = execute_all(root, cell_timeout=1.5, html=True)
    return root, {result.title.split()[0]: result for result in found}


@pytest.mark.parametrize(
    ("section", "status"),
    [
        ("01.1", "passed"),
        ("02.1", "failed"),
        ("02.2", "died"),
        ("02.3", "died"),
        ("03.1", "timeout"),
        ("03.2", "timeout"),
        ("04.1", "empty"),
        ("05.1", "passed"),
    ],
)
def test_every_end_has_its_status_within_seconds(
    ended: tuple[Path, dict[str, Result]], section: str, status: str
) -> None:
    result = ended[1][section]
    assert result.status == status
    assert 0 < result.seconds < 20
    assert (result.error is None) == (status == "passed")


def test_the_first_failing_cell_ends_its_notebook_and_is_shown(ended: tuple[Path, dict[str, Result]]) -> None:
    result = ended[1]["02.1"]
    assert (result.cell, result.source) == (2, "text = 'before'\n1 / 0")
    assert result.error == "ZeroDivisionError: division by zero"
    assert "ZeroDivisionError" in result.traceback
    assert "\x1b" not in result.traceback
    assert result.cells == 1
    node = nbformat.read(ended[0] / "out" / result.notebook, as_version=4)
    assert [cell.execution_count for cell in node.cells] == [1, 2, None]


@pytest.mark.parametrize(
    "source",
    [
        "class Figure:\n    def _repr_png_(self):\n        raise TypeError('no such quality')\n\nFigure()",
        # As Matplotlib does for a figure that is drawn after the cell.
        "try:\n    raise TypeError('no such quality')\nexcept TypeError:\n    get_ipython().showtraceback()",
    ],
    ids=["a result", "a figure"],
)
def test_what_cannot_be_displayed_is_a_failure(tmp_path: Path, source: str) -> None:
    [result] = execute_all(factory.course(tmp_path, s01_1=[source, "1"]))
    assert (result.status, result.cell, result.error) == ("failed", 1, "TypeError: no such quality")
    assert "no such quality" in result.traceback


def test_metrics_are_collected_before_a_failure_too(ended: tuple[Path, dict[str, Result]]) -> None:
    for section in ("01.1", "02.1", "02.2"):
        [metric] = ended[1][section].metrics
        assert metric["name"] == "accuracy"
        assert (metric["value"], metric["floor"]) == (0.97, 0.9)
        assert (metric["source"], metric["profile"]) == ("sample", "quick")


def test_a_death_says_how(ended: tuple[Path, dict[str, Result]]) -> None:
    assert "SIGKILL" in ended[1]["02.2"].error
    assert "exit status 3" in ended[1]["02.3"].error


def test_a_time_limit_says_where_the_cell_was(ended: tuple[Path, dict[str, Result]]) -> None:
    assert "more than 1.5 s" in ended[1]["03.1"].error
    assert "KeyboardInterrupt" in ended[1]["03.1"].traceback
    assert ended[1]["03.1"].cell == 2


def test_results_json_is_a_list_with_the_promised_keys(ended: tuple[Path, dict[str, Result]]) -> None:
    entries = json.loads((ended[0] / "out" / "results.json").read_text(encoding="utf-8"))
    assert [entry["notebook"] for entry in entries] == [notebook.name for notebook in course.find(ended[0])]
    assert {"notebook", "status", "seconds", "metrics", "profile", "error", "cell"} <= set(entries[0])
    assert entries[0]["status"] == "passed"


def test_pages_open_without_a_network_and_fold_solutions(ended: tuple[Path, dict[str, Result]]) -> None:
    out = ended[0] / "out"
    index = (out / "index.html").read_text(encoding="utf-8")
    assert "2 of 8 notebooks passed" in index
    assert "accuracy 0.97 (at least 0.9, sample)" in index
    for result in ended[1].values():
        assert f'href="{result.page}"' in index
        page = (out / result.page).read_text(encoding="utf-8")
        assert "require.min.js" not in page
        assert ' src="http' not in page, "a page loads nothing"
    assert 'href="../../index.html"' in page
    assert "ZeroDivisionError: division by zero" in index


def test_the_summary_shows_the_failing_cell(ended: tuple[Path, dict[str, Result]]) -> None:
    text = io.StringIO()
    print_summary(list(ended[1].values()), Console(file=text, width=120))
    shown = text.getvalue()
    assert "02.1_some_title.ipynb, code cell 2" in shown
    assert "  | 1 / 0" in shown
    assert "2 of 8 passed." in shown
    assert "\r" not in shown
    assert "\x1b" not in shown


def test_solutions_are_folded(tmp_path: Path) -> None:
    from dlcv.course.pages import write_page

    node = factory.new_notebook(cells=[factory.code("40 + 2", "solution"), factory.code("'plain'")])
    page = write_page(node, Result("a.ipynb", page="a.html"), tmp_path).read_text(encoding="utf-8")
    assert page.count('<details class="dlcv-solution">') == 1


def test_formulas_are_drawn_without_a_script_and_a_price_is_no_formula(tmp_path: Path) -> None:
    from dlcv.course.pages import write_page

    cells = [
        factory.new_markdown_cell(r"The slope $\frac{dL}{dw}$ at `$w` and" + "\n\n$$p_k = e^{z_k}$$"),
        factory.new_markdown_cell(r"A broken one: $\frac{$ and <b>bold</b>."),
    ]
    node = factory.new_notebook(cells=cells)
    page = write_page(node, Result("a.ipynb", page="a.html"), tmp_path).read_text(encoding="utf-8")
    assert page.count("<math") == 2
    assert page.count("<mfrac>") == 1
    assert page.count('display="block"') == 1
    assert "<code>$w</code>" in page
    assert r"<code>\frac{</code>" in page, "what cannot be translated stays readable"
    assert "<b>bold</b>" in page


def test_the_kernel_is_this_interpreter_in_a_folder_of_its_own(tmp_path: Path) -> None:
    source = "import os, sys\nprint(sys.executable)\nprint(os.getcwd())\nprint(os.listdir())\nopen('left', 'w').close()"
    root = factory.course(tmp_path, s01_1=[source])
    before = sorted(root.rglob("*"))
    [result] = execute_all(root)
    assert result.passed
    node = nbformat.read(root / "out" / result.notebook, as_version=4)
    executable, folder, content = node.cells[0].outputs[0].text.splitlines()
    assert executable == sys.executable
    assert content == "[]"
    assert not Path(folder).exists()
    assert [path for path in sorted(root.rglob("*")) if not path.is_relative_to(root / "out")] == before


def test_the_notebooks_time_limit_counts_over_its_cells(tmp_path: Path) -> None:
    root = factory.course(tmp_path, s01_1=["1", factory.ENDLESS])
    [result] = execute_all(root, timeout=3, cell_timeout=500)
    assert result.status == "timeout"
    assert "the notebook took more than 3 s" in result.error


def test_resume_skips_what_passed_and_has_not_changed(tmp_path: Path) -> None:
    root = factory.course(tmp_path, s01_1=["1"], s01_2=["1 / 0"], s01_3=["3"])
    first = execute_all(root)
    assert [result.status for result in first] == ["passed", "failed", "passed"]
    factory.course(root, s01_2=["2"], s01_3=["33"])
    second = execute_all(root, resume=True)
    assert [(result.status, result.resumed) for result in second] == [
        ("passed", True),
        ("passed", False),
        ("passed", False),
    ]
    assert second[0].seconds == first[0].seconds
    assert [result.passed for result in results.load(root / "out")] == [True] * 3
    notebook = course.find(root)[0]
    assert results.reusable(second, notebook, "quick") is not None
    assert results.reusable(second, notebook, "lecture") is None


def test_a_damaged_results_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text('[{"notebook": ')
    with pytest.raises(NotebookError, match="damaged"):
        results.load(tmp_path)


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_stopping_the_run_leaves_results_and_no_kernels(tmp_path: Path, signum: int) -> None:
    report = "import os, pathlib\npathlib.Path(os.environ['WHERE']).write_text(str(os.getpid()))\n"
    root = factory.course(tmp_path, s01_1=["1"], s01_2=[f"{report}\n{factory.ENDLESS}"], s01_3=["3"])
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
    program = "from dlcv.cli import main; main()"
    command = [sys.executable, "-c", program, "run", "notebooks", "--jobs", "1", "--out", "out", "--profile", "quick"]
    env = {**os.environ, "WHERE": str(pipe)}
    process = subprocess.Popen(command, cwd=root, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert select.select([reader], [], [], 60)[0], "the cell never began"
    pid = int(os.read(reader, 100))
    os.close(reader)
    process.send_signal(signum)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 130, output
    assert "Traceback" not in output
    assert "interrupted" in output
    assert [(result.title, result.status) for result in results.load(root / "out")] == [
        ("01.1 Count to ten", "passed"),
        ("01.2 Count to ten", "interrupted"),
    ]
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_an_output_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    root = factory.course(tmp_path, s01_1=["1"])
    (tmp_path / "file").write_text("")
    with pytest.raises(NotebookError, match="Cannot write to"):
        execute_all(root, out=tmp_path / "file" / "out")


def test_the_environment_of_the_kernels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    env = run.kernel_environment(run.Options("lecture"), {"DLCV_DATA_DIR": "here", "DLCV_PROFILE": "full"})
    assert env["DLCV_PROFILE"] == "lecture"
    assert env["DLCV_DATA_DIR"] == str(tmp_path / "here")
    assert env["DLCV_VIDEO"] == "clip"
    assert "DLCV_SAMPLE" not in env
    assert run.kernel_environment(run.Options("quick"), {"DLCV_VIDEO": "camera"})["DLCV_VIDEO"] == "camera"
    saving = run.kernel_environment(run.Options("quick", save=True), {"DLCV_VIDEO": "camera"})
    assert (saving["DLCV_SAMPLE"], saving["DLCV_OFFLINE"], saving["DLCV_VIDEO"]) == ("1", "1", "clip")
    assert "OMP_NUM_THREADS" not in env
    monkeypatch.setattr(device, "cores", lambda: 8)
    shared = run.kernel_environment(run.Options("quick"), {"OMP_NUM_THREADS": "7"}, at_once=3)
    assert (shared["TF_NUM_INTRAOP_THREADS"], shared["OMP_NUM_THREADS"]) == ("5", "7")
    assert shared["OPENBLAS_NUM_THREADS"] == "2"
    with pytest.raises(SettingsError):
        run.kernel_environment(run.Options("quick"), {"DLCV_DATADIR": "x"})


def test_bars_show_the_cell_and_leave_nothing_behind(tmp_path: Path) -> None:
    notebook = course.find(factory.course(tmp_path, s01_1=["1", "2"]))[0]
    text = io.StringIO()
    with LiveProgress(Console(file=text, force_terminal=True, width=120, color_system=None)) as progress:
        progress.start(notebook)
        progress.cell(notebook, 2, "Train the network")
        progress._bars.refresh()
        assert "cell 2: Train the network" in text.getvalue()
        progress.finish(notebook, Result(notebook.name, seconds=1.25))
    assert "passed      01.1 Count to ten  1.2 s" in text.getvalue()
