"""The `dlcv` command. Each command is thin: it reads its arguments, calls the library and prints.

Everything heavy is imported inside the commands, so that `dlcv --help` answers at once.

Taught in: notebooks/01.1
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dlcv import settings
from dlcv.errors import DlcvError

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["app", "main"]

# Without rich markup and pretty exceptions typer does not import rich, which would take longer than all the rest.
_PLAIN = {"rich_markup_mode": None, "add_completion": False, "no_args_is_help": True}
app = typer.Typer(help="A course in deep learning for computer vision.", pretty_exceptions_enable=False, **_PLAIN)
data_app = typer.Typer(help="List, fetch, bring and check data sets.", **_PLAIN)
app.add_typer(data_app, name="data")

Selection = Annotated[
    list[str] | None, typer.Argument(help="8 · 8-13 · 08.2 · a file or folder. All when omitted.", show_default=False)
]
INTERRUPTED = 130  # what a shell calls a command that Ctrl-C ended


@app.command()
def run(
    selection: Selection = None,
    profile: Annotated[
        str | None,
        typer.Option(help="quick, lecture or full. DLCV_PROFILE, else lecture, when omitted; quick with --save."),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", min=1, help="Notebooks at a time. As many as there are cores.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for results.json and the executed notebooks. build/run when omitted.")
    ] = None,
    html: Annotated[bool, typer.Option("--html", help="Write an index and a page a notebook, too.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Skip what passed before and has not changed.")] = False,
    cell_timeout: Annotated[float | None, typer.Option(min=0.1, help="Seconds that a cell may take.")] = None,
    timeout: Annotated[float | None, typer.Option(min=0.1, help="Seconds that a notebook may take.")] = None,
    save: Annotated[
        bool, typer.Option("--save", help="Store the outputs in the notebooks; runs on samples, offline, on the CPU.")
    ] = False,
) -> None:
    """Execute notebooks and report on them."""
    from dlcv.course import run as runner
    from dlcv.course.notebooks import select
    from dlcv.course.progress import print_summary, progress_for

    default = "quick" if save else settings.read().profile
    notebooks = select(selection or [])
    options = runner.Options(
        profile=settings.check_profile(profile) if profile else default,
        jobs=jobs or runner.default_jobs(),
        out=out or settings.project_root() / "build" / "run",
        html=html,
        resume=resume,
        cell_timeout=cell_timeout,
        timeout=timeout,
        save=save,
    )
    console = _console()
    console.print(
        f"{_count(len(notebooks), 'notebook')}, profile {options.profile}, {options.jobs} at a time", highlight=False
    )
    if save:
        from dlcv.course.saving import ENVIRONMENT

        _say(console, "saving outputs of a run with " + " ".join(f"{k}={v}" for k, v in ENVIRONMENT.items()))
    with progress_for(console) as progress:
        results = runner.run(notebooks, options, progress)
    print_summary(results, console)
    _say(console, f"results: {_shown(options.out / 'results.json')}")
    if html:
        _say(console, f"pages:   {_shown(options.out / 'index.html')}")
    if len(results) < len(notebooks) or any(result.status == "interrupted" for result in results):
        _say(console, "The run was interrupted; --resume goes on with the rest.")
        raise typer.Exit(INTERRUPTED)
    if not all(result.passed for result in results):
        raise typer.Exit(1)


@app.command("list")
def list_notebooks(
    selection: Selection = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the course map as a Markdown table.")] = False,
    readme: Annotated[
        Path | None, typer.Option(hidden=True, help="Renew the course map between the markers of this page.")
    ] = None,
) -> None:
    """Show the course: sections, minutes in each profile, data sets."""
    from dlcv.course.notebooks import course_map, select, update_map, write_atomically

    notebooks = select(selection or [])
    if readme is not None:
        write_atomically(readme, update_map(readme.read_text(encoding="utf-8"), notebooks))
        return
    if markdown:
        print(course_map(notebooks))
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("section", "title", *settings.PROFILES, "data"):
        table.add_column(name, justify="right" if name in settings.PROFILES else "left")
    for notebook in notebooks:
        minutes = (f"{notebook.minutes[name]:g}" if name in notebook.minutes else "–" for name in settings.PROFILES)
        table.add_row(notebook.span, notebook.title, *minutes, ", ".join(notebook.data) or "–")
    console = _console()
    console.print(table)
    console.print(f"\n{_count(len(notebooks), 'notebook')}. The columns of the profiles give minutes.", highlight=False)


@app.command()
def check(selection: Selection = None) -> None:
    """Check that notebooks keep the contract of the course, without executing them."""
    from dlcv.course.contract import problems
    from dlcv.course.notebooks import select

    notebooks = select(selection or [])
    faulty = 0
    for notebook in notebooks:
        found = problems(notebook.path)
        faulty += bool(found)
        print(f"{'NOT OK' if found else 'OK    '}  {notebook.name}")
        for line in found:
            print(f"        {line}")
    raise typer.Exit(1 if faulty else 0)


@app.command("results")
def take_results(
    runs: Annotated[
        list[Path] | None,
        typer.Argument(help="Folders of runs on real data, as --out names them. None: make the page anew."),
    ] = None,
) -> None:
    """Take over what runs measured on real data into RESULTS.json, and make RESULTS.md from it."""
    from dlcv.course import measured

    root = settings.project_root()
    entries = measured.record(root, runs or [])
    measured.publish(root, entries)
    print(f"{measured.PAGE} and {measured.RECORD} hold {_count(len(entries), 'run')} of notebooks")


@app.command()
def doctor() -> None:
    """Examine the machine: a line each, OK or NOT OK with the cure."""
    from dlcv.doctor import examine

    ill = 0
    for found in examine():
        ill += not found.ok
        print(found, flush=True)
    print("\nAll is well." if not ill else f"\n{_count(ill, 'thing')} to put right.")
    raise typer.Exit(1 if ill else 0)


@data_app.command("list")
def data_list() -> None:
    """Show the data sets and what is there."""
    from rich.table import Table

    from dlcv import data

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("name", "state", "images", "download", "chapters", "title"):
        table.add_column(name)
    for name in data.names():
        about = data.info(name)
        table.add_row(
            name,
            data.status(name).state,
            f"{sum(about.counts.values()):,}",
            about.download,
            ", ".join(map(str, about.chapters)),
            about.title,
        )
    console = _console()
    console.print(table)
    _say(console, f"\nThey lie in {settings.read().data_dir}.")


@data_app.command("info")
def data_info(name: str) -> None:
    """Describe a data set."""
    from dlcv import data

    about = data.info(name)
    splits = ", ".join(f"{count:,} {split}" for split, count in about.counts.items())
    height, width, channels = about.image_shape
    rows = {
        "name": about.name,
        "title": about.title,
        "shows": about.what,
        "classes": ", ".join(about.class_names),
        "images": f"{splits}; {height} × {width} × {channels}",
        "licence": about.licence,
        "homepage": about.homepage,
        "download": about.download,
        "chapters": ", ".join(map(str, about.chapters)),
        "state": str(data.status(name)),
    }
    for key, value in rows.items():
        print(f"{key:<9} {value}")


@data_app.command("get")
def data_get(
    name: str, force: Annotated[bool, typer.Option("--force", help="Download it even if it is there.")] = False
) -> None:
    """Download a data set."""
    from dlcv import data

    print(f"{name} is in {_shown(data.get(name, force=force))}")


@data_app.command("add")
def data_add(name: str, path: Path) -> None:
    """Install a data set from a folder or an archive that you have."""
    from dlcv import data

    print(f"{name} is in {_shown(data.add(name, path))}")


@data_app.command("verify")
def data_verify(name: str) -> None:
    """Read all of a data set and report what is there."""
    from dlcv import data

    print(data.verify(name))


def _console() -> Console:
    from rich.console import Console

    console = Console()
    # A log has no width; the default of 80 would break every line.
    return console if console.is_terminal else Console(width=160)


def _say(console: Console, text: str) -> None:
    """Print a line as it is: a path is not broken, and has no markup."""
    console.print(text, highlight=False, markup=False, soft_wrap=True)


def _shown(path: Path) -> Path:
    path = path.resolve()
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def main() -> None:
    """Run the `dlcv` command: an error of the course shows its message alone and ends with status 1."""
    try:
        app()
    except DlcvError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
