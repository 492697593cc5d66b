"""The orders in which three numbers can be a date, and which of them a column leaves possible.

A column is taken to be written by one habit, so a date that fits a few orders only rules the others
out for all. The habits are:

- Day first or month first, with the year last; all marks (-, /, . and a blank) are one habit.
- Year first with two digits (19-03-12). It is expected of dates with hyphens alone: with slashes,
  points or blanks hardly anybody writes so, and 12/03/19 and 12.03.19 are the usual way to write
  days in clinics. Where a number above 31 begins such a date, the year does come first, and then
  every date of two-digit years with that mark may be written so.

What rules an order out is whether its numbers can be a day (1 to 31), a month (1 to 12) or a year
at all, not how likely the date would be: 18 to 31 can be a day and a year of a trial alike, so
"19-03-12" and "25-03-19" decide nothing about the year. Dates that are in no calendar (31/04/2019)
and those in doubt (25/03/2019?) rule nothing out. That the year is written with four digits at the
end elsewhere in the column does not say that it comes last where it has two.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from typing import Literal, NamedTuple

from retnet_core.intake.cells.dates.days import day_of, year_of
from retnet_core.intake.cells.dates.remarks import (
    NOT_IN_CALENDAR,
    YEAR_FIRST_TOO,
    contradicted,
    question,
)
from retnet_core.intake.cells.parsed import Assumed, Unread

DateOrder = Literal["", "day first", "month first", "year first"]
DAY_FIRST: DateOrder = "day first"
MONTH_FIRST: DateOrder = "month first"
YEAR_FIRST: DateOrder = "year first"

MAY_BEGIN_WITH_YEAR = "-"
"""The mark with which years of two digits are expected to come first too."""


class Numbered(NamedTuple):
    """A date of three numbers, as typed: 12/03/2019, 19-03-12. A zero stands for what is not known.

    One of the first two is zero only where a year of two digits may begin the date.
    """

    first: str
    second: int
    third: str
    mark: str

    @property
    def short(self) -> bool:
        """Its year has two digits."""
        return len(self.third) == 2

    @property
    def begins_with_year(self) -> bool:
        """It cannot begin with anything else."""
        return self.short and int(self.first) > 31

    @property
    def orders(self) -> list[DateOrder]:
        """The orders in which its numbers can be day, month and year."""
        first, second = int(self.first), self.second
        fits = {
            DAY_FIRST: first <= 31 and second <= 12,
            MONTH_FIRST: first <= 12 and second <= 31,
            YEAR_FIRST: (
                self.short and len(self.first) == 2 and second <= 12 and int(self.third) <= 31
            ),
        }
        return [order for order, is_so in fits.items() if is_so]

    def read(self, order: DateOrder) -> dt.date | Unread | Assumed:
        """Read it in one order."""
        if order == YEAR_FIRST:
            return day_of(year_of(self.first), self.second, int(self.third))
        pair = int(self.first), self.second
        day, month = pair if order == DAY_FIRST else pair[::-1]
        return day_of(year_of(self.third), month, day)


class Habit(NamedTuple):
    """How somebody writes dates that may begin with a year of two digits, and all others."""

    open: DateOrder
    other: DateOrder


_HABITS = (
    Habit(DAY_FIRST, DAY_FIRST),
    Habit(MONTH_FIRST, MONTH_FIRST),
    Habit(YEAR_FIRST, DAY_FIRST),
    Habit(YEAR_FIRST, MONTH_FIRST),
)


class Numbers:
    """The dates of a column that are three numbers.

    Parameters
    ----------
    dates : mapping of int to Numbered
        By the position of their cell.
    doubted : collection of int
        Those that somebody doubts: they rule no order out.
    said : DateOrder
        The order that the user says, or "".
    """

    def __init__(
        self, dates: Mapping[int, Numbered], doubted: Collection[int], said: DateOrder
    ) -> None:
        self.dates, self.said = dates, said
        self._marks = {one.mark for one in dates.values() if one.begins_with_year}
        self._marks.add(MAY_BEGIN_WITH_YEAR)
        self._telling = {
            at: one
            for at, one in dates.items()
            if at not in doubted
            and not self._is_said(one)
            and any(isinstance(one.read(order), dt.date) for order in one.orders)
        }

    def is_open(self, one: Numbered) -> bool:
        """Tell whether a date may begin with its year."""
        return one.short and (self.said == YEAR_FIRST or one.mark in self._marks)

    def _is_said(self, one: Numbered) -> bool:
        """Tell whether the user says the order of a date; "year first" is said of open ones."""
        return bool(self.said) and (self.said != YEAR_FIRST or self.is_open(one))

    def alone(self, one: Numbered) -> list[DateOrder]:
        """Give the orders that a date by itself can have."""
        return [order for order in one.orders if order != YEAR_FIRST or self.is_open(one)]

    @cached_property
    def _begin(self) -> list[Habit]:
        """The habits that are thought of before any date rules one out."""
        if self.said:
            return [habit for habit in _HABITS if habit.open == self.said]
        some = any(map(self.is_open, self.dates.values()))
        return [habit for habit in _HABITS if some or habit.open != YEAR_FIRST]

    @cached_property
    def possible(self) -> list[Habit]:
        """The habits that fit every date; what the user says, no date rules out."""
        return self._fitting(self._begin, self._telling.values())

    def _fitting(self, habits: Iterable[Habit], dates: Iterable[Numbered]) -> list[Habit]:
        told = list(dates)
        return [
            habit for habit in habits if all(self._order(habit, one) in one.orders for one in told)
        ]

    def _order(self, habit: Habit, one: Numbered) -> DateOrder:
        return habit.open if self.is_open(one) else habit.other

    @cached_property
    def is_mixed(self) -> bool:
        """Years come first for sure in some dates, and last in others: no habit is everybody's."""
        kinds = {self.is_open(one) for one in self.dates.values()}
        first = all(habit.open == YEAR_FIRST for habit in self.possible)
        return not self.said and len(kinds) == 2 and bool(self.possible) and first

    def orders(self, one: Numbered) -> list[DateOrder]:
        """Give the orders that a date can have in this column."""
        alone = self.alone(one)
        if self._is_said(one):
            return [self.said] if self.said in alone else []
        found = dict.fromkeys(self._order(habit, one) for habit in self.possible)
        return [order for order in found if order in alone] or alone

    def read(self, one: Numbered) -> dt.date | Unread | Assumed:
        """Read a date, or ask in which order it is written."""
        if self.is_mixed and self.is_open(one):
            return YEAR_FIRST_TOO
        orders = self.orders(one)
        if not orders:
            return contradicted(self.said) if self.alone(one) else NOT_IN_CALENDAR
        found = [one.read(order) for order in orders]
        same = all(other == found[0] for other in found)
        return found[0] if same else question(orders, both=not self.possible)

    def decided(self) -> DateOrder:
        """Give the one order that all dates have, "" where the user says it or nothing does."""
        dates = [one for one in self.dates.values() if not self._is_said(one)]
        orders = {self._order(habit, one) for habit in self.possible for one in dates}
        return orders.pop() if len(orders) == 1 and not self.is_mixed else ""

    def deciding(self) -> list[int]:
        """Give the positions of dates that rule the other orders out: one where one does."""
        for at, one in self._telling.items():
            if self._fitting(self._begin, [one]) == self.possible:
                return [at]
        found, left = [], self._begin
        for at, one in self._telling.items():
            fewer = self._fitting(left, [one])
            if len(fewer) < len(left):
                found.append(at)
                left = fewer
        return found

    def is_unclear_alone(self, one: Numbered) -> bool:
        """Tell a date that only others of its column decide."""
        found = [one.read(order) for order in self.alone(one)]
        return any(other != found[0] for other in found)
