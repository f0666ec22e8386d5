"""Frames from a generated clip, a file and a webcam that is not there; showing them inline."""

from __future__ import annotations

import base64
import io
import itertools
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from dlcv import video
from dlcv.course.figures import with_fewer_colours
from dlcv.video import VideoError, animation, clip, open_video, show_live

RED, BLUE = (200, 30, 30), (30, 30, 200)


@pytest.fixture
def no_camera(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine has no webcam, and nobody says where frames come from."""
    monkeypatch.setattr(video, "_open_camera", lambda index: None)
    monkeypatch.delenv("DLCV_VIDEO", raising=False)


def write_film(path: Path, frames: int, fps: float = 10.0) -> Path:
    """Write a film whose left half is red and whose right half is blue; a white line moves down."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), fps, (64, 48))
    assert writer.isOpened()
    for index in range(frames):
        picture = np.empty((48, 64, 3), np.uint8)
        picture[:, :32], picture[:, 32:] = RED, BLUE
        picture[4 * index : 4 * index + 4] = 255
        writer.write(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    writer.release()
    return path


def test_clip_is_the_same_every_time() -> None:
    first, second = list(clip(5)), list(clip(5))
    assert len(first) == 5
    assert all(frame.shape == (240, 320, 3) and frame.dtype == np.uint8 for frame in first)
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert all(not np.array_equal(a, b) for a, b in itertools.pairwise(first)), "something moves in every frame"


def test_clip_of_one_frame() -> None:
    assert len(list(clip(1))) == 1


def test_clip_does_not_paint_on_its_own_photo() -> None:
    next(clip(2))[:] = 0
    assert next(clip(2)).any()


def test_open_clip(capsys: pytest.CaptureFixture[str]) -> None:
    with open_video("clip") as stream:
        assert (stream.name, stream.fps) == ("generated clip", 12.0)
        start = stream.take(3)
        rest = list(stream)
    assert (len(start), len(rest)) == (3, 45), "take() moves on in the stream"
    assert capsys.readouterr().out == "Frames come from: generated clip\n"
    assert repr(stream) == "Video('generated clip', fps=12)"


@pytest.mark.usefixtures("no_camera")
def test_without_a_webcam_auto_is_the_clip() -> None:
    assert open_video().name == "generated clip"
    assert open_video("auto").name == "generated clip"


@pytest.mark.usefixtures("no_camera")
@pytest.mark.parametrize(("wanted", "index"), [("camera", 0), ("camera:2", 2), (1, 1), ("1", 1), ("Camera", 0)])
def test_asking_for_a_webcam_that_is_not_there(wanted: str | int, index: int) -> None:
    with pytest.raises(VideoError, match=f"No webcam answers as camera {index}.*DLCV_VIDEO=clip"):
        open_video(wanted)


def test_no_device_file_means_no_webcam(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(video.platform, "system", lambda: "Linux")
    monkeypatch.setattr(video.cv2, "VideoCapture", lambda *_: pytest.fail("OpenCV must not be asked"))
    with pytest.raises(VideoError, match="No webcam"):
        open_video("camera:99")


class Webcam:
    """Stands in for cv2.VideoCapture on a webcam that shows red and does not know its speed."""

    def __init__(self, target: object) -> None:
        self.open, self.left = True, 3

    def isOpened(self) -> bool:  # noqa: N802
        return self.open

    def read(self) -> tuple[bool, np.ndarray | None]:
        self.left -= 1
        return (True, np.full((4, 6, 3), RED[::-1], np.uint8)) if self.left >= 0 else (False, None)

    def get(self, _: int) -> float:
        return float("nan")

    def release(self) -> None:
        self.open = False


@pytest.mark.parametrize("wanted", ["auto", "camera", "0"])
def test_a_webcam_gives_rgb_frames_and_is_given_back(monkeypatch: pytest.MonkeyPatch, wanted: str) -> None:
    webcams: list[Webcam] = []
    monkeypatch.setattr(video.platform, "system", lambda: "Darwin")
    monkeypatch.setattr(video.cv2, "VideoCapture", lambda target: webcams.append(Webcam(target)) or webcams[-1])
    with open_video(wanted) as stream:
        frames = list(stream)
    assert (stream.name, stream.fps, len(frames)) == ("camera 0", 25.0, 3)
    assert frames[0][0, 0].tolist() == list(RED)
    assert not webcams[0].open


@pytest.mark.parametrize("frames", [1, 7])
def test_a_film_is_read_back(tmp_path: Path, frames: int, capsys: pytest.CaptureFixture[str]) -> None:
    film = write_film(tmp_path / "film.avi", frames)
    with open_video(film) as stream:
        read = list(stream)
    assert (stream.name, stream.fps, len(read)) == ("film.avi", 10.0, frames)
    assert str(tmp_path) not in capsys.readouterr().out, "a notebook must not show absolute paths"
    for index, frame in enumerate(read):
        assert frame.shape == (48, 64, 3)
        assert frame[4 * index + 1, 10].min() > 230, "the frames come in order"
        assert np.abs(frame[40, 10].astype(int) - RED).max() < 25, "the channels are red, green, blue"
        assert np.abs(frame[40, 50].astype(int) - BLUE).max() < 25


def test_the_variable_names_the_film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLCV_VIDEO", str(write_film(tmp_path / "my film.avi", 2)))
    with open_video() as stream:
        assert len(list(stream)) == 2
    monkeypatch.setenv("DLCV_VIDEO", "clip")
    assert open_video().name == "generated clip"


@pytest.mark.usefixtures("no_camera")
def test_an_argument_outranks_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLCV_VIDEO", "camera")
    assert open_video("clip").name == "generated clip"


@pytest.mark.parametrize("name", ["holiday.mp4", "camra", ""])
def test_a_missing_file(name: str) -> None:
    with pytest.raises(VideoError, match=f"no video file '{name}'.*'clip'"):
        open_video(name)


@pytest.mark.parametrize("content", [b"", b"This is no film.\n" * 50, bytes(range(256)) * 40])
def test_a_file_that_is_no_film(tmp_path: Path, content: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "notes.mp4"
    file.write_bytes(content)
    with pytest.raises(VideoError, match=r"'notes\.mp4' is not a video that OpenCV can read: try an \.mp4"):
        open_video(str(file))
    assert capfd.readouterr().err == "", "the message says it all; OpenCV's own noise is held back"


def test_a_folder_is_no_film(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match="no video file"):
        open_video(str(tmp_path))


def test_animation_loops_and_keeps_every_frame() -> None:
    frames = list(clip(6))
    shown = animation(frames, fps=10, colours=256)
    with Image.open(io.BytesIO(shown.data)) as picture:
        assert (picture.format, picture.n_frames, picture.size) == ("PNG", 6, (320, 240))
        assert picture.info["loop"] == 0, "0 means for ever"
        assert picture.info["duration"] == 100
        for index, frame in enumerate(frames):
            picture.seek(index)
            assert np.abs(np.asarray(picture.convert("RGB")).astype(int) - frame).mean() < 8, "few colours, same frame"


def test_a_white_page_stays_white() -> None:
    rng = np.random.default_rng(0)
    frames = []
    for _ in range(4):  # a white page with a little of everything on it
        frame = np.full((120, 200, 3), 255, np.uint8)
        frame[40:60, 30:90] = rng.integers(0, 256, (20, 60, 3))
        frame[70:72] = 252
        frames.append(frame)
    with Image.open(io.BytesIO(animation(frames, colours=16).data)) as picture:
        for index in range(picture.n_frames):
            picture.seek(index)
            assert picture.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_saving_a_notebook_leaves_the_animation_whole() -> None:
    shown = base64.b64encode(animation(clip(4)).data).decode()
    with Image.open(io.BytesIO(base64.b64decode(with_fewer_colours(shown)))) as picture:
        assert picture.n_frames == 4


def test_animation_of_grey_frames() -> None:
    frames = [np.full((8, 8), level, np.uint8) for level in (0, 120, 255)]
    with Image.open(io.BytesIO(animation(frames).data)) as picture:
        assert picture.n_frames == 3


def test_fewer_colours_make_a_smaller_animation() -> None:
    frames = list(clip(3))
    assert len(animation(frames, colours=8).data) < len(animation(frames, colours=128).data)


def test_animation_without_frames() -> None:
    with pytest.raises(ValueError, match="at least one frame"):
        animation([])


def test_animation_of_frames_that_differ_in_size() -> None:
    with pytest.raises(ValueError, match="one size, not 4×2, 8×2"):
        animation([np.zeros((2, 8), np.uint8), np.zeros((2, 4), np.uint8)])


def test_show_live_counts_and_shows_in_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    import IPython.display

    shown: list[bytes] = []

    class Handle:
        def update(self, picture: IPython.display.Image) -> None:
            shown.append(picture.data)

    def display(picture: IPython.display.Image, display_id: bool) -> Handle:
        assert display_id
        assert not shown, "only the first frame opens a place"
        shown.append(picture.data)
        return Handle()

    monkeypatch.setattr(IPython.display, "display", display)
    frames = [*clip(3), np.zeros((240, 320), np.uint8)]
    count, fps = show_live(frames)
    assert count == len(shown) == 4
    assert fps > 0
    with Image.open(io.BytesIO(shown[0])) as picture:
        picture = np.asarray(picture).astype(int)
    assert np.abs(picture - frames[0]).mean() < 12, "the colours are right: RGB"


def test_show_live_ends_well_when_it_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    import IPython.display

    monkeypatch.setattr(IPython.display, "display", lambda *_, **__: None)

    def stopped():
        yield next(clip(1))
        raise KeyboardInterrupt

    assert show_live(stopped())[0] == 1


def test_show_live_without_frames() -> None:
    assert show_live([])[0] == 0
