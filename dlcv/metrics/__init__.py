"""Figures from labels and probabilities; no function here needs the model.

Every function takes labels (N,), class numbers from 0, and probabilities (N, classes). A network with a single sigmoid
output gives (N, 1), or (N,): the probability of class 1.

Taught in: notebooks/08.2, notebooks/11.1
"""

from __future__ import annotations

from dlcv.metrics.confidence import Calibration, calibration
from dlcv.metrics.report import ClassScores, Report, classification_report
from dlcv.metrics.shares import accuracy, accuracy_interval, confusion_matrix, worst_mistakes

__all__ = [
    "Calibration",
    "ClassScores",
    "Report",
    "accuracy",
    "accuracy_interval",
    "calibration",
    "classification_report",
    "confusion_matrix",
    "worst_mistakes",
]
