"""Ask a network about many images without `predict`.

`Model.predict` first builds a graph, a second or so of work for each network. That pays off for one network and many
images, not for dozens of small networks in a comparison.

Taught in: notebooks/13.1
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

__all__ = ["forward"]


def forward(network: keras.Model, images: np.ndarray, *, batch_size: int = 100) -> Any:
    """Run a network forward over images, a batch at a time, in inference mode.

    Args:
        network: a Keras model with one input; dropout is off, and normalisation uses its moving averages.
        images: (N, …), what the network takes; N at least 1.
        batch_size: images at a time, at least 1. It bounds the memory, and does not change the result.

    Returns:
        What the network gives for all images, as NumPy: (N, …) for one output, else the outputs in the network's own
        structure (a list or a dict of arrays).

    Raises:
        ValueError: there are no images, or `batch_size` is below 1.

    Example:
        >>> forward(network, x_test).argmax(axis=1)  # doctest: +SKIP

    Taught in: notebooks/13.1
    """
    if batch_size < 1:
        raise ValueError(f"batch_size is {batch_size}: it must be at least 1")
    if not len(images):
        raise ValueError("there are no images to ask about")
    parts = [
        keras.tree.map_structure(
            keras.ops.convert_to_numpy, network(images[start : start + batch_size], training=False)
        )
        for start in range(0, len(images), batch_size)
    ]
    return keras.tree.map_structure(lambda *arrays: np.concatenate(arrays), *parts)
