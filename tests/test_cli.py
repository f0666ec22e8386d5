"""The `dlcv` command: what it prints, and its exit status."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import notebook_factory as factory
import pytest

from dlcv import cli, settings
from dlcv.errors import DataError


@pytest.fixture
def dlcv(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run the command in this process and return its exit status, output and errors."""

    def run(*args: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["dlcv", *map(str, args)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        return ended.value.code or 0, printed.out, printed.err

    return run


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course of two notebooks, in which the commands find themselves."""
    factory.course(tmp_path, s01_1=["1", factory.METRIC], s08_2=["1 / 0"])
    monkeypatch.setattr(settings, "project_root", lambda: tmp_path)
    monkeypatch.setattr("dlcv.course.notebooks.project_root", lambda: tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_help_is_quick_and_imports_nothing_heavy() -> None:
    program = (
        "import sys\nfrom dlcv.cli import main\nsys.argv = ['dlcv', '--help']\ntry:\n    main()\nexcept SystemExit:\n"
        "    heavy = {'tensorflow', 'keras', 'cv2', 'matplotlib', 'numpy', 'rich', 'nbformat', 'nbclient', 'psutil'}\n"
        "    sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    times = []
    for _ in range(3):
        started = time.perf_counter()
        result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
        times.append(time.perf_counter() - started)
        assert result.returncode == 0, result.stderr
    for command in ("run", "list", "check", "doctor", "data"):
        assert command in result.stdout
    assert min(times) < 1.0  # 0.3 s is the aim; a test machine may be busy


def test_run_reports_and_fails_when_a_notebook_does(dlcv, root: Path) -> None:
    status, out, err = dlcv("run", "--profile", "quick", "--html", "--jobs", 2)
    assert status == 1
    assert "2 notebooks, profile quick, 2 at a time" in out
    assert "1 of 2 passed." in out
    assert "ZeroDivisionError" in out
    assert "results: build/run/results.json" in out
    assert "pages:   build/run/index.html" in out
    assert "\x1b" not in out
    assert "\r" not in out
    assert err == ""
    entries = json.loads((root / "build" / "run" / "results.json").read_text(encoding="utf-8"))
    assert [entry["status"] for entry in entries] == ["passed", "failed"]
    assert entries[0]["metrics"][0]["value"] == 0.97


def test_run_of_a_passing_selection_ends_well(dlcv, root: Path) -> None:
    assert dlcv("run", "1", "--profile", "quick", "--out", root / "o")[0] == 0
    status, out, _ = dlcv("run", "1.1", "--profile", "quick", "--out", root / "o", "--resume")
    assert status == 0
    assert "taken over from an earlier run" in out


def test_save_says_what_it_runs_with(dlcv, root: Path) -> None:
    status, out, _ = dlcv("run", "1", "--save")
    assert status == 0
    assert "profile quick" in out
    assert "DLCV_OFFLINE=1 DLCV_SAMPLE=1" in out
    saved = json.loads((root / "notebooks/01_some_chapter/01.1_some_title.ipynb").read_text(encoding="utf-8"))
    assert saved["cells"][0]["execution_count"] == 1


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["run", "8.3"], "Unknown notebook '08.3'. Did you mean '08.2'?"),
        (["run", "--profile", "quik"], "Did you mean 'quick'?"),
        (["run", "--profile", "quick", "--out", "file/out"], "Cannot write to"),
        (["data", "info", "minst"], "Did you mean 'mnist'?"),
        (["data", "get", "minst"], "Did you mean 'mnist'?"),
        (["data", "add", "mnist", "nowhere.zip"], "nowhere.zip"),
        (["data", "verify", "fashion_mnits"], "Did you mean 'fashion_mnist'?"),
        (["list", "--readme", "page.md"], "no place for the course map"),
    ],
)
def test_an_error_shows_its_message_alone(dlcv, root: Path, args: list[str], message: str) -> None:
    (root / "file").write_text("")
    (root / "page.md").write_text("# A page")
    status, out, err = dlcv(*args)
    assert status == 1
    assert message in err
    assert "Traceback" not in out + err
    assert len(err.strip().splitlines()) == 1


def test_a_misspelt_variable_is_told(dlcv, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLCV_PROFIL", "quick")
    status, _, err = dlcv("run")
    assert status == 1
    assert "Did you mean 'DLCV_PROFILE'?" in err


@pytest.mark.parametrize("args", [["run", "--jobs", "0"], ["nonsense"], ["run", "--timeout", "soon"], ["data", "info"]])
def test_wrong_usage_ends_with_two(dlcv, args: list[str]) -> None:
    status, _, err = dlcv(*args)
    assert status == 2
    assert "Traceback" not in err


def test_list_shows_the_course(dlcv, root: Path) -> None:
    status, out, _ = dlcv("list")
    assert status == 0
    assert [line.split()[0] for line in out.splitlines()[1:3]] == ["01.1", "08.2"]
    status, out, _ = dlcv("list", "8", "--markdown")
    assert out.splitlines()[-1].startswith("| 08.2 | [Count to ten](notebooks/08_some_chapter/")


def test_list_renews_a_page(dlcv, root: Path) -> None:
    page = root / "page.md"
    page.write_text("<!-- course-map:start --><!-- course-map:end -->")
    assert dlcv("list", "--readme", page)[0] == 0
    assert "| 01.1 |" in page.read_text()


def test_check_lists_what_breaks_the_contract(dlcv, root: Path) -> None:
    status, out, _ = dlcv("check", "1")
    assert status == 1
    assert "NOT OK  notebooks/01_some_chapter/01.1_some_title.ipynb" in out
    assert "nothing is checked with lesson.expect" in out


def test_data_list_and_info(dlcv, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLCV_DATA_DIR", str(root / "d"))
    status, out, _ = dlcv("data", "list")
    assert status == 0
    assert [line.split()[:2] for line in out.splitlines() if line.startswith("mnist")] == [["mnist", "missing"]]
    status, out, _ = dlcv("data", "info", "mnist")
    assert status == 0
    assert "60,000 train" in out


def test_data_commands_call_the_library(dlcv, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def record(name: str, *args: object, **options: object) -> Path:
        calls.append((name, *args, *options.values()))
        return root / name

    monkeypatch.setattr("dlcv.data.get", record, raising=False)
    monkeypatch.setattr("dlcv.data.add", record, raising=False)
    monkeypatch.setattr("dlcv.data.verify", lambda name: f"{name}: fine", raising=False)
    assert dlcv("data", "get", "mnist", "--force")[1] == "mnist is in mnist\n"
    assert dlcv("data", "add", "mnist", "x.zip")[0] == 0
    assert calls == [("mnist", True), ("mnist", Path("x.zip"))]
    assert dlcv("data", "verify", "mnist")[1] == "mnist: fine\n"


def test_a_broken_set_is_an_error_of_verify(dlcv, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> None:
        raise DataError("train-images-idx3-ubyte.gz is an HTML page. Delete it.")

    monkeypatch.setattr("dlcv.data.verify", broken, raising=False)
    assert dlcv("data", "verify", "mnist") == (1, "", "train-images-idx3-ubyte.gz is an HTML page. Delete it.\n")
