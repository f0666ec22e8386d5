"""Data sets: `load` one by its name, `get` or `add` its files, `verify` them.

`import dlcv.data` imports neither TensorFlow nor NumPy; they come with the first data set that is loaded.

Taught in: notebooks/01.1
"""

from __future__ import annotations

import importlib
from typing import Any

from dlcv.data.catalogue import DatasetInfo, info, names
from dlcv.data.loading import forget_sources, load, sources

# name -> module that defines it; None stands for a submodule of that name.
_LAZY = {
    "Dataset": "dlcv.data.dataset",
    "Report": "dlcv.data.install",
    "Status": "dlcv.data.install",
    "add": "dlcv.data.install",
    "get": "dlcv.data.install",
    "pipeline": None,
    "status": "dlcv.data.install",
    "verify": "dlcv.data.install",
}
__all__ = ["DatasetInfo", "forget_sources", "info", "load", "names", "sources", *_LAZY]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'dlcv.data' has no attribute {name!r}")
    home = _LAZY[name]
    if home is None:
        return importlib.import_module(f"dlcv.data.{name}")
    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
