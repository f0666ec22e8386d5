"""Execute one notebook in a kernel process of its own, within time limits.

The kernel is always the interpreter that runs this module, whatever kernel the notebook or the machine names
`python3`: with several environments on a machine the two differ. It works in an empty temporary folder, since a
notebook of the course runs from anywhere, and leaves nothing behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

from dlcv.course.notebooks import Notebook, traceback_of
from dlcv.course.results import Result, collect_metrics

__all__ = ["Limits", "execute", "kernel_manager", "start_kernel", "stop_kernel"]

GRACE = 5.0  # seconds that an interrupted cell has to end before its kernel is killed
STARTUP = 60  # seconds that a kernel has to start
OnCell = Callable[[int, str], None]


@dataclass(frozen=True)
class Limits:
    """Time limits in seconds, of a cell and of a whole notebook; both end an endless loop."""

    cell: float
    notebook: float


class _ThisInterpreter(KernelSpecManager):
    """Knows one kernel: the running interpreter."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name="Python 3 (ipykernel)", language="python")


def kernel_manager(folder: Path) -> AsyncKernelManager:
    """Return the manager of a kernel that runs this interpreter and keeps its files in `folder`."""
    return AsyncKernelManager(
        kernel_name="python3",
        kernel_spec_manager=_ThisInterpreter(),
        connection_file=str(folder / "kernel.json"),
        # Sockets in the private folder: no port that another kernel, started at the same time, may take first.
        transport="tcp" if sys.platform == "win32" else "ipc",
    )


async def start_kernel(manager: AsyncKernelManager, folder: Path, env: Mapping[str, str]) -> Any:
    """Start the kernel in `folder` and return a client that is ready to execute."""
    work = folder / "work"
    work.mkdir()
    kernel_env = {
        **env,
        # The user's own start-up files and history stay out of it.
        "IPYTHONDIR": str(folder / "ipython"),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    }
    with (folder / "stderr.txt").open("wb") as log:
        await manager.start_kernel(cwd=str(work), env=kernel_env, stdout=log, stderr=log)
    client = manager.client()
    client.start_channels()
    client.allow_stdin = False
    try:
        await client.wait_for_ready(timeout=STARTUP)
    except RuntimeError as error:
        client.stop_channels()
        raise DeadKernelError(f"The kernel did not start: {error}") from error
    return client


async def stop_kernel(manager: AsyncKernelManager, client: Any | None) -> None:
    """Kill the kernel, if it still lives, and close what belongs to it."""
    if client is not None:
        client.stop_channels()
    # A kernel that never started, or is gone already, has nothing to stop.
    with contextlib.suppress(RuntimeError, ProcessLookupError):
        await manager.shutdown_kernel(now=True)


