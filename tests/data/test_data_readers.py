"""Every local layout reads; every way of being broken is told, with the file's name and the cure."""

from __future__ import annotations

import gzip
import pickle
import re
import shutil
import struct
import tempfile
from pathlib import Path

import numpy as np
import pytest
from data_makers import TEST, TRAIN, digits, idx_bytes, write_class_folders, write_idx_set, write_npz, write_pickles
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from dlcv import data
from dlcv.data import catalogue, readers
from dlcv.data.readers import idx
from dlcv.errors import DataError

MNIST, CIFAR = catalogue.info("mnist"), catalogue.info("cifar10")
HTML = b"<!DOCTYPE html>\n<html><body>Sign in to go on</body></html>"


def read(folder: Path, info=MNIST):
    return readers.read(readers.find(folder, info), info)


def assert_is_the_small_mnist(splits) -> None:
    for split, count, seed in (("train", TRAIN, 1), ("test", TEST, 2)):
        images, labels = digits(count, seed)
        np.testing.assert_array_equal(splits[split].images, images[..., np.newaxis])
        np.testing.assert_array_equal(splits[split].labels, labels)
        assert splits[split].images.dtype == np.uint8
        assert splits[split].labels.dtype == np.int64


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize(
    ("below", "name"),
    [
        ("", "{split}-{kind}-idx{rank}-ubyte"),
        ("", "{split}-{kind}.idx{rank}-ubyte"),
        ("MNIST/raw", "{split}-{kind}-idx{rank}-ubyte"),
        ("a/b/c", "{split}-{kind}-idx{rank}-ubyte"),
    ],
)
def test_idx_layouts(tmp_path, packed, below, name):
    write_idx_set(tmp_path / "mnist" / below, packed=packed, name=name)
    assert_is_the_small_mnist(read(tmp_path / "mnist"))


def test_idx_gzipped_and_not_side_by_side(tmp_path):
    write_idx_set(tmp_path / "mnist", packed=True)
    write_idx_set(tmp_path / "mnist", packed=False)
    assert_is_the_small_mnist(read(tmp_path / "mnist"))


def test_idx_each_file_in_a_folder_of_its_own(tmp_path):
    write_idx_set(tmp_path / "flat", packed=False)
    for path in (tmp_path / "flat").iterdir():
        (tmp_path / "mnist" / path.name).mkdir(parents=True)
        shutil.move(path, tmp_path / "mnist" / path.name / path.name)
    assert_is_the_small_mnist(read(tmp_path / "mnist"))


def test_torchvision_root_with_two_sets_takes_the_named_one(tmp_path):
    write_idx_set(tmp_path / "root" / "MNIST" / "raw")
    write_idx_set(tmp_path / "root" / "FashionMNIST" / "raw")
    assert readers.find(tmp_path / "root", MNIST).files["train", "images"].parts[-3] == "MNIST"
    fashion = catalogue.info("fashion_mnist")
    assert readers.find(tmp_path / "root", fashion).files["train", "images"].parts[-3] == "FashionMNIST"


def test_two_sets_that_cannot_be_told_apart(tmp_path):
    write_idx_set(tmp_path / "root" / "a")
    write_idx_set(tmp_path / "root" / "b")
    with pytest.raises(DataError, match=r"several sets of idx files \(a/, b/\)"):
        readers.find(tmp_path / "root", MNIST)


def test_npz(tmp_path):
    write_npz(tmp_path / "mnist" / "mnist.npz")
    assert_is_the_small_mnist(read(tmp_path / "mnist"))


def test_pickled_batches(tmp_path):
    made = write_pickles(tmp_path / "cifar10" / "cifar-10-batches-py")
    splits = read(tmp_path / "cifar10", CIFAR)
    np.testing.assert_array_equal(splits["test"].images, made["test_batch"][0])
    np.testing.assert_array_equal(splits["train"].images[20:40], made["data_batch_2"][0])
    np.testing.assert_array_equal(splits["train"].labels[20:40], made["data_batch_2"][1])
    assert len(splits["train"]) == 100


