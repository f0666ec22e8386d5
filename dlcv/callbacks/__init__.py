"""Callbacks that every longer training of the course uses.

Taught in: notebooks/12.2
"""

from __future__ import annotations

from dlcv.callbacks.budget import TimeBudget, time_budget
from dlcv.callbacks.resuming import resumable
from dlcv.callbacks.usual import standard

__all__ = ["TimeBudget", "resumable", "standard", "time_budget"]
