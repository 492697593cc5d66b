"""Forms that are rows of our tables: adverse events, imaging, laboratory, questionnaires."""

from __future__ import annotations

import functools
import re
from collections.abc import Hashable, Iterator, Mapping, Sequence

import numpy as np

from retnet_core.intake.findings import Severity
from retnet_core.intake.layouts import Part, units
from retnet_core.intake.layouts.common import missing_mapped, unused_columns
from retnet_core.intake.layouts.edc.form import Form, Item
from retnet_core.intake.layouts.edc.names import ITEMS, NEEDED, PLAIN
from retnet_core.intake.layouts.edc.values import Meaning, column_of, meaning_of, text_of
from retnet_core.intake.layouts.eortc import instrument_of
from retnet_core.intake.layouts.names import answers_among, column_in_unit, spellings
from retnet_core.intake.layouts.values import Mask, among, combine, first_filled, texts
from retnet_core.intake.sheets import BLANK, Cell, Column, as_text
from retnet_core.protocol import fold
from retnet_core.tables import SCHEMAS, about
from retnet_core.trial import join_words

_spellings = functools.cache(spellings)
_ABOUT_VISIT = ("visit", "date")
_TEST = ("RSTEST", "RSTESTCD")
_OVERALL = ("overallresponse", "ovrlresp", "overall", "overallresponsebyrecist11")
_HEPATIC = ("hepaticresponse", "liverresponse", "hepresp", "overallhepaticresponse")
_TELLS = re.compile("c30|gi")
"""What tells the questionnaire in the name of an item."""
_VISIT_DATED = ("questionnaires", "labs")
"""Tables whose rows take the day of the visit where a form has none of its own."""
Matched = dict[str, list[Item]]


def matches(form: Form, table: str, named: bool) -> Matched:
    """Find the items that are columns of a table, the ones to be preferred first.

    Parameters
    ----------
    form : Form
    table : str
    named : bool
        The form is named for the table: our own spellings count too.
    """
    found = _by_name(form, table)
    for ours, header in form.mapping.get(table, {}).items():
        item = _item_called(form, header)
        if ours != "patient_id" and item:
            found = {name: [one for one in items if one is not item]
                     for name, items in found.items()}  # fmt: skip
            found[ours] = [item]
    taken = {id(item) for items in found.values() for item in items}
    for item in form.items if named else ():
        name = column_in_unit(item.name, _spellings(table))
        if name and name != "patient_id" and id(item) not in taken:
            if found.get(name):
                _tell_rival(form, name, found[name][0], item)
            else:
                found[name] = [item]
    return {ours: items for ours, items in found.items() if items}


def _by_name(form: Form, table: str) -> Matched:
    """Find items by the names that such systems give them."""
    known = {fold(item.name): item for item in reversed(form.items)}
    found = {
        ours: [known[fold(name)] for name in names if fold(name) in known]
        for ours, names in ITEMS.get(table, {}).items()
    }
    for ours, items in found.items():  # collected and standardised results have units of their own
        if table == "labs" and "lborres" in known:
            found[ours] = [one for one in items if not fold(one.name).startswith("lbst")]
    arm = form.randomised_to() if table == "patients" else None
    return {**found, "arm": [*found["arm"], arm]} if arm else found


def _item_called(form: Form, header: str) -> Item | None:
    """Find an item by its name, or a column of it by its header."""
    item = next((one for one in form.items if fold(one.name) == fold(header)), None)
    here = [fold(title) for title in form.titles]
    if item is None and fold(header) in here:
        at = here.index(fold(header))
        return Item(form.titles[at], {"own": at})
    return item


def _tell_rival(form: Form, ours: str, used: Item, other: Item) -> None:
    for at in other.places.values():
        form.take(at)
    form.note(
        Severity.SET_ASIDE,
        other.name,
        f"Two items stand for {ours}: '{used.name}' was used, this one ('{other.name}') was not.",
        "Leave one of the two, or rename the one that means something else.",
    )


def table_by_items(form: Form) -> str:
    """Choose the table that a form's items are named for, "" where that is not clear."""
    fitting = {}
    for table in ITEMS:
        found = _by_name(form, table)
        has = {ours for ours, items in found.items() if any(map(form.holds, items))}
        if table not in ("patients", "embolizations", "questionnaires") and fits(has, table):
            fitting[table] = len(has)
        if table == "patients" and has:
            fitting[table] = len(has)
    best = sorted(fitting, key=lambda table: -fitting[table])
    tied = len(best) > 1 and fitting[best[0]] == fitting[best[1]]
    return best[0] if best and not tied else ""


