"""`load`: which source, which images, what it prints, and what it must not import."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from data_makers import digits
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dlcv import data
from dlcv.data import catalogue, readme
from dlcv.data.splits import choose_evenly, choose_stratified
from dlcv.errors import DataError


def test_local(mnist, capsys):
    dataset = data.load("mnist")
    assert capsys.readouterr().out == (
        "mnist: local, 110 train / 10 validation / 40 test images of 28×28×1, 10 classes\n"
    )
    assert (dataset.name, dataset.title, dataset.source) == ("mnist", "MNIST", "local")
    assert dataset.class_names == list("0123456789")
    assert dataset.image_shape == (28, 28, 1)
    assert "CC BY-SA" in dataset.licence
    assert "110 train" in repr(dataset)
    images, labels = dataset.arrays("test")
    expected, _ = digits(40, 2)
    np.testing.assert_array_equal(images[..., 0], expected)  # official order
    assert (images.dtype, labels.dtype) == (np.uint8, np.int64)
    assert images.flags.writeable
    assert data.sources() == {"mnist": "local"}
    data.forget_sources()
    assert data.sources() == {}


def test_validation_is_carved_from_training_and_nothing_is_lost(mnist):
    dataset = data.load("mnist", validation=0.25)
    assert [dataset.size(split) for split in ("train", "validation", "test")] == [90, 30, 40]
    assert np.bincount(dataset.arrays("validation")[1]).tolist() == [3] * 10
    together = np.concatenate([dataset.arrays("train")[0], dataset.arrays("validation")[0]])
    official, _ = digits(120, 1)
    assert {image.tobytes() for image in together} == {image.tobytes() for image in official}
    assert data.load("mnist", validation=0).size("validation") == 0


@pytest.mark.parametrize("name", ["mnist", "cifar10"])
def test_an_empty_validation_split_is_a_split(mnist, cifar_folders, name):
    from dlcv.data.pipeline import batches

    dataset = data.load(name, validation=0.0)
    images, labels = dataset.arrays("validation")
    assert images.shape == (0, *dataset.image_shape)
    assert labels.shape == (0,)
    assert "/ 0 validation /" in dataset.summary()
    assert list(batches(dataset.validation, 8)) == []


def test_limit(mnist):
    dataset = data.load("mnist", limit=25)
    assert dataset.size("train") == 25
    assert dataset.size("test") == 40
    assert sorted(np.bincount(dataset.arrays("train")[1])) == [2] * 5 + [3] * 5
    assert data.load("mnist", limit=10**6).size("train") == 110
    assert data.load("mnist", limit_eval=7).size("test") == 7


def test_the_seed_chooses(mnist):
    def images(seed):
        return data.load("mnist", limit=30, seed=seed).arrays("train")[0]

    np.testing.assert_array_equal(images(1), images(1))
    assert not np.array_equal(images(1), images(2))


def test_image_size(mnist, cifar_folders):
    assert data.load("mnist", image_size=(14, 20)).arrays("train")[0].shape == (110, 14, 20, 1)
    dataset = data.load("cifar10", image_size=(48, 40))
    assert dataset.image_shape == (48, 40, 3)
    assert dataset.arrays("test")[0].shape == (20, 48, 40, 3)


@pytest.mark.parametrize("wrong", [{"limit": 0}, {"limit_eval": -1}, {"validation": 1.0}, {"validation": -0.1}])
def test_wrong_arguments(mnist, wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        data.load("mnist", **wrong)


def test_unknown_split(mnist):
    with pytest.raises(DataError, match=r"Unknown split 'tset'. Did you mean 'test'"):
        data.load("mnist").arrays("tset")


@pytest.mark.parametrize(
    ("variable", "why"),
    [("DLCV_SAMPLE", "DLCV_SAMPLE=1"), ("DLCV_OFFLINE", "DLCV_OFFLINE=1"), (None, "no network")],
)
def test_sample_is_announced_with_the_cure(monkeypatch, capsys, variable, why):
    if variable:
        monkeypatch.setenv(variable, "1")
    dataset = data.load("mnist")
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("mnist: sample, ")
    assert why in line
    assert "stand-ins, not the real MNIST" in line
    assert "dlcv data get mnist" in line
    assert "dlcv data add mnist PATH" in line
    assert dataset.source == data.sources()["mnist"] == "sample"


def test_sample_that_is_asked_for_comes_even_where_real_data_lies(mnist, monkeypatch):
    monkeypatch.setenv("DLCV_SAMPLE", "1")
    assert data.load("mnist").source == "sample"


def test_broken_is_never_replaced_by_the_sample(mnist, monkeypatch):
    monkeypatch.setenv("DLCV_OFFLINE", "1")
    (mnist / "train-images-idx3-ubyte.gz").write_bytes(b"<html>")
    with pytest.raises(DataError):
        data.load("mnist")
    assert data.sources() == {}


labels_of = hnp.arrays(np.int64, st.integers(0, 200), elements=st.integers(0, 6))


@given(labels=labels_of, total=st.integers(0, 250), seed=st.integers(0, 99))
def test_choose_evenly(labels, total, seed):
    chosen = choose_evenly(labels, total, seed)
    assert len(chosen) == min(total, len(labels))
    assert np.all(np.diff(chosen) > 0)
    counts, taken = np.bincount(labels, minlength=7), np.bincount(labels[chosen], minlength=7)
    short = taken < counts  # only a class that has run out may be behind
    if short.any():
        assert taken.max() - taken[short].min() <= 1


@given(labels=labels_of, share=st.floats(0, 1), seed=st.integers(0, 99))
def test_choose_stratified(labels, share, seed):
    total = round(share * len(labels))
    chosen = choose_stratified(labels, total, seed)
    assert len(chosen) == len(set(chosen.tolist())) == total
    counts, taken = np.bincount(labels, minlength=7), np.bincount(labels[chosen], minlength=7)
    assert np.all(np.abs(taken - counts * total / max(1, len(labels))) < 1)


def test_importing_and_reading_sources_is_cheap():
    code = (
        "import sys, dlcv.data as d; d.names(); d.info('mnist'); d.sources();"
        "print([m for m in ('tensorflow', 'keras', 'numpy', 'cv2', 'sklearn') if m in sys.modules])"
    )
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.strip() == "[]"


def test_loading_idx_needs_no_tensorflow(mnist):
    code = "import sys, dlcv.data as d; d.load('mnist').arrays('train'); print('tensorflow' in sys.modules)"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.splitlines()[-1] == "False"


def test_full_size_idx_set_loads_within_a_second(data_dir):
    import gzip

    from data_makers import idx_bytes

    rng = np.random.default_rng(0)
    (data_dir / "mnist").mkdir(parents=True)
    for split, count in (("train", 60_000), ("t10k", 10_000)):
        # Mostly black, as digits are.
        images = rng.integers(0, 256, (count, 28, 28), dtype=np.uint8) * (rng.random((28, 28)) < 0.2)
        for kind, array in (("images-idx3", images), ("labels-idx1", np.arange(count) % 10)):
            path = data_dir / "mnist" / f"{split}-{kind}-ubyte.gz"
            path.write_bytes(gzip.compress(idx_bytes(array), 1))
    fastest = []
    for _ in range(2):  # the better of two: the machine may be busy
        start = time.perf_counter()
        dataset = data.load("mnist")
        fastest.append(time.perf_counter() - start)
    assert [dataset.size(split) for split in ("train", "validation", "test")] == [55_000, 5_000, 10_000]
    assert min(fastest) < 1


def test_catalogue_is_complete():
    for name in data.names():
        info = data.info(name)
        ways = [len(file.urls) for file in info.files] or [0]
        assert min(ways) + bool(info.kaggle) + bool(info.by_hand) >= 2  # never one way only
        assert all(file.size > 0 for file in info.files)
        assert all(len(file.hash.partition(":")[2]) in (32, 64) or file.name.endswith(".zip") for file in info.files)
        assert len(set(info.class_names)) == len(info.class_names)
        assert info.held_out in ("test", "validation")
        assert set(info.class_aliases.values()) <= set(info.class_names)
        assert info.licence
        assert info.homepage
        assert 0 < info.validation < info.counts["train"]


def test_readme_of_datasets_is_up_to_date():
    page = Path(catalogue.__file__).parents[2] / "datasets" / "README.md"
    assert page.read_text(encoding="utf-8") == readme.render(), "run python -m dlcv.data.readme"