@pytest.mark.parametrize(
    ("below", "train", "test", "change"),
    [
        ("", "train", "test", str),
        ("archive/cifar10", "Train", "TEST", str.upper),
        ("CIFAR-10-images-master", "training", "Testing", str.title),
    ],
)
def test_class_folders_at_any_depth_in_any_case(tmp_path, below, train, test, change):
    names = [change(name) for name in CIFAR.class_names]
    write_class_folders(tmp_path / "cifar10" / below, names, train=train, test=test)
    splits = read(tmp_path / "cifar10", CIFAR)
    assert (len(splits["train"]), len(splits["test"])) == (60, 20)
    # Independent reader: Pillow on the listed path; the folder's name is the label.
    for index in range(20):
        path = Path(splits["test"].paths[index])
        assert path.parent.name.lower() == CIFAR.class_names[splits["test"].labels[index]]
        (image,), _ = splits["test"].read(np.array([index]))
        np.testing.assert_array_equal(image, np.asarray(Image.open(tmp_path / "cifar10" / path).convert("RGB")))


def test_class_folders_named_by_aliases_or_numbers(tmp_path):
    aliases = ["plane", "car", *CIFAR.class_names[2:]]
    numbers = [str(label) for label in range(10)]
    for name, folders in (("aliases", aliases), ("numbers", numbers)):
        write_class_folders(tmp_path / name, folders)
        splits = read(tmp_path / name, CIFAR)
        assert np.bincount(splits["train"].labels).tolist() == [6] * 10
        first = np.flatnonzero(splits["train"].labels == 1)[0]
        assert Path(splits["train"].paths[first]).parent.name == folders[1]


PETS, FRUITS = catalogue.info("cats_vs_dogs"), catalogue.info("fruits360")


def test_a_published_validation_folder_is_the_test_split_of_some_sets(tmp_path):
    write_class_folders(tmp_path / "pets", PETS.class_names, train="train", test="validation")
    assert {split: len(held) for split, held in read(tmp_path / "pets", PETS).items()} == {"train": 12, "test": 4}
    # CIFAR-10's authors call it test: there, a validation folder alone is not enough.
    write_class_folders(tmp_path / "cifar", CIFAR.class_names, train="train", test="validation")
    with pytest.raises(DataError, match="has no test folder"):
        read(tmp_path / "cifar", CIFAR)


def test_where_a_test_folder_lies_beside_it_validation_is_validation(tmp_path):
    write_class_folders(tmp_path / "pets", ["Cat", "Dog"], train="train", test="validation")
    write_class_folders(tmp_path / "pets", ["Cat", "Dog"], train="test", test="test", count=3)
    sizes = {split: len(held) for split, held in read(tmp_path / "pets", PETS).items()}
    assert sizes == {"train": 12, "validation": 4, "test": 6}


def test_a_set_without_its_held_out_folder_names_it(tmp_path):
    write_class_folders(tmp_path / "pets", PETS.class_names, train="train", test="train")
    with pytest.raises(DataError, match="has no validation folder"):
        read(tmp_path / "pets", PETS)
    with pytest.raises(DataError, match=r"expected folders of images, train/<class>/ and validation/<class>/"):
        read(write_idx_set(tmp_path / "digits"), PETS)


@pytest.mark.parametrize("spell", ["{}", "{} 1"])
def test_further_fruits_are_left_out(tmp_path, spell):
    classes = [spell.format(name) for name in FRUITS.class_names]
    write_class_folders(tmp_path / "fruits", [*classes, "Apple 6", "Pear 2"], train="Training", test="Test", count=1)
    splits = read(tmp_path / "fruits", FRUITS)
    assert {split: len(held) for split, held in splits.items()} == {"train": 30, "test": 60}
    (place,) = np.flatnonzero(splits["train"].labels == FRUITS.class_names.index("Onion Red"))
    assert spell.format("Onion Red") in splits["train"].paths[place]


def test_of_two_sizes_the_small_one_is_taken(tmp_path):
    for size in ("fruits-360_100x100", "fruits-360_original-size"):
        write_class_folders(tmp_path / "fruits" / size, FRUITS.class_names, train="Training", test="Test", count=1)
    write_class_folders(tmp_path / "fruits" / size, FRUITS.class_names, train="Validation", test="Test", count=1)
    splits = read(tmp_path / "fruits", FRUITS)
    assert set(splits) == {"train", "test"}
    assert all("100x100" in path for held in splits.values() for path in held.paths)