async def execute(
    node: nbformat.NotebookNode, notebook: Notebook, env: Mapping[str, str], limits: Limits, on_cell: OnCell
) -> Result:
    """Execute a notebook up to its end or its first failing cell.

    Args:
        node: the notebook's content; its outputs are replaced in place.
        notebook: its record.
        env: the kernel's environment variables.
        limits: how long a cell and the notebook may take.
        on_cell: called before each cell with its number, from 1, and the heading above it.

    Returns:
        What came of it, with the metrics recorded before a failure too.

    Raises:
        asyncio.CancelledError: the run was stopped; the kernel is gone by then.
    """
    started = time.monotonic()
    result = Result(notebook.name, profile=env.get("DLCV_PROFILE", ""), title=notebook.label, digest=notebook.digest)
    for cell in node.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    with tempfile.TemporaryDirectory(prefix="dlcv-run-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        manager = kernel_manager(folder)
        client = None
        try:
            client = await start_kernel(manager, folder, env)
            runner = _Runner(node, manager, client)
            await _execute_cells(runner, result, started + limits.notebook, limits, on_cell)
        except DeadKernelError as error:
            result.status = "died"
            result.error = _why_dead(manager, folder, error)
        finally:
            # A second Ctrl-C must not leave the kernel behind.
            await asyncio.shield(stop_kernel(manager, client))
    result.metrics = collect_metrics(node.cells)
    result.seconds = round(time.monotonic() - started, 2)
    return result


class _Runner(NotebookClient):
    """nbclient's execution of single cells, on a kernel that this module starts and stops."""

    def __init__(self, node: nbformat.NotebookNode, manager: AsyncKernelManager, client: Any) -> None:
        # nbclient writes to the terminal what the report says better.
        log = logging.getLogger("dlcv.course.nbclient")
        log.addHandler(logging.NullHandler())
        log.propagate = False
        super().__init__(node, km=manager, timeout=None, record_timing=False, store_widget_state=False, log=log)
        self.kc = client


async def _execute_cells(runner: _Runner, result: Result, deadline: float, limits: Limits, on_cell: OnCell) -> None:
    heading = ""
    number = 0
    for index, cell in enumerate(runner.nb.cells):
        if cell.cell_type == "markdown":
            headings = re.findall(r"^#{1,4} +(.+)$", cell.source, flags=re.MULTILINE)
            heading = headings[-1] if headings else heading
        if cell.cell_type != "code" or not cell.source.strip() or "skip-execution" in cell.metadata.get("tags", []):
            continue
        number += 1
        on_cell(number, heading)
        result.cell, result.source = number, cell.source
        left = deadline - time.monotonic()
        task = asyncio.ensure_future(runner.async_execute_cell(cell, index, execution_count=number))
        if not await _finished(task, min(limits.cell, left)):
            result.status = "timeout"
            what = "the cell" if limits.cell <= left else "the notebook"
            limit = limits.cell if limits.cell <= left else limits.notebook
            result.error = f"Stopped: {what} took more than {limit:g} s."
            await _interrupt(runner, task)
            result.traceback = _traceback(cell)
            return
        try:
            task.result()
        except CellExecutionError as error:
            result.status = "failed"
            result.error = f"{error.ename}: {error.evalue}"
            _note_error(cell, result)
            return
        if "raises-exception" not in cell.metadata.get("tags", []) and _traceback(cell):
            # A figure that cannot be drawn leaves its traceback below a cell that ended well.
            result.status = "failed"
            _note_error(cell, result)
            return
        result.cells = number
    result.cell = result.source = None
    if number == 0:
        result.status = "empty"
        result.error = "The notebook has no cell to execute."


async def _finished(task: asyncio.Future[Any], seconds: float) -> bool:
    """Wait for a cell and say whether it ended in time; when the run is stopped meanwhile, give the cell up."""
    try:
        done, _ = await asyncio.wait({task}, timeout=max(0.0, seconds))
    except asyncio.CancelledError:
        await _give_up(task)
        raise
    return bool(done)


async def _interrupt(runner: _Runner, task: asyncio.Future[Any]) -> None:
    """End a cell that exceeded its limit; its outputs then show where it was, if the kernel still answers."""
    with contextlib.suppress(RuntimeError, ProcessLookupError):
        await runner.km.interrupt_kernel()
    if await _finished(task, GRACE):
        task.exception()  # that it was interrupted is no news
    else:
        # It caught the interrupt, or sits in native code: the caller kills the kernel.
        await _give_up(task)


async def _give_up(task: asyncio.Future[Any]) -> None:
    task.cancel()
    # nbclient takes any cancellation for a dead kernel.
    with contextlib.suppress(asyncio.CancelledError, DeadKernelError, CellExecutionError):
        await task


def _note_error(cell: nbformat.NotebookNode, result: Result) -> None:
    """Record the traceback that a cell shows; what cannot be displayed is called "NoneType: None" elsewhere."""
    result.traceback = _traceback(cell)
    if result.traceback and result.error in (None, "NoneType: None"):
        result.error = result.traceback.strip().splitlines()[-1]


def _traceback(cell: nbformat.NotebookNode) -> str | None:
    return "\n".join(filter(None, map(traceback_of, cell.outputs))) or None


def _why_dead(manager: AsyncKernelManager, folder: Path, error: Exception) -> str:
    process = getattr(manager.provisioner, "process", None)
    status = process.poll() if process is not None else None
    if status is not None and status < 0:
        name = signal.Signals(-status).name if -status in set(signal.Signals) else str(-status)
        reason = f"{error} ({name})"
        if name == "SIGKILL":
            reason += ": the machine may have run out of memory. Close other programs, or run fewer --jobs"
    else:
        reason = str(error) if status is None else f"{error} (exit status {status})"
    log = folder / "stderr.txt"
    last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-3:] if log.exists() else []
    return "\n".join([f"{reason}.", *last])
