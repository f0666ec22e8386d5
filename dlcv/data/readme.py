"""The page `datasets/README.md`, made from the catalogue: `python -m dlcv.data.readme` writes it."""

from __future__ import annotations

from dlcv import settings
from dlcv.data import catalogue

__all__ = ["render"]

_TOP = """# Data sets

Data lands in this folder (or in `DLCV_DATA_DIR`), a folder a data set; nothing in it but this page is committed. This
table is generated from the catalogue by `python -m dlcv.data.readme`.

"""
_END = """
## How to get them

| command | what it does |
|---|---|
| `dlcv data list` | shows what is here |
| `dlcv data info mnist` | shows a row of the catalogue: addresses, hashes, licence |
| `dlcv data get mnist` | downloads, checks the published hash, unpacks; resumes where it broke off |
| `dlcv data add mnist PATH` | installs a folder, a `.zip`, `.tar.gz` or `.tgz` of yours, which is left as it is |
| `dlcv data verify mnist` | reads every image and label, and compares with the published hashes |

`dlcv.data.load("mnist")` takes what lies here, else downloads, else generates a small sample, and says which. Without a
network it asks for 3 seconds, once. `DLCV_OFFLINE=1` never asks; `DLCV_SAMPLE=1` takes the sample straight away.

Nobody publishes a hash of `cats_vs_dogs`: its download must have the published size, its archive's own checksums must
hold, every image must decode, and their number must be right. That finds what breaks on the way, not what somebody
changes on purpose. Its authors' folder `validation` is the course's test split; validation images are set aside from
the training split.

`fruits360` lies at Kaggle. `dlcv data get fruits360` fetches it through the package `kagglehub`
(`python -m pip install kagglehub`), which reads a token from `KAGGLE_API_TOKEN`, `~/.kaggle/access_token`,
`KAGGLE_USERNAME` with `KAGGLE_KEY`, or `~/.kaggle/kaggle.json`, and does without one where Kaggle lets it; `load` goes
there by itself only where there is a token. Without any account: "Code", "Download ZIP" at
<https://github.com/fruits-360/fruits-360-100x100>, then `dlcv data add fruits360 PATH`. The 30 classes in use are
copied, further ones are left out.

A data set that is here but broken is an error that names the file; it is never replaced by the sample.
"""
_LAYOUTS = {
    "idx": "idx files, gzipped or not",
    "npz": "Keras's `.npz`",
    "cifar_pickle": "pickled batches",
    "class_folders": "`train/<class>/`, `{held_out}/<class>/` of images",
}


def render() -> str:
    """Return the page's text."""
    lines = [
        "| name | what it shows | classes | image | train / test | download | layouts | licence | chapters |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name in catalogue.names():
        info = catalogue.info(name)
        cells = (
            f"`{name}`",
            f"[{info.title}]({info.homepage}): {info.what}",
            str(len(info.class_names)),
            "×".join(map(str, info.image_shape)),
            " / ".join(f"{count:,}" for count in info.counts.values()),
            info.download,
            "; ".join(_LAYOUTS[layout].format(held_out=info.held_out) for layout in info.layouts),
            info.licence,
            ", ".join(map(str, info.chapters)),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return _TOP + "\n".join(lines) + "\n" + _END


if __name__ == "__main__":
    page = settings.project_root() / "datasets" / "README.md"
    page.parent.mkdir(exist_ok=True)
    page.write_text(render(), encoding="utf-8")
    print(f"wrote datasets/{page.name}")
