"""A trial as data sets of CDISC: ADaM, made for analysis, and SDTM, as collected."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from tests.intake.round_trip.export import Export, Grid
from tests.intake.round_trip.files import ARCHIVES, BOOKS
from tests.intake.round_trip.styles import (
    ARM_WORDS,
    GRADES,
    PLAIN_DATES,
    Style,
    Write,
    plain,
    word_styles,
    yes_no_style,
)
from tests.intake.round_trip.truth import Row, Truth

ADAM_DATES = {name: PLAIN_DATES[name] for name in ("ISO", "spreadsheet", "DATE9", "ISO with time")}
SDTM_DATES = {name: PLAIN_DATES[name] for name in ("ISO", "ISO with time", "spreadsheet")}
BLANKS = (None, None, "", "NA", ".")
"""What R and SAS write for a missing value."""
SEX = Style("F/M", {"female": "F", "male": "M"}.get)
YES = yes_no_style(("Y", "N"))
FORM = "EORTC QLQ-C30 V3.0"


def blank(draw: st.DrawFn, style: Style) -> Style:
    return Style(style.name, style.write, draw(st.sampled_from(BLANKS)))


def day(draw: st.DrawFn, ways: Mapping[str, Write]) -> Style:
    name = draw(st.sampled_from(list(ways)))
    return blank(draw, Style(name, ways[name]))


def number(draw: st.DrawFn) -> Style:
    name, write = draw(st.sampled_from([("number", float), ("text", plain)]))
    return blank(draw, Style(name, write))


def arms(draw: st.DrawFn) -> Style:
    return blank(draw, draw(word_styles(ARM_WORDS)))


def grade(draw: st.DrawFn) -> Style:
    name = draw(st.sampled_from(["number", "text", "Grade 2"]))
    return blank(draw, Style(name, GRADES[name]))


def text(draw: st.DrawFn) -> Style:
    return blank(draw, Style("as it is", lambda value: value))


Columns = Mapping[str, tuple[str, Style]]
"""For our columns the variable and its style."""


def dataset(
    export: Export,
    name: str,
    table: str,
    rows: Sequence[Row],
    columns: Columns,
    more: Mapping[str, Any] | None = None,
) -> Grid | None:
    if not rows:
        return None
    headers = {"patient_id": "USUBJID", **{ours: header for ours, (header, _) in columns.items()}}
    styles = {ours: style for ours, (_, style) in columns.items()}
    return export.table(name, table, rows, headers, styles, more, decorate=False)


# ADaM


@st.composite
def adam(draw: st.DrawFn, truth: Truth) -> Export:
    export = Export("CDISC ADaM", draw(BOOKS | ARCHIVES))
    prefix = draw(st.sampled_from(["", "study1_"]))

    def dates() -> Style:
        return day(draw, ADAM_DATES)

    def put(name: str, table: str, columns: Columns, **more: Any) -> Grid | None:
        return dataset(export, f"{prefix}{name}", table, truth[table], columns, more)

    put(
        draw(st.sampled_from(["ADSL", "adsl"])), "patients",
        {"arm": ("TRT01P", arms(draw)), "arm_received": ("TRT01A", arms(draw)),
         "treated": ("SAFFL", blank(draw, YES)), "site": ("SITEID", text(draw)),
         "randomization_date": ("RANDDT", dates()), "first_embolization_date": ("TRTSDT", dates()),
         "age": ("AGE", number(draw)), "sex": ("SEX", blank(draw, SEX)),
         "ecog": ("ECOGBL", number(draw)), "death_date": ("DTHDT", dates()),
         "last_contact_date": ("LSTALVDT", dates())},
        STUDYID="S1",
    )  # fmt: skip
    put(
        "ADAE", "adverse_events",
        {"term": ("AEDECOD", text(draw)), "system_organ_class": ("AEBODSYS", text(draw)),
         "grade": ("AETOXGR", grade(draw)), "start_date": ("ASTDT", dates()),
         "end_date": ("AENDT", dates()), "serious": ("AESER", blank(draw, YES)),
         "related": ("AREL", blank(draw, YES)), "action": ("AEACN", text(draw)),
         "outcome": ("AEOUT", text(draw))},
    )  # fmt: skip
    put(
        "ADLB", "labs",
        {"test": ("PARAMCD", Style("as it is", lambda one: one)), "date": ("ADT", dates()),
         "visit": ("AVISIT", text(draw)), "value": ("AVAL", number(draw)),
         "unit": ("AVALU", text(draw)), "lower_limit": ("A1LO", number(draw)),
         "upper_limit": ("A1HI", number(draw))},
    )  # fmt: skip
    _times(draw, export, prefix, truth["time_to_event"])
    visit = ("AVISIT", Style("as it is", lambda one: one))
    dataset(
        export, f"{prefix}ADRS", "assessments", responses(truth),
        {"date": ("ADT", dates()), "visit": visit,
         "overall_response": ("AVALC", Style("as it is", lambda one: one))},
        {"PARAMCD": "OVRINV", "PARAM": "Overall Response by Investigator"},
    )  # fmt: skip
    code: dict[str, Callable[[Row, int], str]] = {
        "PARAMCD": lambda row, _: f"QS028{row['item']:02d}" if "item" in row else f"{row['scale']}2"
    }
    forms = {"date": ("ADT", dates()), "visit": visit, "instrument": ("PARCAT1", c30())}
    dataset(
        export, f"{prefix}ADQS", "questionnaires", truth["questionnaires"],
        {**forms, "value": ("AVAL", number(draw))}, code,
    )  # fmt: skip
    _expect_keys(export, "questionnaires", truth["questionnaires"], "item")
    dataset(
        export, f"{prefix}ADQS", "scores", truth["scores"],
        {**forms, "score": ("AVAL", number(draw))}, code,
    )  # fmt: skip
    _expect_keys(export, "scores", truth["scores"], "scale")
    return export


def c30() -> Style:
    return Style("with its version", lambda _: FORM)


def responses(truth: Truth) -> list[Row]:
    """Imaging with a response; a patient has one a day, as sums are joined by it."""
    found: dict[tuple[str, Any], Row] = {}
    for row in truth["assessments"]:
        if row["overall_response"] and row["date"]:
            found.setdefault((row["patient_id"], row["date"]), row)
    return list(found.values())


def _expect_keys(export: Export, table: str, rows: Sequence[Row], column: str) -> None:
    """Expect what a variable says in its own way."""
    for expected, row in zip(export.expected.get(table, []), rows, strict=True):
        expected[column] = row[column]


def _times(draw: st.DrawFn, export: Export, prefix: str, rows: Sequence[Row]) -> None:
    """Write times in days, weeks or years; a row without a status has no censoring code."""
    unit, per = draw(st.sampled_from([("DAYS", 1.0), ("days", 1.0), ("WEEKS", 7.0)]))
    censored = blank(draw, Style("CNSR", lambda event: 0 if event else 1))
    timed = Style(unit, lambda days: days / per, draw(st.sampled_from(BLANKS)))
    dataset(
        export, f"{prefix}ADTTE", "time_to_event", rows,
        {"endpoint": ("PARAMCD", Style("as it is", lambda one: one)), "days": ("AVAL", timed),
         "event": ("CNSR", censored)},
        {"AVALU": unit, "PARAM": lambda row, _: row["endpoint"]},
    )  # fmt: skip


# SDTM


@st.composite
def sdtm(draw: st.DrawFn, truth: Truth) -> Export:
    export = Export("CDISC SDTM", draw(BOOKS | ARCHIVES))

    def dates() -> Style:
        return day(draw, SDTM_DATES)

    def put(name: str, table: str, rows: Sequence[Row], columns: Columns, **more: Any) -> None:
        dataset(export, name, table, rows, columns, {"DOMAIN": name, **more})

    patients = truth["patients"]
    put(
        "DM", "patients", patients,
        {"arm": ("ARM", arms(draw)), "arm_received": ("ACTARM", arms(draw)),
         "site": ("SITEID", text(draw)), "first_embolization_date": ("RFXSTDTC", dates()),
         "age": ("AGE", number(draw)), "sex": ("SEX", blank(draw, SEX)),
         "death_date": ("DTHDTC", dates()), "last_contact_date": ("RFPENDTC", dates())},
        AGEU="YEARS",
    )  # fmt: skip
    _randomised(export, patients, dates())
    events = truth["adverse_events"]
    put(
        "AE", "adverse_events", events,
        {"term": ("AEDECOD", text(draw)), "system_organ_class": ("AEBODSYS", text(draw)),
         "grade": ("AETOXGR", grade(draw)), "start_date": ("AESTDTC", dates()),
         "end_date": ("AEENDTC", dates()), "serious": ("AESER", blank(draw, YES)),
         "related": ("AEREL", blank(draw, YES)), "action": ("AEACN", text(draw)),
         "outcome": ("AEOUT", text(draw))},
        AESEQ=lambda _, number: number + 1,
    )  # fmt: skip
    _emergent(export, events)
    put(
        "LB", "labs", [row for row in truth["labs"] if row["value"] is not None],
        {"test": ("LBTESTCD", Style("as it is", lambda one: one)), "date": ("LBDTC", dates()),
         "visit": ("VISIT", text(draw)), "value": ("LBSTRESN", number(draw)),
         "unit": ("LBSTRESU", text(draw)), "lower_limit": ("LBSTNRLO", number(draw)),
         "upper_limit": ("LBSTNRHI", number(draw))},
    )  # fmt: skip
    _imaging(draw, export, responses(truth))
    answers = truth["questionnaires"]
    forms = {"date": ("QSDTC", dates()), "visit": ("VISIT", text(draw)),
             "instrument": ("QSCAT", c30()), "value": ("QSSTRESN", number(draw))}  # fmt: skip
    put("QS", "questionnaires", answers, forms, QSTESTCD=lambda row, _: f"EOR01{row['item']:02d}")
    _expect_keys(export, "questionnaires", answers, "item")
    return export


def _randomised(export: Export, patients: Sequence[Row], date: Style) -> None:
    """Write the randomisation of those who have a day of it into the disposition."""
    grid = export.grid(
        "DS", {"USUBJID": text_style(), "DSDECOD": text_style(), "DSSTDTC": date}, decorate=False
    )
    for at, row in enumerate(patients):
        export.expected["patients"][at]["randomization_date"] = row["randomization_date"]
        if row["randomization_date"]:
            said = {"USUBJID": row["patient_id"], "DSDECOD": "RANDOMIZED"}
            line = grid.add({**said, "DSSTDTC": row["randomization_date"]})
            export.place("patients", at, "randomization_date", grid, line, "DSSTDTC")


def _emergent(export: Export, events: Sequence[Row]) -> None:
    """Write whether events are treatment-emergent as supplemental qualifiers, of all or none."""
    if not events or any(row["treatment_emergent"] is None for row in events):
        return
    names = ("USUBJID", "RDOMAIN", "IDVAR", "IDVARVAL", "QNAM")
    grid = export.grid("SUPPAE", {**dict.fromkeys(names, text_style()), "QVAL": YES}, False)
    for at, row in enumerate(events):
        said = {"USUBJID": row["patient_id"], "RDOMAIN": "AE", "IDVAR": "AESEQ"}
        flag = {"IDVARVAL": str(at + 1), "QNAM": "AETRTEM", "QVAL": row["treatment_emergent"]}
        line = grid.add({**said, **flag})
        export.expected["adverse_events"][at]["treatment_emergent"] = row["treatment_emergent"]
        export.place("adverse_events", at, "treatment_emergent", grid, line, "QVAL")


def _imaging(draw: st.DrawFn, export: Export, rows: Sequence[Row]) -> None:
    """Write responses, and the sum of the same day into its own data set."""
    dataset(
        export, "RS", "assessments", rows,
        {"date": ("RSDTC", day(draw, SDTM_DATES)), "visit": ("VISIT", text_style()),
         "overall_response": ("RSSTRESC", text_style())},
        {"DOMAIN": "RS", "RSTESTCD": "OVRLRESP", "RSEVAL": "INVESTIGATOR", "RSCAT": "RECIST 1.1"},
    )  # fmt: skip
    unit, per = draw(st.sampled_from([("mm", 1), ("cm", 10)]))
    value = Style(unit, lambda mm: mm / per)
    names = ("USUBJID", "DOMAIN", "TRTESTCD", "TRSTRESU", "TREVAL")
    more = {"DOMAIN": "TR", "TRTESTCD": "SUMDIAM", "TRSTRESU": unit, "TREVAL": "INVESTIGATOR"}
    summed = [(at, row) for at, row in enumerate(rows) if row["sum_of_diameters_mm"] is not None]
    styles = {"TRDTC": day(draw, SDTM_DATES), "TRSTRESN": value}
    grid = export.grid("TR", {**dict.fromkeys(names, text_style()), **styles}, False)
    for at, row in enumerate(rows):
        export.expected["assessments"][at]["sum_of_diameters_mm"] = row["sum_of_diameters_mm"]
    for at, row in summed:
        said = {"USUBJID": row["patient_id"], "TRDTC": row["date"]}
        line = grid.add({**more, **said, "TRSTRESN": row["sum_of_diameters_mm"]})
        export.place("assessments", at, "sum_of_diameters_mm", grid, line, "TRSTRESN")


def text_style() -> Style:
    return Style("as it is", lambda value: value)
