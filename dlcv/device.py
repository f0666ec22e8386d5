"""GPU or CPU, settled with TensorFlow's device configuration before TensorFlow initialises.

`configure` reads `DLCV_DEVICE` (`auto`, `cpu`, `gpu`, `gpu:N`) and does what a careful person would do by
hand with `tf.config`: choose the visible devices, let GPU memory grow, and compute in mixed precision on
request where the GPU has tensor cores.

Reference: TensorFlow guides "Use a GPU" and "Mixed precision".
Taught in: notebooks/03.1
"""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from dlcv import settings
from dlcv.errors import DeviceError

__all__ = ["Device", "configure", "cores", "describe", "import_tensorflow", "quiet_stderr", "strategy", "thread_shares"]

# Mixed precision pays from Volta on: the first generation with tensor cores.
_TENSOR_CORES_SINCE = (7, 0)
_DRIVER = "/dev/nvidiactl"  # what the NVIDIA driver puts there on Linux


@dataclass(frozen=True)
class Device:
    """Where TensorFlow computes.

    Attributes:
        kind: "cpu" or "gpu".
        name: the processor or GPU model, as its driver names it.
        count: GPUs in use, or cores of the CPU.
        memory_growth: whether GPU memory is taken as needed instead of all at once.
        mixed_precision: whether layers compute in float16 and keep their weights in float32.
    """

    kind: str
    name: str
    count: int
    memory_growth: bool = False
    mixed_precision: bool = False

    def __str__(self) -> str:
        if self.kind == "cpu":
            return f"CPU ({self.count} core{'s' if self.count != 1 else ''})"
        several = f"{self.count} × " if self.count > 1 else ""
        half = ", mixed precision" if self.mixed_precision else ""
        return f"GPU ({several}{self.name}{half})"


# What was wished for, what came of it, and whether every GPU in use has tensor cores.
_settled: tuple[str, Device, bool] | None = None


@contextlib.contextmanager
def quiet_stderr() -> Iterator[None]:
    """Hold back what C++ writes to standard error, and show it only if the block fails.

    TensorFlow greets every process without a GPU with several lines that look like errors and are none.
    They come from C++ before any Python setting takes effect, so the file descriptor itself is turned away.

    Example:
        >>> with quiet_stderr():
        ...     _ = os.write(2, b"I0000 service.cc:146] XLA service initialized")

    Taught in: notebooks/03.1
    """
    if sys.stderr is not None:
        sys.stderr.flush()
    try:
        keep = os.dup(2)
    except OSError:  # a process without a standard error, such as pythonw on Windows: nothing to hold back
        yield
        return
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            held.seek(0)
            with os.fdopen(os.dup(keep), "wb") as real:
                real.write(held.read())
            raise
        finally:
            os.dup2(keep, 2)
            os.close(keep)


def import_tensorflow() -> Any:
    """Import TensorFlow without its start-up noise and return the module."""
    if "tensorflow" in sys.modules:
        return sys.modules["tensorflow"]
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with quiet_stderr():
        import tensorflow as tf

        # The first look for GPUs is what makes the driver complain where there is none.
        tf.config.list_physical_devices("GPU")
    return tf


