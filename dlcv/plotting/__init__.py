"""Pictures that more than one notebook draws. Each function returns the figure it drew.

Taught in: notebooks/08.2
"""

from __future__ import annotations

from dlcv.lazy import attribute_getter

_HOMES = {
    "architecture": "dlcv.plotting.networks",
    "as_frame": "dlcv.plotting.figures",
    "decision_regions": "dlcv.plotting.planes",
    "history": "dlcv.plotting.training",
    "image_grid": "dlcv.plotting.pictures",
    "loss_bowl": "dlcv.plotting.planes",
    "network": "dlcv.plotting.networks",
    "number_grid": "dlcv.plotting.numbers",
    "probability_bars": "dlcv.plotting.pictures",
}
__all__ = list(_HOMES)
__getattr__ = attribute_getter(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted(__all__)
