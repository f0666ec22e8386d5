"""Model builders, a file a family; each returns an uncompiled `keras.Model`.

Every builder's network takes raw pixels, 0–255: dividing by 255 is its first layer, so that nobody who
loads the model later can forget it. The last layer stays in float32 under mixed precision, since probabilities
rounded to float16 make a poor loss.

Taught in: notebooks/08.2
"""

from __future__ import annotations

from dlcv.lazy import attribute_getter

# Builder -> module. No module is called like a builder: importing it would put the module in the builder's place.
_HOMES = {
    "alexnet": "dlcv.models.classic",
    "alexnet_slim": "dlcv.models.classic",
    "cats_vs_dogs_cnn": "dlcv.models.pets",
    "cifar_cnn": "dlcv.models.cifar",
    "cifar_resnet": "dlcv.models.cifar",
    "lenet": "dlcv.models.classic",
    "mnist_cnn": "dlcv.models.mnist",
}
__all__ = list(_HOMES)
__getattr__ = attribute_getter(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted(__all__)
