"""Writes the generated pages of docs/: ``python -m retnet_core.docs``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandera.pandas as pa

from retnet_core.intake.layouts.adam import names as adam
from retnet_core.intake.layouts.edc import names as edc
from retnet_core.intake.layouts.sdtm import names as sdtm
from retnet_core.intake.template import ABOUT, KINDS, allowed
from retnet_core.protocol import ARMS
from retnet_core.tables import SCHEMAS, about

EXPORT_FORMAT = Path(__file__).resolve().parent.parent / "docs" / "export-format.md"

_INTRODUCTION = """\
# The shape of an export

Generated from `retnet_core/tables` by `make docs`: change it there.

An export is an Excel workbook (.xlsx) with one sheet for each table, or a zip of CSV files named
after the tables (`patients.csv`, ...). Only `patients` with its column of ids is needed; what else
is missing is left blank and said. The upload page offers an empty template with these sheets.

- Case, blanks and punctuation do not count in names of sheets and headers, and the other
  spellings listed here are understood too.
- Ids are text: `007` stays `007`, so format the column as text in the spreadsheet.
- Write dates as real dates or as year-month-day (2019-03-12). Dates such as 03/04/2019 are read
  only where another date of the column tells day and month apart.
- A cell that cannot be read is emptied, its row is kept, and the upload page says so. Only rows
  without a known patient and exact repeats are set aside.
- Blank, `NA`, `n/a`, `.`, `-`, `ND` and `unknown` mean that there is no value.
- Questionnaires may also come with one row a form and one column an item: `q1` to `q30`,
  `qlq_c30_1`, `c30_q1` for the QLQ-C30; `q31` to `q51`, `gi31` for the GI.NET21.
"""

_ADAM = """\
## Other exports that open: CDISC ADaM

A workbook with a sheet a data set, or a zip of CSV files named after them; `ADSL` is needed. Case
does not count, and names may have prefixes (`study1_adsl.csv`). A row of labels over or under the
names is no data. Of several variables the first that is filled is taken, row by row. Arms and
endpoints that RETNET does not have keep their names. Rows that are not used are set aside and
counted; data sets and variables that are not listed here are not read.
"""

_SDTM = """\
## Other exports that open: CDISC SDTM

The data sets as collected: a workbook with a sheet a data set, or a zip of CSV files or SAS
transport files named after them; `DM` with `USUBJID` is needed. Names and rows of labels are read
as for ADaM; a data set in several files (`lbch`, `lbhe`) is known by its `DOMAIN`. Of an export
with both, the analysis data sets of ADaM are read. SDTM has no endpoints: they are derived from the
dates of patients and from imaging, and hepatic progression is not known. Dates without a day are
not used. Rows that say NOT DONE (`LBSTAT` and the like) are set aside.
"""

_REDCAP = """\
## Other exports that open: REDCap

An export of all forms as one CSV file, as codes or as labels, best together with the project's data
dictionary: choose both files, or put them in one zip or workbook. With codes the dictionary is
needed to know what they mean; without it an arm 1 is kept as an arm called 1, and asked about.

- A record is a patient. Fields of patients are found by variable or label, with the names and
  spellings listed above; of several events the first value that is filled counts, and others are
  reported. The data access group is the site where no column is. Without an arm every patient is
  in an arm called unknown.
- A form whose fields are columns of another table gives rows of it: one a repeat, or one an event.
  What half of its variables begin with (`ae_term`, `ae_grade`) does not count, and its only date
  is the date of the row.
- Items of questionnaires are found as above; `q1` alone only in a form that is named for the
  QLQ-C30 or the GI.NET21. An answer is read as circled on the form, whatever its code.
- The event without `_arm_1`, which is no treatment arm, is the visit: `cycle_1_arm_1` is cycle 1.
- A box of a checkbox gives yes or no where its label is such a column; several give their labels.
- Whether a form is complete is no data. Fields that are not found are named, rows that hold nothing
  else are set aside and counted.
"""


_EDC = """\
## Other exports that open: electronic case report forms

One file or sheet a form, as Medidata Rave, Veeva and secuTrial write them: known by two or more
columns that only the system writes. Rows of labels are no data. What a system writes several times
(`AGE` and `AGE_RAW`, `SEX` and `SEX_STD`, `(Coded)`, a date in three parts) becomes one cell; where
two of them contradict each other the cell is emptied and both are told. Forms and items that are
not listed are named and counted, not read.
"""

_HAND_KEPT = """\
## Other exports that open: workbooks kept by hand

A sheet with a row a patient, whatever its name, with a column of ids and one of arms or with
numbered columns.

- Title rows may stand over the headers; headers may have two or three rows, a row of labels or one
  of units. A unit in a header that is not ours (`Sum of diameters (cm)`) is converted and said.
