"""The design's question: Schoenfeld's events, and the hazard ratio either way round."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from retnet_core.analysis import design, survival
from retnet_core.analysis.time_to_event import TimeToEvent
from retnet_core.methods import HAND, SECOND
from tests.validation import agree


def hpfs(
    arms: tuple[str, ...] = ("TAE", "cTACE", "DEB-TACE"), endpoint: str = "hpfs"
) -> TimeToEvent:
    rng = np.random.default_rng(7)
    frame = pd.DataFrame(
        {
            "days": rng.integers(1, 900, 90),
            "event": rng.random(90) < 0.6,
            "arm": rng.choice(list(arms), 90),
        }
    )
    return TimeToEvent.from_frame(frame, endpoint)


@pytest.mark.parametrize(
    ("ratio", "alpha", "power", "events"),
    [
        # 4 (1.959964 + z)^2 / log(1.78)^2 by hand: 94.4 with z = 0.841621, 126.4 with 1.281552,
        # and 140.5 with 2.575829 + 0.841621; 65.3 at a ratio of 2.
        (1.78, 0.05, 0.8, 95),
        (1 / 1.78, 0.05, 0.8, 95),
        (1.78, 0.05, 0.9, 127),
        (1.78, 0.01, 0.8, 141),
        (2.0, 0.05, 0.8, 66),
    ],
)
def test_events_needed_by_schoenfeld(ratio: float, alpha: float, power: float, events: int) -> None:
    needed = design.events_needed(ratio, alpha, power)
    agree("events_needed", needed, events, reference=HAND, rtol=0)


def test_the_gauge_reads_either_way_round() -> None:
    tte = hpfs()
    forth, back = design.gauge(tte), design.gauge(tte, reference="cTACE", level="TAE")
    assert forth.design_hr == 1 / 1.78
    assert back.design_hr == 1.78
    turned = [1 / back.hr, 1 / back.upper]
    agree("design_hr", [forth.hr, forth.lower], turned, reference=SECOND, rtol=1e-9)
    assert (forth.events_level, forth.n_level) == (back.events_reference, back.n_reference)
    assert "1/1.78" in forth.method
    assert "1/1.78" not in back.method


def test_only_the_two_arms_enter() -> None:
    tte = hpfs()
    two = TimeToEvent.from_frame(tte.frame[tte.frame["arm"] != "DEB-TACE"], "hpfs")
    found = design.gauge(tte)
    expected = survival.hazard_ratios(two, reference="TAE").table.iloc[0]
    limits = expected[["hr", "lower", "upper"]]
    agree("design_hr", [found.hr, found.lower, found.upper], limits, reference=SECOND, rtol=0)
    assert found.hr != survival.hazard_ratios(tte).table["hr"].iloc[0]
    assert found.events == two.frame["event"].sum()
    assert found.n_level + found.n_reference == len(two.frame)


def test_assumptions_are_said_and_nothing_is_judged() -> None:
    found = design.gauge(hpfs(), alpha=0.1, power=0.9)
    assert found.events_needed == design.events_needed(1.78, 0.1, 0.9)
    assert any("alpha of 0.1 and a power of 90% are assumed" in note for note in found.notes)
    other = design.gauge(hpfs(endpoint="os"))
    assert "The design's hazard ratio is of hPFS; this is OS." in other.notes
    words = " ".join([found.method, *found.notes]).casefold()
    assert not any(verdict in words for verdict in ("met", "fail", "success", "reject", "signific"))


@pytest.mark.parametrize("arms", [("TAE",), ("cTACE",), ("DEB-TACE",)])
def test_an_arm_without_patients_gives_no_ratio(arms: tuple[str, ...]) -> None:
    found = design.gauge(hpfs(arms))
    assert math.isnan(found.hr)
    assert any("fewer than two groups have patients" in note for note in found.notes)
    assert found.events_needed == 95


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"level": "DEB-TACE"}, "compares TAE and cTACE, not 'DEB-TACE'"),
        ({"level": "TAE"}, "compares TAE and cTACE"),
        ({"alpha": 0.0}, "alpha"),
        ({"power": 1.0}, "power"),
        ({"alpha": 0.5, "power": 0.4}, "must be below power"),
    ],
)
def test_what_cannot_be_is_refused(asked: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        design.gauge(hpfs(), **asked)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no number of events"):
        design.events_needed(1.0)
