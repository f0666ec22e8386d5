"""Run many notebooks, some at a time, and keep what came of them as it comes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dlcv import device, settings
from dlcv.course import results
from dlcv.course.notebooks import Notebook
from dlcv.course.results import Result
from dlcv.errors import NotebookError

if TYPE_CHECKING:
    import nbformat

    from dlcv.course.progress import Progress

__all__ = ["Options", "default_jobs", "kernel_environment", "run"]

# Seconds for a cell and for a notebook: far beyond what a lesson may take, so that only an endless loop meets them.
_LIMITS = {"quick": (300, 900), "lecture": (1800, 3600), "full": (24 * 3600, 48 * 3600)}
_GB_A_KERNEL = 2.0  # TensorFlow with a small model and its data


@dataclass(frozen=True)
class Options:
    """How to run.

    Attributes:
        profile: "quick", "lecture" or "full".
        jobs: how many notebooks at a time; as many as the machine bears when None.
        out: the folder of `results.json` and the executed notebooks; nothing is written when None.
        html: write an index and a page a notebook into `out`.
        resume: take over what `results.json` says passed and has not changed.
        cell_timeout: seconds for a cell; depends on the profile when None.
        timeout: seconds for a notebook; depends on the profile when None.
        save: store the outputs in the notebooks themselves, of a run on samples.
    """

    profile: str
    jobs: int | None = None
    out: Path | None = None
    html: bool = False
    resume: bool = False
    cell_timeout: float | None = None
    timeout: float | None = None
    save: bool = False


def default_jobs() -> int:
    """Return how many notebooks the machine bears at a time: a core each, and memory for all."""
    import psutil

    by_memory = int(psutil.virtual_memory().available / 1e9 / _GB_A_KERNEL)
    return max(1, min(device.cores(), by_memory, 8))


def kernel_environment(options: Options, env: Mapping[str, str] | None = None, *, at_once: int = 1) -> dict[str, str]:
    """Return the kernels' environment variables.

    Args:
        options: how to run.
        env: the variables to begin with; `os.environ` when omitted.
        at_once: how many kernels share the cores.

    Returns:
        `env` with the profile, with folders that hold from any working directory, and with frames from a clip
        unless the user asked for something else; with what samples need when saving.
    """
    base = dict(os.environ if env is None else env)
    config = settings.read(base)
    base["DLCV_PROFILE"] = options.profile
    base["DLCV_DATA_DIR"] = str(config.data_dir)
    base["DLCV_MODELS_DIR"] = str(config.models_dir)
    video = base.get("DLCV_VIDEO") or "clip"
    base["DLCV_VIDEO"] = str(Path(video).resolve()) if Path(video).is_file() else video
    for variable, share in device.thread_shares(at_once).items():
        base.setdefault(variable, share)
    if options.save:
        from dlcv.course.saving import ENVIRONMENT

        base.update(ENVIRONMENT)
    return base


def run(notebooks: Sequence[Notebook], options: Options, progress: Progress) -> list[Result]:
    """Execute notebooks and return what came of each, in the order given.

    Every finished notebook is recorded in `results.json` at once. Ctrl-C, or a SIGTERM, ends the kernels and
    records what was under way as interrupted.

    Args:
        notebooks: what to run.
        options: how.
        progress: is told what happens.

    Returns:
        A result a notebook; those that an interruption left untouched are missing.

    Raises:
        NotebookError: `out` cannot be written, or a notebook cannot be read.
        SettingsError: a `DLCV_*` variable means nothing.

    Taught in: notebooks/01.1
    """
    return asyncio.run(_Run(notebooks, options, progress).all())


class _Run:
    def __init__(self, notebooks: Sequence[Notebook], options: Options, progress: Progress) -> None:
        from dlcv.course.execute import Limits

        cell, whole = _LIMITS[options.profile]
        self.notebooks = notebooks
        self.options = options
        self.progress = progress
        self.limits = Limits(options.cell_timeout or cell, options.timeout or whole)
        self.jobs = options.jobs or default_jobs()
        self.env = kernel_environment(options)
        self.done: dict[str, Result] = {}

    def results(self) -> list[Result]:
        return [self.done[notebook.name] for notebook in self.notebooks if notebook.name in self.done]

    async def all(self) -> list[Result]:
        waiting = self._prepare()
        self.env = kernel_environment(self.options, at_once=min(self.jobs, len(waiting)))
        places = asyncio.Semaphore(self.jobs)
        tasks = [asyncio.create_task(self._one(notebook, places)) for notebook in waiting]
        this = asyncio.current_task()
        with contextlib.suppress(NotImplementedError, RuntimeError):  # Windows; not in the main thread
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)
        try:
            await asyncio.gather(*tasks)
        except asyncio.CancelledError:
            self.progress.stopping()
            await _cancel(tasks)
        except BaseException:
            await _cancel(tasks)
            raise
        self._record()
        return self.results()

    def _prepare(self) -> list[Notebook]:
        """Take over what still holds, and return the rest, the longest first so that none of them is left alone."""
        out = self.options.out
        if out is not None:
            try:
                out.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise NotebookError(f"Cannot write to {out}: {error.strerror}. Choose another --out.") from error
            earlier = results.load(out) if self.options.resume else []
            for notebook in self.notebooks:
                result = results.reusable(earlier, notebook, self.options.profile)
                if result is not None:
                    result.resumed = True
                    self.done[notebook.name] = result
                    self.progress.finish(notebook, result)
        self._record()
        waiting = [notebook for notebook in self.notebooks if notebook.name not in self.done]
        return sorted(waiting, key=lambda notebook: -notebook.minutes.get(self.options.profile, 0))

    async def _one(self, notebook: Notebook, places: asyncio.Semaphore) -> None:
        import nbformat

        from dlcv.course.execute import execute

        async with places:
            self.progress.start(notebook)
            try:
                node = nbformat.read(notebook.path, as_version=4)
            except Exception as error:  # one broken file must not end the others
                self._finish(notebook, self._result(notebook, "failed", f"The notebook cannot be read: {error}"))
                return
            try:
                result = await execute(
                    node, notebook, self.env, self.limits, lambda *cell: self.progress.cell(notebook, *cell)
                )
            except asyncio.CancelledError:
                self._finish(notebook, self._result(notebook, "interrupted", "The run was stopped."))
                raise
            if self.options.save and result.passed:
                self._save(node, notebook, result)
            if self.options.out is not None:
                await asyncio.to_thread(self._keep, node, notebook, result)
            self._finish(notebook, result)

    def _result(self, notebook: Notebook, status: str, error: str) -> Result:
        return Result(notebook.name, status, profile=self.options.profile, title=notebook.label, error=error)

    def _save(self, node: nbformat.NotebookNode, notebook: Notebook, result: Result) -> None:
        from dlcv.course.saving import save

        try:
            save(node, notebook)
        except NotebookError as error:
            result.status, result.error = "failed", str(error)

    def _keep(self, node: nbformat.NotebookNode, notebook: Notebook, result: Result) -> None:
        """Store the executed notebook, and its page, in the output folder."""
        import nbformat

        relative = Path(notebook.name if not Path(notebook.name).is_absolute() else notebook.path.name)
        copy = self.options.out / relative
        copy.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(node, copy)
        if self.options.html:
            from dlcv.course.pages import write_page

            result.page = relative.with_suffix(".html").as_posix()
            write_page(node, result, self.options.out)

    def _finish(self, notebook: Notebook, result: Result) -> None:
        self.done[notebook.name] = result
        self._record()
        self.progress.finish(notebook, result)

    def _record(self) -> None:
        if self.options.out is None:
            return
        results.store(self.options.out, self.results())
        if self.options.html:
            from dlcv.course.pages import write_index

            write_index(self.results(), self.options.out)


async def _cancel(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
