"""Downloads, against a server on the loopback address that misbehaves in every way it can."""

from __future__ import annotations

import errno
import multiprocessing
import socket
from pathlib import Path

import pytest
from data_makers import TRAIN

from dlcv import data
from dlcv.data import catalogue, fetch, install
from dlcv.data.catalogue import RemoteFile
from dlcv.errors import DataError

CURE = "Try again."
BODY = bytes(range(256)) * 1024


@pytest.fixture
def remote(server) -> RemoteFile:
    import hashlib

    server.serve("/one/x.bin", BODY)
    server.serve("/two/x.bin", BODY)
    urls = (f"{server.url}/one/x.bin", f"{server.url}/two/x.bin")
    return RemoteFile("x.bin", len(BODY), f"sha256:{hashlib.sha256(BODY).hexdigest()}", urls)


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_downloads_from_the_first_mirror(tmp_path, server, remote):
    path = fetch.download(remote, tmp_path, CURE)
    assert path.read_bytes() == BODY
    assert left(tmp_path) == ["x.bin"]
    assert server.requests == [("/one/x.bin", None)]


def test_what_is_there_and_right_is_not_downloaded_again(tmp_path, server, remote):
    (tmp_path / "x.bin").write_bytes(BODY)
    fetch.download(remote, tmp_path, CURE)
    assert server.requests == []


def test_what_is_there_and_wrong_is_replaced(tmp_path, remote):
    (tmp_path / "x.bin").write_bytes(BODY[:-1] + b"!")
    (tmp_path / "x.bin.part").write_bytes(b"!" * len(BODY))
    assert fetch.download(remote, tmp_path, CURE).read_bytes() == BODY


def test_a_server_that_sends_byte_by_byte(tmp_path, server, remote):
    server.serve("/one/x.bin", BODY, piece=1000)
    assert fetch.download(remote, tmp_path, CURE).read_bytes() == BODY


