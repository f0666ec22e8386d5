"""Errors of the course: each names the thing that is wrong and the cure.

Every error that `dlcv` raises on purpose derives from `DlcvError`, so that the command line can show
its message alone, without a traceback, and a notebook shows it as the last line of one.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["DataError", "DeviceError", "DlcvError", "ModelError", "NotebookError", "SettingsError", "unknown"]


class DlcvError(Exception):
    """Base of the errors that tell a person what to do next."""


class SettingsError(DlcvError, ValueError):
    """A `DLCV_*` variable, or the argument that stands for it, has a value that means nothing."""


class DeviceError(DlcvError, RuntimeError):
    """The device that was asked for is not there, or can no longer be chosen."""


class DataError(DlcvError, RuntimeError):
    """A data set is unknown, missing or broken."""


class ModelError(DlcvError, RuntimeError):
    """A stored model is unknown, broken or not what its card says."""


class NotebookError(DlcvError, RuntimeError):
    """A notebook is unknown or cannot be run."""


def unknown(kind: str, name: object, choices: Iterable[str]) -> str:
    """Word a message about a name that does not exist, with the nearest one that does.

    Args:
        kind: what the name stands for, such as "data set".
        name: what was asked for.
        choices: the names that exist.

    Returns:
        One line, such as "Unknown data set 'minst'. Did you mean 'mnist'? There are: cifar10, mnist."

    Example:
        >>> unknown("profile", "quik", ["quick", "lecture"])
        "Unknown profile 'quik'. Did you mean 'quick'? There are: quick, lecture."
    """
    known = list(choices)
    by_lower_case = {choice.lower(): choice for choice in known}
    near = difflib.get_close_matches(str(name).lower(), by_lower_case, n=1, cutoff=0.5)
    hint = f" Did you mean {by_lower_case[near[0]]!r}?" if near else ""
    there = f" There are: {', '.join(known)}." if known else " There are none."
    return f"Unknown {kind} {str(name)!r}.{hint}{there}"
