"""The one door: a file becomes a Trial."""

from __future__ import annotations

import datetime as dt
import logging
import os
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

import pandas as pd

from retnet_core.intake import checks, files, no_event, privacy, questions, rows, typed
from retnet_core.intake.cells import YES_NO, counted_from_1904, parse_dates
from retnet_core.intake.files import Opened
from retnet_core.intake.findings import ExportError, Finding, Severity, as_frame
from retnet_core.intake.headers import fingerprint
from retnet_core.intake.layouts import Draft, Layout
from retnet_core.intake.layouts.common import data_rows, first_filled
from retnet_core.intake.layouts.known import LAYOUTS
from retnet_core.intake.mapping import ExportMapping
from retnet_core.intake.more import more_columns
from retnet_core.intake.sheets import Sheet
from retnet_core.intake.to_correct import to_correct
from retnet_core.intake.understanding import PersonalDataError, Understanding
from retnet_core.protocol import fold
from retnet_core.tables import SCHEMAS
from retnet_core.trial import Source, Trial, join_words
from retnet_core.wording import count

_LOG = logging.getLogger(__name__)

MOST_NAMED = 8
"""Sheets that a sentence names."""
MOST_PATIENTS = 100_000
FAULT = (
    "This file could not be read because of a fault in the program; it was logged. Nothing was "
    "changed."
)
Progress = Callable[[float, str], object]
"""Takes the share that is done and what is being done, in words."""


def load_export(
    path_or_bytes: str | os.PathLike[str] | bytes,
    name: str | None = None,
    mapping: ExportMapping | Mapping[str, Mapping[str, str]] | None = None,
) -> Trial:
    """Open an export.

    Parameters
    ----------
    path_or_bytes : path or bytes
        A workbook (.xlsx, .xls, .xlsb, .ods) with a sheet a table, a zip of CSV files or SAS data
        sets of the same tables (`retnet_core.intake.files.bundle` makes one of several), or a CSV
        file of patients; what a file is, its bytes say. Exports of the kinds that
        docs/export-format.md lists (CDISC, REDCap and others) open too.
    name : str, optional
        Name of the file as uploaded, for bytes.
    mapping : ExportMapping or mapping, optional
        How the file is read, where what the program finds by itself does not do; for columns alone
        ``{table: {our column: header in the file}}`` is enough.

    Returns
    -------
    Trial
        Validated tables, the findings of intake, and where all came from.

    Raises
    ------
    ExportError
        If nothing can be opened, be it for a fault of the program (which is logged): ``str()``
        is a sentence for the user, ``findings`` what was noticed before. A file with columns that
        look personal is not opened until the mapping drops them or says that they are not.

    Examples
    --------
    >>> trial = load_export("data/demo/retnet_demo_export.xlsx")
    >>> trial.source.rows_read == trial.source.rows_used + trial.source.rows_set_aside
    True
    """
    if not isinstance(mapping, ExportMapping):
        with _plain_errors([]):
            mapping = ExportMapping(columns=mapping or {})
    understood = understand(read_file(path_or_bytes, name), mapping)
    if understood.error:
        raise understood.error from understood.error.__cause__
    assert understood.trial is not None
    return understood.trial


def read_file(
    path_or_bytes: str | os.PathLike[str] | bytes,
    name: str | None = None,
    progress: Progress | None = None,
) -> Opened:
    """Read the sheets of a file, the first of the two steps of `load_export`.

    Raises
    ------
    ExportError
        If it cannot be read.
    """
    if progress:
        progress(0.05, "Reading the file")
    with _plain_errors([]):
        return files.open_file(path_or_bytes, name)


def understand(
    opened: Opened, mapping: ExportMapping | None = None, progress: Progress | None = None
) -> Understanding:
    """Make a trial of the sheets of a file, the second of the two steps of `load_export`.

    Parameters
    ----------
    opened : Opened
        What `read_file` gave.
    mapping : ExportMapping, optional
        What the user said about the file.
    progress : callable, optional
        Is told the share done, from 0 to 1, and what is being done.

    Returns
    -------
    Understanding
        The trial, or the error that keeps the file from being one.
    """
    mapping = mapping or ExportMapping()
    kept, content = opened.without(mapping.dropped)
    found = Understanding(kept, mapping, fingerprint(opened.sheets), content)
    findings = list(kept.findings)
    try:
        with _plain_errors(findings), counted_from_1904(opened.from_1904):
            _stop_at_personal(kept, mapping)
            return _understood(found, findings, progress or (lambda share, words: None))
    except ExportError as error:
        return replace(found, error=error)


