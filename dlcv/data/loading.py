"""`load`: local files, else a download, else a generated sample; and a record of which it was."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dlcv import settings
from dlcv.data import catalogue
from dlcv.data.catalogue import DatasetInfo

if TYPE_CHECKING:
    from dlcv.data.dataset import Dataset
    from dlcv.data.splits import Split

__all__ = ["forget_sources", "load", "sources"]

_sources: dict[str, str] = {}


def sources() -> dict[str, str]:
    """Return name → source ("local", "download", "sample") of all that was loaded since `forget_sources()`."""
    return dict(_sources)


def forget_sources() -> None:
    """Start the record of `sources()` anew."""
    _sources.clear()


def load(
    name: str,
    *,
    limit: int | None = None,
    limit_eval: int | None = None,
    image_size: tuple[int, int] | None = None,
    validation: float | None = None,
    seed: int = 42,
) -> Dataset:
    """Load a data set: from local files, else by download, else a generated sample. Prints one line that says which.

    Args:
        name: one of `dlcv.data.names()`.
        limit: at most so many training images, spread evenly over the classes.
        limit_eval: the same for the validation and for the test images; they stay whole otherwise.
        image_size: (height, width) in pixels to resize to; the data set's own when omitted.
        validation: share of the official training images, 0 ≤ share < 1, to set aside for validation where the
            distribution has no validation split. MNIST's default leaves 55,000 / 5,000.
        seed: chooses the images of `limit` and of the validation split; the same seed chooses the same ones.

    Returns:
        The data set, see `Dataset`. The test split is the official one in its official order.

    Raises:
        DataError: the name is unknown; local files are broken; a download began and failed everywhere.

    Example:
        >>> digits = dlcv.data.load("mnist", limit=10_000)  # doctest: +SKIP
        mnist: local, 10,000 train / 5,000 validation / 10,000 test images of 28×28×1, 10 classes

    Taught in: notebooks/01.1
    """
    info = catalogue.info(name)
    for what, value in (("limit", limit), ("limit_eval", limit_eval)):
        if value is not None and value < 1:
            raise ValueError(f"{what} is {value}: it must be at least 1, or None for all images")
    if validation is not None and not 0 <= validation < 1:
        raise ValueError(f"validation is {validation}: it is a share of the training images, 0 ≤ share < 1")
    splits, source, why = _resolve(info)

    from dlcv.data.dataset import Dataset
    from dlcv.data.splits import choose_evenly

    if "validation" not in splits:
        splits = _carve(splits, info, validation, seed)
    for split, most in (("train", limit), ("validation", limit_eval), ("test", limit_eval)):
        if most is not None and most < len(splits[split]):
            splits[split] = splits[split].take(choose_evenly(splits[split].labels, most, seed))
    if image_size is not None:
        splits = {split: held.resized(tuple(image_size)) for split, held in splits.items()}
    dataset = Dataset(info, splits, source)
    _sources[name] = source
    print(dataset.summary() + _stand_in(info, why) if source == "sample" else dataset.summary())
    return dataset


def _resolve(info: DatasetInfo) -> tuple[dict[str, Split], str, str]:
    """Return the splits, their source, and for a sample the reason."""
    from dlcv.data import readers, samples

    asked = settings.read()
    if asked.sample:
        return samples.make(info.name), "sample", "DLCV_SAMPLE=1"
    folder: Path = asked.data_dir / info.name
    if not readers.is_empty(folder):
        return readers.read(readers.find(folder, info), info), "local", ""
    if asked.offline:
        return samples.make(info.name), "sample", "DLCV_OFFLINE=1 and no local files"
    from dlcv.data import fetch, install

    try:
        folder = install.get(info.name, asked=False)
    except fetch.UnreachableError as error:
        return samples.make(info.name), "sample", f"no local files and {error.why}"
    return readers.read(readers.find(folder, info), info), "download", ""


def _carve(splits: dict[str, Split], info: DatasetInfo, share: float | None, seed: int) -> dict[str, Split]:
    """Set validation images aside from the training split, every class in its own proportion."""
    import numpy as np

    from dlcv.data.splits import choose_stratified

    train = splits["train"]
    share = info.validation / info.counts["train"] if share is None else share
    chosen = choose_stratified(train.labels, round(share * len(train)), seed)
    kept = np.setdiff1d(np.arange(len(train)), chosen, assume_unique=True)
    return splits | {"train": train.take(kept), "validation": train.take(chosen)}


def _stand_in(info: DatasetInfo, why: str) -> str:
    return (
        f"; generated stand-ins, not the real {info.title} ({why}): for the real images type "
        f"`dlcv data get {info.name}` or `dlcv data add {info.name} PATH`"
    )
