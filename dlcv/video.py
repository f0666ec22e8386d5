"""Frames from a webcam, a video file or a generated clip, and how to show them in a notebook.

Taught in: notebooks/04.3
"""

from __future__ import annotations

import io
import itertools
import platform
import re
import time
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from dlcv import photos, settings
from dlcv.device import quiet_stderr
from dlcv.errors import DlcvError

__all__ = ["Frame", "Video", "VideoError", "animation", "clip", "open_video", "show_live"]

Frame = NDArray[np.uint8]

_CLIP_SIZE = (240, 320)  # height, width
_CLIP_FPS = 12.0
_CLIP_FRAMES = 48


class VideoError(DlcvError, RuntimeError):
    """There is no webcam, or a video file cannot be read."""


class Video:
    """A stream of RGB frames that can be iterated over once; made by `open_video`.

    Attributes:
        name: "camera 0", "generated clip", or the file's name.
        fps: frames a second, as the source states them.
    """

    def __init__(self, name: str, fps: float, frames: Iterator[Frame], close: Callable[[], None]) -> None:
        self.name = name
        self.fps = fps
        self._frames = frames
        self.close = close

    def __iter__(self) -> Iterator[Frame]:
        return self._frames

    def __enter__(self) -> Video:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Video({self.name!r}, fps={self.fps:g})"

    def take(self, count: int) -> list[Frame]:
        """Return the next `count` frames, or fewer where the stream ends."""
        return list(itertools.islice(self._frames, count))


@cache
def _scene() -> Frame:
    """Return the photo that the clip's camera pans over."""
    return photos.load("china")


def clip(frames: int = _CLIP_FRAMES) -> Iterator[Frame]:
    """Generate a short clip: a camera drifts over a photo of a palace while a ball bounces through the picture.

    Args:
        frames: how many frames, 1 or more.

    Yields:
        (240, 320, 3) RGB, 0–255; the same frames at every call.

    Taught in: notebooks/04.3
    """
    scene = _scene()
    height, width = _CLIP_SIZE
    for index in range(frames):
        t = index / max(1, frames - 1)
        left = int(t * (scene.shape[1] - width))
        top = int((0.5 + 0.5 * np.sin(2 * np.pi * t)) * (scene.shape[0] - height))
        frame = scene[top : top + height, left : left + width].copy()
        bounce = abs(np.sin(3 * np.pi * t))
        cv2.circle(
            frame, (int(30 + t * (width - 60)), int(height - 24 - 120 * bounce)), 18, (220, 60, 40), -1, cv2.LINE_AA
        )
        yield frame


def _captured(capture: cv2.VideoCapture) -> Iterator[Frame]:
    while True:
        there, frame = capture.read()
        if not there:
            return
        yield cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)


def _open_clip() -> Video:
    return Video("generated clip", _CLIP_FPS, clip(), lambda: None)


def _open_capture(target: int | str, name: str) -> Video | None:
    """Open a camera or a file with OpenCV; None if it gives no frame."""
    with quiet_stderr():  # OpenCV and FFmpeg complain there about every camera and file that does not open
        capture = cv2.VideoCapture(target)
        there, first = capture.read() if capture.isOpened() else (False, None)
    if not there:
        capture.release()
        return None
    frames = itertools.chain([cv2.cvtColor(first, cv2.COLOR_BGR2RGB)], _captured(capture))
    fps = capture.get(cv2.CAP_PROP_FPS)  # a camera that does not know says 0, −1 or "not a number"
    return Video(name, fps if fps > 0 else 25.0, frames, capture.release)


def _open_camera(index: int) -> Video | None:
    if platform.system() == "Linux" and not Path(f"/dev/video{index}").exists():
        return None
    return _open_capture(index, f"camera {index}")


def _open_file(path: str) -> Video:
    file = Path(path).expanduser()
    if not file.is_file():
        raise VideoError(
            f"There is no video file {path!r}. Check its name and folder, or use 'camera' or 'clip' instead."
        )
    video = _open_capture(str(file), file.name)
    if video is None:
        raise VideoError(f"{file.name!r} is not a video that OpenCV can read: try an .mp4 (H.264) or .avi (MJPG) file.")
    return video


