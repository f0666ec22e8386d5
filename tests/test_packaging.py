"""The three lists of packages agree: setup.py, requirements.lock, environment.yml."""

from __future__ import annotations

import importlib.metadata
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
REQUIREMENTS = [Requirement(line) for line in importlib.metadata.requires("dlcv") or []]
INSTALLED = [r for r in REQUIREMENTS if r.marker is None or r.marker.evaluate({"extra": "test"})]
NEEDED = [r for r in REQUIREMENTS if r.marker is None or r.marker.evaluate({"extra": ""})]


def locked() -> dict[str, str]:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in pins}


@pytest.mark.parametrize("requirement", INSTALLED, ids=str)
def test_the_lock_pins_what_setup_asks_for(requirement: Requirement) -> None:
    assert requirement.specifier.contains(locked()[canonicalize_name(requirement.name)], prereleases=True)


def test_the_lock_holds_pins_alone() -> None:
    assert len(locked()) > 100
    assert not {"dlcv", "pip", "setuptools"} & set(locked())


@pytest.mark.parametrize("requirement", NEEDED, ids=str)
def test_the_conda_route_has_it_with_the_chapters_that_need_it(requirement: Requirement) -> None:
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    name = requirement.name.replace("matplotlib", "matplotlib-base")
    [line] = re.findall(rf"^ +- {re.escape(name)}(?:[<>=].*)? # .*$", text, flags=re.MULTILINE)
    assert re.search(r"# (all|\d)", line)
    if "<" in str(requirement.specifier):
        assert requirement.specifier == Requirement(line.split("#")[0].strip(" -")).specifier


@pytest.mark.skipif(shutil.which("make") is None, reason="no make")
def test_make_without_a_goal_says_what_there_is() -> None:
    done = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0
    for goal in ("make run", "make test", "make lab", "make clean"):
        assert goal in done.stdout


@pytest.mark.skipif(shutil.which("make") is None, reason="no make")
def test_make_without_a_fitting_python_says_what_to_do(tmp_path: Path) -> None:
    command = ["make", "--no-print-directory", "setup", f"VENV={tmp_path / 'venv'}", "PYTHON=/bin/false"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode != 0
    assert "needs Python 3.11 or 3.12" in done.stderr
    assert "at PYTHON=/bin/false" in done.stderr
    assert not (tmp_path / "venv").exists()
