"""The examination of the machine: each finding a line, each fault with its cure."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from dlcv import cli, data, doctor, settings, zoo
from dlcv.errors import DeviceError, ModelError


def findings(function, *args) -> list[doctor.Check]:
    return list(doctor._guarded(function, *args))


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> settings.Settings:
    monkeypatch.setenv("DLCV_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DLCV_OFFLINE", "1")
    return settings.read()


def test_a_check_is_a_line_and_its_cure() -> None:
    assert str(doctor.Check(True, "disk", "90 GB free", "never shown")) == "OK      disk: 90 GB free"
    assert str(doctor.Check(False, "disk", "1 GB free", "Free some.")).splitlines() == [
        "NOT OK  disk: 1 GB free",
        "        → Free some.",
    ]


def test_this_machine_is_well(config: settings.Settings) -> None:
    [python] = findings(doctor._python)
    assert python.ok
    assert "3.1" in python.found
    [packages] = findings(doctor._packages)
    assert packages.ok
    assert "tensorflow 2." in packages.found
    assert [check.ok for check in findings(doctor._memory, config)] == [True]
    assert [check.ok for check in findings(doctor._kernel)] == [True]


def test_an_old_python_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 0))
    [check] = findings(doctor._python)
    assert not check.ok
    assert "3.11 or 3.12" in check.cure


def test_a_wrong_and_a_missing_package_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.metadata.version

    def version(name: str) -> str:
        if name == "pooch":
            raise importlib.metadata.PackageNotFoundError(name)
        return "5.0.0" if name == "opencv-python-headless" else real(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    faults = {check.name: check for check in findings(doctor._packages) if not check.ok}
    assert set(faults) == {"opencv-python-headless", "pooch"}
    assert "5.0.0, but the course needs" in faults["opencv-python-headless"].found
    assert faults["pooch"].cure == "pip install 'pooch'"


def test_opencv_5_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", SimpleNamespace(__version__="5.0.0"))
    [check] = findings(doctor._opencv)
    assert not check.ok
    assert "needs 4.x" in check.found
    assert "opencv-python-headless" in check.cure


def test_a_gpu_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> None:
        raise DeviceError("DLCV_DEVICE=gpu asks for a GPU, but TensorFlow sees none: no driver. Unset DLCV_DEVICE.")

    fake = SimpleNamespace(import_tensorflow=lambda: SimpleNamespace(__version__="2.21.0"), describe=none)
    monkeypatch.setitem(sys.modules, "dlcv.device", fake)
    monkeypatch.setattr("dlcv.device", fake, raising=False)
    tensorflow, device = findings(doctor._tensorflow)
    assert tensorflow.ok
    assert not device.ok
    assert "no driver" in device.found


def test_a_setting_that_means_nothing_ends_what_depends_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_tensorflow", "_opencv"):
        monkeypatch.setattr(doctor, name, lambda: iter(()))
        getattr(doctor, name).__name__ = name
    monkeypatch.setenv("DLCV_PROFILE", "quik")
    last = list(doctor.examine(kernel=False))[-1]
    assert not last.ok
    assert "Did you mean 'quick'?" in last.found


def test_a_full_disk_and_little_memory_are_told(config: settings.Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    import psutil

    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=5e8))
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(total=2e9, available=1e9))
    [disk], [memory] = findings(doctor._disk, config), findings(doctor._memory, config)
    assert (disk.ok, memory.ok) == (False, False)
    assert "DLCV_DATA_DIR" in disk.cure
    assert "--jobs 1" in memory.cure


def test_a_data_folder_without_permission_is_told(config: settings.Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(dir: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(doctor.tempfile, "TemporaryFile", denied)
    [check] = findings(doctor._data_folder, config)
    assert not check.ok
    assert "Permission denied" in check.found
    assert not config.data_dir.exists()


def test_a_broken_data_set_is_told_and_a_missing_one_is_none(
    config: settings.Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = {"mnist": "local", "fashion_mnist": "broken"}
    status = lambda name: SimpleNamespace(state=states.get(name, "missing"))  # noqa: E731
    monkeypatch.setattr(data, "status", status, raising=False)
    checks = findings(doctor._data_sets, config)
    assert [(check.ok, check.name) for check in checks] == [(False, "data set fashion_mnist"), (True, "data sets")]
    assert checks[-1].found.startswith("mnist;")
    assert "cifar10" in checks[-1].found


def test_a_changed_model_is_told(config: settings.Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def verify(name: str) -> None:
        if name == "bad":
            raise ModelError("bad.keras is damaged or was changed. Restore it with: git checkout")

    monkeypatch.setattr(zoo, "names", lambda: ["bad", "good"])
    monkeypatch.setattr(zoo, "verify", verify)
    bad, rest = findings(doctor._models, config)
    assert not bad.ok
    assert "git checkout" in bad.found
    assert (rest.ok, rest.found) == (True, "good")


def test_no_network_is_no_fault(config: settings.Settings) -> None:
    assert [check.ok for check in findings(doctor._network, config)] == [True]


def test_a_kernel_that_does_not_start_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", os.devnull)
    [check] = findings(doctor._kernel)
    assert not check.ok
    assert "does not start" in check.found


def test_what_a_check_stumbles_over_is_a_finding() -> None:
    def _broken_thing():
        raise OSError("library not found")
        yield

    [check] = findings(_broken_thing)
    assert (check.ok, check.name) == (False, "broken thing")
    assert "library not found" in check.found


@pytest.mark.parametrize(("ok", "status"), [(True, 0), (False, 1)])
def test_the_command_fails_when_something_is_not_ok(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], ok: bool, status: int
) -> None:
    monkeypatch.setattr(doctor, "examine", lambda: iter([doctor.Check(ok, "thing", "as it is", "Mend it.")]))
    monkeypatch.setattr(sys, "argv", ["dlcv", "doctor"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert (ended.value.code or 0) == status
    assert ("All is well" in capsys.readouterr().out) == ok
