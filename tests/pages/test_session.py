"""Results are computed once for all visitors, and dropped with what they are of."""

from __future__ import annotations

import gc
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

from pages._ui.session import compute
from retnet_core.analysis.time_to_event import TimeToEvent


def some() -> TimeToEvent:
    return TimeToEvent.from_frame(pd.DataFrame({"days": [1.0, 2.0], "event": [True, False]}))


def test_visitors_who_ask_at_once_share_one_computation() -> None:
    calls = []
    together = threading.Barrier(8)

    def slow(tte: TimeToEvent, factor: int) -> list[float]:
        calls.append(factor)
        return [day * factor for day in tte.frame["days"]]

    def visitor(_: int) -> list[float]:
        together.wait()
        return compute(slow, tte, factor=3)

    tte = some()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(visitor, range(8)))
    assert calls == [3]
    assert all(answer is answers[0] for answer in answers)
    assert compute(slow, some(), factor=3) is not answers[0]


def test_a_failure_is_raised_and_not_kept() -> None:
    tte = some()
    fails = [True, False]

    def once(_: TimeToEvent) -> str:
        if fails.pop(0):
            raise ValueError("no such endpoint")
        return "fine"

    with pytest.raises(ValueError, match="no such endpoint"):
        compute(once, tte)
    assert compute(once, tte) == "fine"


def test_what_was_computed_of_a_result_goes_with_it() -> None:
    tte = some()
    derived = compute(lambda _: some(), tte)
    gone = weakref.ref(derived)
    del derived, tte
    gc.collect()
    assert gone() is None
