"""What a row of the catalogue says: a data set's classes, shape, files and licence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["DatasetInfo", "RemoteFile"]


@dataclass(frozen=True)
class RemoteFile:
    """A published file.

    Attributes:
        name: the file's name, also on disk.
        size: bytes, as published.
        hash: "md5:…" or "sha256:…" of the file as published. "" where nobody publishes one: such a file must have the
            published size, an archive's own checksums must hold, every image in it decode, and their number be the
            one of `counts`. That finds what breaks on the way, not what somebody changes on purpose.
        urls: addresses that serve these very bytes, the preferred one first.
    """

    name: str
    size: int
    hash: str
    urls: tuple[str, ...]


@dataclass(frozen=True)
class DatasetInfo:
    """A data set's row in the catalogue.

    Attributes:
        name: what `dlcv.data.load` is called with.
        title: the name that its authors gave it.
        what: a sentence on what it shows.
        class_names: the classes; a label is an index into it.
        image_shape: height, width, channels.
        counts: images in each split of the official distribution.
        validation: images that are set aside from the training split for validation.
        licence: the licence, as far as its authors state one.
        homepage: where it is described.
        files: what is downloaded.
        layouts: the formats that are read, in order of preference; keys of `dlcv.data.readers.READERS`.
        contents: published hash of what is on disk, by file name; an idx file is named without `.gz`, and hashed
            uncompressed, so that a recompressed copy is recognised too.
        class_aliases: other spellings of class folders.
        hints: words in a path that tell this set from another one of the same format that lies beside it.
        chapters: the chapters that use it.
        kaggle: the set's handle at Kaggle: fetched there when no file of `files` can be had.
        by_hand: what a person can do who has no account, for sets that only Kaggle serves; an imperative.
        held_out: the published split that is our test split, where there is no folder `test`: some authors call
            "validation" what they report their results on.
        others: whether further class folders are left out; an error otherwise.
    """

    name: str
    title: str
    what: str
    class_names: tuple[str, ...]
    image_shape: tuple[int, int, int]
    counts: Mapping[str, int]
    validation: int
    licence: str
    homepage: str
    files: tuple[RemoteFile, ...]
    layouts: tuple[str, ...]
    contents: Mapping[str, str]
    chapters: tuple[int, ...]
    class_aliases: Mapping[str, str] = field(default_factory=dict)
    hints: tuple[str, ...] = ()
    kaggle: str | None = None
    by_hand: str = ""
    held_out: str = "test"
    others: bool = False

    @property
    def download_bytes(self) -> int:
        """Bytes that `dlcv data get` transfers; 0 for a set that only Kaggle serves, since its releases grow."""
        return sum(file.size for file in self.files)

    @property
    def download(self) -> str:
        """What `dlcv data get` transfers, for tables: such as "12 MB" or "Kaggle"."""
        return f"{self.download_bytes / 1e6:,.0f} MB" if self.files else "Kaggle"
