"""Rules across columns and tables: what cannot be true together is said, and kept as it stands.

Which of two cells is wrong is not for the program to guess: both stay, and the analyses leave out
what they cannot use (a time that would be negative) and say so.
"""

from __future__ import annotations

from retnet_core.intake import doctor
from retnet_core.intake.checks.columns import missing_columns
from retnet_core.intake.checks.date_orders import compare_orders
from retnet_core.intake.checks.dates import cut_finding, future_dates, latest_date
from retnet_core.intake.checks.order import (
    adverse_events,
    after_death,
    date_orders,
    embolization_dates,
)
from retnet_core.intake.checks.start import without_start
from retnet_core.intake.checks.treatment import arms, treated
from retnet_core.intake.checks.values import answers, given_times, shares_for_percentages
from retnet_core.intake.doctor import Tables

__all__ = ["cut_finding", "latest_date", "run"]


def run(tables: Tables) -> None:
    """Add the findings of every rule to the tables they concern.

    Parameters
    ----------
    tables : mapping of str to Table
        All tables of an export, typed.
    """
    for rule in (
        missing_columns, arms, date_orders, after_death, embolization_dates, adverse_events,
        treated, given_times, future_dates,
    ):  # fmt: skip
        rule(tables)
    doctor.check(tables)
    answers(tables)  # those that the doctor asks about as a whole are emptied by now
    shares_for_percentages(tables)  # after whole sites of shares were told
    compare_orders(tables)
    without_start(tables)
