"""Harden nbval 0.11: a notebook that goes wrong must fail, at once, and alone.

nbval waits for a kernel that has died until the cell's time limit, runs on after a failed cell, passes a notebook
without a cell to run, and lets a cell take 2,000 s. Here, for `pytest --nbval` and `--nbval-lax`:

1. a dead kernel fails its cell within a second;
2. the first failing cell ends its notebook; the rest is reported as not run;
3. a notebook without a cell to execute fails;
4. a cell that exceeds `--nbval-cell-timeout` (300 s unless given) is interrupted, then its kernel is killed;
5. under xdist a notebook stays on one worker, and the workers' kernels divide the cores;
6. the kernel is the interpreter that runs pytest, in an empty folder, whatever the notebook names.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Empty

import pytest

CELL_TIMEOUT = 300.0
NBVAL_DEFAULT_TIMEOUT = 2000
GRACE = 5.0  # seconds from the interrupt to the kill


class KernelGoneError(Exception):
    """The kernel has died, or was killed because it would not stop."""


def _active(config: pytest.Config) -> bool:
    return bool(config.getoption("nbval", False) or config.getoption("nbval_lax", False))


def pytest_configure(config: pytest.Config) -> None:
    if not _active(config):
        return
    option = config.option
    if option.nbval_cell_timeout == NBVAL_DEFAULT_TIMEOUT:
        option.nbval_cell_timeout = CELL_TIMEOUT
    if not 0 < option.nbval_cell_timeout < float("inf"):
        raise pytest.UsageError("--nbval-cell-timeout must be a number of seconds above 0")
    option.nbval_current_env = option.nbval_kernel_name is None
    if getattr(option, "dist", "no") == "load":
        option.dist = "loadscope"
    for variable in ("DLCV_DATA_DIR", "DLCV_MODELS_DIR"):
        if os.environ.get(variable):  # a relative folder would mean another one in the kernel's working directory
            os.environ[variable] = str(Path(os.environ[variable]).expanduser().resolve())
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", 1))
    from dlcv.device import thread_shares

    for variable, share in thread_shares(workers).items():
        os.environ.setdefault(variable, share)
    _patch_nbval()


def _patch_nbval() -> None:
    from nbval import plugin

    class Kernel(plugin.RunningKernel):
        """nbval's kernel, which notices when the process is gone and when the cell's time is up."""

        deadline = float("inf")

        def __init__(self, kernel_name: str, cwd: str | None = None, startup_timeout: float = 60) -> None:
            self._folder = tempfile.TemporaryDirectory(prefix="nbval-", ignore_cleanup_errors=True)
            super().__init__(kernel_name, cwd=self._folder.name, startup_timeout=startup_timeout)

        def get_message(self, stream: str, timeout: float | None = None) -> dict:
            until = min(self.deadline, time.monotonic() + (float("inf") if timeout is None else timeout))
            while True:
                if time.monotonic() > self.deadline:
                    self.stop()
                    raise KernelGoneError("The cell exceeded its time limit and ignored the interrupt: kernel killed")
                with contextlib.suppress(Empty):
                    return super().get_message(stream, timeout=max(0.0, min(0.5, until - time.monotonic())))
                if not self.is_alive():
                    status = self.km.provisioner.process.poll() if hasattr(self, "km") else None
                    self.stop()
                    raise KernelGoneError(f"The kernel died (exit status {status}): out of memory, or a crash")
                if time.monotonic() >= until and until < self.deadline:
                    raise Empty

        def stop(self) -> None:
            if hasattr(self, "km"):
                super().stop()
            self._folder.cleanup()

    class NothingToRun(pytest.Item):
        def runtest(self) -> None:
            pytest.fail("The notebook has no cell to execute.", pytrace=False)

        def reportinfo(self) -> tuple[Path, int, str]:
            return self.path, 0, f"{self.path.name}::{self.name}"

    nbval_collect, nbval_teardown = plugin.IPyNbFile.collect, plugin.IPyNbFile.teardown

    def collect(self: pytest.File) -> Iterator[pytest.Item]:
        cells = list(nbval_collect(self))
        yield from cells
        if not any(cell.cell.source.strip() and not cell.options["skip"] for cell in cells):
            yield NothingToRun.from_parent(self, name="No cell to execute")

    def teardown(self: pytest.File) -> None:
        nbval_teardown(self)
        if self.kernel is not None:
            self.kernel.stop()  # of a dead one nbval leaves the channels open

    # Methods are replaced, not the class: nbval's own super() calls name it.
    plugin.IPyNbFile.failed_cell = None
    plugin.IPyNbFile.collect = collect
    plugin.IPyNbFile.teardown = teardown
    plugin.RunningKernel = Kernel


def _notebook_of(item: pytest.Item) -> pytest.Collector | None:
    return item.parent if hasattr(item.parent, "failed_cell") else None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    notebook = _notebook_of(item)
    if notebook is not None and notebook.failed_cell is not None:
        pytest.skip(f"{notebook.path.name}: not run, {notebook.failed_cell} failed")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    kernel = getattr(_notebook_of(item), "kernel", None)
    if kernel is None:
        return (yield)
    kernel.deadline = time.monotonic() + item.config.option.nbval_cell_timeout + GRACE
    try:
        return (yield)
    except KernelGoneError as error:
        item.raise_cell_error(str(error))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> Iterator[pytest.TestReport]:
    report = yield
    notebook = _notebook_of(item)
    if notebook is not None and report.failed and notebook.failed_cell is None:
        notebook.failed_cell = item.name
        if notebook.kernel is not None:
            notebook.kernel.stop()  # frees its memory for the notebooks that go on
    return report
