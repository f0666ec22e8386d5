"""A folder a class, within a folder a split: at any depth, in any letter case."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from dlcv.data.catalogue import DatasetInfo
from dlcv.data.readers.found import Found, cure, walk
from dlcv.data.splits import FileSplit, Undecodable
from dlcv.errors import DataError

__all__ = ["LAYOUT", "check", "find", "read"]

LAYOUT = "folders of images, train/<class>/ and {held_out}/<class>/ (classes {classes})"
_SPLITS = {
    "train": {"train", "training", "trainset", "trainingset"},
    "validation": {"validation", "valid", "val", "validationset"},
    "test": {"test", "testing", "testset"},
}
_IMAGES = (".jpg", ".jpeg", ".png", ".bmp", ".ppm", ".pgm", ".tif", ".tiff", ".webp")
# Files of a class lie together; a fixed shuffle mixes them so that the first images of a split are of all classes.
_ORDER_SEED = 0
contents = None  # nobody publishes hashes of single images


class _Root(NamedTuple):
    """A folder whose subfolders are classes: its split, the folder of every class, and the folders of no class."""

    split: str
    path: Path
    classes: dict[int, Path]
    strangers: list[str]


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def find(folder: Path, info: DatasetInfo) -> Found | None:
    """List the class folders of every split: `files` maps (split, class index) to a folder."""
    known = {_plain(name): index for index, name in enumerate(info.class_names)}
    known |= {_plain(alias): info.class_names.index(name) for alias, name in info.class_aliases.items()}
    numbers = {str(index): index for index in range(len(info.class_names))}
    candidates: list[_Root] = []
    for parent, folders, _ in walk(folder):
        plain = {_plain(name): name for name in folders}
        table = numbers if folders and all(name.isdigit() for name in folders) else known
        classes = {table[key]: parent / name for key, name in plain.items() if key in table}
        split = _split_of(parent, folder)
        if len(classes) >= 2 and split is not None:
            strangers = [name for key, name in plain.items() if key not in table]
            candidates.append(_Root(split, parent, classes, strangers))
    roots: dict[str, _Root] = {}
    for root in _own(candidates, folder, info):
        shown = root.path.relative_to(folder).as_posix()
        if root.split in roots:
            first = roots[root.split].path.relative_to(folder).as_posix()
            raise DataError(
                f"{folder.name}/ holds two {root.split} splits ({first}/ and {shown}/): which one is meant? "
                f"Name its folder: `dlcv data add {info.name} PATH`."
            )
        if root.strangers and not info.others:
            raise DataError(
                f"{folder.name}/{shown}/ has a folder {root.strangers[0]!r} that is no class of {info.name}. "
                f"{cure(info)}"
            )
        roots[root.split] = root
    if "test" not in roots and info.held_out in roots:
        roots["test"] = roots.pop(info.held_out)
    if not roots:
        return None
    return Found(
        "class_folders",
        folder,
        {(split, label): path for split, root in roots.items() for label, path in sorted(root.classes.items())},
    )


def _own(candidates: list[_Root], folder: Path, info: DatasetInfo) -> list[_Root]:
    """Leave those whose path has one of the data set's hints, where they make a whole set: another lies beside it."""
    hinted = [
        root
        for root in candidates
        if any(hint in root.path.relative_to(folder).as_posix().lower() for hint in info.hints)
    ]
    splits = {root.split for root in hinted}
    return hinted if "train" in splits and splits & {"test", info.held_out} else candidates


def check(found: Found, info: DatasetInfo) -> None:
    """See that both splits have all classes and that no class is without images."""
    for split in ("train", "test"):
        if not any(part == split for part, _ in found.files):
            wanted = info.held_out if split == "test" else split
            raise DataError(f"{found.root.name}/ has no {wanted} folder with a folder a class. {cure(info)}")
    for split in {part for part, _ in found.files}:
        for label, name in enumerate(info.class_names):
            path = found.files.get((split, label))
            if path is None:
                raise DataError(f"{found.root.name}/ lacks the {split} images of class {name!r}. {cure(info)}")
            if not any(True for _ in _images(path)):
                shown = path.relative_to(found.root).as_posix()
                raise DataError(f"{found.root.name}/{shown}/ holds no images. {cure(info)}")


def read(found: Found, info: DatasetInfo) -> dict[str, FileSplit]:
    """List the images of every split; they are decoded when they are asked for."""
    check(found, info)
    splits = {}
    for split in sorted({part for part, _ in found.files}):
        paths: list[str] = []
        labels: list[int] = []
        for label in range(len(info.class_names)):
            folder = found.files[split, label]
            prefix = folder.relative_to(found.root).as_posix()
            images = sorted(_images(folder))
            paths += [f"{prefix}/{name}" for name in images]
            labels += [label] * len(images)
        order = np.random.default_rng(_ORDER_SEED).permutation(len(paths))
        splits[split] = FileSplit(
            found.root,
            [paths[index] for index in order],
            np.asarray(labels, np.int64)[order],
            info.image_shape,
            Undecodable(len(paths), cure(info)),
        )
    return splits


def _images(folder: Path) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.lower().endswith(_IMAGES) and not entry.name.startswith("."):
                yield entry.name


def _split_of(path: Path, root: Path) -> str | None:
    """Return the split that the innermost fitting part of a path names."""
    for part in reversed((Path(root.name) / path.relative_to(root)).parts):
        for split, spellings in _SPLITS.items():
            if _plain(part) in spellings:
                return split
    return None
