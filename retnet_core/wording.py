"""Numbers as the field writes them: one place for the page, the chart, the slide and the sheet."""

from __future__ import annotations

import math

NOT_REACHED = "not reached"
MISSING = "–"


_COLUMNS = {"who_grade": "WHO grade", "ecog": "ECOG performance status",
            "liver_burden": "liver tumour burden",
            "liver_burden_percent": "liver tumour burden", "functional": "functional tumour",
            "site": "study site", "site_region": "region of the study site"}  # fmt: skip
MORE = "more: "
"""Begins the name of a column that the export has beside those of our tables."""
_UNITS = {"age": "year"}


def unit(name: str) -> str:
    """Say the unit of a column of numbers, such as "year" of age; "unit" where it has none."""
    return _UNITS.get(name, "unit")


def column(name: str) -> str:
    """Say a column of a table in words.

    Examples
    --------
    >>> column("who_grade"), column("primary_site")
    ('WHO grade', 'primary site')
    >>> column("more: Lab_Region")  # a column of the export's own keeps its name
    'Lab_Region'
    """
    if name.startswith(MORE):
        return name.removeprefix(MORE)
    return _COLUMNS.get(name) or name.replace("_", " ")


def decimal(value: float, digits: int = 1) -> str:
    """Write a number with one decimal, or more: "18.9", a dash where missing."""
    return MISSING if math.isnan(value) else f"{value:.{digits}f}"


def median(value: float, lower: float, upper: float) -> str:
    """Write a median in months with its limits, saying what was not reached.

    Examples
    --------
    >>> median(18.94, 14.2, float("nan"))
    '18.9 (95% CI 14.2 to not reached)'
    >>> median(float("nan"), 14.2, float("nan"))
    'not reached (lower 95% limit 14.2)'
    """
    if math.isnan(value):
        return NOT_REACHED if math.isnan(lower) else f"{NOT_REACHED} (lower 95% limit {lower:.1f})"
    if math.isnan(lower) and math.isnan(upper):
        return f"{value:.1f} (95% CI not estimable)"
    low = NOT_REACHED if math.isnan(lower) else f"{lower:.1f}"
    high = NOT_REACHED if math.isnan(upper) else f"{upper:.1f}"
    joint = "-" if NOT_REACHED not in (low, high) else " to "
    return f"{value:.1f} (95% CI {low}{joint}{high})"


def hazard_ratio(hr: float, lower: float, upper: float) -> str:
    """Write a hazard ratio: "0.92 (95% CI 0.63-1.34)".

    Examples
    --------
    >>> hazard_ratio(0.9234, 0.634, 1.342)
    '0.92 (95% CI 0.63-1.34)'
    """
    if math.isnan(hr):
        return "not estimable"
    return f"{hr:.2f} (95% CI {lower:.2f}-{upper:.2f})"


def p_value(p: float) -> str:
    """Write a p-value: "p = 0.034", "p < 0.001".

    Examples
    --------
    >>> p_value(0.03449)
    'p = 0.034'
    >>> p_value(0.0002)
    'p < 0.001'
    """
    if math.isnan(p):
        return "p not estimable"
    if p < 0.001:
        return "p < 0.001"
    return "p > 0.999" if p > 0.999 else f"p = {p:.3f}"


def percent(share: float, digits: int = 0) -> str:
    """Write a share of one as a percentage: "41%"."""
    return MISSING if math.isnan(share) else f"{100 * share:.{digits}f}%"


def n_percent(n: int, of: int) -> str:
    """Write a count with its percentage: "31 (41.3%)".

    Examples
    --------
    >>> n_percent(31, 75)
    '31 (41.3%)'
    """
    return f"{n} ({percent(n / of, 1)})" if of else f"{n}"


def count(n: int, noun: str, plural: str = "") -> str:
    """Write a count with its noun: "1 patient", "12 patients"."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"
