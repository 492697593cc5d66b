"""Electronic data capture: a sheet or file a form, as Medidata Rave, Veeva and secuTrial write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from retnet_core.intake.findings import ExportError, Finding, Severity
from retnet_core.intake.layouts import NOT_RECOGNISED, Draft, Recognition
from retnet_core.intake.layouts.common import (
    about_fields,
    about_rows,
    data_rows,
    first_filled,
    foreign,
    is_about,
    some_of,
)
from retnet_core.intake.layouts.edc import patients, tables
from retnet_core.intake.layouts.edc.form import (
    Form,
    forms_of,
    header_of,
    own_headers,
    style_of,
)
from retnet_core.intake.layouts.edc.names import SECUTRIAL, reason_not_read, table_of_form
from retnet_core.intake.layouts.edc.secutrial import Project, kind_of, read_project
from retnet_core.intake.layouts.values import among
from retnet_core.intake.mapping import ExportMapping
from retnet_core.intake.sheets import Sheet
from retnet_core.protocol import fold
from retnet_core.trial import join_words
from retnet_core.wording import count

NAME = "EDC export"
KIND = "an export of Medidata Rave, Veeva or secuTrial (a file a form, such as DM and AE)"
EXAMPLES = ("DM", "RAND", "EXEMBO", "RS", "AE", "LB", "QLQC30", "DEATH", "FU")
"""Names that a form can be given, for sentences."""


def recognise(sheets: Sequence[Sheet]) -> Recognition:
    """Tell an export by the standard columns of its forms; surely where a form is known."""
    forms = [
        form
        for sheet in _divide(sheets)[0]
        for form in forms_of(sheet, Project(), {})
        if form.id_column() is not None
    ]
    if not forms:
        return NOT_RECOGNISED
    best = max(forms, key=lambda form: len(own_headers(form.titles, form.style)))
    own = own_headers(best.titles, best.style)
    reasons = [
        f"The sheet '{best.sheet.name}' has the columns {join_words(own[:3])}, as forms of "
        f"{best.style.name} do."
    ]
    titles = dict.fromkeys(f"'{form.sheet.title}'" for form in forms if _named(form).table)
    if not titles:
        return Recognition(0.5, tuple(reasons))
    reasons.append(f"Forms are known by name or items: {some_of(list(titles))}.")
    return Recognition(0.9, tuple(reasons))


def _divide(sheets: Sequence[Sheet]) -> tuple[list[Sheet], dict[str, list[Sheet]]]:
    """Give the sheets that are forms, and by their kind the further tables of secuTrial."""
    headers = {at: row for at, one in enumerate(sheets) if (row := header_of(one)) is not None}
    styles = {at: style_of(sheets[at].row(row)) for at, row in headers.items()}
    is_secutrial = SECUTRIAL in styles.values()
    titles = [sheet.title for sheet in sheets]
    forms: list[Sheet] = []
    setup: dict[str, list[Sheet]] = {}
    for at, sheet in enumerate(sheets):
        kind = kind_of(sheet, titles) if is_secutrial else ""
        if is_about(sheet):
            continue
        if kind:
            setup.setdefault(kind, []).append(sheet)
        elif at in headers:
            forms.append(sheet)
    return forms, setup


def read(sheets: Sequence[Sheet], mapping: ExportMapping) -> Draft:
    """Find our tables in the forms of an export.

    Parameters
    ----------
    sheets : sequence of Sheet
    mapping : ExportMapping
        Its headers of our columns win over the known items.

    Raises
    ------
    ExportError
        If no form says who the patients are.
    """
    draft = Draft()
    of_forms, setup = _divide(sheets)
    project = _read_setup(setup, of_forms, draft)
    columns = mapping.columns
    forms = [_named(form) for sheet in of_forms for form in forms_of(sheet, project, columns)]
    read_too = {id(sheet) for several in (of_forms, *setup.values()) for sheet in several}
    for sheet in sheets:
        if is_about(sheet):
            draft.about.update(about_fields(sheet))
            draft.about_rows += about_rows(sheet)
        elif id(sheet) not in read_too:
            draft.foreign_rows += foreign(sheet, draft.findings, EXAMPLES)
    _fill(draft, forms, mapping)
    _tell_missing(draft, forms, columns.get("patients", {}))
    return draft


def _read_setup(
    setup: Mapping[str, Sequence[Sheet]], forms: Sequence[Sheet], draft: Draft
) -> Project:
    """Read what secuTrial's further tables say; count their rows and those that are not read."""
    for kind, sheets in setup.items():
        for sheet in sheets:
            rows = int(data_rows(sheet, first_filled(sheet)).sum())
            if kind not in ("other", "audit"):
                draft.about_rows += rows
                continue
            draft.foreign_rows += rows
            draft.findings.append(
                Finding(
                    Severity.SET_ASIDE, "", sheet.name, None, "", "",
                    "The sheet holds the set-up of the trial's system or the trail of its changes, "
                    f"not data; {count(rows, 'row was', 'rows were')} not used.",
                    "Nothing, if that is so.",
                )
            )  # fmt: skip
    return read_project(setup, forms)