def test_a_hint_that_does_not_make_a_whole_set_is_no_hint(tmp_path):
    write_class_folders(tmp_path / "fruits", FRUITS.class_names, count=1)
    (tmp_path / "fruits" / "test").rename(tmp_path / "fruits" / "100x100_test")
    (tmp_path / "fruits" / "100x100").mkdir()
    (tmp_path / "fruits" / "100x100_test").rename(tmp_path / "fruits" / "100x100" / "test")
    assert set(read(tmp_path / "fruits", FRUITS)) == {"train", "test"}


def test_class_folders_come_mixed_and_in_the_same_order_every_time(cifar_folders):
    first, second = read(cifar_folders, CIFAR)["train"], read(cifar_folders, CIFAR)["train"]
    assert first.paths == second.paths
    assert len(set(first.labels[:10])) > 3


@settings(max_examples=40, deadline=None)
@given(
    array=hnp.arrays(np.uint8, hnp.array_shapes(min_dims=3, max_dims=3, min_side=1, max_side=12)), packed=st.booleans()
)
def test_idx_round_trip(array, packed):
    data_ = idx_bytes(array)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("x.gz" if packed else "x")
        path.write_bytes(gzip.compress(data_, 1) if packed else data_)
        np.testing.assert_array_equal(idx.read_idx(path, ("train", "images"), Path(folder), MNIST), array)


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(0, 400), packed=st.booleans())
def test_idx_cut_anywhere_is_told(cut, packed):
    whole = idx_bytes(np.arange(400, dtype=np.uint8).reshape(4, 10, 10))
    whole = gzip.compress(whole, 1) if packed else whole
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("cut.gz" if packed else "cut")
        path.write_bytes(whole[: min(cut, len(whole) - 1)])
        with pytest.raises(DataError, match=r"cut"):
            idx.read_idx(path, ("train", "images"), Path(folder), MNIST)


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def _spoil(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 0xFF
    path.write_bytes(whole)


def _repack(change):
    def damage(path: Path) -> None:
        path.write_bytes(gzip.compress(change(gzip.decompress(path.read_bytes())), 1))

    return damage


IMAGES, LABELS = "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"


@pytest.mark.parametrize(
    ("file", "damage", "says"),
    [
        (IMAGES, _truncate, "truncated"),
        (IMAGES, _spoil, "corrupt|truncated"),
        (IMAGES, lambda path: path.write_bytes(HTML), "web page"),
        (IMAGES, lambda path: path.write_bytes(gzip.compress(HTML)), "web page"),
        (IMAGES, lambda path: path.write_bytes(b""), "truncated"),
        (IMAGES, _repack(lambda whole: whole[:-500]), "truncated.*header says"),
        (IMAGES, _repack(lambda whole: whole + b"more"), "too long"),
        (IMAGES, _repack(lambda whole: b"\0\0\x0d" + whole[3:]), "magic number"),
        (IMAGES, _repack(lambda whole: idx_bytes(np.zeros((TRAIN, 20, 20)))), "20×20, not uint8 of 28×28"),
        (LABELS, _repack(lambda whole: idx_bytes(np.zeros(TRAIN - 1))), "119 labels for 120 images"),
        (LABELS, _repack(lambda whole: idx_bytes(np.full(TRAIN, 11))), "a label 11"),
        (LABELS, lambda path: path.unlink(), "lacks train-labels-idx1-ubyte"),
    ],
)
def test_broken_idx_is_an_error_that_names_file_and_cure(mnist, file, damage, says):
    damage(mnist / file)
    with pytest.raises(DataError, match=says) as caught:
        data.load("mnist")
    assert file.removesuffix(".gz") in str(caught.value)
    assert "dlcv data get mnist" in str(caught.value)
    assert "dlcv data add mnist" in str(caught.value)
    assert str(mnist.parent) not in str(caught.value)


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:2000]), "truncated"),
        (lambda path: path.write_bytes(HTML), "web page"),
        (lambda path: np.savez(path, x_train=np.zeros(3)), "lacks the arrays y_train"),
        (_spoil, "corrupt|truncated"),
        (
            lambda path: np.savez(
                path, x_train=np.array([None] * 5), y_train=np.zeros(5), x_test=np.zeros(5), y_test=np.zeros(5)
            ),
            "corrupt",
        ),
    ],
)
def test_broken_npz(data_dir, damage, says):
    damage(write_npz(data_dir / "mnist" / "mnist.npz"))
    with pytest.raises(DataError, match=says) as caught:
        data.load("mnist")
    assert "mnist/mnist.npz" in str(caught.value)


