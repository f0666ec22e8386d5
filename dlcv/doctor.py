"""Examine the machine: everything the course needs, a line each, with the cure where something is wrong.

Taught in: notebooks/03.1
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dlcv import settings
from dlcv.errors import DlcvError

__all__ = ["Check", "examine"]

_MIN_FREE_GB = 3.0  # the data sets of the first half, unpacked
_MIN_MEMORY_GB = 3.5  # a "4 GB" machine reports a little less
_REINSTALL = "Install the course again in its folder: make run, or pip install -e ."


@dataclass(frozen=True)
class Check:
    """A line of the examination.

    Attributes:
        ok: whether the course can work with what was found.
        name: what was looked at.
        found: what was found.
        cure: what to do, where it is not ok.
    """

    ok: bool
    name: str
    found: str
    cure: str = ""

    def __str__(self) -> str:
        line = f"{'OK    ' if self.ok else 'NOT OK'}  {self.name}: {self.found}"
        return f"{line}\n        → {self.cure}" if self.cure and not self.ok else line


def examine(*, kernel: bool = True) -> Iterator[Check]:
    """Examine the machine.

    Args:
        kernel: start a Jupyter kernel too, which takes a second or two.

    Yields:
        A check at a time, as soon as it is known.

    Example:
        >>> next(examine()).name
        'Python'

    Taught in: notebooks/03.1
    """
    for check in (_python, _packages, _tensorflow, _opencv, _settings):
        yield from _guarded(check)
    try:
        config = settings.read()
    except DlcvError:
        return  # already told, and the rest depends on it
    for check in (_disk, _memory, _data_folder, _data_sets, _models, _network, _camera):
        yield from _guarded(check, config)
    if kernel:
        yield from _guarded(_kernel)


def _guarded(check: Callable[..., Iterator[Check]], *args: settings.Settings) -> Iterator[Check]:
    """Run a check; whatever it stumbles over is a finding, not the end of the examination."""
    name = check.__name__.strip("_").replace("_", " ")
    try:
        yield from check(*args)
    except DlcvError as error:
        yield Check(False, name, str(error))
    except Exception as error:  # what a broken installation raises cannot be foreseen
        yield Check(False, name, f"{type(error).__name__}: {error}", _REINSTALL)


def _python() -> Iterator[Check]:
    version = platform.python_version()
    good = (3, 11) <= sys.version_info[:2] < (3, 13)
    yield Check(good, "Python", f"{version} on {platform.system()}", "Install Python 3.11 or 3.12 and run make again.")


def _packages() -> Iterator[Check]:
    from packaging.requirements import Requirement

    good = []
    for line in importlib.metadata.requires("dlcv") or []:
        requirement = Requirement(line)
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        wanted = f"pip install '{requirement.name}{requirement.specifier}'"
        try:
            version = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            yield Check(False, requirement.name, "not installed", wanted)
            continue
        if requirement.specifier.contains(version, prereleases=True):
            good.append(f"{requirement.name} {version}")
        else:
            yield Check(False, requirement.name, f"{version}, but the course needs {requirement.specifier}", wanted)
    yield Check(bool(good), "packages", ", ".join(good) or "none", _REINSTALL)


def _tensorflow() -> Iterator[Check]:
    from dlcv import device

    started = time.perf_counter()
    try:
        version = device.import_tensorflow().__version__
    except ImportError as error:
        yield Check(False, "TensorFlow", f"cannot be imported: {error}", "pip install 'tensorflow>=2.20,<2.22'")
        return
    yield Check(True, "TensorFlow", f"{version}, imported in {time.perf_counter() - started:.1f} s")
    try:
        yield Check(True, "device", str(device.describe()))
    except DlcvError as error:
        yield Check(False, "device", str(error))


def _opencv() -> Iterator[Check]:
    cure = "pip uninstall -y opencv-python opencv-contrib-python opencv-python-headless; " + (
        "pip install 'opencv-python-headless>=4.10,<5'"
    )
    try:
        import cv2
    except ImportError as error:
        yield Check(False, "OpenCV", f"cannot be imported: {error}", cure)
        return
    good = cv2.__version__.startswith("4.") and hasattr(cv2, "CascadeClassifier")
    yield Check(good, "OpenCV", cv2.__version__ + ("" if good else ", but the course needs 4.x"), cure)


def _settings() -> Iterator[Check]:
    config = settings.read()
    given = [f"{name}={os.environ[name]}" for name in settings.VARIABLES if name in os.environ]
    yield Check(True, "settings", f"profile {config.profile}" + (f" ({', '.join(given)})" if given else ""))


def _existing(folder: Path) -> Path:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def _disk(config: settings.Settings) -> Iterator[Check]:
    free = shutil.disk_usage(_existing(config.data_dir)).free / 1e9
    cure = f"Free at least {_MIN_FREE_GB:g} GB, or put the data elsewhere: DLCV_DATA_DIR=FOLDER."
    yield Check(free >= _MIN_FREE_GB, "disk", f"{free:.1f} GB free for data", cure)


def _memory(config: settings.Settings) -> Iterator[Check]:
    import psutil

    memory = psutil.virtual_memory()
    found = f"{memory.total / 1e9:.1f} GB, {memory.available / 1e9:.1f} GB available"
    cure = "Stay with DLCV_PROFILE=quick and dlcv run --jobs 1, or use a machine with 4 GB or more."
    yield Check(memory.total / 1e9 >= _MIN_MEMORY_GB, "memory", found, cure)


def _data_folder(config: settings.Settings) -> Iterator[Check]:
    folder = _existing(config.data_dir)
    cure = "Change its permissions, or choose another folder: DLCV_DATA_DIR=FOLDER."
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        yield Check(False, "data folder", f"{config.data_dir} cannot be written ({error.strerror})", cure)
        return
    yield Check(True, "data folder", f"{config.data_dir} can be written")


def _data_sets(config: settings.Settings) -> Iterator[Check]:
    from dlcv import data

    here, missing = [], []
    for name in data.names():
        status = data.status(name)
        if status.state == "broken":
            yield Check(False, f"data set {name}", str(status), f"dlcv data get {name} --force")
        else:
            (here if status.state == "local" else missing).append(name)
    found = ", ".join(here) or "none yet"
    if missing:
        found += f"; to be had with dlcv data get: {', '.join(missing)} (a generated sample stands in until then)"
    yield Check(True, "data sets", found)


def _models(config: settings.Settings) -> Iterator[Check]:
    from dlcv import zoo

    good = []
    for name in zoo.names():
        try:
            zoo.verify(name)
            good.append(name)
        except DlcvError as error:
            yield Check(False, f"trained model {name}", str(error))
    yield Check(True, "trained models", ", ".join(good) or "none: the lessons train their own")


def _network(config: settings.Settings) -> Iterator[Check]:
    if config.offline:
        yield Check(True, "network", "not asked, DLCV_OFFLINE is set")
        return
    from dlcv.data import fetch

    yield Check(
        True, "network", "reachable" if fetch.online() else "offline: the course runs on local data and samples"
    )


def _camera(config: settings.Settings) -> Iterator[Check]:
    cameras = sorted(str(path) for path in Path("/dev").glob("video*")) if platform.system() == "Linux" else None
    if cameras is None:
        found = "is looked for when a lesson opens it"
    else:
        found = ", ".join(cameras) or "none: the lessons show a video file or a generated clip"
    yield Check(True, "camera", found)


def _kernel() -> Iterator[Check]:
    started = time.perf_counter()
    error = asyncio.run(_kernel_answers())
    if error:
        yield Check(False, "Jupyter kernel", error, "pip install --force-reinstall ipykernel")
        return
    yield Check(True, "Jupyter kernel", f"starts and computes in {time.perf_counter() - started:.1f} s")


async def _kernel_answers() -> str | None:
    from dlcv.course.execute import kernel_manager, start_kernel, stop_kernel

    with tempfile.TemporaryDirectory(prefix="dlcv-doctor-", ignore_cleanup_errors=True) as name:
        manager = kernel_manager(Path(name))
        client = None
        try:
            client = await start_kernel(manager, Path(name), os.environ)
            reply = await client.execute_interactive("assert 6 * 7 == 42", timeout=30, output_hook=lambda _: None)
            return None if reply["content"]["status"] == "ok" else "does not compute"
        except Exception as error:  # whatever it is, the kernel does not work
            return f"does not start: {error}"
        finally:
            await stop_kernel(manager, client)