def _named(form: Form) -> Form:
    """Find the table that a form's rows go into, by its name or else by its items."""
    by_name = table_of_form(form.names)
    form.is_named = by_name is not None
    form.table = by_name or ""
    if not by_name and not reason_not_read(form.names):
        form.table = tables.table_by_items(form)
        if form.table:
            form.note(
                Severity.ASSUMED,
                "",
                f"The form '{form.names[0]}' is not known by its name; its items are those of "
                f"{form.table.replace('_', ' ')}, for which it was taken.",
                "Nothing, if that is so; else say what the sheet holds.",
            )
    return form


def _fill(draft: Draft, forms: Sequence[Form], mapping: ExportMapping) -> None:
    """Make the rows of our tables, and count what became of the rows of the forms."""
    known = [form for form in forms if form.table and form.id_column() is not None]
    of_patients = [form for form in known if form.table == "patients"]
    if not of_patients:
        raise ExportError(_no_patients(forms))
    patients.leave_out(of_patients)
    draft.parts, failures = patients.join(of_patients, mapping)
    used = sum(int(form.kept.sum()) for form in of_patients)
    draft.joined_rows = used - sum(len(part.rows) for part in draft.parts)
    for form in forms:
        if form in of_patients:
            draft.foreign_rows += int(form.set_aside.sum())
            form.tell_unused()
            draft.findings += form.findings
        else:
            _read_table(draft, form, failures)


def _read_table(draft: Draft, form: Form, failures: frozenset[str]) -> None:
    """Make the rows of a form that is not one of patients, or say why not."""
    parts = []
    if form.table and form.id_column() is not None:
        form.leave_out(
            among(form.ids, failures),
            form.id_column(),
            "The subject was never randomised (a screen failure); the row was set aside.",
            "Nothing, if that is so.",
        )
        parts = list(tables.parts(form))
    if parts:
        draft.parts += parts
        draft.foreign_rows += int(form.set_aside.sum())
        form.tell_unused()
        draft.findings += form.findings
    elif len(form.rows):
        draft.foreign_rows += len(form.rows)
        draft.findings += [_unread(form), *form.findings]


def _unread(form: Form) -> Finding:
    """Say why a form is not read."""
    reason = reason_not_read(form.names)
    if not reason and form.id_column() is None:
        reason = "The form has no column of subjects"
    elif not reason and form.table:
        words = form.table.replace("_", " ")
        reason = f"The form is named for {words}, but has none of the items that are needed for it"
    remedy = "Nothing, if it is not needed; else say what the sheet holds and which columns are"
    return Finding(
        Severity.SET_ASIDE, form.table, form.sheet.name, None, "", "",
        f"{reason or 'The form is not known, by its name or by its items'} (form "
        f"'{form.names[0]}'); "
        f"{count(len(form.rows), 'row was', 'rows were')} not used.",
        f"{remedy} ours.",
    )  # fmt: skip


def _no_patients(forms: Sequence[Form]) -> str:
    names = [f"'{form.sheet.name}'" for form in forms]
    holds = f" (there are {some_of(names)})" if names else ""
    return (
        f"No form of this export says who the patients are{holds}. Add the form of demography or "
        "randomisation (DM, RAND) and upload all forms together."
    )


def _tell_missing(draft: Draft, forms: Sequence[Form], mapped: Mapping[str, str]) -> None:
    """Report headers of the mapping that no form of patients has."""
    here = {fold(one) for form in forms if form.table == "patients"
            for one in (*form.titles, *(item.name for item in form.items))}  # fmt: skip
    for ours, header in mapped.items():
        if fold(header) not in here:
            draft.findings.append(
                Finding(
                    Severity.SET_ASIDE, "patients", "", None, header, "",
                    f"This column was named as {ours}, but no form of patients has it.",
                    "Choose a column that one of them has.",
                )
            )  # fmt: skip
