"""Pictures that more than one notebook draws. Each function returns the figure it drew.

Taught in: notebooks/08.2
"""

from __future__ import annotations

from dlcv.plotting.augmenting import augmentations
from dlcv.plotting.figures import as_frame
from dlcv.plotting.judging import calibration, confusion_matrix, worst_mistakes
from dlcv.plotting.networks import architecture, network
from dlcv.plotting.numbers import number_grid
from dlcv.plotting.pictures import image_grid, probability_bars
from dlcv.plotting.planes import decision_regions, loss_bowl
from dlcv.plotting.training import history, spread

__all__ = [
    "architecture",
    "as_frame",
    "augmentations",
    "calibration",
    "confusion_matrix",
    "decision_regions",
    "history",
    "image_grid",
    "loss_bowl",
    "network",
    "number_grid",
    "probability_bars",
    "spread",
    "worst_mistakes",
]
