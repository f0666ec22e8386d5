"""The stopwatch: the median of the calls after the first."""

from __future__ import annotations

import itertools
import time

import pytest

from dlcv.timing import milliseconds


def test_the_first_call_and_a_slow_one_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = 0.0
    durations = itertools.chain([5.0], [0.010, 0.010, 3.0, 0.011, 0.009])

    def work() -> None:
        nonlocal clock
        clock += next(durations)

    monkeypatch.setattr(time, "perf_counter", lambda: clock)
    assert milliseconds(work, repeats=5) == pytest.approx(10)
    assert next(durations, None) is None, "every call was made"


def test_a_real_wait_is_measured() -> None:
    assert 5 <= milliseconds(lambda: time.sleep(0.005), repeats=3) < 500


def test_no_call_is_no_measurement() -> None:
    with pytest.raises(ValueError, match="repeats is 0"):
        milliseconds(lambda: None, repeats=0)
