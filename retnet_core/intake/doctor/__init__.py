"""Contradictions between the tables of an export that a reader of one table cannot see.

Times against dates, units that differ by a power of ten, scales that a site counts backwards:
these rules compare patients, sites and tables with each other. What does not fit is said, and both
values stay as they are; only answers whose scale is not known, numbers that seem to be codes and
responses that may be denied are emptied.
"""

from __future__ import annotations

from retnet_core.intake.doctor import (
    answers,
    diameters,
    order,
    patients,
    ranges,
    scales,
    sizes,
    spelt,
    times,
)
from retnet_core.intake.doctor.words import DATED, KEPT, LEAST, WHICH, Tables


def check(tables: Tables) -> None:
    """Add the findings of these rules to the tables they concern.

    Parameters
    ----------
    tables : mapping of str to Table
        All tables of an export, typed.
    """
    for rule in (
        ranges.codes_of_ranges, spelt.words_of_grades, spelt.dashed_responses,
        times.given_endpoints, times.endless_times, times.far_dates, patients.swapped_arms,
        patients.grades_of_ki67, patients.unlikely_ages, order.before_randomisation,
        order.after_last_contact, order.repeated_events, sizes.lab_units, sizes.sizes_by_site,
        sizes.shares_by_site, sizes.shares_among_ki67, diameters.small_sums, answers.from_zero,
        scales.reversed_answers,
    ):  # fmt: skip
        rule(tables)


__all__ = ["DATED", "KEPT", "LEAST", "WHICH", "Tables", "check"]
