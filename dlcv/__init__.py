"""Helper library of a course in deep learning for computer vision.

`import dlcv` is cheap: TensorFlow, OpenCV and Matplotlib are imported when a name that needs them is first
used.

Example:
    >>> import dlcv
    >>> lesson = dlcv.start("08.2", seed=42)  # doctest: +SKIP
    >>> digits = dlcv.data.load("mnist")  # doctest: +SKIP

Taught in: notebooks/01.1
"""

from __future__ import annotations

from dlcv.lazy import attribute_getter

__version__ = "0.1.0"

# name -> module that defines it; None stands for a submodule of that name.
_LAZY = {
    "start": "dlcv.lesson",
    "Lesson": "dlcv.lesson",
    "callbacks": None,
    "course": None,
    "data": None,
    "device": None,
    "errors": None,
    "handwriting": None,
    "images": None,
    "inference": None,
    "lesson": None,
    "metrics": None,
    "models": None,
    "photos": None,
    "plotting": None,
    "settings": None,
    "timing": None,
    "video": None,
    "visualize": None,
    "zoo": None,
}
__all__ = [*_LAZY, "__version__"]
__getattr__ = attribute_getter(__name__, _LAZY)


def __dir__() -> list[str]:
    return sorted(__all__)
