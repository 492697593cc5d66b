"""Raw cells become typed values: numbers, dates, yes or no, codes, as people type them.

A parser takes the different cells of a column and gives one value for each (None: missing), with
what it could not read and what it assumed. It never guesses: a cell that can be read two ways is
emptied and asked about. What such a cell does say is kept: a month, a limit.
"""

from retnet_core.intake.cells.codes import YES_NO, labelled, parse_codes, parse_yes_no
from retnet_core.intake.cells.dates import (
    NOT_GUESSED,
    WRITE_ISO,
    DateOrder,
    counted_from_1904,
    parse_dates,
)
from retnet_core.intake.cells.grades import parse_grades
from retnet_core.intake.cells.numbers import is_decimal_comma, parse_numbers
from retnet_core.intake.cells.parsed import (
    ABSENT,
    AWAITED,
    EMPTIED,
    NOT_KNOWN,
    Known,
    Parsed,
    Remark,
    is_missing,
    parse_text,
)
from retnet_core.intake.cells.units import CONVERSIONS, DAYS_IN, unit_of

__all__ = [
    "ABSENT",
    "AWAITED",
    "CONVERSIONS",
    "DAYS_IN",
    "EMPTIED",
    "NOT_GUESSED",
    "NOT_KNOWN",
    "WRITE_ISO",
    "YES_NO",
    "DateOrder",
    "Known",
    "Parsed",
    "Remark",
    "counted_from_1904",
    "is_decimal_comma",
    "is_missing",
    "labelled",
    "parse_codes",
    "parse_dates",
    "parse_grades",
    "parse_numbers",
    "parse_text",
    "parse_yes_no",
    "unit_of",
]
