"""Store a run's outputs in the notebook's own file, in a form that does not change without reason.

What a version-control system would show as a change without there being one is taken out: times, widget states,
the versions of the machine, the steps of a progress bar. Warnings and paths are not taken out, they are refused:
they say that the notebook needs a repair.
"""

from __future__ import annotations

from typing import Any

import nbformat

from dlcv.course.contract import output_problems
from dlcv.course.figures import with_fewer_colours
from dlcv.course.notebooks import Notebook, read, write_atomically
from dlcv.errors import NotebookError

__all__ = ["ENVIRONMENT", "clean", "save", "settle"]

# What the saved outputs are made with: anyone can make the same ones again.
ENVIRONMENT = {"DLCV_OFFLINE": "1", "DLCV_SAMPLE": "1", "DLCV_DEVICE": "cpu", "DLCV_VIDEO": "clip"}
_LANGUAGE = {"file_extension": ".py", "mimetype": "text/x-python", "name": "python", "pygments_lexer": "ipython3"}
_KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
_DEBRIS = ("execution", "collapsed", "scrolled", "ExecuteTime")


def settle(text: str) -> str:
    """Return what a terminal shows of a text in the end: carriage returns and backspaces are carried out.

    Example:
        >>> settle("1/3\\r2/3\\r3/3\\n")
        '3/3\\n'
    """
    return "\n".join(_settle_line(line) for line in text.split("\n"))


def _settle_line(line: str) -> str:
    if "\r" not in line and "\b" not in line:
        return line
    shown: list[str] = []
    column = 0
    for char in line:
        if char == "\r":
            column = 0
        elif char == "\b":
            column = max(0, column - 1)
        else:
            shown[column : column + 1] = [char]
            column += 1
    return "".join(shown).rstrip()


def _merge_streams(outputs: list[Any]) -> list[Any]:
    """Join neighbouring outputs of the same stream: where the kernel cuts a stream is a matter of timing."""
    merged: list[Any] = []
    for output in outputs:
        last = merged[-1] if merged else None
        if last is not None and output.output_type == last.output_type == "stream" and output.name == last.name:
            last.text += output.text
        else:
            merged.append(output)
    for output in merged:
        if output.output_type == "stream":
            output.text = settle(output.text)
    return [output for output in merged if output.output_type != "stream" or output.text]


def clean(node: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Bring an executed notebook into the form that is stored; it is changed in place and returned.

    Cell ids that are there stay, missing ones are numbered.

    Args:
        node: a notebook of format 4.

    Returns:
        The same object.
    """
    node.nbformat_minor = 5
    node.metadata["kernelspec"] = dict(_KERNEL)
    node.metadata["language_info"] = dict(_LANGUAGE)
    node.metadata.pop("widgets", None)
    taken = {cell.get("id") for cell in node.cells}
    for number, cell in enumerate(node.cells, start=1):
        if not cell.get("id"):
            name = f"cell-{number:02d}"
            cell["id"] = name if name not in taken else f"{name}-new"
        for key in _DEBRIS:
            cell.metadata.pop(key, None)
        if cell.cell_type == "code":
            cell.outputs = _merge_streams(cell.outputs)
            for output in cell.outputs:
                data = output.get("data", {})
                data.pop("application/vnd.jupyter.widget-view+json", None)
                if "image/png" in data:
                    data["image/png"] = with_fewer_colours(data["image/png"])
                if output.output_type == "execute_result":
                    output.execution_count = cell.execution_count
    return node


def save(node: nbformat.NotebookNode, notebook: Notebook) -> bool:
    """Write an executed notebook's outputs into its file.

    Args:
        node: the notebook as it was executed.
        notebook: its record from before the run.

    Returns:
        Whether the file changed.

    Raises:
        NotebookError: the outputs hold what must not be saved, or the file was edited during the run.
    """
    text = nbformat.writes(clean(node)) + "\n"
    problems = output_problems(node, len(text.encode()))
    if problems:
        raise NotebookError("Not saved: " + "; ".join(problems) + ".")
    if read(notebook.path).digest != notebook.digest:
        raise NotebookError("Not saved: the notebook was edited while it ran. Run it again.")
    if text == notebook.path.read_text(encoding="utf-8"):
        return False
    write_atomically(notebook.path, text)
    return True