- Rows that are no data (sections, totals, footnotes, a header repeated) are set aside and said.
- Numbered columns become rows of other tables: `Embo1_Date`, `2nd embolization date`,
  `Scan2_RECIST`, `AE1`, `AE1_Grade`, `CgA 3 mo`. Without a column of its own the first
  embolization is the earliest of them.
- Headers are understood in English, German, French and Spanish.
- Where two sheets could be the patients, neither is taken: say which under Columns.
"""

_TIMES = """\
## Other exports that open: times with a status

One table with a time and a status, as statisticians keep them and cBioPortal writes them; several
endpoints may stand side by side (`OS_MONTHS` and `OS_STATUS`, `PFS_MONTHS` and `PFS_STATUS`).

- How the codes of a status were read is always said, with the number of rows of each. Words
  (`1:DECEASED`, `censored`), `CNSR` and a plain 0 and 1 have one reading. 1 and 2, 0 and 1 under
  `cens` or `censor`, and three codes have more: no event is read until it is said under Columns.
- A time without a unit in its header is not read until it is said whether it is days or months.
- Without ids a patient is called after the row.
"""


def export_format() -> str:
    """Describe every table of an export, as a Markdown page.

    Returns
    -------
    str
        A section a table: its columns with kind, unit, allowed values, meaning and the header
        spellings that are understood; at the end what is taken from exports of other shapes.
    """
    sections = [_INTRODUCTION, _about(), _arms()]
    sections += [_section(name, schema) for name, schema in SCHEMAS.items()]
    sections += [
        _cdisc(_ADAM, adam.NAMES, adam.SOURCES, adam.RULES),
        _cdisc(_SDTM, sdtm.NAMES, sdtm.SOURCES, sdtm.RULES),
        _REDCAP,
        _edc(),
        _HAND_KEPT,
        _TIMES,
    ]
    return "\n".join(sections)


def _about() -> str:
    rows = [f"| {name} | {meaning} |" for name, meaning in ABOUT]
    return "\n".join(
        [
            "## about",
            "",
            "What the export says of itself, a field a row under the headers `field` and `value`.",
            "",
            "| field | value |",
            "|---|---|",
            *rows,
            "",
        ]
    )


def _arms() -> str:
    rows = [f"| {arm.code} | {arm.label} | {', '.join(arm.aliases)} |" for arm in ARMS]
    return "\n".join(
        [
            "## Arms",
            "",
            "Other arms are kept under the name they come with. `1` and `2` alone name no arm.",
            "",
            "| arm | treatment | other spellings |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def _section(name: str, schema: pa.DataFrameSchema) -> str:
    aliases = (schema.metadata or {})["aliases"]
    return "\n".join(
        [
            f"## {name}",
            "",
            f"One row: one {schema.description}. Other names of the sheet: {', '.join(aliases)}.",
            "",
            "| column | kind | unit | allowed | meaning | other headers |",
            "|---|---|---|---|---|---|",
            *(_row(name, column) for column in schema.columns),
            "",
        ]
    )


def _row(table: str, name: str) -> str:
    said = about(table, name)
    shown = f"**{name}**" if said.required else name
    unit = "" if said.unit == "date" else said.unit
    cells = (
        shown,
        KINDS[said.kind],
        unit,
        allowed(table, name),
        SCHEMAS[table].columns[name].description or "",
        ", ".join(said.aliases),
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _cdisc(
    introduction: str,
    names: Mapping[str, str],
    sources: Mapping[str, Mapping[str, Sequence[str]]],
    rules: Mapping[str, str],
) -> str:
    """Say which variables of a standard's data sets are which of our columns."""
    lines = [introduction]
    for name, table in names.items():
        if name not in rules:  # ADQLQC is read as ADQS is
            continue
        alike = [other for other in names if sources[other] is sources[name]]
        lines += [
            f"### {' and '.join(alike)} to {table}",
            "",
            rules[name],
            "",
            "| column | variables |",
            "|---|---|",
            *(f"| {ours} | {', '.join(taken)} |" for ours, taken in sources[name].items()),
            "",
        ]
    return "\n".join(lines)


def _edc() -> str:
    """Say which forms and items of data capture systems are which of our columns."""
    lines = [_EDC]
    for table, rule in edc.RULES.items():
        forms = [form for form, its in edc.FORMS.items() if its == table]
        lines += [
            f"### {', '.join(forms)} to {table}",
            "",
            rule,
            "",
            "| column | items |",
            "|---|---|",
            *(f"| {ours} | {', '.join(taken)} |" for ours, taken in edc.ITEMS[table].items()),
            "",
        ]
    lines += [f"Known and not read, which is said: {', '.join(edc.NOT_READ)}.", ""]
    return "\n".join(lines)


def main() -> None:
    """Write the pages."""
    EXPORT_FORMAT.parent.mkdir(exist_ok=True)
    EXPORT_FORMAT.write_text(export_format(), encoding="utf-8")


if __name__ == "__main__":
    main()
