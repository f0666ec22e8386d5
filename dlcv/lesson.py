"""A notebook's first line: profile, device, seed, and the figures it promises to reach.

Taught in: notebooks/01.1
"""

from __future__ import annotations

import math
import platform
import re
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from dlcv import data, settings
from dlcv.errors import SettingsError

__all__ = ["Lesson", "Metric", "start"]

T = TypeVar("T")
_SAMPLE = "sample"


@dataclass(frozen=True)
class Metric:
    """A figure that a notebook reached, as `results.json` records it.

    Attributes:
        name: what was measured, such as "test accuracy".
        value: the figure.
        floor: the bound it must keep.
        direction: "at_least" or "at_most".
        source: where the data came from: "local", "download", "sample", or "computed" without a data set.
            "sample" wins if any data set of the lesson is one, so that no figure passes for a real one.
        profile: "quick", "lecture" or "full".
        data: source by data set.
        reference: what the course of 2018 reported for the same measurement on the real data, if it did.
    """

    name: str
    value: float
    floor: float
    direction: str
    source: str
    profile: str
    data: dict[str, str] = field(default_factory=dict)
    reference: float | None = None

    @property
    def ok(self) -> bool:
        """Whether the value keeps its bound; one that is infinite or not a number never does."""
        if not math.isfinite(self.value):
            return False
        return self.value >= self.floor if self.direction == "at_least" else self.value <= self.floor

    def __str__(self) -> str:
        sources = ", ".join(f"{name}: {source}" for name, source in self.data.items())
        where = f"{self.profile}, {sources}" if sources else self.profile
        bound = self.direction.replace("_", " ")
        # Beside a figure of a generated sample the one of the real set would mislead.
        earlier = "" if self.reference is None or self.source == _SAMPLE else f"; in 2018: {self.reference:.4g}"
        return f"{'✓' if self.ok else '✗'} {self.name} {self.value:.4g} ({bound} {self.floor:.4g}, {where}{earlier})"


class Lesson:
    """A running lesson: what `dlcv.start` returns.

    Attributes:
        section: the section's number, such as "08.2".
        profile: "quick", "lecture" or "full".
        seed: the seed that every random choice of the lesson follows.
        device: where TensorFlow computes, a `dlcv.device.Device`.
        metrics: what `expect` has recorded so far.
    """

    def __init__(self, section: str, profile: str, seed: int, device: Any) -> None:
        self.section = section
        self.profile = profile
        self.seed = seed
        self.device = device
        self.metrics: list[Metric] = []

    def __repr__(self) -> str:
        return f"Lesson({self.section!r}, profile={self.profile!r}, seed={self.seed}, device={str(self.device)!r})"

    def pick(self, *, quick: T, lecture: T, full: T) -> T:
        """Return the value of the running profile.

        Example:
            >>> Lesson("08.2", "quick", 42, None).pick(quick=1, lecture=4, full=10)
            1
        """
        return {"quick": quick, "lecture": lecture, "full": full}[self.profile]

    def expect(
        self,
        name: str,
        value: float,
        *,
        at_least: float | None = None,
        at_most: float | None = None,
        on_sample: float | None = None,
        reference: float | None = None,
    ) -> None:
        """Check a figure against the bound that the lesson promises, and record it.

        Args:
            name: what was measured, such as "test accuracy".
            value: the figure, a finite number.
            at_least: the floor. Give either this or `at_most`.
            at_most: the ceiling.
            on_sample: the bound instead, where a data set of this lesson is a generated sample.
            reference: what the course of 2018 reported for it; `dlcv results` sets it beside the figure.

        Raises:
            AssertionError: the figure misses its bound; the message says what to try.
            TypeError: neither or both bounds are given.
        """
        if (at_least is None) == (at_most is None):
            raise TypeError("expect() takes either at_least= or at_most=")
        sources = data.sources()
        source = _one_source(sources)
        bound = at_least if at_least is not None else at_most
        if on_sample is not None and source == _SAMPLE:
            bound = on_sample
        direction = "at_least" if at_least is not None else "at_most"
        metric = Metric(name, float(value), float(bound), direction, source, self.profile, sources, reference)
        self.metrics.append(metric)
        if math.isfinite(metric.value):  # JSON, which results are kept in, has no nan; the error below tells it
            _publish(metric)
        if not metric.ok:
            raise AssertionError(f"{metric}. {self._advice(metric)}")

    def _advice(self, metric: Metric) -> str:
        hints = ["Restart the kernel and run all cells from the top, so that the seed applies."]
        if metric.source == _SAMPLE:
            hints.append("The figure comes from a generated sample; the real set may do better: dlcv data list.")
        if self.profile != "full":
            hints.append("A longer profile trains more: DLCV_PROFILE=full.")
        hints.append("If you changed the code, compare with the saved notebook.")
        return " ".join(hints)


def _one_source(sources: dict[str, str]) -> str:
    """Sum up the sources of several data sets in one word; a sample outweighs all."""
    kinds = set(sources.values())
    for kind in (_SAMPLE, "download", "local"):
        if kind in kinds:
            return kind
    return "computed"


def _publish(metric: Metric) -> None:
    """Show the metric; in a kernel, put it into the output's metadata too, where `dlcv run` collects it."""
    try:
        from IPython import get_ipython
    except ImportError:  # a plain script without Jupyter
        get_ipython = None
    if get_ipython is None or get_ipython() is None:
        print(metric)
        return
    from IPython.display import publish_display_data

    publish_display_data({"text/plain": str(metric)}, metadata={"dlcv": {"metric": asdict(metric)}})


def _data_policy(config: settings.Settings) -> str:
    if config.sample:
        return "samples only"
    return "local, else sample" if config.offline else "local, else download, else sample"


def start(section: str, *, seed: int = 42, profile: str | None = None) -> Lesson:
    """Begin a lesson: settle the device, seed every random generator, and say so in one line.

    Call it before anything else that uses TensorFlow.

    Args:
        section: the section's number, such as "08.2".
        seed: any integer from 0 to 2³² − 1; the same seed gives the same results on the same machine.
        profile: "quick", "lecture" or "full"; `DLCV_PROFILE` when omitted.

    Returns:
        The lesson, with `pick` and `expect`.

    Raises:
        SettingsError: an unknown profile or device, a misspelt `DLCV_` variable, a malformed section.
        DeviceError: `DLCV_DEVICE` asks for a GPU that is not there.

    Example:
        >>> lesson = start("08.2", seed=42)  # doctest: +SKIP
        >>> epochs = lesson.pick(quick=1, lecture=4, full=10)  # doctest: +SKIP

    Taught in: notebooks/01.1
    """
    config = settings.read()
    chosen = settings.check_profile(profile) if profile else config.profile
    if not re.fullmatch(r"\d\d\.\d{1,2}", section):
        raise SettingsError(f"A section looks like '08.2', not {section!r}: chapter with two digits, dot, number.")
    from dlcv import device

    place = device.configure()
    tf = device.import_tensorflow()
    import keras

    keras.utils.set_random_seed(seed)
    if config.deterministic:
        tf.config.experimental.enable_op_determinism()
    data.forget_sources()
    print(
        f"Lesson {section} · profile {chosen} · {place} · Python {platform.python_version()}, "
        f"TensorFlow {tf.__version__}, Keras {keras.__version__} · data: {_data_policy(config)}"
    )
    return Lesson(section, chosen, seed, place)
