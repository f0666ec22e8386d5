"""Archives that mean harm are refused, and leave nothing behind."""

from __future__ import annotations

import contextlib
import io
import random
import stat
import tarfile
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dlcv.data.unpack import Limits, unpack
from dlcv.errors import DataError


def make(path: Path, members: dict[str, bytes]) -> Path:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            for name, data in members.items():
                file.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    else:
        with tarfile.open(path, "w:gz") as file:
            for name, data in members.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(data)
                file.addfile(entry, io.BytesIO(data))
    return path


FORMS = pytest.mark.parametrize("form", ["a.zip", "a.tar.gz", "a.tgz"])


@FORMS
def test_unpacks(tmp_path, form):
    members = {"x/a.bin": bytes(range(256)) * 99, "x/y/b.txt": b"hello", "c": b""}
    assert unpack(make(tmp_path / form, members), tmp_path / "out") == 3
    assert {name: (tmp_path / "out" / name).read_bytes() for name in members} == members


@FORMS
@pytest.mark.parametrize("name", ["../evil", "a/../../evil", "/etc/evil", "..\\evil", "C:\\evil", "a\\..\\..\\evil"])
def test_refuses_paths_that_leave(tmp_path, form, name):
    archive = make(tmp_path / form, {"good": b"1", name: b"2"})
    with pytest.raises(DataError, match="leaves the target folder"):
        unpack(archive, tmp_path / "deep" / "out")
    assert not list(tmp_path.rglob("*evil*"))


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("./\\ab:\0~"), min_size=1, max_size=12), st.sampled_from(["a.zip", "a.tgz"]))
@example("a/./../..", "a.zip")
def test_no_name_writes_outside_the_target(name, form):
    with tempfile.TemporaryDirectory() as folder:
        outside = Path(folder) / "outside"
        outside.mkdir()
        try:
            archive = make(outside / form, {name: b"data"})
        except (ValueError, KeyError):
            return  # Python itself does not write such a name
        with contextlib.suppress(DataError):
            unpack(archive, outside / "in" / "target")
        inside = outside / "in" / "target"
        strays = [path for path in Path(folder).rglob("*") if path.is_file() and inside not in path.parents]
        assert strays == [archive]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_refuses_links_and_devices_in_a_tar(tmp_path, kind):
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as file:
        entry = tarfile.TarInfo("x")
        entry.type, entry.linkname = kind, "/etc/passwd"
        file.addfile(entry)
    with pytest.raises(DataError, match=r"a link|not a plain file"):
        unpack(tmp_path / "a.tar.gz", tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())


def test_refuses_links_in_a_zip(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        entry = zipfile.ZipInfo("x")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        file.writestr(entry, "/etc/passwd")
    with pytest.raises(DataError, match="a link"):
        unpack(tmp_path / "a.zip", tmp_path / "out")


@FORMS
def test_refuses_bombs(tmp_path, form):
    archive = make(tmp_path / form, {"zeros": bytes(4 << 20)})
    with pytest.raises(DataError, match="bomb"):
        unpack(archive, tmp_path / "out", Limits(floor=1 << 20))
    assert unpack(archive, tmp_path / "fine") == 1


@FORMS
def test_refuses_too_many_files(tmp_path, form):
    archive = make(tmp_path / form, {str(index): b"" for index in range(12)})
    with pytest.raises(DataError, match="more than 10 files"):
        unpack(archive, tmp_path / "out", Limits(files=10))


def test_a_zip_that_lies_about_its_size(tmp_path):
    archive = make(tmp_path / "a.zip", {"zeros": bytes(4 << 20)})
    whole = archive.read_bytes()
    archive.write_bytes(whole.replace((4 << 20).to_bytes(4, "little"), (10).to_bytes(4, "little")))
    with pytest.raises(DataError, match=r"corrupt|bomb"):
        unpack(archive, tmp_path / "out", Limits(floor=1 << 20))


@FORMS
def test_refuses_a_name_that_comes_twice(tmp_path, form):
    archive = tmp_path / form
    with pytest.warns(UserWarning, match="Duplicate") if form == "a.zip" else contextlib.nullcontext():
        if form == "a.zip":
            with zipfile.ZipFile(archive, "w") as file:
                file.writestr("x", "1")
                file.writestr("x", "2")
        else:
            with tarfile.open(archive, "w:gz") as file:
                for _ in range(2):
                    file.addfile(tarfile.TarInfo("x"))
    with pytest.raises(DataError, match="twice"):
        unpack(archive, tmp_path / "out")


@FORMS
def test_truncated_archive(tmp_path, form):
    archive = make(tmp_path / form, {"x": random.Random(0).randbytes(50_000), "y": b"1"})
    archive.write_bytes(archive.read_bytes()[:-20_000])
    with pytest.raises(DataError, match=f"{form} is truncated or corrupt"):
        unpack(archive, tmp_path / "out")


@FORMS
def test_web_page_under_an_archives_name(tmp_path, form):
    (tmp_path / form).write_bytes(b"\n<html><head><title>404</title></head></html>")
    with pytest.raises(DataError, match="is a web page, not an archive"):
        unpack(tmp_path / form, tmp_path / "out")
