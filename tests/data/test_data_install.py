"""`add`, `verify`, `status`: whole or not at all, and the source is left as it is."""

from __future__ import annotations

import hashlib
import os
import shutil
import tarfile
import zipfile
from pathlib import Path

import pytest
from data_makers import TEST, TRAIN, write_class_folders, write_idx_set, write_npz

from dlcv import data
from dlcv.data import catalogue, disk, install
from dlcv.errors import DataError

CIFAR = catalogue.info("cifar10")


def snapshot(folder: Path) -> dict[str, str]:
    """Return name → hash of everything below a folder, but for locks."""
    return {
        path.relative_to(folder).as_posix(): hashlib.md5(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".locks" not in path.parts
    }


def pack(folder: Path, archive: Path) -> Path:
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive, "w") as file:
            for path in sorted(folder.rglob("*")):
                file.write(path, path.relative_to(folder))
    else:
        with tarfile.open(archive, "w:gz") as file:
            file.add(folder, "top")
    return archive


@pytest.mark.parametrize("form", ["mine.zip", "mine.tar.gz", "mine.tgz", "Mine.ZIP"])
@pytest.mark.parametrize("name", ["mnist", "cifar10"])
def test_add_an_archive(tmp_path, data_dir, name, form):
    source = tmp_path / "source"
    if name == "mnist":
        write_idx_set(source / "MNIST" / "raw")
    else:
        write_class_folders(source / "cifar10", CIFAR.class_names, train="Train", test="Test")
    archive = pack(source, tmp_path / form.lower()).rename(tmp_path / form)
    before = snapshot(tmp_path)
    assert data.add(name, str(archive)) == data_dir / name
    assert data.load(name).source == "local"
    after = snapshot(tmp_path)
    assert {key: value for key, value in after.items() if not key.startswith("datasets/")} == before
    assert sorted(path.name for path in data_dir.iterdir()) == [".locks", name]


def test_add_a_folder_takes_only_what_belongs_to_the_set(tmp_path, data_dir):
    source = write_idx_set(tmp_path / "Downloads")
    (source / "holiday.jpg").write_bytes(b"private")
    write_idx_set(source / "FashionMNIST" / "raw")
    data.add("fashion_mnist", source / "FashionMNIST")
    data.add("mnist", source)
    assert sorted(path.name for path in (data_dir / "mnist").rglob("*")) == sorted(
        path.name for path in source.glob("*.gz")
    )


def test_add_a_single_file(tmp_path):
    data.add("mnist", write_npz(tmp_path / "mnist.npz"))
    assert data.verify("mnist").layout == "npz"


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: path / "nothing", "There is no"),
        (lambda path: path, "holds no files"),
        (lambda path: _text(path / "a.zip", "<html>sign in</html>"), "web page, not an archive"),
        (lambda path: _text(path / "a.tar.gz", "what?"), "truncated or corrupt"),
        (lambda path: _text(path / "a.txt", "what?"), "nothing that reads as mnist"),
        (lambda path: _evil(path / "evil.zip"), "leaves the target folder"),
        (lambda path: _broken(path / "mnist"), "mnist/t10k-images-idx3-ubyte.gz is truncated"),
        (lambda path: write_class_folders(path / "c", CIFAR.class_names), "nothing that reads as mnist"),
    ],
)
@pytest.mark.parametrize("there", [False, True], ids=["fresh", "replacing"])
def test_add_something_wrong_changes_nothing(tmp_path, data_dir, make, says, there):
    if there:
        write_idx_set(data_dir / "mnist")
    else:
        data_dir.mkdir()
    before = snapshot(data_dir)
    (tmp_path / "source").mkdir()
    with pytest.raises(DataError, match=says):
        data.add("mnist", make(tmp_path / "source"))
    assert snapshot(data_dir) == before
    assert [path.name for path in data_dir.iterdir() if path.name.startswith(".mnist")] == []