def open_video(source: str | int | Path | None = None) -> Video:
    """Open a webcam, a video file, or the generated clip, and say which.

    Args:
        source: "auto" (the first webcam, or the clip where there is none), "camera", "camera:N" or the number N,
            "clip", or the path of a video file; `DLCV_VIDEO` when omitted.

    Returns:
        The stream. Use it in a `with` statement, so that the camera is given back.

    Raises:
        VideoError: the webcam or the file that was asked for is not there or gives no frame.

    Example:
        >>> with open_video("clip") as video:
        ...     frames = video.take(3)
        Frames come from: generated clip

    Taught in: notebooks/04.3
    """
    wanted = str(settings.read().video if source is None else source).strip()
    camera = re.fullmatch(r"camera(?::(\d+))?|(\d+)", wanted.lower())
    if wanted.lower() == "auto":
        video = _open_camera(0) or _open_clip()
    elif wanted.lower() == "clip":
        video = _open_clip()
    elif camera:
        index = int(camera[1] or camera[2] or 0)
        video = _open_camera(index)
        if video is None:
            raise VideoError(
                f"No webcam answers as camera {index}. Plug one in, close the programs that use it and allow the "
                "browser or terminal to use it; or set DLCV_VIDEO=clip, or DLCV_VIDEO to a video file."
            )
    else:
        video = _open_file(wanted)
    print(f"Frames come from: {video.name}")
    return video


def _jpeg(image: NDArray[np.uint8]) -> bytes:
    bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR) if image.ndim == 3 else image
    # OpenCV's default of 95 doubles the size, for a picture that is gone in a moment.
    return cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes()


def show_live(frames: Iterable[NDArray[np.uint8]]) -> tuple[int, float]:
    """Show images one after the other in the same place under the cell, as they come.

    Stop the cell (the ■ button) to end an endless stream early.

    Args:
        frames: images, (height, width, 3) RGB or (height, width) grey, 0–255.

    Returns:
        How many images were shown, and how many a second.

    Taught in: notebooks/04.3
    """
    from IPython.display import Image, display

    count, handle, begin = 0, None, time.perf_counter()
    try:
        for frame in frames:
            picture = Image(data=_jpeg(frame), format="jpeg")
            if handle is None:
                handle = display(picture, display_id=True)
            else:
                handle.update(picture)
            count += 1
    except KeyboardInterrupt:  # the way to end a webcam's endless stream
        pass
    return count, count / max(time.perf_counter() - begin, 1e-9)


def animation(frames: Iterable[NDArray[np.uint8]], fps: float = _CLIP_FPS, colours: int = 64) -> Any:
    """Make a short looping animation that stays visible in the saved notebook.

    It is an animated PNG rather than a GIF: Jupyter, its pages and the sites that show notebooks know PNG, but some
    leave out a GIF; and it is smaller.

    Args:
        frames: images of one size, (height, width, 3) RGB or (height, width) grey, 0–255.
        fps: frames a second, above 0.
        colours: how many colours the animation keeps, 2–256; fewer make it smaller.

    Returns:
        An `IPython.display.Image`; the last expression of a cell shows it.

    Raises:
        ValueError: there is no frame, or the frames differ in size.

    Taught in: notebooks/04.3
    """
    from IPython.display import Image as Shown
    from PIL import Image

    pictures = [Image.fromarray(frame).convert("RGB") for frame in frames]
    if not pictures:
        raise ValueError("an animation needs at least one frame")
    width, height = pictures[0].size
    if any(picture.size != (width, height) for picture in pictures):
        sizes = sorted({f"{picture.width}×{picture.height}" for picture in pictures})
        raise ValueError(f"the frames of an animation have one size, not {', '.join(sizes)}")
    few = _with_few_colours(pictures, colours)
    buffer = io.BytesIO()
    few[0].save(buffer, format="PNG", save_all=True, append_images=few[1:], duration=round(1000 / fps), loop=0)
    return Shown(data=buffer.getvalue(), format="png")


def _with_few_colours(pictures: list[Any], colours: int) -> list[Any]:
    """Return pictures of one size that share a table of colours, chosen from all of them at once."""
    from PIL import Image

    pixels = Image.fromarray(np.concatenate([np.asarray(picture) for picture in pictures]))
    table = pixels.quantize(colours)
    # The most frequent colour, such as the white of a page, stays exactly what it was: Pillow would round it.
    frequent = max(pixels.getcolors(pixels.width * pixels.height))[1]
    entries = np.array(table.getpalette()).reshape(-1, 3)
    place = int(np.abs(entries - frequent).sum(axis=1).argmin())
    entries[place] = frequent
    result = []
    for picture in pictures:
        places = np.array(picture.quantize(palette=table, dither=Image.Dither.NONE))
        places[(np.asarray(picture) == frequent).all(axis=2)] = place
        few = Image.fromarray(places, mode="P")
        few.putpalette(entries.ravel().tolist())
        result.append(few)
    return result
