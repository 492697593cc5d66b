"""The one door: a file becomes a Trial."""

from __future__ import annotations

import datetime as dt
import logging
import os
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from retnet_core.intake import checks, files, rows, typed
from retnet_core.intake.cells import YES_NO, parse_dates
from retnet_core.intake.findings import ExportError, Finding, Severity, as_frame
from retnet_core.intake.layouts import Draft, Layout, adam, redcap, retnet
from retnet_core.intake.sheets import Sheet
from retnet_core.protocol import fold
from retnet_core.tables import SCHEMAS
from retnet_core.trial import Source, Trial, join_words

_LOG = logging.getLogger(__name__)

LAYOUTS: tuple[Layout, ...] = (retnet, redcap, adam)
MOST_NAMED = 8
"""Sheets that a sentence names."""
FAULT = (
    "This file could not be read because of a fault in the program; it was logged. Nothing was "
    "changed."
)


def load_export(
    path_or_bytes: str | os.PathLike[str] | bytes,
    name: str | None = None,
    mapping: Mapping[str, Mapping[str, str]] | None = None,
) -> Trial:
    """Open an export.

    Parameters
    ----------
    path_or_bytes : path or bytes
        A workbook (.xlsx, .xls, .xlsb, .ods) with a sheet a table, a zip of CSV files or SAS data
        sets of the same tables (`retnet_core.intake.files.bundle` makes one of several), or a CSV
        file of patients; what a file is, its bytes say. A
        workbook or zip of CDISC ADaM data sets (ADSL and others) opens too, and so does a REDCap
        export with its data dictionary.
    name : str, optional
        Name of the file as uploaded, for bytes.
    mapping : mapping, optional
        ``{table: {our column: header in the file}}``, where the known spellings do not do.

    Returns
    -------
    Trial
        Validated tables, the findings of intake, and where all came from.

    Raises
    ------
    ExportError
        If nothing can be opened, be it for a fault of the program (which is logged): ``str()``
        is a sentence for the user, ``findings`` what was noticed before.

    Examples
    --------
    >>> trial = load_export("data/demo/retnet_demo_export.xlsx")
    >>> trial.source.rows_read == trial.source.rows_used + trial.source.rows_set_aside
    True
    """
    findings: list[Finding] = []
    try:
        return _load(path_or_bytes, name, mapping or {}, findings)
    except ExportError as error:
        remedy = "Correct the file and upload it again."
        raise _blocked(error, findings, remedy) from error.__cause__
    except Exception as fault:  # the one door: no file, whatever it holds, breaks a page
        _LOG.exception("an export could not be read")
        remedy = "Tell who looks after the program; another file may open."
        raise _blocked(ExportError(FAULT), findings, remedy) from fault


def _load(
    path_or_bytes: str | os.PathLike[str] | bytes,
    name: str | None,
    mapping: Mapping[str, Mapping[str, str]],
    findings: list[Finding],
) -> Trial:
    """Open an export; ``findings`` takes what is noticed, also where it is given up."""
    opened = files.open_file(path_or_bytes, name)
    findings += opened.findings
    layout = _layout(opened.sheets, findings)
    draft = layout.read(opened.sheets, mapping)
    findings += draft.findings
    used = rows.usable(draft.parts)
    findings += used.findings
    if not used.count("patients"):
        raise ExportError("This export has no patients: no row of patients has an id.")
    tables = {
        name: typed.read(name, [rows.melt(part) for part in used.parts if part.table == name])
        for name in SCHEMAS
    }
    checks.run(tables)
    cut, stated = _data_cut(draft, tables, findings)
    for table in tables.values():
        findings += table.findings
    source = Source(
        name=opened.name,
        sha256=opened.sha256,
        layout=layout.NAME,
        data_cut=cut,
        data_cut_stated=stated,
        rows_read=draft.rows_read,
        rows_used=draft.about_rows + draft.joined_rows + used.count(),
        rows_set_aside=draft.foreign_rows + used.set_aside,
        synthetic=_says_synthetic(draft.about.get("synthetic", "")),
    )
    frames = {name: table.frame for name, table in tables.items()}
    emptied = [table.unreadable() for table in tables.values()]
    return Trial.of(frames, as_frame(findings), pd.concat(emptied, ignore_index=True), source)


def _layout(sheets: Sequence[Sheet], findings: list[Finding]) -> Layout:
    """Choose the layout that recognises the sheets most surely, the first of equals."""
    asked = [(layout, layout.recognise(sheets)) for layout in LAYOUTS]
    layout, recognised = max(asked, key=lambda one: one[1].confidence)
    if recognised.confidence == 0:
        raise ExportError(_not_recognised(sheets))
    if recognised.reasons:
        findings.append(
            Finding(
                Severity.NOTE, "", "", None, "", "",
                f"Read as {layout.NAME}: {' '.join(recognised.reasons)}",
                "If this is wrong, give the tables the names of a RETNET workbook (see the "
                "template) and upload again.",
            )
        )  # fmt: skip
    return layout


def _not_recognised(sheets: Sequence[Sheet]) -> str:
    names = [f"'{sheet.name}'" for sheet in sheets[:MOST_NAMED]]
    more = f" and {len(sheets) - MOST_NAMED} more" if len(sheets) > MOST_NAMED else ""
    holds = f"it holds {join_words(names)}{more}" if names else "it holds no sheet"
    return (
        f"No sheet or file is called 'patients': {holds}. Give the one with a row a patient that "
        "name and upload all files of the export together, or start from the template. Exports "
        f"of these kinds can be read: {join_words([layout.KIND for layout in LAYOUTS])}."
    )


def _blocked(error: ExportError, findings: Iterable[Finding], remedy: str) -> ExportError:
    blocking = Finding(Severity.BLOCKS, "", "", None, "", "", str(error), remedy)
    return ExportError(str(error), [blocking, *findings])


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
