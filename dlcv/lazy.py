"""Import a package's parts when they are first used (PEP 562), so that importing the package stays cheap."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["attribute_getter"]


def attribute_getter(package: str, homes: Mapping[str, str | None]) -> Callable[[str], Any]:
    """Make the `__getattr__` of a package.

    Args:
        package: the package's `__name__`.
        homes: for each name the module that defines it; None stands for a submodule of that name.

    Returns:
        A function that imports what is asked for and keeps it in the package, so that it runs once a name.

    Example:
        >>> __getattr__ = attribute_getter(__name__, {"data": None})
    """

    def getter(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}; there are: {', '.join(sorted(homes))}")
        home = homes[name]
        module = importlib.import_module(home or f"{package}.{name}")
        value = module if home is None else getattr(module, name)
        setattr(sys.modules[package], name, value)
        return value

    return getter
