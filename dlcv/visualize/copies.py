"""A network's copy to look into: without its final softmax, with another slope for its ReLUs where that is wanted.

Taught in: notebooks/09.2
"""

from __future__ import annotations

import operator
import random
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlcv.errors import unknown
from dlcv.visualize.relus import MODIFIERS, RELUS, is_relu, relu_for, says

if TYPE_CHECKING:
    import keras

__all__ = ["activated", "batch_of", "copied", "direction_of", "flat_layers", "layer_of", "truncated"]

# By name, since tf.nn.softmax and keras.activations.softmax are two functions.
_PROBABILITIES = ("softmax", "softmax_v2", "sigmoid")


def _check(model: keras.Model) -> None:
    """Raise `ValueError` unless the model is one that all functions here can handle."""
    if not model.built:
        raise ValueError("the model has no shapes yet: give it a keras.Input, or call it once on a batch")
    if not getattr(model, "inputs", None):
        raise ValueError(
            "a subclass of keras.Model hides its layers' graph: write it as a Sequential or functional model"
        )
    if len(model.inputs) != 1:
        raise ValueError(
            f"the model has {len(model.inputs)} inputs, and only models of one image can be explained here"
        )
    if len(model.outputs) != 1:
        raise ValueError(
            f"the model has {len(model.outputs)} outputs: choose one, as in keras.Model(model.inputs, model.outputs[0])"
        )
    shape = tuple(model.inputs[0].shape)
    if len(shape) != 4:
        raise ValueError(
            f"the model takes inputs of shape {shape}, not images of shape (None, height, width, channels)"
        )


def _check_operations(model: keras.Model, modifier: str) -> None:
    """Raise `ValueError` if what the copy must change is no layer: a copy of the layers would not find it."""
    operations = [step for step in getattr(model, "operations", []) if not hasattr(step, "weights")]
    for step in operations:
        name = type(step).__name__.lower()
        last = step is model.operations[-1]
        if (last and name in _PROBABILITIES) or (modifier != "vanilla" and name in RELUS):
            raise ValueError(
                f"the model calls keras.ops.{name}, which cannot be replaced: make it a layer, "
                f"keras.layers.Activation({name!r})"
            )


def flat_layers(model: keras.layers.Layer) -> Iterator[keras.layers.Layer]:
    """Yield the layers of a model and of the models inside it, in order; of a layer itself."""
    if not getattr(model, "layers", None):
        yield model
        return
    for layer in model.layers:
        yield from flat_layers(layer)


def _final_activation(model: keras.Model) -> keras.layers.Layer | None:
    """Return the layer that turns scores into probabilities, if there is one."""
    from keras import layers

    pass_on = (layers.Dropout, layers.Flatten, layers.Identity, layers.Reshape)
    for layer in reversed(list(flat_layers(model))):
        if isinstance(layer, layers.Softmax) or says(layer, _PROBABILITIES):
            return layer
        if not isinstance(layer, pass_on) and not (isinstance(layer, layers.Activation) and says(layer, ("linear",))):
            return None
    return None


def copied(
    model: keras.Model, *, scores: bool = True, modifier: str = "vanilla", without_activation: str | None = None
) -> keras.Model:
    """Copy a model, to look into it.

    Args:
        model: a built Sequential or functional model of one image input and one output.
        scores: leave out a final softmax or sigmoid.
        modifier: how the ReLUs pass gradients backward, one of `MODIFIERS`.
        without_activation: the name of a layer whose own activation is left out.

    Returns:
        A functional model with layers of the same names and weights of its own, in float32, not compiled. It takes the
        batch in a list, as tf-keras-vis hands it over.

    Raises:
        ValueError: the model is none that can be copied, or has no ReLU to modify.
    """
    import keras
    from keras import layers

    _check(model)
    if modifier not in MODIFIERS:
        raise ValueError(unknown("modifier", modifier, MODIFIERS))
    _check_operations(model, modifier)
    final = _final_activation(model) if scores else None
    if modifier != "vanilla" and not any(map(is_relu, flat_layers(model))):
        raise ValueError(f"{modifier!r} changes the slope of ReLUs, and this model has none: use 'vanilla'")

    def copy_layer(layer: keras.layers.Layer) -> keras.layers.Layer:
        linear = layer is final or layer.name == without_activation
        if linear and isinstance(layer, (layers.Softmax, layers.ReLU)):
            return layers.Activation("linear", name=layer.name)
        if modifier != "vanilla" and isinstance(layer, layers.ReLU) and is_relu(layer):
            return layers.Activation(relu_for(layer, modifier), name=layer.name)
        config = layer.get_config()
        if layer.compute_dtype != layer.variable_dtype:  # mixed precision: in float16 small gradients would become 0
            config["dtype"] = "float32"
        if isinstance(layer, layers.Lambda):  # its code is in this process already, so there is nothing to distrust
            new = layers.Lambda.from_config(config, safe_mode=False)
        else:
            new = type(layer).from_config(config)
        if hasattr(layer, "activation"):
            if linear:
                new.activation = keras.activations.linear
            elif modifier != "vanilla" and is_relu(layer):
                new.activation = relu_for(layer, modifier)
        return new

    def call_layer(layer: keras.layers.Layer, *args: Any, **kwargs: Any) -> Any:
        if isinstance(layer, layers.Activation):
            kwargs.pop("mask", None)  # a Softmax layer took one, and what stands in its place takes none
        return layer(*args, **kwargs)

    # The copied layers draw initial weights, from Python's generator; whoever seeded it must not notice.
    state = random.getstate()
    try:
        # A view of the same layers, but functional and not compiled: a copy would try to copy the compiling as well.
        view = keras.Model(model.inputs, model.outputs)
        # Whatever the model takes, such as uint8: only floating point has a gradient.
        image = keras.Input(batch_shape=model.inputs[0].shape, dtype="float32", name=model.inputs[0].name)
        copy = keras.models.clone_model(
            view, input_tensors=[image], clone_function=copy_layer, call_function=call_layer, recursive=True
        )
    finally:
        random.setstate(state)
    copy.set_weights(model.get_weights())
    return copy


