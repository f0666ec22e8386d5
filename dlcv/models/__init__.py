"""Model builders, a file a family; each returns an uncompiled `keras.Model`.

Every builder's network takes raw pixels, 0–255: dividing by 255 is its first layer, so that nobody who
loads the model later can forget it. The last layer stays in float32 under mixed precision, since probabilities
rounded to float16 make a poor loss.

Taught in: notebooks/08.2
"""

from __future__ import annotations

import importlib
from typing import Any

# builder -> module: a builder's module is imported when it is first used, since each imports Keras.
_HOMES = {
    "cifar_cnn": "cifar_cnn",
    "cifar_resnet": "cifar_resnet",
    "lenet": "lenet",
    "mnist_cnn": "mnist_cnn",
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'dlcv.models' has no builder {name!r}; there are: {', '.join(_HOMES)}")
    builder = getattr(importlib.import_module(f"dlcv.models.{_HOMES[name]}"), name)
    globals()[name] = builder
    return builder


def __dir__() -> list[str]:
    return sorted(__all__)
