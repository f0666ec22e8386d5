"""The device is settled with TensorFlow's device configuration; GPUs are simulated here."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from dlcv import device
from dlcv.errors import DeviceError, SettingsError

VOLTA, PASCAL = (7, 0), (6, 1)


@dataclass
class Machine:
    """Stands in for `tf.config` on a machine with GPUs, and remembers what it was told."""

    gpus: list[str]
    capabilities: list[tuple[int, int]] = field(default_factory=list)
    started: bool = False
    visible: list[str] | None = None
    growth: dict[str, bool] = field(default_factory=dict)
    changes: int = 0

    def _change(self) -> None:
        if self.started:
            raise RuntimeError("Visible devices cannot be modified after being initialized")
        self.changes += 1

    def set_visible_devices(self, devices: list[str], kind: str) -> None:
        assert kind == "GPU"
        self._change()
        self.visible = list(devices)

    def set_memory_growth(self, gpu: str, enable: bool) -> None:
        self._change()
        self.growth[gpu] = enable

    def get_device_details(self, gpu: str) -> dict[str, Any]:
        capabilities = self.capabilities or [VOLTA] * len(self.gpus)
        return {"device_name": "Test GPU", "compute_capability": capabilities[self.gpus.index(gpu)]}


@pytest.fixture(autouse=True)
def unsettled(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Begin without a settled device, without DLCV_ variables, and leave no policy behind."""
    for name in [name for name in os.environ if name.startswith("DLCV_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(device, "_settled", None)
    device._mirrored.cache_clear()
    yield
    device._mirrored.cache_clear()
    import keras

    keras.mixed_precision.set_global_policy("float32")


@pytest.fixture
def simulate(monkeypatch: pytest.MonkeyPatch):
    """Return a function that puts GPUs into the machine."""
    tf = device.import_tensorflow()

    def build(count: int, *capabilities: tuple[int, int]) -> Machine:
        machine = Machine([f"gpu-{i}" for i in range(count)], list(capabilities))
        monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind=None: machine.gpus if kind == "GPU" else [])
        monkeypatch.setattr(tf.config, "set_visible_devices", machine.set_visible_devices)
        monkeypatch.setattr(tf.config.experimental, "set_memory_growth", machine.set_memory_growth)
        monkeypatch.setattr(tf.config.experimental, "get_device_details", machine.get_device_details)
        return machine

    return build


def policy() -> str:
    import keras

    return keras.mixed_precision.global_policy().name


def test_auto_without_a_gpu_is_the_cpu(simulate) -> None:
    machine = simulate(0)
    place = device.configure()
    assert place.kind == "cpu"
    assert place.count == device.cores() >= 1
    assert place.name
    assert machine.visible == []
    assert str(place) == f"CPU ({place.count} core{'s' if place.count != 1 else ''})"


def test_real_tensorflow_after_its_start_accepts_the_same_choice_again() -> None:
    tf = device.import_tensorflow()
    if tf.config.list_physical_devices("GPU"):
        pytest.skip("another test may have started TensorFlow on the GPU, and then the CPU comes too late")
    assert device.configure("cpu").kind == "cpu"
    assert int(tf.constant(1) + 1) == 2  # TensorFlow is initialised now
    assert device.configure("cpu").kind == "cpu"
    assert device.describe().kind == "cpu"


def test_auto_takes_every_gpu_and_lets_their_memory_grow(simulate) -> None:
    machine = simulate(2)
    place = device.configure()
    assert (place.kind, place.count, place.name, place.memory_growth) == ("gpu", 2, "Test GPU", True)
    assert machine.visible == ["gpu-0", "gpu-1"]
    assert machine.growth == {"gpu-0": True, "gpu-1": True}
    assert str(place) == "GPU (2 × Test GPU)"


def test_cpu_hides_the_gpus(simulate) -> None:
    machine = simulate(2)
    assert device.configure("cpu").kind == "cpu"
    assert machine.visible == []
    assert machine.growth == {}


def test_the_variable_chooses_one_gpu(simulate, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = simulate(3)
    monkeypatch.setenv("DLCV_DEVICE", "GPU:1")
    place = device.configure()
    assert (place.kind, place.count) == ("gpu", 1)
    assert machine.visible == ["gpu-1"]
    assert machine.growth == {"gpu-1": True}


@pytest.mark.parametrize("wanted", ["gpu", "gpu:0"])
def test_a_gpu_that_is_not_there_is_an_error_with_why_and_cure(simulate, monkeypatch, wanted: str) -> None:
    machine = simulate(0)
    monkeypatch.setattr(device.platform, "system", lambda: "Linux")
    monkeypatch.setattr(device.shutil, "which", lambda name: None)
    monkeypatch.setattr(device, "_DRIVER", "no-such-file")
    monkeypatch.setenv("DLCV_DEVICE", wanted)
    with pytest.raises(DeviceError, match=f"DLCV_DEVICE={wanted} asks for a GPU") as caught:
        device.configure()
    assert "no NVIDIA driver" in str(caught.value)
    assert "use DLCV_DEVICE=auto or cpu" in str(caught.value)
    assert machine.visible is None, "nothing may be changed by a wish that fails"
    assert device.configure("auto").kind == "cpu", "and another wish still works"


@pytest.mark.parametrize(
    ("system", "driver", "cuda", "hidden", "why"),
    [
        ("Darwin", False, False, None, "no GPU build for macOS"),
        ("Windows", True, False, None, "WSL2"),
        ("Linux", True, False, None, "built without CUDA"),
        ("Linux", True, True, None, "could not load CUDA"),
        ("Linux", True, True, "-1", "CUDA_VISIBLE_DEVICES hides"),
        ("Linux", True, True, "", "CUDA_VISIBLE_DEVICES hides"),
    ],
)
def test_why_there_is_no_gpu(simulate, monkeypatch, system, driver, cuda, hidden, why) -> None:
    simulate(0)
    tf = device.import_tensorflow()
    monkeypatch.setattr(device.platform, "system", lambda: system)
    monkeypatch.setattr(device.shutil, "which", lambda name: "nvidia-smi" if driver else None)
    monkeypatch.setattr(tf.test, "is_built_with_cuda", lambda: cuda)
    if hidden is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", hidden)
    with pytest.raises(DeviceError, match=why):
        device.configure("gpu")


def test_a_gpu_number_out_of_range_lists_those_there_are(simulate) -> None:
    simulate(2)
    with pytest.raises(DeviceError, match=r"gpu:5 asks for a GPU that is not there. There are: gpu:0, gpu:1"):
        device.configure("gpu:5")


@pytest.mark.parametrize(("typed", "nearest"), [("gpuu", "gpu"), ("cpuu", "cpu"), ("gpu:x", "gpu:0"), ("aut", "auto")])
def test_an_unknown_device_suggests_the_nearest(typed: str, nearest: str) -> None:
    with pytest.raises(SettingsError, match=f"Did you mean '{nearest}'"):
        device.configure(typed)


def test_configuring_the_same_again_changes_nothing(simulate) -> None:
    machine = simulate(1)
    first = device.configure("gpu")
    changes = machine.changes
    machine.started = True
    assert device.configure("gpu") == first == device.describe()
    assert machine.changes == changes


def test_another_wish_after_the_start_is_a_clear_error(simulate) -> None:
    machine = simulate(2)
    device.configure("gpu:0")
    machine.started = True
    with pytest.raises(DeviceError, match=r"DLCV_DEVICE=cpu comes too late.*Restart the kernel"):
        device.configure("cpu")
    assert device.describe().kind == "gpu", "what was settled still holds"


@pytest.mark.parametrize(
    ("capabilities", "wish", "mixed"),
    [
        ((VOLTA,), True, True),
        ((VOLTA,), False, False),
        ((PASCAL,), True, False),
        ((VOLTA, PASCAL), True, False),
        ((VOLTA, (9, 0)), True, True),
        ((), True, False),
    ],
)
def test_mixed_precision_only_on_request_and_where_every_gpu_has_tensor_cores(
    simulate, capabilities, wish, mixed
) -> None:
    simulate(len(capabilities), *capabilities)
    place = device.configure(mixed_precision=wish)
    assert place.mixed_precision is mixed
    assert policy() == ("mixed_float16" if mixed else "float32")
    assert ("mixed precision" in str(place)) is mixed


def test_mixed_precision_by_variable(simulate, monkeypatch: pytest.MonkeyPatch) -> None:
    simulate(1)
    monkeypatch.setenv("DLCV_MIXED_PRECISION", "1")
    assert device.configure().mixed_precision
    assert policy() == "mixed_float16"


def test_mixed_precision_can_be_changed_after_the_start(simulate) -> None:
    machine = simulate(1)
    assert not device.configure("gpu").mixed_precision
    machine.started = True
    assert device.configure("gpu", mixed_precision=True).mixed_precision
    assert policy() == "mixed_float16"
    assert not device.configure("gpu", mixed_precision=False).mixed_precision
    assert policy() == "float32"


def test_strategy_is_tensorflows_default_on_one_device(simulate) -> None:
    simulate(0)
    tf = device.import_tensorflow()
    assert device.strategy() is tf.distribute.get_strategy()
    assert device.strategy().num_replicas_in_sync == 1


def test_strategy_mirrors_over_several_gpus_and_stays_the_same(simulate, monkeypatch: pytest.MonkeyPatch) -> None:
    simulate(2)
    tf = device.import_tensorflow()
    monkeypatch.setattr(tf.distribute, "MirroredStrategy", lambda: SimpleNamespace(num_replicas_in_sync=2))
    first = device.strategy()
    assert first.num_replicas_in_sync == 2
    assert device.strategy() is first


def test_strategy_is_the_default_on_one_gpu(simulate) -> None:
    simulate(1)
    assert device.strategy() is device.import_tensorflow().distribute.get_strategy()


def test_quiet_stderr_holds_back_what_c_code_writes(capfd: pytest.CaptureFixture[str]) -> None:
    with device.quiet_stderr():
        os.write(2, b"noise from C++\n")
    print("after", file=sys.stderr)
    assert capfd.readouterr().err == "after\n"


def test_quiet_stderr_replays_on_failure(capfd: pytest.CaptureFixture[str]) -> None:
    def fails() -> None:
        with device.quiet_stderr():
            os.write(2, b"the reason, from C++\n")
            raise RuntimeError("it failed")

    with pytest.raises(RuntimeError, match="it failed"):
        fails()
    print("after", file=sys.stderr)
    assert capfd.readouterr().err == "the reason, from C++\nafter\n"


def test_quiet_stderr_works_without_a_standard_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(_: int) -> int:
        raise OSError(9, "Bad file descriptor")

    monkeypatch.setattr(device.os, "dup", closed)
    monkeypatch.setattr(device.sys, "stderr", None)
    done = []
    with device.quiet_stderr():
        done.append(True)
    assert done
