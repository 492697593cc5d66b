"""Dates as people type them: in five languages, in any order, whole or in part."""

from retnet_core.intake.cells.dates.column import parse_dates
from retnet_core.intake.cells.dates.day_numbers import counted_from_1904
from retnet_core.intake.cells.dates.orders import DateOrder
from retnet_core.intake.cells.dates.remarks import NOT_GUESSED, WRITE_ISO

__all__ = ["NOT_GUESSED", "WRITE_ISO", "DateOrder", "counted_from_1904", "parse_dates"]
