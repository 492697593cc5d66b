"""Results in paragraphs: every number worked by hand, and what is said where one is missing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retnet_core.analysis import competing_risks, design, landmark, rmst, subgroups, survival
from retnet_core.analysis._sentences import Comparison
from retnet_core.analysis.competing_risks import CENSORED, DEATH, HEPATIC, OTHER, CompetingRisks
from retnet_core.analysis.time_to_event import TimeToEvent
from retnet_core.protocol import find_endpoint

ODD = 'A <b> & "c" 100%'
NAN = float("nan")


def of_arms(arms: Mapping[str, Sequence[float]], endpoint: str = "os") -> TimeToEvent:
    """Times in months by arm: an event where positive, censored where negative."""
    rows = [(abs(month), month >= 0, arm) for arm, months in arms.items() for month in months]
    frame = pd.DataFrame(rows, columns=["months", "event", "arm"])
    return TimeToEvent.from_frame(frame, endpoint, levels={"arm": tuple(arms)})


def told(
    arms: Mapping[str, Sequence[float]], months: float = 12, reference: str | None = None
) -> str:
    """The summary up to the medians, which tests of the curves hold."""
    km = survival.kaplan_meier(of_arms(arms))
    return survival.summary(km, months, reference).partition(" Median OS")[0]


# Survival


def test_two_groups_differ_by_patients_in_a_hundred() -> None:
    # S(12) = 3/4 and 1/2; variances S(1 - S)/n = 0.046875 and 0.0625; -0.25 +- 1.96 x 0.330719
    assert told({"TAE": [3, -13, 16, -20], "cTACE": [2, 2, -13, -16]}) == (
        "At 12 months an estimated 75% (95% CI 13-96%) of 4 TAE patients and 50% (95% CI 6-84%) of "
        "4 cTACE patients were free of death. Per 100 patients that is 25 fewer with cTACE than "
        "with TAE (95% CI 90 fewer to 40 more)."
    )


def test_a_difference_is_rounded_once_and_says_about_where_the_percentages_differ() -> None:
    # 4/11 = 36.4% and 5/9 = 55.6%: 19.2 more, though 56 - 36 is 20;
    # half width 1.96 sqrt(0.3636 x 0.6364 / 11 + 0.5556 x 0.4444 / 9) = 43.2
    text = told({"TAE": [1] * 7 + [-20] * 4, "cTACE": [1] * 4 + [-20] * 5})
    assert "an estimated 36% (" in text
    assert "and 56% (" in text
    assert text.endswith(
        "Per 100 patients that is about 19 more with cTACE than with TAE (95% CI 24 fewer to 62 "
        "more)."
    )


def test_each_of_three_groups_is_set_against_the_reference() -> None:
    # 1/2, 1/2 and 3/4 of four: half widths 1.96 sqrt(0.0625 + 0.0625) = 69 and 65
    arms = {"TAE": [1, 1, -20, -20], "cTACE": [1, 1, -20, -20], "DEB-TACE": [1, -20, -20, -20]}
    assert told(arms).endswith(
        "Per 100 patients that is as many with cTACE as with TAE (95% CI 69 fewer to 69 more) and "
        "25 more with DEB-TACE (closed) than with TAE (95% CI 40 fewer to 90 more)."
    )
    assert told(arms, reference="DEB-TACE").endswith(
        "Per 100 patients that is 25 fewer with TAE than with DEB-TACE (closed) (95% CI 90 fewer "
        "to 40 more) and 25 fewer with cTACE than with DEB-TACE (closed) (95% CI 90 fewer to 40 "
        "more)."
    )


@pytest.mark.parametrize("others", [[1, 1, 1, 1], [-20, -20, -20, -20]], ids=["all", "none"])
def test_limits_are_left_out_where_a_group_has_had_all_events_or_none(others: list[float]) -> None:
    text = told({"TAE": [1, 1, -20, -20], "cTACE": others})
    word = "more" if others[0] < 0 else "fewer"
    assert text.endswith(f"Per 100 patients that is 50 {word} with cTACE than with TAE.")


def test_limits_past_a_hundred_patients_are_cut() -> None:
    # 2/3 and 1/3 of three: -33.3 +- 1.96 x 38.5 = -108.8 and 42.1
    assert told({"TAE": [1, -20, -20], "cTACE": [1, 1, -20]}).endswith(
        "about 33 fewer with cTACE than with TAE (95% CI 100 fewer to 42 more)."
    )


def test_groups_that_end_before_are_named_and_not_compared() -> None:
    arms = {"TAE": [1, -3], "cTACE": [1, -20], "DEB-TACE": [1, 2, -20]}
    assert told(arms) == (
        "At 12 months an estimated 50% (95% CI 1-91%) of 2 cTACE patients and 33% (95% CI 1-77%) "
        "of 3 DEB-TACE (closed) patients were free of death. Nobody was followed for 12 months: "
        "TAE."
    )
    # 1/3 less 1/2: -16.7 +- 1.96 sqrt(0.125 + 0.074074) = 87.5, cut at 100
    assert (
        "Per 100 patients that is 17 fewer with DEB-TACE (closed) than with cTACE (95% CI 100 "
        "fewer to 71 more). Nobody"
    ) in told(arms, reference="cTACE")
    assert told(arms, months=30) == "Nobody was followed for 30 months: TAE, cTACE and DEB-TACE " \
        "(closed)."  # fmt: skip


def test_one_group_and_nobody_have_no_difference() -> None:
    tte = of_arms({"TAE": [1, 1, -20, -20]})
    alone = "At 12 months an estimated 50% (95% CI 6-84%) of 4 patients were free of death. Median"
    assert survival.summary(survival.kaplan_meier(tte, by=None)).startswith(alone)
    assert "Per 100" not in told({"TAE": [1, 1, -20, -20]})
    none = replace(tte, frame=tte.frame.iloc[:0])
    assert survival.summary(survival.kaplan_meier(none)) == "No patients to show."


def test_names_are_said_as_they_are_and_columns_by_theirs() -> None:
    assert told({ODD: [1, 1, -20, -20], "Z": [1, 1, -20, -20]}).endswith(
        f"of 4 Z patients were free of death. Per 100 patients that is as many with Z as with {ODD}"
        " (95% CI 69 fewer to 69 more)."
    )
    tte = of_arms({"TAE": [1, 1, -20, -20]})
    divided = replace(tte, frame=tte.frame.assign(primary_site=["gut", "unknown"] * 2))
    text = survival.summary(survival.kaplan_meier(divided, by="primary_site"))
    assert "of 2 patients with primary site gut and" in text
    assert "as many with primary site unknown as with primary site gut (" in text
    graded = replace(tte, frame=tte.frame.assign(who_grade=["G1", "unknown"] * 2))
    text = survival.summary(survival.kaplan_meier(graded, by="who_grade"))
    assert "of 2 G1 patients and" in text
    assert "as many with WHO grade unknown as with G1 (" in text


def test_months_are_counted_from_where_time_starts() -> None:
    tte = landmark.from_month(of_arms({"TAE": [1, -20], "cTACE": [10, -20]}), 6)
    assert survival.summary(survival.kaplan_meier(tte)).startswith(
        "At 12 months after the landmark at month 6 an"
    )


def test_a_reference_without_patients_is_refused() -> None:
    with pytest.raises(ValueError, match="no patients in 'DEB-TACE'"):
        told({"TAE": [1, -20], "cTACE": [1, -20]}, reference="DEB-TACE")


times = st.lists(
    st.tuples(st.integers(1, 30), st.booleans(), st.sampled_from(["TAE", "cTACE", "DEB-TACE"])),
    min_size=1,
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(times)
def test_patients_in_a_hundred_are_those_of_the_table_of_differences(
    rows: list[tuple[int, bool, str]],
) -> None:
    frame = pd.DataFrame(rows, columns=["months", "event", "arm"])
    km = survival.kaplan_meier(TimeToEvent.from_frame(frame))
    text = survival.summary(km, 12)
    found = {
        level: float(number) * (1 if word == "more" else -1)
        for number, word, level in re.findall(r"(\d+) (more|fewer) with (\S+)", text)
    } | dict.fromkeys(re.findall(r"as many with (\S+)", text), 0.0)
    table = landmark.differences(km, [12]).table.dropna(subset="difference")
    expected = dict(zip(table["level"], 100 * table["difference"], strict=True))
    assert found.keys() == expected.keys()
    assert all(abs(found[level] - expected[level]) <= 0.5 + 1e-9 for level in expected)


# Differences in words


@pytest.mark.parametrize(
    ("gap", "text"),
    [
        ((6.8, -9.2, 23.0), "7 more with B than with A (95% CI 9 fewer to 23 more)"),
        ((-12.0, -22.6, -1.4), "12 fewer with B than with A (95% CI 1 to 23 fewer)"),
        ((12.0, 1.4, 22.6), "12 more with B than with A (95% CI 1 to 23 more)"),
        # limits that round to 0 keep their side, so that a reader sees whether 0 lies between
        ((7.0, -0.2, 14.2), "7 more with B than with A (95% CI 0 fewer to 14 more)"),
        ((7.0, 0.2, 13.8), "7 more with B than with A (95% CI 0 to 14 more)"),
        ((0.3, -5.0, 5.6), "about as many with B as with A (95% CI 5 fewer to 6 more)"),
        ((0.0, -5.0, 5.0), "as many with B as with A (95% CI 5 fewer to 5 more)"),
        ((3.0, NAN, NAN), "3 more with B than with A"),
    ],
)
def test_a_difference_is_said_without_a_sign(gap: tuple[float, float, float], text: str) -> None:
    assert Comparison("more", "fewer", "many").say(gap, "B", "A") == text


# The design's question

GAUGE = design.Design(
    endpoint=find_endpoint("hpfs"),
    level="cTACE",
    reference="TAE",
    hr=0.9234,
    lower=0.634,
    upper=1.342,
    design_hr=1 / 1.78,
    n_level=75,
    n_reference=76,
    events_level=43,
    events_reference=45,
    events_needed=95,
    alpha=0.05,
    power=0.8,
    method="",
)


def test_the_design_is_said_without_a_verdict() -> None:
    assert design.summary(GAUGE) == (
        "The hazard of hepatic progression or death with cTACE was 0.92 times that with TAE "
        "(95% CI 0.63-1.34); the design expected 0.562 (1/1.78). 88 of the 95 events that the "
        "assumed design needs have happened (TAE 45, cTACE 43)."
    )


def test_the_design_reads_the_other_way_round() -> None:
    turned = replace(
        GAUGE, level="TAE", reference="cTACE", hr=1.083, lower=0.745, upper=1.577, design_hr=1.78,
        events_level=45, events_reference=43,
    )  # fmt: skip
    assert design.summary(turned) == (
        "The hazard of hepatic progression or death with TAE was 1.08 times that with cTACE "
        "(95% CI 0.74-1.58); the design expected 1.78. 88 of the 95 events that the assumed design "
        "needs have happened (cTACE 43, TAE 45)."
    )


@pytest.mark.parametrize(
    ("level", "reference", "text"),
    [
        (0, 0, "0 of the 95 events that the assumed design needs have happened (TAE 0, cTACE 0)."),
        (0, 1, "1 of the 95 events that the assumed design needs has happened (TAE 1, cTACE 0)."),
        (45, 50, "The 95 events that the assumed design needs have happened (TAE 50, cTACE 45)."),
        (52, 51, "103 events have happened (TAE 51, cTACE 52), 8 more than the 95 that the assumed "
         "design needs."),
    ],
)  # fmt: skip
def test_events_are_set_beside_those_needed(level: int, reference: int, text: str) -> None:
    counted = replace(GAUGE, events_level=level, events_reference=reference)
    assert design.summary(counted).endswith(f"0.562 (1/1.78). {text}")


def test_without_an_estimate_the_design_is_said_alone() -> None:
    found = design.gauge(of_arms({"TAE": [1, 2, -3]}, "hpfs"))
    assert design.summary(found) == (
        "The hazard ratio of cTACE over TAE cannot be estimated; the design expected 0.562 "
        "(1/1.78). 2 of the 95 events that the assumed design needs have happened (TAE 2, cTACE 0)."
    )


def test_another_endpoint_is_not_the_designs() -> None:
    assert design.summary(replace(GAUGE, endpoint=find_endpoint("os"))) == (
        "The hazard of death with cTACE was 0.92 times that with TAE (95% CI 0.63-1.34); the "
        "design expected 0.562 (1/1.78) for hPFS. 88 events of OS have happened (TAE 45, cTACE "
        "43); the 95 that the assumed design needs are of hPFS."
    )


# Subgroups


def forest_of(
    reasons: Sequence[str], tests: Sequence[float], overall: str = "", level: str = "cTACE"
) -> subgroups.Forest:
    """A forest whose levels have a ratio or a reason, and whose dimensions have these p-values."""
    levels = [("overall", subgroups.ALL_PATIENTS, overall)]
    levels += [("sex", "unknown" if one == "not compared" else f"s{i}", one)
               for i, one in enumerate(reasons)]  # fmt: skip
    table = pd.DataFrame(levels, columns=["dimension", "level", "reason"])
    table["estimable"] = table["reason"].eq("")
    for name, value in (("hr", 0.9234), ("lower", 0.634), ("upper", 1.342)):
        table[name] = np.where(table["estimable"], value, NAN)
    names = list(subgroups.DIMENSIONS)[: len(tests)]
    return subgroups.Forest(
        endpoint=find_endpoint("hpfs"),
        by="arm",
        level=level,
        reference="TAE",
        table=table,
        interaction=pd.DataFrame({"dimension": names, "p": list(tests)}),
        names=subgroups.DIMENSIONS,
        method="",
    )


def test_a_forest_says_what_was_looked_at() -> None:
    few = "under 5 events in an arm"
    found = forest_of(["", "", few, "no patients in TAE", "not compared"], [0.0844, NAN, 0.3, 0.9])
    assert subgroups.summary(found) == (
        "In all patients the hazard of hepatic progression or death with cTACE was 0.92 times that "
        "with TAE (95% CI 0.63-1.34). 2 of 4 subgroups have a hazard ratio; 2 are too small for "
        "one. The smallest of 3 interaction p-values is 0.084 (WHO grade), before any adjustment "
        "for looking at 3. Subgroups are exploratory."
    )


@pytest.mark.parametrize(
    ("reasons", "text"),
    [
        (["", ""], " 2 of 2 subgroups have a hazard ratio. "),
        (["", "under 5 events in an arm"],
         " 1 of 2 subgroups has a hazard ratio; 1 is too small for "),
        (["", "", "events do not overlap in time"],
         " 2 of 3 subgroups have a hazard ratio; in 1 the events do not overlap in time. "),
    ],
)  # fmt: skip
def test_a_forest_counts_its_subgroups(reasons: list[str], text: str) -> None:
    assert text in subgroups.summary(forest_of(reasons, [0.5]))


@pytest.mark.parametrize(
    ("tests", "text"),
    [
        ([0.3, 0.0002], "The smallest of 2 interaction p-values is < 0.001 (Histologic subtype), "
         "before any adjustment for looking at 2. "),
        ([0.3, NAN], "The only interaction p-value is 0.300 (WHO grade). "),
        ([NAN, NAN], "No interaction could be tested. "),
    ],
)  # fmt: skip
def test_a_forest_says_its_smallest_p_and_of_how_many(tests: list[float], text: str) -> None:
    assert f". {text}Subgroups are" in subgroups.summary(forest_of([""], tests))


def test_a_forest_without_an_overall_ratio_says_why() -> None:
    found = forest_of(
        ["under 5 events in an arm"], [NAN], overall="no events in TAE", level="DEB-TACE"
    )
    assert subgroups.summary(found) == (
        "The hazard ratio of DEB-TACE (closed) over TAE in all patients cannot be estimated: no "
        "events in TAE. 0 of 1 subgroup has a hazard ratio; 1 is too small for one. No "
        "interaction could be tested. Subgroups are exploratory."
    )
    nobody = subgroups.forest(replace(of_arms({"TAE": [1], "cTACE": [2]}),
                                      frame=of_arms({"TAE": [1]}).frame.iloc[:0]))  # fmt: skip
    assert subgroups.summary(nobody) == (
        "The hazard ratio of cTACE over TAE in all patients cannot be estimated: no patients in "
        "cTACE or TAE."
    )


# Restricted means


def test_restricted_means_are_longer_or_shorter() -> None:
    # Areas up to 4 months: 2 + 0.5 x 2 = 3 and 3 + 0.5 x 1 = 3.5. Variances: squared area after
    # each event / (n (n - 1)) = 1/2 and 0.5^2/2; half width 1.96 sqrt(0.625) = 1.5495
    arms = {"TAE": [2, 4], "cTACE": [3, 6]}
    words = "Over the first 4 months the time free of death was on average"
    assert rmst.summary(rmst.rmst(of_arms(arms))) == (
        f"{words} 0.5 months longer with cTACE than with TAE (95% CI 1.0 shorter to 2.0 longer)."
    )
    assert rmst.summary(rmst.rmst(of_arms(arms), reference="cTACE")) == (
        f"{words} 0.5 months shorter with TAE than with cTACE (95% CI 2.0 shorter to 1.0 longer)."
    )
    three = arms | {"DEB-TACE": [2, 4]}
    assert rmst.summary(rmst.rmst(of_arms(three))).endswith(
        "to 2.0 longer) and as long with DEB-TACE (closed) as with TAE (95% CI 2.0 shorter to 2.0 "
        "longer)."
    )


def test_restricted_means_without_limits_or_a_second_group() -> None:
    still = rmst.summary(rmst.rmst(of_arms({"TAE": [-5], ODD: [-5.04]})))
    assert still == (
        f"Over the first 5 months the time free of death was on average as long with {ODD} as with "
        "TAE."
    )
    # 3 +- 1.96 sqrt(1/2)
    assert rmst.summary(rmst.rmst(of_arms({"TAE": [2, 4]}))) == (
        "Over the first 4 months the time free of death was on average 3.0 months (95% CI 1.6-4.4) "
        "with TAE."
    )
    alone = of_arms({"TAE": [-4.26]})
    assert rmst.summary(rmst.rmst(replace(alone, origin="randomisation"))) == (
        "Over the first 4.3 months after randomisation the time free of death was on average 4.3 "
        "months with TAE."
    )


def test_restricted_means_of_nobody_or_of_no_time() -> None:
    tte = of_arms({"TAE": [0, 3], "cTACE": [0]})
    assert rmst.summary(rmst.rmst(tte)) == (
        "No time to average: a group was followed for 0.00 months only."
    )
    assert rmst.summary(rmst.rmst(replace(tte, frame=tte.frame.iloc[:0]))) == "No patients to show."


# Competing risks


def incidence_of(
    arms: dict[str, str], causes: tuple[str, ...] = (HEPATIC, DEATH)
) -> competing_risks.CumulativeIncidence:
    """Events by arm, one patient a month: h, o, d, or . for one followed until month 20."""
    words = {"h": HEPATIC, "o": OTHER, "d": DEATH, "b": "b", ".": CENSORED}
    rows = [
        (20 if one == "." else place + 1, words[one], arm)
        for arm, letters in arms.items()
        for place, one in enumerate(letters)
    ]
    frame = pd.DataFrame(rows, columns=["months", "event", "arm"])
    return competing_risks.cumulative_incidence(CompetingRisks.from_frame(frame, causes))


def test_states_are_said_in_patients_of_a_hundred() -> None:
    found = incidence_of({"TAE": "hdh.", "DEB-TACE": "hd.."})
    assert competing_risks.occupancy_summary(found) == (
        "By 12 months it is estimated that, of 100 TAE patients, 50 had hepatic progression, 25 "
        "had died without it and 25 had neither; of 100 DEB-TACE (closed) patients, 25 had hepatic "
        "progression, 25 had died without it and 50 had neither."
    )


def test_states_that_round_to_99_get_the_last_patient_where_most_was_cut_off() -> None:
    # 5/7, 1/7 and 1/7 are 71.43, 14.29 and 14.29
    assert competing_risks.occupancy_summary(incidence_of({"TAE": "hhhhhd."})) == (
        "By 12 months it is estimated that, of 100 TAE patients, about 72 had hepatic progression, "
        "14 had died without it and 14 had neither."
    )


def test_states_of_three_causes_of_one_and_of_others() -> None:
    three = incidence_of({"TAE": "hod."}, (HEPATIC, OTHER, DEATH))
    assert competing_risks.occupancy_summary(three).endswith(
        "25 had hepatic progression, 25 had other progression first, 25 had died without either "
        "and 25 had none of these."
    )
    one = incidence_of({ODD: "h..."}, (HEPATIC,))
    assert competing_risks.occupancy_summary(one) == (
        f"By 12 months it is estimated that, of 100 {ODD} patients, 25 had hepatic progression and "
        "75 had not."
    )
    other = incidence_of({"TAE": "hb.."}, (HEPATIC, "b"))
    assert "25 had b first and 50 had neither." in competing_risks.occupancy_summary(other)


def test_states_past_the_follow_up_of_a_group() -> None:
    found = incidence_of({"TAE": "hd..", "cTACE": "hhdd"})
    assert competing_risks.occupancy_summary(found, 24) == (
        "By 24 months it is estimated that, of 100 cTACE patients, 50 had hepatic progression, 50 "
        "had died without it and 0 had neither. Nobody was followed for 24 months: TAE."
    )
    late = competing_risks.occupancy_summary(incidence_of({"TAE": "hd.."}), 24)
    assert late == "Nobody was followed for 24 months: TAE."
    nobody = incidence_of({"TAE": ""})
    assert competing_risks.occupancy_summary(nobody) == "No patients to show."


def test_states_of_all_patients_together() -> None:
    frame = pd.DataFrame({"months": [1, 2, 20, 20], "event": [HEPATIC, DEATH, CENSORED, CENSORED]})
    cr = CompetingRisks.from_frame(frame, (HEPATIC, DEATH))
    together = competing_risks.cumulative_incidence(cr, by=None)
    assert "that, of 100 patients, 25 had" in competing_risks.occupancy_summary(together)
    timed = replace(together, origin="randomisation")
    assert competing_risks.occupancy_summary(timed).startswith("By 12 months after randomisation i")
    assert competing_risks.summary(timed).startswith("At 12 months after randomisation an esti")


@settings(max_examples=60, deadline=None)
@given(st.text("hod.", min_size=1, max_size=40))
def test_states_sum_to_a_hundred_and_are_within_one_of_their_share(letters: str) -> None:
    found = incidence_of({"TAE": letters}, (HEPATIC, OTHER, DEATH))
    text = competing_risks.occupancy_summary(found, 10)
    shares = found.at([10])["incidence"] * 100
    counts = [int(number) for number in re.findall(r"(\d+) had", text)]
    if shares.isna().any():
        assert text == "Nobody was followed for 10 months: TAE."
        return
    assert sum(counts) == 100
    exact = [*shares, 100 - shares.sum()]
    assert all(abs(a - b) < 1 for a, b in zip(counts, exact, strict=True))
    if all(abs(share % 1 - 0.5) > 1e-9 for share in exact):  # float noise rounds halves anyhow
        assert ("about" in text) == (counts != [round(share) for share in exact])


def test_no_summary_speaks_of_significance_or_cause() -> None:
    texts = [
        told({"TAE": [1, -20], "cTACE": [1, -20]}),
        design.summary(GAUGE),
        subgroups.summary(forest_of([""], [0.01])),
        rmst.summary(rmst.rmst(of_arms({"TAE": [2, 4], "cTACE": [3, 6]}))),
        competing_risks.occupancy_summary(incidence_of({"TAE": "hd.."})),
    ]
    assert not re.search(r"significan|effect|benefit|because|caus|superior", " ".join(texts))
