"""Data sets from Kaggle, through a package that stands for kagglehub: nothing here asks a network."""

from __future__ import annotations

import dataclasses
import importlib.machinery
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
import requests
from data_makers import write_class_folders

from dlcv import data
from dlcv.data import catalogue, fetch, kaggle
from dlcv.errors import DataError

FRUITS = catalogue.info("fruits360")
# As the handle serves it: a second set beside ours, and more classes than ours.
BELOW = "fruits-360_100x100/fruits-360"


class Kaggle(ModuleType):
    """Stands for kagglehub: a folder, or an error, and a record of what was asked."""

    def __init__(self, folder: Path) -> None:
        super().__init__("kagglehub")
        self.__spec__ = importlib.machinery.ModuleSpec("kagglehub", None)
        self.folder, self.error, self.asked = folder, None, []
        self.config = ModuleType("kagglehub.config")
        self.config.get_kaggle_credentials = lambda: self.token
        self.token: object = SimpleNamespace(api_key="secret")

    def dataset_download(self, handle: str) -> str:
        self.asked.append(handle)
        if self.error:
            raise self.error
        return str(self.folder)


@pytest.fixture
def hub(tmp_path, monkeypatch) -> Kaggle:
    """A kagglehub with a token; what it serves has numbered classes, as later releases have."""
    folder = tmp_path / "cache"
    numbered = [f"{name} 1" for name in FRUITS.class_names]
    write_class_folders(folder / BELOW, [*numbered, "Apple Golden 1"], train="Training", test="Test")
    write_class_folders(folder / "fruits-360_original-size", ["Fig 1", "Pear 1"], train="Training", test="Test")
    fake = Kaggle(folder)
    monkeypatch.setitem(sys.modules, "kagglehub", fake)
    monkeypatch.setitem(sys.modules, "kagglehub.config", fake.config)
    monkeypatch.setattr(fetch, "online", lambda: True)
    return fake


@pytest.fixture
def no_hub(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "kagglehub", None)
    monkeypatch.setattr(kaggle.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(fetch, "online", lambda: True)


def refused(status: int) -> requests.HTTPError:
    response = requests.Response()
    response.status_code = status
    return requests.HTTPError(f"{status} Client Error", response=response)


def test_load_takes_the_classes_in_use(hub, data_dir, capsys):
    dataset = data.load("fruits360")
    assert hub.asked == ["moltean/fruits"]
    assert dataset.source == "download"
    assert (
        capsys.readouterr().out.splitlines()[-1].startswith("fruits360: download, 150 train / 30 validation / 60 test")
    )
    kept = sorted(path.name for path in (data_dir / "fruits360" / BELOW / "Training").iterdir())
    assert kept == sorted(f"{name} 1" for name in FRUITS.class_names)
    assert not list((data_dir / "fruits360").rglob("*original-size*"))
    assert (hub.folder / BELOW / "Training" / "Apple Golden 1").is_dir()  # the cache is left alone
    assert data.load("fruits360").source == "local"
    assert len(hub.asked) == 1


def test_get_does_without_a_token_where_kaggle_lets_it(hub, data_dir):
    hub.token = None
    assert data.get("fruits360") == data_dir / "fruits360"
    assert data.verify("fruits360").total("test") == 60


def no_token(hub: Kaggle) -> None:
    hub.token = None


def broken_token(hub: Kaggle) -> None:
    def fail() -> None:
        raise ValueError("Invalid Kaggle credentials file")

    hub.config.get_kaggle_credentials = fail


@pytest.mark.parametrize("spoil", [no_token, broken_token])
def test_load_without_a_token_goes_on_with_the_sample_and_says_why(hub, spoil, capsys):
    spoil(hub)
    assert data.load("fruits360").source == "sample"
    assert hub.asked == []
    line = capsys.readouterr().out
    assert "no local files and no Kaggle token" in line
    assert "dlcv data get fruits360" in line


def test_load_without_the_package_goes_on_with_the_sample(no_hub, capsys):
    assert data.load("fruits360").source == "sample"
    assert "kagglehub is not installed" in capsys.readouterr().out


def test_get_without_the_package_says_every_way(no_hub):
    with pytest.raises(fetch.UnreachableError) as caught:
        data.get("fruits360")
    for way in ("pip install kagglehub", "github.com/fruits-360", "dlcv data add fruits360 PATH", "DLCV_SAMPLE=1"):
        assert way in str(caught.value)


def test_refusal_without_a_token_says_where_to_get_one(hub):
    hub.token = None
    assert "kaggle.com/settings/api" in str(kaggle.refusal(FRUITS))
    assert kaggle.refusal(FRUITS, token=False) is None


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (refused(401), r"refuses \(401\).*KAGGLE_API_TOKEN"),
        (refused(403), r"refuses \(403\).*consent to the terms on https://www.kaggle.com/datasets/moltean/fruits"),
        (refused(404), r"has no moltean/fruits \(404\)"),
        (RuntimeError("checksum\nand a long tail"), r"could not fetch moltean/fruits \(checksum\)"),
        (KeyError(), r"could not fetch moltean/fruits \(KeyError\)"),
    ],
)
def test_what_kaggle_answers_is_an_error_with_the_cure(hub, data_dir, error, says):
    hub.error = error
    with pytest.raises(DataError, match=says) as caught:
        data.load("fruits360")
    assert "dlcv data add fruits360 PATH" in str(caught.value)
    assert data.status("fruits360").state == "missing"


def test_kaggle_that_does_not_answer_is_no_network(hub, capsys):
    hub.error = requests.ConnectionError("refused")
    with pytest.raises(fetch.UnreachableError, match="does not answer"):
        data.get("fruits360")
    assert data.load("fruits360").source == "sample"
    assert "no local files and no network" in capsys.readouterr().out


def test_offline_asks_nobody(hub, monkeypatch):
    monkeypatch.setenv("DLCV_OFFLINE", "1")
    with pytest.raises(DataError, match="DLCV_OFFLINE is set"):
        data.get("fruits360")
    assert data.load("fruits360").source == "sample"
    assert hub.asked == []


def test_a_download_that_is_not_the_set_changes_nothing(hub, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "readme.txt").write_text("moved")
    hub.folder = tmp_path / "other"
    with pytest.raises(DataError, match="nothing that reads as fruits360"):
        data.get("fruits360")
    assert data.status("fruits360").state == "missing"


@pytest.mark.parametrize("token", [True, False])
def test_kaggle_stands_in_for_mirrors_that_fail(hub, tmp_path, server, monkeypatch, token):
    info = catalogue.info("cats_vs_dogs")
    (file,) = info.files
    lost = dataclasses.replace(info, files=(dataclasses.replace(file, urls=(f"{server.url}/gone.zip",)),))
    monkeypatch.setitem(catalogue.CATALOGUE, "cats_vs_dogs", lost)
    hub.folder = write_class_folders(tmp_path / "pets" / "cats_and_dogs_filtered", info.class_names, test="validation")
    if token:
        data.get("cats_vs_dogs")
        assert data.verify("cats_vs_dogs").total("test") == 4
        assert hub.asked == [info.kaggle]
    else:
        hub.token = None
        with pytest.raises(DataError, match="answered 404"):
            data.get("cats_vs_dogs")
        assert hub.asked == []
