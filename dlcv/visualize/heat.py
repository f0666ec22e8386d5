"""Grad-CAM: where in the image the evidence for a class lies; and a heat map laid over its picture.

Taught in: notebooks/09.2, notebooks/09.4
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlcv.errors import unknown
from dlcv.visualize.copies import activated, batch_of, copied, direction_of, flat_layers, layer_of
from dlcv.visualize.maps import is_convolution
from dlcv.visualize.slopes import as_share

if TYPE_CHECKING:
    import keras

__all__ = ["cam_layer", "overlay", "visualize_cam"]


def cam_layer(model: keras.Model) -> str:
    """Return the layer that `visualize_cam` looks at by default.

    It is the last convolution. Where its normalisation, its ReLU or the sum with a residual path are layers of their
    own, it is the last of these: what the rest of the network gets to see.

    Raises:
        ValueError: the model has no convolution, or its last one lies inside a nested model.

    Example:
        >>> cam_layer(dlcv.zoo.load("mnist_cnn"))  # doctest: +SKIP
        'conv2d_1'

    Taught in: notebooks/09.2
    """
    return _cam_layer(copied(model, scores=False))


def _cam_layer(copy: keras.Model) -> str:
    for outer in reversed(copy.layers):
        if is_convolution(outer):
            break
        if any(map(is_convolution, flat_layers(outer))):
            raise ValueError(
                f"The last convolution lies inside the nested model {outer.name!r}. Build one flat model, "
                f"with the inner model's `inputs` and `output` instead of a call of it, or name a layer."
            )
    else:
        raise ValueError("the model has no convolution, so it has no map of the image to weigh: use visualize_saliency")
    return activated(copy, outer.name, joined=True).name


def visualize_cam(
    model: keras.Model, target: int, image: ArrayLike, *, layer: str | None = None
) -> NDArray[np.float32]:
    """Say where in the image a model sees evidence for `target` (Grad-CAM).

    Each of the layer's feature maps is weighed by the mean slope of the score with respect to it. Their sum is cut off
    below 0, enlarged to the size of the image (bilinear) and divided by its largest value.

    Args:
        model: any Sequential or functional model of one image input, with convolutions.
        target: the class. With a single sigmoid unit 0 and 1 are the two classes.
        image: (H, W, C) raw pixels as the model takes them, 0–255.
        layer: a layer that gives maps; `cam_layer(model)` by default.

    Returns:
        (H, W), 0–1; all 0 where nothing speaks for the class.

    Raises:
        ValueError: the model, the target, the layer or the image's shape does not fit.

    Example:
        >>> heat = visualize_cam(model, target=7, image=x_test[0])  # doctest: +SKIP
        >>> plt.imshow(overlay(x_test[0], heat))  # doctest: +SKIP

    Reference: Selvaraju et al. 2017, "Grad-CAM", section 3.
    Taught in: notebooks/09.2
    """
    import cv2

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it takes zoom from a SciPy module that is to go
        from tf_keras_vis.gradcam import Gradcam

    copy = copied(model)
    chosen = layer_of(copy, _cam_layer(copy) if layer is None else layer)
    shape = tuple(chosen.output.shape)
    if len(shape) != 4:
        raise ValueError(
            f"the layer {chosen.name!r} gives {shape}, and a heat map is made of maps, (None, height, width, filters)"
        )
    direction = direction_of(copy, target, final=True)
    pixels = batch_of(model, image)
    coarse = Gradcam(copy, clone=False)(
        lambda outputs: outputs @ direction[:, np.newaxis],
        pixels,
        penultimate_layer=chosen,
        seek_penultimate_conv_layer=False,
        activation_modifier=None,
        expand_cam=False,
        normalize_cam=False,
    )
    heat = np.maximum(np.asarray(coarse, np.float32)[0], 0)
    # Enlarged by us: tf-keras-vis lays the first and last cell's centre on the image's rim, which moves everything
    # outwards; each cell belongs over the middle of the pixels that it stands for.
    large = cv2.resize(heat, (pixels.shape[2], pixels.shape[1]), interpolation=cv2.INTER_LINEAR)
    return as_share(large)


def overlay(image: ArrayLike, heat: ArrayLike, *, alpha: float = 0.5, colours: str = "jet") -> NDArray[np.uint8]:
    """Lay a heat map over its image: (1 − alpha) of the image and alpha of the map's colours.

    Args:
        image: (H, W), (H, W, 1) or (H, W, 3) RGB, 0–255.
        heat: (H, W), 0–1.
        alpha: the share of the heat map, 0–1.
        colours: a Matplotlib colour map.

    Returns:
        (H, W, 3) RGB, 0–255.

    Raises:
        ValueError: the shapes do not fit, or a value lies outside its range.

    Example:
        >>> overlay([[0, 200]], [[0.0, 1.0]], colours="gray")
        array([[[  0,   0,   0],
                [228, 228, 228]]], dtype=uint8)

    Taught in: notebooks/09.2
    """
    import matplotlib as mpl

    picture = np.asarray(image, np.float64)
    if picture.ndim == 2:
        picture = picture[..., np.newaxis]
    if picture.ndim != 3 or picture.shape[-1] not in (1, 3):
        raise ValueError(f"an image has the shape (H, W), (H, W, 1) or (H, W, 3), not {np.shape(image)}")
    shares = np.asarray(heat, np.float64)
    if shares.shape != picture.shape[:2]:
        raise ValueError(
            f"the heat map has the shape {shares.shape}, the image {picture.shape[:2]}: resize one of them"
        )
    if not 0 <= alpha <= 1:
        raise ValueError(f"alpha is a share from 0 to 1, not {alpha}")
    for what, values, top in (("the image", picture, 255), ("the heat map", shares, 1)):
        if not (values.min() >= 0 and values.max() <= top):
            raise ValueError(f"{what} holds values from {values.min():g} to {values.max():g}, not 0 to {top}")
    if colours not in mpl.colormaps:
        raise ValueError(unknown("colour map", colours, ["gray", "inferno", "jet", "magma", "turbo", "viridis"]))
    coloured = mpl.colormaps[colours](shares)[..., :3] * 255
    return np.rint((1 - alpha) * picture + alpha * coloured).astype(np.uint8)
