"""Data sets: `load` one by its name, `get` or `add` its files, `verify` them.

`import dlcv.data` imports neither TensorFlow nor NumPy; they come with the first data set that is loaded.

Taught in: notebooks/01.1
"""

from __future__ import annotations

from dlcv.data.catalogue import DatasetInfo, info, names
from dlcv.data.loading import forget_sources, load, sources
from dlcv.lazy import attribute_getter

# name -> module that defines it; None stands for a submodule of that name.
_LAZY = {
    "Dataset": "dlcv.data.dataset",
    "Report": "dlcv.data.reports",
    "Status": "dlcv.data.reports",
    "add": "dlcv.data.install",
    "get": "dlcv.data.install",
    "pipeline": None,
    "status": "dlcv.data.install",
    "verify": "dlcv.data.install",
}
__all__ = ["DatasetInfo", "forget_sources", "info", "load", "names", "sources", *_LAZY]
__getattr__ = attribute_getter(__name__, _LAZY)


def __dir__() -> list[str]:
    return sorted(__all__)
