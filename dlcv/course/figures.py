"""Make the plots of a saved notebook small: a plot needs few colours, and a notebook travels with each clone.

Taught in: notebooks/01.1
"""

from __future__ import annotations

import base64
import io

__all__ = ["with_fewer_colours"]

_COLOURS = 256  # what one byte a pixel can name; more than a plot has, and hard to tell apart in a photo


def with_fewer_colours(png: str) -> str:
    """Return a PNG with at most 256 colours, or the same one if that does not make it smaller.

    Args:
        png: the picture, base64 as notebooks hold it.

    Returns:
        A picture of the same size in pixels, base64 without line breaks.

    Example:
        >>> with_fewer_colours(output["data"]["image/png"])  # doctest: +SKIP
    """
    from PIL import Image

    content = base64.b64decode(png)
    with Image.open(io.BytesIO(content)) as picture:
        if picture.mode == "P":
            return png
        # Plots are drawn on white; transparency would only be lost on a dark page.
        flat = Image.new("RGB", picture.size, "white")
        flat.paste(picture, mask=picture.getchannel("A") if picture.mode == "RGBA" else None)
        few = flat.quantize(_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    buffer = io.BytesIO()
    few.save(buffer, format="png", optimize=True)
    smaller = buffer.getvalue()
    return base64.b64encode(smaller).decode("ascii") if len(smaller) < len(content) else png