def _text(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def _evil(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("../../evil", "gotcha")
    return path


def _broken(folder: Path) -> Path:
    path = write_idx_set(folder) / "t10k-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-10])
    return folder


def test_add_replaces_what_was_there(tmp_path, mnist):
    (mnist / "old").write_text("")
    data.add("mnist", write_npz(tmp_path / "mnist.npz"))
    assert [path.name for path in mnist.iterdir()] == ["mnist.npz"]


def test_add_repairs_a_broken_installation(tmp_path, mnist):
    (mnist / "train-labels-idx1-ubyte.gz").write_bytes(b"<html>")
    assert data.status("mnist").state == "broken"
    data.add("mnist", write_idx_set(tmp_path / "good"))
    assert data.status("mnist").state == "local"


def test_add_does_not_take_its_source_away(mnist):
    archive = pack(mnist, mnist.parent / "m.zip").rename(mnist / "m.zip")
    with pytest.raises(DataError, match=r"m.zip lies in the folder that it would replace"):
        data.add("mnist", archive)
    assert archive.exists()


def test_a_disk_that_fills_up_while_adding(tmp_path, mnist, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    before = snapshot(mnist.parent)
    source = write_idx_set(tmp_path / "source")
    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(DataError, match="disk is full"):
        data.add("mnist", source)
    assert snapshot(mnist.parent) == before


def test_a_rename_that_fails_brings_the_old_one_back(tmp_path, mnist, monkeypatch):
    plain = os.replace

    def stubborn(source, target):
        if Path(target) == mnist and "-old-" not in str(source):
            raise PermissionError(13, "Permission denied")
        plain(source, target)

    before = snapshot(mnist.parent)
    monkeypatch.setattr(disk.os, "replace", stubborn)
    with pytest.raises(DataError, match="no permission to write"):
        data.add("mnist", write_idx_set(tmp_path / "source"))
    assert snapshot(mnist.parent) == before


def test_what_a_killed_process_left_is_swept(tmp_path, data_dir):
    (data_dir / ".mnist-deadbeef").mkdir(parents=True)
    data.add("mnist", write_idx_set(tmp_path / "source"))
    assert not (data_dir / ".mnist-deadbeef").exists()


def test_verify_counts_and_compares(mnist, monkeypatch):
    report = data.verify("mnist")
    assert (report.total("train"), report.total("test")) == (TRAIN, TEST)
    assert set(report.counts["train"].values()) == {TRAIN // 10}
    assert set(report.hashes.values()) == {False}
    assert "differs from the published file" in str(report)
    # The published hash is that of the contents: it holds however the file was compressed.
    contents = __import__("gzip").decompress((mnist / "t10k-labels-idx1-ubyte.gz").read_bytes())
    monkeypatch.setitem(
        catalogue.info("mnist").contents, "t10k-labels-idx1-ubyte", f"md5:{hashlib.md5(contents).hexdigest()}"
    )
    assert data.verify("mnist").hashes["t10k-labels-idx1-ubyte.gz"] is True


def test_verify_of_nothing():
    with pytest.raises(DataError, match=r"mnist is not there. Type `dlcv data get mnist`"):
        data.verify("mnist")


def test_status(data_dir):
    assert str(data.status("mnist")) == "missing"
    (data_dir / "mnist").mkdir(parents=True)
    assert str(data.status("mnist")) == "missing"
    write_idx_set(data_dir / "mnist")
    assert str(data.status("mnist")) == "local"
    (data_dir / "mnist" / "train-images-idx3-ubyte.gz").write_bytes(b"<html>404</html>")
    assert str(data.status("mnist")).startswith("broken: mnist/train-images-idx3-ubyte.gz is a web page")


@pytest.mark.parametrize("call", [data.info, data.load, data.status, data.get, data.verify, lambda n: data.add(n, "x")])
def test_unknown_names_suggest_the_nearest(call):
    with pytest.raises(DataError, match=r"Unknown data set 'minst'. Did you mean 'mnist'"):
        call("minst")


def test_report_of_folders_says_that_there_is_no_hash(cifar_folders):
    assert "no published hash" in str(install.verify("cifar10"))