def cores() -> int:
    """Return how many CPU cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def thread_shares(at_once: int) -> dict[str, str]:
    """Return the environment variables that let several processes compute side by side without slowing each other.

    Left alone, TensorFlow and NumPy start a thread a core in every process.

    Args:
        at_once: how many processes run at a time, 1 or more.

    Returns:
        Value by name of the variable; empty for a single process, which may have all cores.

    Example:
        >>> sorted(thread_shares(2))[:2]
        ['OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS']
    """
    if at_once < 2:
        return {}
    # TensorFlow's threads sleep when there is nothing to do. Twice the share keeps the cores busy while other
    # processes import or plot; a bare share made training slower than it need be, by 40 % on two busy cores.
    double = str(max(1, 2 * cores() // at_once))
    # NumPy's OpenBLAS waits in a busy loop instead: one thread too many, and a training takes six times as long.
    share = str(max(1, cores() // at_once))
    return {
        "TF_NUM_INTRAOP_THREADS": double,
        "TF_NUM_INTEROP_THREADS": double,
        "OMP_NUM_THREADS": double,
        "OPENBLAS_NUM_THREADS": share,
    }


def _why_no_gpu(tf: Any) -> str:
    """Say what stands between this machine and a GPU, and the cure."""
    if os.environ.get("CUDA_VISIBLE_DEVICES", "0").strip() in ("", "-1"):
        return "the variable CUDA_VISIBLE_DEVICES hides every GPU; unset it and start Python again"
    if platform.system() == "Darwin":
        return "TensorFlow itself has no GPU build for macOS; use DLCV_DEVICE=cpu, or Colab for a GPU"
    if platform.system() == "Windows":
        return (
            "TensorFlow has had no GPU build for native Windows since 2.11; install the course inside WSL2, "
            "or use DLCV_DEVICE=cpu"
        )
    if not Path(_DRIVER).exists() and shutil.which("nvidia-smi") is None:
        return "no NVIDIA driver was found (no nvidia-smi); use DLCV_DEVICE=auto or cpu, or a machine with a GPU"
    if not tf.test.is_built_with_cuda():
        return "this TensorFlow was built without CUDA; reinstall with: pip install -e '.[gpu]'"
    return (
        "a driver is there but TensorFlow could not load CUDA; install its libraries with: pip install -e '.[gpu]', "
        "and check that nvidia-smi runs"
    )


def _chosen_gpus(tf: Any, wanted: str, gpus: list[Any]) -> list[Any]:
    """Return the GPUs that `wanted` asks for; none means the CPU."""
    if wanted == "cpu" or (wanted == "auto" and not gpus):
        return []
    if not gpus:
        raise DeviceError(f"DLCV_DEVICE={wanted} asks for a GPU, but TensorFlow sees none: {_why_no_gpu(tf)}.")
    if ":" not in wanted:
        return gpus
    index = int(wanted.split(":")[1])
    if index >= len(gpus):
        there = ", ".join(f"gpu:{i}" for i in range(len(gpus)))
        raise DeviceError(f"DLCV_DEVICE={wanted} asks for a GPU that is not there. There are: {there}.")
    return [gpus[index]]


def _processor_name() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine() or "unknown processor"


def _settle(tf: Any, gpus: list[Any]) -> tuple[Device, bool]:
    """Apply the choice with `tf.config`, before TensorFlow creates its context; return also if it has tensor cores."""
    tf.config.set_visible_devices(gpus, "GPU")
    if not gpus:
        return Device("cpu", _processor_name(), cores()), False
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
    tensor_cores = all(d.get("compute_capability", (0, 0)) >= _TENSOR_CORES_SINCE for d in details)
    return Device("gpu", details[0].get("device_name", "GPU"), len(gpus), memory_growth=True), tensor_cores


def configure(device: str | None = None, *, mixed_precision: bool | None = None) -> Device:
    """Choose where TensorFlow computes; the first call in a process settles it.

    Args:
        device: "auto", "cpu", "gpu" or "gpu:N"; `DLCV_DEVICE` when omitted.
        mixed_precision: compute in float16 where the GPU has tensor cores (ignored elsewhere, since a CPU
            only gets slower); `DLCV_MIXED_PRECISION` when omitted.

    Returns:
        What was settled. Calling again with the same wish returns the same.

    Raises:
        DeviceError: the GPU is not there, or TensorFlow has already started with another choice.
        SettingsError: `device` is not a device.

    Example:
        >>> configure("cpu").kind  # doctest: +SKIP
        'cpu'

    Taught in: notebooks/03.1
    """
    global _settled
    wishes = settings.read() if device is None else settings.read({**os.environ, "DLCV_DEVICE": device})
    wanted = wishes.device
    half = wishes.mixed_precision if mixed_precision is None else mixed_precision
    if _settled is not None and _settled[0] == wanted:
        _, place, tensor_cores = _settled
    else:
        tf = import_tensorflow()
        gpus = _chosen_gpus(tf, wanted, tf.config.list_physical_devices("GPU"))
        try:
            with quiet_stderr():
                place, tensor_cores = _settle(tf, gpus)
        except RuntimeError as error:
            raise DeviceError(
                f"TensorFlow has already started with other settings, so DLCV_DEVICE={wanted} comes too late. "
                "Restart the kernel and call dlcv.start() first."
            ) from error
    place = replace(place, mixed_precision=half and tensor_cores)
    _settled = (wanted, place, tensor_cores)
    _set_precision(place)
    return place


def _set_precision(device: Device) -> None:
    import keras

    keras.mixed_precision.set_global_policy("mixed_float16" if device.mixed_precision else "float32")


def describe() -> Device:
    """Return the device that is settled, settling it from the environment if nothing is yet."""
    return _settled[1] if _settled is not None else configure()


def strategy() -> Any:
    """Return the `tf.distribute` strategy for the settled device.

    Several GPUs get a `MirroredStrategy`, the same one at every call; one GPU or a CPU gets TensorFlow's default
    strategy, under whose scope a model is built as usual.

    Example:
        >>> with strategy().scope():  # doctest: +SKIP
        ...     model = dlcv.models.mnist_cnn()

    Taught in: notebooks/03.1
    """
    device = describe()
    if device.kind == "gpu" and device.count > 1:
        return _mirrored()
    return import_tensorflow().distribute.get_strategy()


@cache
def _mirrored() -> Any:
    # TensorFlow does not let the variables of one strategy be used under another, so there is only one.
    return import_tensorflow().distribute.MirroredStrategy()
