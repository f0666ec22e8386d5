"""What is told about a data set on disk: its state by a cheap look, and what a full reading found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dlcv.data import catalogue

__all__ = ["Report", "Status"]


@dataclass(frozen=True)
class Status:
    """What lies on disk under a data set's name, by a cheap look.

    Attributes:
        state: "local", "missing" or "broken".
        detail: for a broken one, what is wrong and the cure.
    """

    state: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.state}: {self.detail}" if self.detail else self.state


@dataclass(frozen=True)
class Report:
    """What `verify` found when it read everything.

    Attributes:
        name: the data set.
        layout: the format it lies in.
        counts: split → class → number of images.
        undecodable: images that do not decode, and are skipped when they are at most 1 %.
        hashes: file → True where its contents are the published ones, False where they differ, None where no hash
            is published. Differing is information: many a copy is recompressed or converted, and good.
    """

    name: str
    layout: str
    counts: Mapping[str, Mapping[str, int]]
    undecodable: tuple[str, ...]
    hashes: Mapping[str, bool | None]

    def total(self, split: str) -> int:
        """Return the number of images in a split."""
        return sum(self.counts[split].values())

    def __str__(self) -> str:
        splits = ", ".join(f"{self.total(split):,} {split}" for split in sorted(self.counts, reverse=True))
        lines = [f"{self.name}: reads as {self.layout}, {splits} images"]
        for split, classes in sorted(self.counts.items(), reverse=True):
            lines.append(f"  {split}: " + ", ".join(f"{label} {count:,}" for label, count in classes.items()))
        words = {True: "the published contents", False: "differs from the published file (it reads all the same)"}
        lines += [f"  {file}: {words[same]}" for file, same in self.hashes.items() if same is not None]
        if not any(same is not None for same in self.hashes.values()):
            other = ": the authors distribute it in another layout" if catalogue.info(self.name).contents else ""
            lines.append(f"  no published hash to compare with{other}")
        if self.undecodable:
            lines.append(f"  {len(self.undecodable)} do not decode and are skipped: {', '.join(self.undecodable)}")
        return "\n".join(lines)