@contextmanager
def _plain_errors(findings: list[Finding]) -> Iterator[None]:
    """Turn whatever goes wrong into a sentence: no file, whatever it holds, breaks a page."""
    try:
        yield
    except PersonalDataError:
        raise
    except ExportError as error:
        remedy = "Correct the file and upload it again."
        raise _blocked(error, findings, remedy) from error.__cause__
    except Exception as fault:
        where = "".join(traceback.format_tb(fault.__traceback__))  # the message may hold a cell
        _LOG.error("an export could not be read: %s\n%s", type(fault).__name__, where)
        remedy = "Tell who looks after the program; another file may open."
        raise _blocked(ExportError(FAULT), findings, remedy) from fault


def _blocked(error: ExportError, findings: Iterable[Finding], remedy: str) -> ExportError:
    blocking = Finding(Severity.BLOCKS, "", "", None, "", "", str(error), remedy)
    return ExportError(str(error), [blocking, *findings])


def _stop_at_personal(opened: Opened, mapping: ExportMapping) -> None:
    """Stop at columns that look personal, unless the user said that they are not."""
    personal = [
        one
        for one in privacy.personal_columns(opened.sheets)
        if not _is_cleared(one, opened, mapping)
    ]
    if personal:
        raise PersonalDataError(personal)


def _is_cleared(one: privacy.Personal, opened: Opened, mapping: ExportMapping) -> bool:
    """Tell whether the user said that a column is not personal; a lone file may have any name."""
    if any(sheet.lone for sheet in opened.sheets):
        return one.column in {column for _, column in mapping.not_personal}
    return (one.sheet, one.column) in mapping.not_personal


def _understood(found: Understanding, findings: list[Finding], progress: Progress) -> Understanding:
    """Open an export; ``findings`` takes what is noticed, also where it is given up."""
    opened, mapping = found.opened, found.mapping
    sheets, ignored = _named(opened.sheets, mapping, findings)
    layout, found = _layout(sheets, found, findings)
    progress(0.3, "Finding the tables")
    draft = layout.read(sheets, mapping)
    findings += draft.findings
    asked = [
        one
        for place, several in draft.unless_said.items()
        for one in several
        if not mapping.reading(*place).codes
    ]
    findings += asked
    used = _usable(draft, mapping, findings)
    tables = dict(_typed(used, mapping, progress))
    progress(0.9, "Checking across tables")
    checks.run(tables)
    cut, stated = _data_cut(draft, tables, findings)
    for table in tables.values():
        findings += table.findings
    source = Source(
        name=opened.name,
        sha256=opened.sha256,
        key=mapping.key(opened.sha256),
        layout=layout.NAME,
        data_cut=cut,
        data_cut_stated=stated,
        rows_read=draft.rows_read + ignored,
        rows_used=draft.about_rows + draft.joined_rows + used.count() + used.shared,
        rows_set_aside=draft.foreign_rows + used.set_aside + ignored,
        synthetic=_says_synthetic(draft.about.get("synthetic", "")),
    )
    found = replace(found, tables=tables)
    trial = Trial.of(
        {name: table.frame for name, table in tables.items()},
        questions.with_place(as_frame(findings), questions.asked(found)),
        pd.concat([table.unreadable() for table in tables.values()], ignore_index=True),
        source,
        to_correct(findings, asked, tables),
        more_columns(tables["patients"], mapping.missing),
    )
    return replace(found, trial=trial)


def _usable(draft: Draft, mapping: ExportMapping, findings: list[Finding]) -> rows.Used:
    """Take the rows that are used; without patients, or with too many, there is no trial."""
    used = no_event.left_out(rows.usable(draft.parts), mapping)
    findings += used.findings
    if not used.count("patients"):
        raise ExportError("This export has no patients: no row of patients has an id.")
    if used.count("patients") > MOST_PATIENTS:
        raise ExportError(
            f"This export has {used.count('patients'):,} patients; at most {MOST_PATIENTS:,} can "
            "be opened. Most often a column of something else was taken for the patients' ids."
        )
    return used


