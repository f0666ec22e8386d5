"""A notebook's first line, `pick`, and the figures it promises."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import dlcv
from dlcv import data, settings
from dlcv.errors import SettingsError
from dlcv.lesson import Lesson, Metric
from dlcv.lesson import start as start_lesson


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in settings.VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("DLCV_DEVICE", "cpu")
    data.forget_sources()


@pytest.fixture
def lesson() -> Lesson:
    return Lesson("08.2", "quick", 42, None)


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Data set → source, as if they had been loaded."""
    sources: dict[str, str] = {}
    monkeypatch.setattr(data, "sources", lambda: dict(sources))
    return sources


# -- pick


@pytest.mark.parametrize(("profile", "epochs"), [("quick", 1), ("lecture", 4), ("full", 10)])
def test_pick_takes_the_value_of_the_profile(profile: str, epochs: int) -> None:
    assert Lesson("08.2", profile, 42, None).pick(quick=1, lecture=4, full=10) == epochs


def test_pick_takes_any_type_and_wants_all_three(lesson: Lesson) -> None:
    assert lesson.pick(quick=None, lecture=[1], full="x") is None
    with pytest.raises(TypeError):
        lesson.pick(quick=1, lecture=2)


# -- expect


def test_what_is_reached_is_printed_and_recorded(
    lesson: Lesson, loaded: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    loaded["mnist"] = "local"
    lesson.expect("test accuracy", 0.9886, at_least=0.985)
    assert capsys.readouterr().out == "✓ test accuracy 0.9886 (at least 0.985, quick, mnist: local)\n"
    assert lesson.metrics == [
        Metric("test accuracy", 0.9886, 0.985, "at_least", "local", "quick", {"mnist": "local"}),
    ]


def test_the_figure_of_2018_stands_beside_one_of_real_data_only(
    lesson: Lesson, loaded: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    loaded["mnist"] = "local"
    lesson.expect("test accuracy", 0.9886, at_least=0.985, reference=0.9931)
    loaded["mnist"] = "sample"
    lesson.expect("test accuracy", 0.9886, at_least=0.985, reference=0.9931)
    assert capsys.readouterr().out.splitlines() == [
        "✓ test accuracy 0.9886 (at least 0.985, quick, mnist: local; in 2018: 0.9931)",
        "✓ test accuracy 0.9886 (at least 0.985, quick, mnist: sample)",
    ]
    assert [metric.reference for metric in lesson.metrics] == [0.9931, 0.9931]


def test_what_falls_short_is_shown_recorded_and_raised_with_advice(
    lesson: Lesson, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(AssertionError, match=r"✗ test accuracy 0\.9 \(at least 0\.95, quick\)\. Restart.*DLCV_PROFILE"):
        lesson.expect("test accuracy", 0.9, at_least=0.95)
    assert capsys.readouterr().out == "✗ test accuracy 0.9 (at least 0.95, quick)\n"
    assert [metric.ok for metric in lesson.metrics] == [False]


def test_the_advice_fits_the_situation(loaded: dict[str, str]) -> None:
    with pytest.raises(AssertionError) as raised:
        Lesson("08.2", "full", 42, None).expect("accuracy", 0, at_least=1)
    assert "DLCV_PROFILE" not in str(raised.value)
    assert "sample" not in str(raised.value)
    loaded["mnist"] = "sample"
    with pytest.raises(AssertionError, match="generated sample"):
        Lesson("08.2", "full", 42, None).expect("accuracy", 0, at_least=1)


@pytest.mark.parametrize(
    ("value", "bound", "ok"),
    [
        (0.5, {"at_least": 0.5}, True),
        (0.49, {"at_least": 0.5}, False),
        (0.5, {"at_most": 0.5}, True),
        (0.51, {"at_most": 0.5}, False),
        (-1, {"at_most": 0}, True),
        (0, {"at_least": 0}, True),
    ],
)
def test_a_bound_itself_is_kept(lesson: Lesson, value: float, bound: dict[str, float], ok: bool) -> None:
    if ok:
        lesson.expect("x", value, **bound)
    else:
        with pytest.raises(AssertionError):
            lesson.expect("x", value, **bound)
    assert lesson.metrics[0].ok is ok


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("bound", ["at_least", "at_most"])
def test_what_is_not_finite_never_passes(lesson: Lesson, value: float, bound: str) -> None:
    with pytest.raises(AssertionError, match=f"✗ loss {value:g}"):
        lesson.expect("loss", value, **{bound: 0.5})


@pytest.mark.parametrize("bounds", [{}, {"at_least": 1, "at_most": 2}])
def test_one_bound_and_no_more(lesson: Lesson, bounds: dict[str, float]) -> None:
    with pytest.raises(TypeError, match="either at_least= or at_most="):
        lesson.expect("x", 1, **bounds)
    assert lesson.metrics == []


def test_a_sample_may_have_a_bound_of_its_own(lesson: Lesson, loaded: dict[str, str]) -> None:
    loaded["mnist"] = "sample"
    lesson.expect("accuracy", 0.85, at_least=0.95, on_sample=0.8)
    assert lesson.metrics[0].floor == 0.8
    loaded["mnist"] = "local"
    with pytest.raises(AssertionError):
        lesson.expect("accuracy", 0.85, at_least=0.95, on_sample=0.8)
    loaded["mnist"] = "sample"
    lesson.expect("error", 0.3, at_most=0.1, on_sample=0.4)
    assert (lesson.metrics[-1].floor, lesson.metrics[-1].direction) == (0.4, "at_most")


@pytest.mark.parametrize(
    ("sources", "one"),
    [
        ({}, "computed"),
        ({"mnist": "local"}, "local"),
        ({"mnist": "local", "cifar10": "download"}, "download"),
        ({"mnist": "local", "cifar10": "sample", "fashion_mnist": "download"}, "sample"),
    ],
)
def test_a_sample_outweighs_every_other_source(
    lesson: Lesson, loaded: dict[str, str], sources: dict[str, str], one: str
) -> None:
    loaded.update(sources)
    lesson.expect("x", 1, at_least=0)
    assert lesson.metrics[0].source == one
    assert lesson.metrics[0].data == sources


def test_numbers_of_numpy_and_tensorflow_are_recorded_as_plain_ones(lesson: Lesson) -> None:
    lesson.expect("x", np.float32(0.5), at_least=np.float64(0.25))
    lesson.expect("y", keras.ops.convert_to_tensor(0.5), at_least=0)
    assert [type(metric.value) for metric in lesson.metrics] == [float, float]
    assert type(lesson.metrics[0].floor) is float


def test_in_a_kernel_the_metric_goes_into_the_outputs_metadata(
    lesson: Lesson, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown: list[tuple[dict[str, Any], dict[str, Any]]] = []
    monkeypatch.setattr("IPython.get_ipython", lambda: object())
    monkeypatch.setattr("IPython.display.publish_display_data", lambda data, metadata: shown.append((data, metadata)))
    lesson.expect("accuracy", 0.97, at_least=0.9)
    assert shown == [
        (
            {"text/plain": "✓ accuracy 0.97 (at least 0.9, quick)"},
            {
                "dlcv": {
                    "metric": {
                        "name": "accuracy",
                        "value": 0.97,
                        "floor": 0.9,
                        "direction": "at_least",
                        "source": "computed",
                        "profile": "quick",
                        "data": {},
                        "reference": None,
                    }
                }
            },
        )
    ]
    assert capsys.readouterr().out == ""
    with pytest.raises(AssertionError):
        lesson.expect("accuracy", float("nan"), at_least=0.9)
    assert json.dumps([metadata for _, metadata in shown], allow_nan=False), "what is kept must be strict JSON"


# -- start


def test_start_answers_with_one_line_that_names_no_path(capsys: pytest.CaptureFixture[str]) -> None:
    lesson = start_lesson("08.2", seed=7)
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert out.startswith("Lesson 08.2 · profile lecture · CPU (")
    assert f"Keras {keras.__version__}" in out
    assert "data: local, else download, else sample" in out
    for folder in (Path.home(), Path.cwd(), settings.project_root()):
        assert str(folder) not in out
    assert (lesson.section, lesson.profile, lesson.seed, lesson.device.kind) == ("08.2", "lecture", 7, "cpu")
    assert "profile='lecture'" in repr(lesson)


@pytest.mark.parametrize(
    ("variable", "policy"), [("DLCV_SAMPLE", "data: samples only"), ("DLCV_OFFLINE", "data: local, else sample")]
)
def test_start_tells_where_data_may_come_from(
    variable: str, policy: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(variable, "1")
    start_lesson("08.2")
    assert policy in capsys.readouterr().out


def test_the_profile_comes_from_the_argument_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLCV_PROFILE", "full")
    assert start_lesson("08.2").profile == "full"
    assert start_lesson("08.2", profile="Quick").profile == "quick"


def test_unknown_profile_misspelt_variable_and_unknown_device(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="Did you mean 'quick'"):
        start_lesson("08.2", profile="quik")
    monkeypatch.setenv("DLCV_SMAPLE", "1")
    with pytest.raises(SettingsError, match="Did you mean 'DLCV_SAMPLE'"):
        start_lesson("08.2")
    monkeypatch.delenv("DLCV_SMAPLE")
    monkeypatch.setenv("DLCV_DEVICE", "gpuu")
    with pytest.raises(SettingsError, match="Did you mean 'gpu'"):
        start_lesson("08.2")


@pytest.mark.parametrize("section", ["8.2", "082", "08.", "08.2.1", "", "08.2\n", "chapter 8"])
def test_a_malformed_section_is_refused(section: str) -> None:
    with pytest.raises(SettingsError, match=r"A section looks like '08\.2'"):
        start_lesson(section)


def test_the_same_seed_gives_the_same_numbers_everywhere() -> None:
    import random

    def drawn(seed: int) -> tuple[float, float, list[float]]:
        start_lesson("08.2", seed=seed)
        layer = keras.layers.Dense(4)
        layer.build((None, 3))
        return random.random(), float(np.random.rand()), layer.get_weights()[0].ravel().tolist()  # noqa: NPY002

    assert drawn(42) == drawn(42)
    assert drawn(42) != drawn(43)


def test_start_forgets_what_an_earlier_lesson_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLCV_SAMPLE", "1")
    dlcv.data.load("mnist")
    assert data.sources() == {"mnist": "sample"}
    start_lesson("08.2")
    assert data.sources() == {}


# -- import


def _python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    return done.stdout.strip()


def test_importing_dlcv_imports_nothing_heavy() -> None:
    code = (
        "import sys, dlcv, dlcv.settings, dlcv.errors; dir(dlcv); print(*{name.split('.')[0] for name in sys.modules})"
    )
    loaded = set(_python(code).split())
    assert not loaded & {"tensorflow", "keras", "cv2", "matplotlib", "numpy", "sklearn", "scipy", "IPython"}


def test_importing_dlcv_is_quick() -> None:
    # The best of several: what else the machine does at the moment is not the point.
    code = "import time; t = time.perf_counter(); import dlcv; print(time.perf_counter() - t)"
    assert min(float(_python(code)) for _ in range(3)) < 0.3


def test_every_public_name_is_there_and_no_other() -> None:
    names = _python("import dlcv; print(*[name for name in dir(dlcv) if getattr(dlcv, name) is None])")
    assert names == ""
    assert "start" in dir(dlcv)
    with pytest.raises(AttributeError, match="module 'dlcv' has no attribute 'begin'"):
        _ = dlcv.begin
