"""How a ReLU passes gradients backward: as calculus has it, or by one of the two rules made for pictures.

Taught in: notebooks/09.2
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

__all__ = ["MODIFIERS", "RELUS", "is_relu", "relu_for", "says"]

MODIFIERS = ("vanilla", "guided", "rectified")
RELUS = ("relu", "relu6")


def says(layer: keras.layers.Layer, names: tuple[str, ...]) -> bool:
    """Say whether a layer's activation has one of the names; keras and tf.nn have functions of the same name."""
    return getattr(getattr(layer, "activation", None), "__name__", "") in names


def is_relu(layer: keras.layers.Layer) -> bool:
    """Say whether a layer is, or ends with, a ReLU that is 0 below 0."""
    from keras import layers

    if isinstance(layer, layers.ReLU):
        return not layer.negative_slope and not layer.threshold
    return says(layer, RELUS)


def _relu_top(layer: keras.layers.Layer) -> float | None:
    """Return where a ReLU is cut off above: 6 for ReLU-6, None for an ordinary one."""
    if says(layer, ("relu6",)):
        return 6.0
    top = getattr(layer, "max_value", None)
    return None if top is None else float(top)


def relu_for(layer: keras.layers.Layer, modifier: str) -> Callable[[tf.Tensor], tf.Tensor]:
    """Return the ReLU of a layer, which computes as ever and passes gradients backward by the rule `modifier`."""
    import tensorflow as tf

    top = _relu_top(layer)

    @tf.custom_gradient
    def relu(x: tf.Tensor) -> tuple[tf.Tensor, Callable[[tf.Tensor], tf.Tensor]]:
        y = tf.nn.relu(x) if top is None else tf.clip_by_value(x, 0, top)

        def backward(upstream: tf.Tensor) -> tf.Tensor:
            passed = tf.nn.relu(upstream)
            if modifier == "guided":
                open_gate = x > 0 if top is None else (x > 0) & (x < top)
                passed = tf.where(open_gate, passed, tf.zeros_like(passed))
            return passed

        return y, backward

    return relu