def fits(has: set[str], table: str) -> bool:
    """Tell whether the columns that were found make rows of a table."""
    return all(has & one_of for one_of in NEEDED[table])


def taken(form: Form, table: str, items: Sequence[Item], ours: str) -> Column:
    """Take a column from its items: row by row the first that is filled; differences are told."""
    columns = [_in_our_unit(form, item, table, ours) for item in items]
    if ours not in PLAIN:
        meaning = meaning_of(table, ours)
        for item, other in zip(items[1:], columns[1:], strict=True):
            both = [columns[0].spelt_out(), other.spelt_out()]
            differ = texts(combine(both, functools.partial(_differs, meaning)))
            form.tell(
                Severity.SET_ASIDE,
                differ != "",
                other,
                f"'{items[0].name}' gives another {ours}, which was kept; this value "
                f"('{item.name}') is not used.",
                "Correct the one that is wrong.",
            )
    return first_filled(columns)


def _in_our_unit(form: Form, item: Item, table: str, ours: str) -> Column:
    """Take an item, with the unit that its name or its label says."""
    column = column_of(form, item, table, ours)
    named = form.named_units(item)
    if len(named) > 1 and about(table, ours).unit:
        said_units = join_words([one.typed for one in named])
        form.note(
            Severity.SET_ASIDE,
            column.header,
            f"The name and the label of this item say two units, {said_units}. Which is right? The "
            "item was not used.",
            "Correct the name or the label.",
        )
        return form.blank().named(column.header)
    found, findings = units.in_our_unit(column, named[0], table, ours, form.sheet.name)
    form.findings += findings
    return form.blank().named(column.header) if found is None else found


def _differs(meaning: Meaning, one: Cell, other: Cell) -> Cell | None:
    both = one != "" and other != ""
    return "differs" if both and said(meaning, one) != said(meaning, other) else None


def said(meaning: Meaning, cell: Cell) -> Hashable:
    """Give what a cell says, its letters where that is not known."""
    known: Hashable = meaning(cell)
    return fold(as_text(cell)) if known is None else known


# Rows


def parts(form: Form) -> Iterator[Part]:
    """Make rows of the form's table; nothing where it has none of the columns that are needed."""
    found = matches(form, form.table, named=form.is_named)
    answers = _answer_items(form) if form.table == "questionnaires" else {}
    if not answers and not fits(set(found), form.table):
        return
    columns = {ours: taken(form, form.table, items, ours) for ours, items in found.items()}
    if form.table == "assessments":
        _keep_one_evaluator(form)
        columns = _by_test(form, columns)
    if form.table == "labs" and "unit" not in columns:
        columns |= _unit_of_results(form, found)
    if form.table == "adverse_events":
        _tell_severity(form, columns.get("grade"))
    if form.table == "embolizations":
        _tell_exposure(form)
    given = {item: column_of(form, one, "questionnaires", "value") for item, one in answers.items()}
    _leave_out_empty(form, columns, list(given.values()))
    form.findings += missing_mapped(
        form.sheet,
        form.table,
        {ours: header for ours, header in form.mapping.get(form.table, {}).items()
         if ours != "patient_id"},
        columns,
    )  # fmt: skip
    yield _part(form, columns, given)


def _part(
    form: Form, columns: dict[str, Column], answers: Mapping[tuple[str, int], Column]
) -> Part:
    subject = form.id_column()
    if subject is not None:
        columns = {"patient_id": subject, **columns}
    visit = form.visit()
    if visit and "visit" in SCHEMAS[form.table].columns and "visit" not in columns:
        columns["visit"] = visit
    day = form.role(form.style.date)
    if day and form.table in _VISIT_DATED and "date" not in columns:
        columns["date"] = day
        form.note(
            Severity.ASSUMED,
            day.header,
            "The form has no day of its own; the day of the visit was taken for it.",
            "Nothing, if that is so; else say which item is the day.",
        )
    whole = Part(
        form.table,
        form.sheet.name,
        form.rows + 1,
        columns,
        dict(answers),
        form.repeats,
        unused_columns(form.sheet, form.titles, set(), form.rows),
    )
    return whole.take(form.kept)