def layer_of(model: keras.Model, name: str) -> keras.layers.Layer:
    """Return the layer called `name`.

    Raises:
        ValueError: there is none, it lies inside a nested model, or it is used more than once.
    """
    by_name = {layer.name: layer for layer in model.layers}
    if name not in by_name:
        for outer in model.layers:
            if getattr(outer, "layers", None) and any(inner.name == name for inner in flat_layers(outer)):
                raise ValueError(
                    f"The layer {name!r} lies inside the nested model {outer.name!r}. Build one flat model, "
                    f"with the inner model's `inputs` and `output` instead of a call of it."
                )
        raise ValueError(unknown("layer", name, by_name))
    layer = by_name[name]
    if len(layer._inbound_nodes) > 1:
        raise ValueError(f"The layer {name!r} is used more than once, so it has no one output to look at.")
    return layer


def activated(copy: keras.Model, name: str, *, joined: bool = False) -> keras.layers.Layer:
    """Return the layer that gives what `name` hands on: itself, or its normalisation or activation that comes after it.

    In many networks a convolution, its batch normalisation and its ReLU are three layers.

    Args:
        copy: a copy.
        name: a layer of it.
        joined: go on where its path joins others, by a sum or side by side.
    """
    from keras import layers

    going_on = (layers.BatchNormalization, layers.ReLU, layers.Activation)
    if joined:
        going_on += (layers.Add, layers.Concatenate)
    found = layer_of(copy, name)
    while True:
        after = [layer for layer in copy.layers if any(tensor is found.output for tensor in _inputs(layer))]
        if len(after) != 1 or not isinstance(after[0], going_on):
            return found
        found = after[0]


def _inputs(layer: keras.layers.Layer) -> list[keras.KerasTensor]:
    return layer.input if isinstance(layer.input, (list, tuple)) else [layer.input]


def truncated(copy: keras.Model, layer: str | None) -> keras.Model:
    """Return the part of a copy that ends with `layer`, or the whole copy for None."""
    import keras

    return copy if layer is None else keras.Model(copy.inputs, layer_of(copy, layer).output)


def direction_of(copy: keras.Model, target: int, *, final: bool) -> NDArray[np.float32]:
    """Return the numbers by which the outputs are multiplied and added up to give the score of `target`.

    Args:
        copy: a copy, whole or truncated.
        target: the class, unit or filter.
        final: whether the output is the model's own. Its single unit then stands for two classes: the score of
            class 1 is its output, that of class 0 the negative.

    Returns:
        (units,): 1 at the target, 0 elsewhere; or [1] or [−1] where a single unit stands for two classes.

    Raises:
        ValueError: there is no such class, unit or filter.
    """
    units = copy.output_shape[-1]
    try:
        index = operator.index(target)
    except TypeError:
        raise ValueError(f"a target is a whole number, the class or unit, not {target!r}") from None
    two_classes = final and units == 1
    count = 2 if two_classes else units
    if not 0 <= index < count:
        kind = "classes" if final else "units or filters"
        raise ValueError(f"the target {index} is out of range: there are {count} {kind}, 0 to {count - 1}")
    if two_classes:
        return np.array([2 * index - 1], np.float32)
    return np.eye(units, dtype=np.float32)[index]


def batch_of(model: keras.Model, image: ArrayLike) -> NDArray[np.float32]:
    """Return one image as the batch that the model takes.

    Args:
        model: a model or a copy.
        image: (H, W, C) raw pixels; (H, W) too where the model takes one channel.

    Raises:
        ValueError: the shape does not fit.
    """
    pixels = np.asarray(image, dtype=np.float32)
    wanted = tuple(model.inputs[0].shape[1:])
    if pixels.ndim == 2 and wanted[-1] == 1:
        pixels = pixels[..., np.newaxis]
    if pixels.ndim != 3 or any(size not in (None, got) for size, got in zip(wanted, pixels.shape, strict=True)):
        hint = " Take one image of the batch, such as images[0]." if pixels.ndim == 4 else ""
        raise ValueError(f"the model takes one image of shape {wanted}, not {pixels.shape}.{hint}")
    return pixels[np.newaxis]
