"""A data directory of the test's own, small data sets in every layout, and a server on the loopback address."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path

import numpy as np
import pytest
from data_makers import write_class_folders, write_idx_set
from loopback import Server

from dlcv.data import catalogue, fetch, loading


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """DLCV_DATA_DIR, empty; without a network unless a test says otherwise."""
    folder = tmp_path / "datasets"
    monkeypatch.setenv("DLCV_DATA_DIR", str(folder))
    monkeypatch.delenv("DLCV_OFFLINE", raising=False)
    monkeypatch.delenv("DLCV_SAMPLE", raising=False)
    monkeypatch.setattr(fetch, "online", lambda: False)
    loading.forget_sources()
    return folder


@pytest.fixture
def mnist(data_dir: Path) -> Path:
    """A small MNIST, installed."""
    return write_idx_set(data_dir / "mnist")


@pytest.fixture
def cifar_folders(data_dir: Path) -> Path:
    """A small CIFAR-10 of class folders, installed."""
    return write_class_folders(data_dir / "cifar10", catalogue.info("cifar10").class_names)


@pytest.fixture
def server():
    with Server() as running:
        yield running


@pytest.fixture
def served_mnist(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """A small MNIST whose catalogue row points at two mirrors on the loopback address; returns its files."""
    folder = write_idx_set(tmp_path / "published")
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    info = catalogue.info("mnist")
    remote = tuple(
        catalogue.RemoteFile(
            file.name,
            len(files[file.name]),
            f"md5:{hashlib.md5(files[file.name]).hexdigest()}",
            (f"{server.url}/first/{file.name}", f"{server.url}/second/{file.name}"),
        )
        for file in info.files
    )
    monkeypatch.setitem(catalogue.CATALOGUE, "mnist", dataclasses.replace(info, files=remote))
    monkeypatch.setattr(fetch, "online", lambda: True)
    for name, data in files.items():
        server.serve(f"/first/{name}", data)
        server.serve(f"/second/{name}", data)
    return files


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)
