"""Every screen, run as a visit: on the demonstration, and on exports that are hard to show."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from pages._ui import session
from retnet_core import Trial, load_export
from tests.exports import workbook
from tests.pages.app import PAGES, visit, words

ODD = 'A <b> & "c"'


def export(arms: list[str], *, events: bool = True, n: int = 24) -> Trial:
    """A small export of n patients; without events nobody progresses, dies or has an AE."""
    ids = [f"P{i:03d}" for i in range(n)]
    start = pd.Timestamp("2020-01-15")
    days = pd.Series(range(n)) * 17 + 40
    progressed = [start + pd.Timedelta(days=int(d)) if events and d % 2 else None for d in days]
    tables = {
        "patients": pd.DataFrame(
            {
                "patient_id": ids,
                "arm": [arms[i % len(arms)] for i in range(n)],
                "first_embolization_date": start,
                "who_grade": ["G1", "G2"] * (n // 2),
                "hepatic_progression_date": progressed,
                "last_imaging_date": [start + pd.Timedelta(days=int(d)) for d in days],
                "last_contact_date": [start + pd.Timedelta(days=int(d)) for d in days],
            }
        ),
        "questionnaires": pd.DataFrame(
            [
                (pid, "QLQ-C30", visit, start + pd.Timedelta(days=day), item, 2 + (i % 2))
                for i, pid in enumerate(ids)
                for visit, day in (("Baseline", -1), ("Month 3", 90))
                for item in (29, 30)
            ],
            columns=["patient_id", "instrument", "visit", "date", "item", "value"],
        ),
    }
    if events:
        tables["adverse_events"] = pd.DataFrame(
            {
                "patient_id": ids[::2],
                "term": "Nausea",
                "system_organ_class": "Gastrointestinal disorders",
                "grade": [1 + i % 3 for i in range(len(ids[::2]))],
                "start_date": start + pd.Timedelta(days=3),
            }
        )
    return load_export(workbook(tables), name="made.xlsx")


@pytest.mark.parametrize("screen", PAGES)
def test_page_shows_the_demonstration_and_says_so(screen: str) -> None:
    app = visit(screen)
    assert not app.exception
    assert "SYNTHETIC DEMONSTRATION DATA" in "".join(block.body for block in app.get("html"))


@pytest.mark.parametrize("screen", PAGES)
@pytest.mark.parametrize(
    "trial",
    [
        pytest.param(lambda: export(["TAE"]), id="one arm"),
        pytest.param(lambda: export(["TAE", "cTACE"], events=False), id="no events"),
        pytest.param(lambda: export([ODD, "TAE"]), id="odd name"),
        pytest.param(lambda: export(["TAE", "cTACE", "Lev"], n=300), id="300 patients"),
        pytest.param(lambda: export(["DEB"]), id="closed arm only"),
    ],
)
def test_page_shows_what_is_hard_to_show(screen: str, trial: object) -> None:
    assert callable(trial)
    app = visit(screen, trial())
    assert not app.exception
    assert "SYNTHETIC" not in "".join(block.body for block in app.get("html"))


def test_names_numbers_and_what_is_not_reached_are_said_as_they_are() -> None:
    said = words(visit("survival.py", export([ODD, "TAE"], events=False)))
    assert "0/12" in said
    assert "not reached" in said
    assert "Log-rank test: nothing to compare." in said
    assert ODD in said
    assert f"{ODD}, n = 12" in words(visit("safety.py", export([ODD, "TAE"])))
    assert "n = 150" in words(visit("safety.py", export(["TAE", "cTACE"], n=300)))


def test_a_group_without_times_is_no_reference() -> None:
    patients = pd.DataFrame(
        {
            "patient_id": [f"P{i}" for i in range(9)],
            "arm": ["TAE", "cTACE", "Lev"] * 3,
            "who_grade": ["G1", "G2", "G3"] * 3,
            "first_embolization_date": [None, "2020-01-01", "2020-01-02"] * 3,
            "hepatic_progression_date": "2020-09-09",
        }
    )
    trial = load_export(workbook({"patients": patients}), name="made.xlsx")
    for by in ("Arm", "WHO grade"):
        app = visit("survival.py", trial, by=by)
        assert not app.exception
        assert "no first embolization date" in words(app)


def test_an_arm_only_received_can_be_chosen() -> None:
    patients = pd.DataFrame(
        {
            "patient_id": ["1", "2", "3"],
            "arm": ["TAE", "TAE", "cTACE"],
            "arm_received": ["TAE", "Lev", "cTACE"],
        }
    )
    app = visit("safety.py", load_export(workbook({"patients": patients}), name="made.xlsx"))
    assert app.pills(key="arm").options == ["TAE", "cTACE", "Lev"]


@pytest.mark.parametrize(
    "screen", ["overview.py", "survival.py", "safety.py", "quality_of_life.py"]
)
def test_an_empty_choice_explains_itself(screen: str) -> None:
    app = visit(screen)
    app.pills(key="arm").set_value([]).run()
    if screen == "safety.py":
        assert "DEB-TACE: 10 of 162 patients" in words(app)
    else:
        assert "No patient is left with these filters (no arm chosen)" in words(app)
    assert not app.exception


def test_only_the_closed_arm_chosen_says_how_to_see_it() -> None:
    app = visit("survival.py")
    app.pills(key="arm").set_value(["DEB-TACE"]).run()
    assert "Only DEB-TACE is chosen, which was closed early" in words(app)
    app.toggle(key="closed").set_value(True).run()
    assert "DEB-TACE: 10 of 162 patients" in words(app)


def test_without_classes_events_are_shown_by_term() -> None:
    tables = {
        "patients": pd.DataFrame({"patient_id": ["1", "2"], "arm": ["TAE", "cTACE"]}),
        "adverse_events": pd.DataFrame({"patient_id": ["1"], "term": ["Nausea"], "grade": [2]}),
    }
    trial = load_export(workbook(tables), name="made.xlsx")
    app = visit("safety.py", trial)
    assert app.segmented_control(key="rows").value == "Term"
    assert "Nausea" in words(app)
    linked = visit("safety.py", trial, rows="System organ class")
    assert linked.segmented_control(key="rows").value == "System organ class"
    assert "Nausea" not in words(linked)
    classes = visit("safety.py", export(["TAE", "cTACE"]))
    assert classes.segmented_control(key="rows").value == "System organ class"


def scored(**columns: object) -> Trial:
    patients = pd.DataFrame({"patient_id": ["1", "2"], "arm": ["TAE", "cTACE"],
                             "first_embolization_date": "2020-01-15"})  # fmt: skip
    scores = pd.DataFrame({"patient_id": ["1", "2"], "instrument": "QLQ-C30", "score": 50.0,
                           "date": "2020-01-14", **columns})  # fmt: skip
    return load_export(workbook({"patients": patients, "scores": scores}), name="made.xlsx")


def test_scores_without_scale_or_visit_are_not_said_to_be_missing() -> None:
    ask = "In Columns on the page Data, say which column it is."
    without_scale = words(visit("quality_of_life.py", scored(visit="Baseline")))
    assert f"2 scores were read, but none has a scale. {ask}" in without_scale
    without_visit = words(visit("quality_of_life.py", scored(scale="QL")))
    assert (
        "2 scores of this scale were read, but none has a visit, and means are by visit. " + ask
        in without_visit
    )
    for said in (without_scale, without_visit):
        assert "holds no questionnaire" not in said
    app = visit("quality_of_life.py", scored(scale="QL", visit="Baseline"))
    assert not app.exception
    assert "none has" not in words(app)


def test_the_overview_says_the_cautions_of_each_endpoint_that_it_counts() -> None:
    ids = [f"P{i}" for i in range(8)]
    patients = pd.DataFrame(
        {
            "patient_id": ids,
            "arm": ["TAE", "cTACE"] * 4,
            "first_embolization_date": "2020-01-15",
            "hepatic_progression_date": ["2020-06-01"] * 4 + [None] * 4,
            "death_date": [None] * 7 + ["2021-01-01"],
        }
    )
    trial = load_export(workbook({"patients": patients}), name="made.xlsx")
    app = visit("overview.py", trial)
    over = re.sub(r"\\(.)", r"\1", "\n".join(block.value for block in app.markdown))
    caution = "3 of 8 patients had neither an event nor evaluable imaging after the start"
    assert caution in words(visit("survival.py", trial))
    first, events = over.split("Events so far")
    assert first.count(f":orange[:material/warning:] hPFS: {caution}") == 1
    assert "OS: 7 of 8 patients cannot be analysed" not in first
    assert events.count(f":orange[:material/warning:] hPFS: {caution}") == 1
    assert events.count("OS: 7 of 8 patients cannot be analysed") == 1
    notes = [block.value for block in app.caption]
    assert not any(caution in re.sub(r"\\(.)", r"\1", note) for note in notes)


def test_filters_narrow_every_page_and_hold() -> None:
    sheet = pd.read_excel(session.DEMO, sheet_name="patients", dtype=str)
    low = sheet["who_grade"].isin(["G1", "G2"])
    compared = low & sheet["arm"].isin(["Arm 1 - BE", "Arm 2 - TACE"])
    app = visit("survival.py")
    app.pills(key="grade").set_value(["G1", "G2"]).run()
    assert f"TAE and cTACE, G1-G2: {compared.sum()} of 162 patients" in words(app)
    app.switch_page("safety.py").run()
    assert f"G1-G2: {low.sum()} of 162 patients" in words(app)


def test_a_closed_arm_stays_under_safety_whatever_is_chosen() -> None:
    app = visit("safety.py")
    app.pills(key="arm").set_value(["TAE"]).run()
    arms = {str(cell) for cell in app.table[0].value["Arm received"]}
    assert {name.split(",")[0] for name in arms} == {"TAE", "DEB-TACE (closed)"}


def test_a_link_to_an_export_that_is_not_open_draws_nothing() -> None:
    app = visit("survival.py", data="0123456789ab")
    assert "not kept here" in words(app)
    assert not app.table
    assert not app.exception


def test_switching_a_rule_changes_method_and_numbers() -> None:
    app = visit("survival.py")
    before = app.table[0].value.to_numpy().tolist()
    app.segmented_control(key="death").set_value("Censored").run()
    assert app.table[0].value.to_numpy().tolist() != before
    assert "to first hepatic progression;" in words(app)


@pytest.mark.parametrize("view", ["Curves", "Subgroups", "Competing risks"])
@pytest.mark.parametrize("by", ["Arm", "WHO grade"])
@pytest.mark.parametrize(
    "trial",
    [
        pytest.param(lambda: None, id="demonstration"),
        pytest.param(lambda: export(["TAE"]), id="one arm"),
        pytest.param(lambda: export(["TAE", "cTACE"], events=False), id="no events"),
        pytest.param(lambda: export([ODD, "TAE", "Lev"]), id="odd name"),
    ],
)
def test_each_view_of_an_endpoint_shows_what_is_hard_to_show(
    view: str, by: str, trial: object
) -> None:
    assert callable(trial)
    app = visit("survival.py", trial(), view=view, by=by)
    assert not app.exception
    assert len(app.get("vega_lite_chart")) or "only one is left" in words(app)


@pytest.mark.parametrize("tab", ["Comparison", "Design", "Rules and patients", "Downloads"])
def test_each_tab_of_the_curves_opens(tab: str) -> None:
    app = visit("survival.py", tab=tab)
    assert not app.exception
    said = words(app)
    expected = {
        "Comparison": "Restricted mean survival time",
        "Design": "cTACE over TAE",
        "Rules and patients": "RETNET's protocol is not public",
        "Downloads": "Kaplan-Meier estimate",
    }
    assert expected[tab] in said


def test_what_no_tab_shows_is_not_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("computed although its tab is closed")

    for unseen in ("hazard.piecewise_hazard", "subgroups.forest", "design.gauge"):
        monkeypatch.setattr(f"retnet_core.analysis.{unseen}", never)
    assert not visit("survival.py", export(["TAE", "cTACE"])).exception
