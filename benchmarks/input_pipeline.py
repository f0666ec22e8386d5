"""Measure `dlcv.data.pipeline` against `model.fit` on arrays in memory, and its memory against the number of files.

Run by hand, on a machine that does nothing else:

    python benchmarks/input_pipeline.py            # both
    python benchmarks/input_pipeline.py --only speed --images 20000 --repeats 5
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


def _compiled_mnist_cnn():
    from dlcv import models

    model = models.mnist_cnn()
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def measure_speed(count: int, batch_size: int, repeats: int) -> dict[str, float]:
    """Time one epoch each way, in turns, so that a change of the machine's speed meets both alike."""
    import keras
    import numpy as np

    from dlcv.data import pipeline
    from dlcv.data.splits import ArraySplit

    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (count, 28, 28, 1), dtype=np.uint8)
    labels = rng.integers(0, 10, count)
    split = pipeline.images(ArraySplit(images, labels))
    as_float = images.astype(np.float32)
    keras.utils.set_random_seed(0)
    ways = {
        "pipeline": lambda: {"x": pipeline.batches(split, batch_size, shuffle=True)},
        "fit on uint8 arrays": lambda: {"x": images, "y": labels, "batch_size": batch_size, "shuffle": True},
        "fit on float32 arrays": lambda: {"x": as_float, "y": labels, "batch_size": batch_size, "shuffle": True},
    }
    networks = {way: _compiled_mnist_cnn() for way in ways}
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for repeat in range(repeats + 1):
        for way, arguments in ways.items():
            start = time.perf_counter()
            networks[way].fit(**arguments(), epochs=1, verbose=0)
            if repeat:  # the first one also traces the graph
                seconds[way].append(time.perf_counter() - start)
    medians = {way: statistics.median(times) for way, times in seconds.items()}
    pairs = zip(seconds["pipeline"], seconds["fit on uint8 arrays"], strict=True)
    return medians | {"ratio": statistics.median(ours / theirs for ours, theirs in pairs)}


def _memory_of(folder: str) -> None:
    """Stream all files of a folder for two epochs, and print the peak of resident memory in MB (Linux)."""
    import tensorflow as tf

    from dlcv.data import catalogue, pipeline, readers

    info = catalogue.info("cifar10")
    split = readers.read(readers.find(Path(folder), info), info)["train"]
    seen = 0
    for _ in range(2):
        for images, _labels in pipeline.batches(pipeline.images(split), 64, shuffle=True):
            seen += int(tf.shape(images)[0])
    # Not getrusage: its peak includes that of the process that started this one.
    status = Path("/proc/self/status").read_text().split()
    print(json.dumps({"peak_mb": int(status[status.index("VmHWM:") + 1]) / 1024, "seen": seen}))


def measure_memory(counts: list[int]) -> dict[int, float]:
    """Stream folders of more and more files, each in a process of its own; held decoded, each would be 3 kB."""
    import cv2
    import numpy as np

    from dlcv.data import catalogue

    info = catalogue.info("cifar10")
    rng = np.random.default_rng(0)
    peaks = {}
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            for split, images in (("train", count), ("test", 10)):
                for index in range(images):
                    path = Path(folder, split, info.class_names[index % 10], f"{index:06}.jpg")
                    path.parent.mkdir(parents=True, exist_ok=True)
                    # Noise that differs from file to file: nothing to share, little to compress.
                    cv2.imwrite(str(path), rng.integers(0, 256, (64, 64, 3), dtype=np.uint8))
            command = [sys.executable, __file__, "--memory-of", folder]
            output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            peaks[count] = json.loads(output.strip().splitlines()[-1])["peak_mb"]
    return peaks


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=["speed", "memory"])
    parser.add_argument("--images", type=int, default=20_000, help="images an epoch, for the speed")
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument(
        "--files", type=int, nargs="+", default=[1_000, 20_000], help="numbers of files, for the memory"
    )
    parser.add_argument("--memory-of", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.memory_of:
        _memory_of(asked.memory_of)
        return
    if asked.only != "memory":
        print(f"one epoch of the MNIST CNN on {asked.images:,} images, batches of {asked.batch_size}:")
        for what, value in measure_speed(asked.images, asked.batch_size, asked.repeats).items():
            unit = "(pipeline / fit on uint8 arrays)" if what == "ratio" else "s"
            print(f"  {what:24} {value:6.3f} {unit}")
    if asked.only != "speed":
        print("peak of resident memory while streaming files of 64×64 pixels, two shuffled epochs:")
        for count, peak in measure_memory(asked.files).items():
            print(f"  {count:7,} files {peak:8.0f} MB")


if __name__ == "__main__":
    main()