def _typed(
    used: rows.Used, mapping: ExportMapping, progress: Progress
) -> Iterator[tuple[str, typed.Table]]:
    """Read the tables one by one."""
    for at, name in enumerate(SCHEMAS):
        progress(0.4 + 0.5 * at / len(SCHEMAS), f"Reading {name.replace('_', ' ')}")
        parts = [rows.melt(part) for part in used.parts if part.table == name]
        yield name, typed.read(name, parts, mapping)


def _named(
    sheets: Sequence[Sheet], mapping: ExportMapping, findings: list[Finding]
) -> tuple[list[Sheet], int]:
    """Give sheets the tables' names that the user chose; count the rows of those left out."""
    ignored = 0
    kept = []
    for sheet in sheets:
        said = [*mapping.sheets.values()]
        table = said[0] if sheet.lone and len(said) == 1 else mapping.sheets.get(sheet.name)
        if table == "":
            size = int(data_rows(sheet, first_filled(sheet)).sum())
            ignored += size
            findings.append(
                Finding(
                    Severity.SET_ASIDE, "", sheet.name, None, "", "",
                    f"The mapping leaves this sheet out; {count(size, 'row was', 'rows were')} "
                    "not used.",
                    "Nothing, if that is meant; else change the mapping.",
                )
            )  # fmt: skip
        else:
            kept.append(replace(sheet, title=table) if table else sheet)
    return kept, ignored


def _layout(
    sheets: Sequence[Sheet], found: Understanding, findings: list[Finding]
) -> tuple[Layout, Understanding]:
    """Choose the layout that the user named, else the one that recognises the sheets best."""
    named = found.mapping.layout
    if named:
        layout = next((one for one in LAYOUTS if named == one.NAME), None)
        if layout is None:
            known = join_words([one.NAME for one in LAYOUTS])
            raise ExportError(f"The mapping names the layout '{named}'; known are {known}.")
        return layout, replace(found, layout=named, reasons=("The mapping says so.",))
    asked = [(layout, layout.recognise(sheets)) for layout in LAYOUTS]
    layout, recognised = max(asked, key=lambda one: one[1].confidence)
    if recognised.confidence == 0:
        raise ExportError(_not_recognised(sheets))
    if recognised.reasons:
        findings.append(
            Finding(
                Severity.NOTE, "", "", None, "", "",
                f"Read as {layout.NAME}: {' '.join(recognised.reasons)}",
                "If this is wrong, choose another layout under Columns on the page Data.",
            )
        )  # fmt: skip
    return layout, replace(found, layout=layout.NAME, reasons=recognised.reasons)


def _not_recognised(sheets: Sequence[Sheet]) -> str:
    names = [f"'{sheet.name}'" for sheet in sheets[:MOST_NAMED]]
    more = f" and {len(sheets) - MOST_NAMED} more" if len(sheets) > MOST_NAMED else ""
    holds = f"it holds {join_words(names)}{more}" if names else "it holds no sheet"
    return (
        f"No sheet or file is called 'patients': {holds}. Give the one with a row a patient that "
        "name and upload all files of the export together, or start from the template. Exports "
        f"of these kinds can be read: {join_words([layout.KIND for layout in LAYOUTS])}."
    )


def _says_synthetic(value: str) -> bool:
    """Take anything but a no for a yes: better one label too many."""
    return YES_NO.get(fold(value), bool(value))


def _data_cut(
    draft: Draft, tables: Mapping[str, typed.Table], findings: list[Finding]
) -> tuple[dt.date | None, bool]:
    """Take the data cut as stated, else the file's latest date, and say so."""
    stated = draft.about.get("data_cut", "")
    cut = parse_dates([stated]).values[0] if stated else None
    if cut:
        return cut, True
    cut = checks.latest_date(tables)
    findings.append(checks.cut_finding(stated, cut))
    return cut, False