class _Evil:
    def __reduce__(self):
        return (exec, ("raise SystemExit('the pickle was run')",))


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda path: path.write_bytes(pickle.dumps(_Evil())), r"asks for (builtins|__builtin__)\.exec"),
        (lambda path: path.write_bytes(path.read_bytes()[:-40]), "truncated or corrupt|not a batch"),
        (lambda path: path.write_bytes(HTML), "web page"),
        (lambda path: path.write_bytes(b""), "empty"),
        (lambda path: path.write_bytes(pickle.dumps({b"labels": [1]})), "no `data` array"),
        (lambda path: path.write_bytes(pickle.dumps([1, 2])), "no `data` array"),
    ],
)
def test_broken_or_tampered_pickles(data_dir, damage, says):
    write_pickles(data_dir / "cifar10" / "cifar-10-batches-py")
    damage(data_dir / "cifar10" / "cifar-10-batches-py" / "data_batch_3")
    with pytest.raises(DataError, match=says) as caught:
        data.load("cifar10")
    assert "data_batch_3" in str(caught.value)


def test_missing_batch(data_dir):
    write_pickles(data_dir / "cifar10")
    (data_dir / "cifar10" / "data_batch_4").unlink()
    with pytest.raises(DataError, match="lacks data_batch_4"):
        data.load("cifar10")


def test_class_without_images(cifar_folders):
    for path in (cifar_folders / "train" / "frog").iterdir():
        path.unlink()
    with pytest.raises(DataError, match=r"cifar10/train/frog/ holds no images"):
        data.load("cifar10")


def test_class_missing_split_missing_and_class_too_many(cifar_folders):
    (cifar_folders / "train" / "zebra").mkdir()
    with pytest.raises(DataError, match="'zebra' that is no class"):
        data.load("cifar10")
    (cifar_folders / "train" / "zebra").rmdir()
    shutil.rmtree(cifar_folders / "train" / "frog")
    with pytest.raises(DataError, match="lacks the train images of class 'frog'"):
        data.load("cifar10")
    shutil.rmtree(cifar_folders / "train")
    with pytest.raises(DataError, match="has no train folder"):
        data.load("cifar10")


def test_folder_with_something_else(data_dir):
    (data_dir / "mnist").mkdir(parents=True)
    (data_dir / "mnist" / "notes.txt").write_text("hello")
    with pytest.raises(DataError, match="holds nothing that reads as mnist: expected the four idx files"):
        data.load("mnist")
    (data_dir / "mnist" / "archive.zip").write_bytes(b"PK")
    with pytest.raises(DataError, match=re.escape("dlcv data add mnist PATH/archive.zip")):
        data.load("mnist")


@pytest.mark.parametrize("form", ["jpg", "png", "bmp"])
@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
        lambda path: path.write_bytes(HTML),
        lambda path: path.write_bytes(b""),
    ],
    ids=["truncated", "web page", "empty"],
)
def test_an_image_that_does_not_decode_is_listed_and_skipped(data_dir, capsys, form, damage):
    write_class_folders(data_dir / "cifar10", CIFAR.class_names, count=12, form=form)
    damage(data_dir / "cifar10" / "train" / "cat" / f"0003.{form}")
    dataset = data.load("cifar10", validation=0)
    images, labels = dataset.arrays("train")
    assert (len(images), len(labels), dataset.size("train")) == (119, 119, 120)
    assert f"skipped cifar10/train/cat/0003.{form}" in capsys.readouterr().out
    report = data.verify("cifar10")
    assert report.undecodable == (f"cifar10/train/cat/0003.{form}",)
    assert report.counts["train"]["cat"] == 11
    assert f"0003.{form}" in str(report)


def test_more_than_one_percent_undecodable_is_an_error(cifar_folders):
    (cifar_folders / "train" / "cat" / "0003.jpg").write_bytes(b"")
    dataset = data.load("cifar10", validation=0)
    with pytest.raises(DataError, match=r"1 of 60 images do not decode, more than 1 % \(cifar10/train/cat/0003.jpg\)"):
        dataset.arrays("train")


def test_idx_header_that_promises_the_world(mnist):
    (mnist / IMAGES).write_bytes(gzip.compress(struct.pack(">BBBBIII", 0, 0, 8, 3, 2**31, 28, 28) + b"\0" * 50))
    with pytest.raises(DataError, match="truncated"):
        data.load("mnist")
