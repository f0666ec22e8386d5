"""Notebooks and courses made on the spot, for the tests of what finds, runs and checks them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

# How a cell tells the runner of a metric, without TensorFlow behind it.
METRIC = """
from IPython.display import publish_display_data
metric = {"name": "accuracy", "value": 0.97, "floor": 0.9, "direction": "at_least", "source": "sample",
          "profile": "quick", "data": {"mnist": "sample"}}
publish_display_data({"text/plain": "accuracy 0.97"}, metadata={"dlcv": {"metric": metric}})
"""
ENDLESS = "while True:\n    pass"
STUBBORN = "while True:\n    try:\n        while True:\n            pass\n    except KeyboardInterrupt:\n        pass"
DIES = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"


def code(source: str, *tags: str, **metadata: Any) -> nbformat.NotebookNode:
    """Return a code cell with tags."""
    return new_code_cell(source, metadata={**({"tags": list(tags)} if tags else {}), **metadata})


def write(path: Path, *cells: nbformat.NotebookNode | str, about: dict[str, Any] | None = None) -> Path:
    """Write a notebook; a string stands for a code cell. Cell ids are numbered."""
    nodes = [new_code_cell(cell) if isinstance(cell, str) else cell for cell in cells]
    for number, node in enumerate(nodes):
        node.id = f"cell-{number}"
    notebook = new_notebook(cells=nodes)
    # A kernel name that exists nowhere: who runs the notebook must use its own interpreter.
    notebook.metadata["kernelspec"] = {"name": "no-such-kernel", "display_name": "Nowhere", "language": "python"}
    if about is not None:
        notebook.metadata["dlcv"] = about
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def about(section: str, title: str = "Count to ten", **other: Any) -> dict[str, Any]:
    """Return the `dlcv` metadata of a notebook."""
    return {
        "chapter": int(section.split(".")[0]),
        "section": section,
        "title": title,
        "minutes": {"quick": 0.1, "lecture": 1, "full": 3},
        "data": [],
        "device": "cpu",
        **other,
    }


def course(root: Path, **notebooks: list[Any]) -> Path:
    """Make a course: `s08_2=[cells…]` becomes section 08.2."""
    for name, cells in notebooks.items():
        section = name[1:].replace("_", ".")
        chapter = section.split(".")[0]
        write(
            root / "notebooks" / f"{chapter}_some_chapter" / f"{section}_some_title.ipynb", *cells, about=about(section)
        )
    return root


def exemplary() -> list[nbformat.NotebookNode]:
    """Return the cells of a notebook that keeps the whole contract, with its outputs."""
    cells = [
        new_markdown_cell("# 8.2 Count to ten\n\nWe build a counter.\n\n**You will** count.\n\n**You need** nothing."),
        code('import dlcv\n\nlesson = dlcv.start("08.2", seed=42)'),
        new_markdown_cell("## Count\n\nSum the first numbers."),
        code("print(1 + 2)", "nbval-check-output"),
        new_markdown_cell("## Check yourself"),
        code('lesson.expect("sum", 3, at_least=3)'),
        new_markdown_cell("## Exercises\n\n### Exercise 1: more\n\nSum four."),
        code("1 + 2 + 3 + 4", "solution", jupyter={"source_hidden": True}),
        new_markdown_cell("### Exercise 2: less\n\nSum one."),
        code("sum([1])", "solution", jupyter={"source_hidden": True}),
        new_markdown_cell("## Summary\n\nWe counted.\n\n## Further reading\n\nPeano, 1889."),
        code("print(3 + 0)", "nbval-check-output"),
        code("print(0 + 3)", "nbval-check-output"),
    ]
    count = 0
    for cell in cells:
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count
            cell.outputs = [new_output("stream", name="stdout", text="3\n")]
    return cells