def _leave_out_empty(form: Form, columns: Mapping[str, Column], answers: Sequence[Column]) -> None:
    """Set rows aside that hold nothing of the table, such as "no adverse event"."""
    says = [one for ours, one in columns.items() if ours not in _ABOUT_VISIT]
    if form.table == "embolizations" and "date" in columns:
        says.append(columns["date"])
    filled: Mask = np.zeros(len(form.rows), dtype=bool)
    for column in (*says, *answers):
        filled |= column.codes != BLANK
    form.leave_out(
        ~filled,
        form.id_column(),
        f"The row holds no {SCHEMAS[form.table].description} (nothing but the visit, or that there "
        "was none); it was set aside.",
        "Nothing, if that is so.",
    )


def _by_test(form: Form, columns: dict[str, Column]) -> dict[str, Column]:
    """Divide responses by what was judged, where a row each says that."""
    here = {fold(item.name): item for item in form.items}
    test = next((here[fold(name)] for name in _TEST if fold(name) in here), None)
    overall = columns.get("overall_response")
    if test is None or overall is None or overall.header.upper() != "RSORRES":
        return columns
    names = text_of(form, test)
    words = texts(combine([names], lambda cell: fold(as_text(cell)) or None))
    is_overall, is_hepatic = among(words, _OVERALL), among(words, _HEPATIC)
    form.leave_out(
        ~(is_overall | is_hepatic),
        names,
        "The row is no overall response and none of the liver; it was set aside.",
        "Nothing: single lesions and parts of a response are not read.",
    )
    both = dict(columns)
    both["overall_response"] = combine([overall, names], functools.partial(_if, _OVERALL))
    if is_hepatic.any():
        both["hepatic_response"] = combine([overall, names], functools.partial(_if, _HEPATIC))
    return both


def _if(names: Sequence[str], cell: Cell, test: Cell) -> Cell | None:
    return cell if cell != "" and fold(as_text(test)) in names else None


def _tell_exposure(form: Form) -> None:
    if not any(word in fold(name) for name in form.names for word in ("embo", "tace")):
        form.note(
            Severity.ASSUMED,
            "",
            "The form of the treatment was taken for the embolizations, which are the treatment of "
            "RETNET: a row a session.",
            "Nothing, if that is so; else say what the sheet holds.",
        )


def _unit_of_results(form: Form, found: Matched) -> dict[str, Column]:
    """Take the unit of measurements from the companion of their item (LBORRES_UN)."""
    several = [one for item in found.get("value", ()) if (one := form.layer(item, "unit"))]
    return {"unit": first_filled(several)} if several else {}


def _keep_one_evaluator(form: Form) -> None:
    """Keep the responses of one evaluator where a form says that several judged."""
    item = next((one for one in form.items if fold(one.name) == "rseval"), None)
    if item:
        who = text_of(form, item)
        words = texts(combine([who], lambda cell: fold(as_text(cell)) or None))
        found = list(dict.fromkeys(words[form.kept]))
        chosen = "investigator" if "investigator" in found else next(iter(found), "")
        form.keep_one(who, words, chosen, "Rows of another evaluator than")


def _tell_severity(form: Form, grade: Column | None) -> None:
    """Say of a severity in words that it is no CTCAE grade, where it stands instead of one."""
    item = next((one for one in form.items if fold(one.name) == "aesev"), None)
    if item:
        severity = text_of(form, item)
        form.tell(
            Severity.NOTE,
            (texts(grade or form.blank()) == "") & (texts(severity) != ""),
            severity,
            "The event has no toxicity grade (AETOXGR). This item says mild, moderate or severe, "
            "which is no CTCAE grade: the event counts as not graded.",
            "Export the grade, if the events were graded by CTCAE.",
            listed=1,
        )


def _answer_items(form: Form) -> dict[tuple[str, int], Item]:
    """Find the items of the EORTC's questionnaires, each with its number."""
    instrument = next(filter(None, map(instrument_of, form.names)), "")
    singles = [item for item in form.items if instrument or _TELLS.search(fold(item.name))]
    found = answers_among([item.name for item in singles], set(), instrument)
    return {item: singles[at] for item, at in found.items()}
