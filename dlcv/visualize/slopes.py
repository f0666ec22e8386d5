"""Saliency: which pixels would change the score, by the gradient of the score with respect to each of them.

Taught in: notebooks/09.2
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlcv.visualize.copies import batch_of, copied, direction_of, truncated

if TYPE_CHECKING:
    import keras

__all__ = ["visualize_saliency"]

_AT_ONCE = 32  # noisy images in one batch


def visualize_saliency(
    model: keras.Model,
    target: int,
    image: ArrayLike,
    *,
    modifier: str = "vanilla",
    smooth: int = 0,
    layer: str | None = None,
    noise: float = 0.15,
    seed: int = 0,
) -> NDArray[np.float32]:
    """Say for each pixel how much the score of `target` would change with it.

    It is |d score / d pixel|, the largest of the channels, divided by the largest of all pixels.

    Args:
        model: any Sequential or functional model of one image input.
        target: the class; or the unit or filter of `layer`. With a single sigmoid unit 0 and 1 are the two classes.
        image: (H, W, C) raw pixels as the model takes them, 0–255.
        modifier: how a ReLU passes the gradient backward. "vanilla": where its input was positive, as calculus has it.
            "rectified": where the gradient is positive (the deconvnet). "guided": where both are.
        smooth: average the gradients of so many noisy copies of the image (SmoothGrad); 0 takes the image itself.
        layer: the layer whose unit or filter is meant; the model's output by default, before a softmax or sigmoid.
        noise: with `smooth`, the standard deviation of the noise as a share of the range of the image's values.
        seed: with `smooth`, of the noise.

    Returns:
        (H, W), 0–1; all 0 where no pixel matters.

    Raises:
        ValueError: the model, the target, the layer, the modifier or the image's shape does not fit.

    Example:
        >>> heat = visualize_saliency(model, target=7, image=x_test[0], modifier="guided")  # doctest: +SKIP

    Reference: Simonyan et al. 2014 (vanilla), section 3; Zeiler and Fergus 2014 (rectified), section 2.1; Springenberg
        et al. 2015 (guided), section 3.4; Smilkov et al. 2017, "SmoothGrad".
    Taught in: notebooks/09.2
    """
    from tf_keras_vis.saliency import Saliency

    if smooth < 0:
        raise ValueError(f"smooth is a number of noisy copies, 0 or more, not {smooth}")
    # tf-keras-vis has a guided modifier too, but that one overlooks layers.ReLU, and its ReplaceToLinear overlooks
    # layers.Softmax: both would go on in silence with what they were to replace. So the copy is ours.
    part = truncated(copied(model, modifier=modifier), layer)
    direction = direction_of(part, target, final=layer is None)
    pixels = batch_of(model, image)
    saliency = Saliency(part, clone=False)

    def gradients(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        raw = saliency(
            lambda outputs: outputs @ direction[:, np.newaxis],
            batch,
            keepdims=True,
            gradient_modifier=None,
            normalize_map=False,
        )
        return np.asarray(raw)

    if smooth == 0:
        gradient = gradients(pixels)[0]
    else:
        # tf-keras-vis would take noise from NumPy's global generator and average absolute values; the paper averages
        # the gradients themselves, so that those that point now this way, now that way cancel out.
        spread = noise * (pixels.max() - pixels.min())
        random = np.random.default_rng(seed)
        total = np.zeros(pixels.shape[1:], np.float64)
        for start in range(0, smooth, _AT_ONCE):
            count = min(_AT_ONCE, smooth - start)
            noisy = pixels + spread * random.standard_normal((count, *pixels.shape[1:]))
            total += gradients(noisy.astype(np.float32)).sum(axis=0)
        gradient = total / smooth
    return as_share(np.abs(gradient).max(axis=-1))


def as_share(heat: NDArray[np.floating]) -> NDArray[np.float32]:
    """Divide by the largest value; what is 0 everywhere stays so."""
    # Its smallest value is not moved to 0, as tf-keras-vis does: a pixel without influence is 0 and no other is.
    top = heat.max()
    return (heat / top if top > 0 else np.zeros_like(heat)).astype(np.float32)