def test_broken_off_again_and_again_is_resumed_each_time(tmp_path, server, remote):
    server.serve("/one/x.bin", BODY, breaks_after=len(BODY) // 4)
    assert fetch.download(remote, tmp_path, CURE).read_bytes() == BODY
    starts = [int(header.removeprefix("bytes=").rstrip("-")) for header in server.asked("/one/x.bin") if header]
    assert len(starts) >= 3
    assert starts == sorted(set(starts))
    assert not server.asked("/two/x.bin")


def test_broken_off_for_good_goes_on_at_the_next_mirror(tmp_path, server, remote):
    whole = server.replies["/one/x.bin"]
    whole.breaks_after = 100_000
    whole.ranges = False
    assert fetch.download(remote, tmp_path, CURE).read_bytes() == BODY
    assert server.asked("/two/x.bin")[0].startswith("bytes=")


def test_a_server_that_does_not_resume_starts_over(tmp_path, server, remote):
    server.serve("/one/x.bin", BODY, ranges=False)
    (tmp_path / "x.bin.part").write_bytes(b"?" * 1000)
    assert fetch.download(remote, tmp_path, CURE).read_bytes() == BODY


def test_a_spoilt_part_is_given_up_and_fetched_anew(tmp_path, server, remote):
    (tmp_path / "x.bin.part").write_bytes(b"?" * 1000)
    assert fetch.download(remote, tmp_path, CURE).read_bytes() == BODY
    assert server.asked("/one/x.bin") == ["bytes=1000-", None]


def test_wrong_hash_is_deleted_and_the_next_mirror_asked(tmp_path, server, remote):
    server.serve("/one/x.bin", BODY[::-1])
    assert fetch.download(remote, tmp_path, CURE).read_bytes() == BODY
    assert left(tmp_path) == ["x.bin"]


@pytest.mark.parametrize("wrong", [BODY[::-1], BODY + b"more"])
def test_wrong_hash_everywhere(tmp_path, server, remote, wrong):
    server.serve("/one/x.bin", wrong)
    server.serve("/two/x.bin", wrong)
    with pytest.raises(DataError, match=r"x.bin could not be downloaded .*wrong hash, which was deleted.*Try again"):
        fetch.download(remote, tmp_path, CURE)
    assert left(tmp_path) == []


def test_a_web_page_instead_of_the_file(tmp_path, server, remote):
    server.serve("/one/x.bin", b"<!doctype html><p>please sign in", kind="text/html")
    (tmp_path / "x.bin.part").write_bytes(BODY[:1000])
    assert fetch.download(remote, tmp_path, CURE).read_bytes() == BODY
    server.serve("/two/x.bin", b"\n<HTML>", kind="text/html")
    (tmp_path / "x.bin").unlink()
    with pytest.raises(DataError, match="web page instead of the file"):
        fetch.download(remote, tmp_path, CURE)


def test_404_then_mirror_then_503(tmp_path, server, remote):
    del server.replies["/one/x.bin"]
    assert fetch.download(remote, tmp_path, CURE).read_bytes() == BODY
    (tmp_path / "x.bin").unlink()
    server.serve("/two/x.bin", b"", status=503)
    with pytest.raises(DataError, match=r"answered 404 .*answered 503") as caught:
        fetch.download(remote, tmp_path, CURE)
    assert not isinstance(caught.value, fetch.UnreachableError)


def test_a_server_that_labels_the_file_as_compressed(tmp_path, server, remote):
    server.serve("/one/x.bin", BODY, encoding="gzip")
    assert fetch.download(remote, tmp_path, CURE).read_bytes() == BODY


def test_no_mirror_answers(tmp_path, remote):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{unused.getsockname()[1]}/x.bin"
        silent = RemoteFile(remote.name, remote.size, remote.hash, (nobody,))
        with pytest.raises(fetch.UnreachableError, match="does not answer"):
            fetch.download(silent, tmp_path, CURE)
    assert left(tmp_path) == []


def test_a_mirror_that_accepts_and_says_nothing(tmp_path, server, remote, monkeypatch):
    monkeypatch.setattr(fetch, "TIMEOUT", (0.1, 0.1))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        mute = f"http://127.0.0.1:{silent.getsockname()[1]}/x.bin"
        file = RemoteFile(remote.name, remote.size, remote.hash, (mute, remote.urls[0]))
        assert fetch.download(file, tmp_path, CURE).read_bytes() == BODY


def test_probe_asks_all_and_takes_the_first_answer(server):
    port = int(server.url.rpartition(":")[2])
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = ("127.0.0.1", unused.getsockname()[1])
        assert fetch._any_answers({nobody, ("127.0.0.1", port)}, 3.0)
        assert not fetch._any_answers({nobody}, 3.0)


def test_get_installs_and_load_says_download(served_mnist, data_dir, capsys):
    dataset = data.load("mnist")
    assert dataset.source == "download"
    assert data.sources() == {"mnist": "download"}
    assert capsys.readouterr().out.startswith("mnist: download, 110 train / 10 validation / 40 test")
    assert {path.name for path in (data_dir / "mnist").iterdir()} == set(served_mnist)
    assert not (data_dir / ".downloads" / "mnist").exists()
    assert data.load("mnist").source == "local"


def test_download_that_fails_everywhere_is_an_error_not_a_sample(served_mnist, server, data_dir):
    for mirror in ("first", "second"):
        server.serve(f"/{mirror}/t10k-labels-idx1-ubyte.gz", b"wrong")
    with pytest.raises(DataError, match="DLCV_SAMPLE=1") as caught:
        data.load("mnist")
    assert "t10k-labels-idx1-ubyte.gz" in str(caught.value)
    assert data.status("mnist").state == "missing"


def test_network_gone_mid_download_keeps_what_came_and_resumes(served_mnist, server, data_dir):
    name = "train-images-idx3-ubyte.gz"
    for mirror in ("first", "second"):
        server.serve(f"/{mirror}/{name}", served_mnist[name], breaks_after=0 if mirror == "second" else 5000)
        server.replies[f"/{mirror}/{name}"].ranges = False
    with pytest.raises(DataError, match="broke off"):
        data.get("mnist")
    part = data_dir / ".downloads" / "mnist" / f"{name}.part"
    assert part.stat().st_size == 5000
    assert data.status("mnist").state == "missing"
    server.serve(f"/first/{name}", served_mnist[name])
    data.get("mnist")
    assert server.asked(f"/first/{name}")[-1] == "bytes=5000-"
    assert data.verify("mnist").total("train") == TRAIN


def test_get_leaves_what_is_there_unless_forced(served_mnist, server, mnist):
    (mnist / "mine.txt").write_text("keep")
    assert data.get("mnist") == mnist
    assert (mnist / "mine.txt").exists()
    assert server.requests == []
    data.get("mnist", force=True)
    assert not (mnist / "mine.txt").exists()
    assert data.status("mnist").state == "local"


def test_failed_forced_get_leaves_what_was_there(served_mnist, server, mnist):
    server.replies.clear()
    with pytest.raises(DataError, match="404"):
        data.get("mnist", force=True)
    assert data.verify("mnist").total("train") == TRAIN


def _get(folder: str, url: str, files, results) -> None:
    import dataclasses
    import os

    os.environ["DLCV_DATA_DIR"] = folder
    catalogue.CATALOGUE["mnist"] = dataclasses.replace(catalogue.info("mnist"), files=files)
    fetch.online = lambda: True
    results.put(str(data.get("mnist", force=True)))


def test_two_processes_at_once(served_mnist, server, data_dir):
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    arguments = (str(data_dir), server.url, catalogue.info("mnist").files, results)
    processes = [context.Process(target=_get, args=arguments) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    assert {results.get(timeout=5) for _ in processes} == {str(data_dir / "mnist")}
    assert data.verify("mnist").total("train") == TRAIN
    assert [path.name for path in data_dir.iterdir() if path.name.startswith(".mnist")] == []


class _FailingDisk:
    """Stands for an open file whose disk refuses, after some bytes."""

    def __init__(self, file, code: int) -> None:
        self.file, self.code = file, code

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()

    def write(self, _chunk):
        raise OSError(self.code, "as the test says")


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (errno.ENOSPC, r"the disk is full; about 1 MB are needed\. Free some space, or set DLCV_DATA_DIR"),
        (errno.EROFS, r"the disk is read-only\. Make it writable, or set DLCV_DATA_DIR"),
        (errno.EACCES, r"no permission to write"),
    ],
)
def test_a_disk_that_refuses(served_mnist, data_dir, monkeypatch, code, says):
    plain = Path.open

    def failing(self, mode="r", *rest, **kwargs):
        file = plain(self, mode, *rest, **kwargs)
        return _FailingDisk(file, code) if self.name.endswith(".part") and ("w" in mode or "a" in mode) else file

    monkeypatch.setattr(Path, "open", failing)
    monkeypatch.setattr(catalogue.info("mnist").files[0].__class__, "size", 1 << 20, raising=False)
    with pytest.raises(DataError, match=says):
        data.get("mnist")
    monkeypatch.undo()
    assert [path for path in data_dir.rglob("*") if path.is_file() and path.parent.name != ".locks"] == []


