"""What a network reacts to: its favourite images, the pixels that a score hangs on, heat maps, feature maps.

Every function takes any Keras model with one image input and one output, Sequential or functional, and one image of raw
pixels. It works on a copy of the network, so the model stays as it was: its weights, its activations, what is frozen
and how it was compiled.

Two rules hold throughout:

- A **score** is taken before a final softmax or sigmoid. Behind it a sure network has no slope left (its probability is
  0.9999 whichever pixel one changes), and a class could also gain by making the others lose.
- The functions bear the names that keras-vis gave them. Its successor tf-keras-vis computes the gradients of
  `visualize_saliency` and `visualize_cam`; where it does something else than the paper, a comment says what.

Reference: Simonyan, Vedaldi and Zisserman 2014, "Deep inside convolutional networks"; Selvaraju et al. 2017,
    "Grad-CAM".
Taught in: notebooks/09.1, 09.2, 09.3, 09.4
"""

from __future__ import annotations

from dlcv.visualize.ascent import filter_patterns, visualize_activation
from dlcv.visualize.heat import cam_layer, overlay, visualize_cam
from dlcv.visualize.maps import convolutions, feature_maps
from dlcv.visualize.slopes import visualize_saliency

__all__ = [
    "cam_layer",
    "convolutions",
    "feature_maps",
    "filter_patterns",
    "overlay",
    "visualize_activation",
    "visualize_cam",
    "visualize_saliency",
]
