"""How long a piece of work takes, measured so that one slow moment of the machine does not count.

Taught in: notebooks/03.1
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

__all__ = ["milliseconds"]


def milliseconds(work: Callable[[], object], repeats: int = 9) -> float:
    """Return the median time of calling a function.

    A first call is not counted: it may compile, allocate memory or fill caches. Where TensorFlow computes on a GPU, the
    clock waits until the result is there.

    Args:
        work: a function without arguments, such as `lambda: model(images)`.
        repeats: how many calls to time, 1 or more.

    Returns:
        Milliseconds a call.

    Raises:
        ValueError: `repeats` is below 1.

    Example:
        >>> milliseconds(lambda: sum(range(1000)), repeats=3) < 1000
        True

    Taught in: notebooks/03.1
    """
    if repeats < 1:
        raise ValueError(f"repeats is {repeats}; at least one call is needed to measure its time")
    tensorflow = sys.modules.get("tensorflow")  # who has not imported it does not compute with it

    def wait() -> None:
        if tensorflow is not None:
            tensorflow.test.experimental.sync_devices()

    work()
    times = []
    for _ in range(repeats):
        wait()
        begin = time.perf_counter()
        work()
        wait()
        times.append(time.perf_counter() - begin)
    return 1000 * statistics.median(times)