def test_data_dir_below_a_file(served_mnist, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DLCV_DATA_DIR", str(tmp_path / "file" / "datasets"))
    with pytest.raises(DataError, match="is a file, not a folder"):
        data.get("mnist")


def test_offline_get_says_so(monkeypatch):
    monkeypatch.setenv("DLCV_OFFLINE", "1")
    with pytest.raises(DataError, match="DLCV_OFFLINE is set"):
        data.get("mnist")


def test_no_network_get_says_so():
    with pytest.raises(fetch.UnreachableError, match="No network answers within 3 s"):
        install.get("mnist")


def test_archive_is_unpacked(tmp_path, data_dir, server, monkeypatch):
    import dataclasses
    import hashlib
    import tarfile

    from data_makers import write_pickles

    write_pickles(tmp_path / "cifar-10-batches-py")
    archive = tmp_path / "cifar-10-python.tar.gz"
    with tarfile.open(archive, "w:gz") as file:
        file.add(tmp_path / "cifar-10-batches-py", "cifar-10-batches-py")
    whole = archive.read_bytes()
    server.serve("/c.tar.gz?download=1", whole)
    row = RemoteFile(
        archive.name, len(whole), f"md5:{hashlib.md5(whole).hexdigest()}", (f"{server.url}/c.tar.gz?download=1",)
    )
    info = dataclasses.replace(catalogue.info("cifar10"), files=(row,))
    monkeypatch.setitem(catalogue.CATALOGUE, "cifar10", info)
    monkeypatch.setattr(fetch, "online", lambda: True)
    data.get("cifar10")
    assert data.verify("cifar10").total("train") == 100
    assert (data_dir / "cifar10" / "cifar-10-batches-py" / "test_batch").is_file()


@pytest.fixture
def served_pets(tmp_path, server, monkeypatch) -> Path:
    """A small Cats vs. Dogs in an archive whose hash nobody publishes; returns the archive."""
    import dataclasses
    import shutil

    from data_makers import write_class_folders

    info = catalogue.info("cats_vs_dogs")
    write_class_folders(tmp_path / "made" / "cats_and_dogs_filtered", info.class_names, test="validation")
    archive = Path(shutil.make_archive(str(tmp_path / "pets"), "zip", tmp_path / "made"))
    server.serve("/pets.zip", archive.read_bytes())
    remote = RemoteFile("pets.zip", archive.stat().st_size, "", (f"{server.url}/pets.zip",))
    row = dataclasses.replace(info, files=(remote,), counts={"train": 12, "test": 4}, kaggle=None)
    monkeypatch.setitem(catalogue.CATALOGUE, "cats_vs_dogs", row)
    monkeypatch.setattr(fetch, "online", lambda: True)
    return archive


def test_a_file_without_a_published_hash_is_read_whole(served_pets):
    dataset = data.load("cats_vs_dogs")
    assert (dataset.source, dataset.size("test")) == ("download", 4)


@pytest.mark.parametrize("damage", ["a byte", "the size"])
def test_a_file_without_a_published_hash_that_is_damaged(served_pets, server, data_dir, damage):
    whole = bytearray(served_pets.read_bytes())
    if damage == "a byte":
        whole[len(whole) // 2] ^= 0xFF
    else:
        whole += b"more"
    server.serve("/pets.zip", bytes(whole))
    with pytest.raises(DataError, match="sent a damaged file, which was deleted"):
        data.get("cats_vs_dogs")
    assert not left(data_dir / "cats_vs_dogs") + left(data_dir / ".downloads")


@pytest.mark.parametrize("damage", ["one image too few", "an image that does not decode"])
def test_a_file_without_a_published_hash_that_holds_something_else(
    served_pets, server, data_dir, tmp_path, monkeypatch, damage
):
    import dataclasses
    import shutil

    image = next((tmp_path / "made").rglob("*.jpg"))
    if damage == "one image too few":
        image.unlink()
    else:
        image.write_bytes(b"not an image")
        monkeypatch.setattr("dlcv.data.splits.MAX_UNDECODABLE", 0.5)
    archive = Path(shutil.make_archive(str(tmp_path / "pets"), "zip", tmp_path / "made"))
    server.serve("/pets.zip", archive.read_bytes())
    info = catalogue.info("cats_vs_dogs")
    files = (dataclasses.replace(info.files[0], size=archive.stat().st_size),)
    monkeypatch.setitem(catalogue.CATALOGUE, "cats_vs_dogs", dataclasses.replace(info, files=files))
    with pytest.raises(DataError, match=r"the download holds .* it should hold 12 train, 4 test"):
        data.get("cats_vs_dogs")
    assert data.status("cats_vs_dogs").state == "missing"
    assert not (data_dir / ".downloads" / "cats_vs_dogs").exists()
