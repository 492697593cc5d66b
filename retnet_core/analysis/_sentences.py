"""Words that summaries share: names of groups, limits, hazard ratios and differences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from retnet_core import wording
from retnet_core.analysis._groups import by_words
from retnet_core.protocol import UNKNOWN, arm_title
from retnet_core.trial import join_words

NOBODY = "No patients to show."
_NO_DIFFERENCE = 1e-9
"""Below this a difference is float noise of none."""


@dataclass(frozen=True)
class Comparison:
    """How a difference between two groups is said.

    Attributes
    ----------
    more, fewer : str
        A difference above 0, and one below.
    same : str
        One that rounds to 0: "as <same> with cTACE as with TAE".
    unit : str
        After the number, with the space before it.
    digits : int
        Decimals.
    """

    more: str
    fewer: str
    same: str
    unit: str = ""
    digits: int = 0

    def say(
        self,
        gap: Sequence[float] | npt.NDArray[np.float64],
        level: str,
        reference: str,
        rounded_apart: bool = False,
    ) -> str:
        """Say difference, lower and upper limit of a level against the reference.

        ``rounded_apart`` says that figures in print differ by something else. Limits are left out
        where one is missing.

        Examples
        --------
        >>> Comparison("more", "fewer", "many").say((6.8, -9.2, 23), "cTACE", "TAE")
        '7 more with cTACE than with TAE (95% CI 9 fewer to 23 more)'
        """
        value, lower, upper = gap
        number = self._number(value)
        nothing = float(number) == 0
        about = "about " if rounded_apart or (nothing and abs(value) > _NO_DIFFERENCE) else ""
        limits = self._limits(lower, upper)
        if nothing:
            return f"{about}as {self.same} with {level} as with {reference}{limits}"
        return (
            f"{about}{number}{self.unit} {self._word(value)} with {level} than with "
            f"{reference}{limits}"
        )

    def _limits(self, lower: float, upper: float) -> str:
        if math.isnan(lower) or math.isnan(upper):
            return ""
        if self._word(lower) != self._word(upper):
            low, high = (f"{self._number(one)} {self._word(one)}" for one in (lower, upper))
            return f" (95% CI {low} to {high})"
        near, far = sorted((lower, upper), key=abs)
        return f" (95% CI {self._number(near)} to {self._number(far)} {self._word(far)})"

    def _number(self, value: float) -> str:
        return f"{abs(value):.{self.digits}f}"

    def _word(self, value: float) -> str:
        return self.fewer if value < 0 else self.more


def group_name(by: str | None, group: str) -> str:
    """Name a group in a sentence; one group of all needs no name."""
    if by is None:
        return ""
    if by == "arm":
        return arm_title(group)
    return group if by == "who_grade" and group != UNKNOWN else f"{by_words(by)} {group}"


def patients(n: int, by: str | None, group: str) -> str:
    """Count the patients of a group: "76 TAE patients", "12 patients with primary site gut"."""
    name = group_name(by, group)
    if name in (group, arm_title(group)):
        return wording.count(n, f"{name} patient")
    return wording.count(n, "patient") + (f" with {name}" if name else "")


def percent_limits(lower: float, upper: float) -> str:
    """Write the limits of a share after it: " (95% CI 50-72%)"; nothing where they are missing."""
    if math.isnan(lower):
        return ""
    return f" (95% CI {100 * lower:.0f}-{wording.percent(upper)})"


def counted_months(months: float, origin: str) -> str:
    """Say months with where they are counted from: "12 months after first embolization"."""
    counted = f"{months:g} month" if months == 1 else f"{months:g} months"
    return f"{counted} after {origin}" if origin else counted


def nobody_followed(months: float, names: Sequence[str]) -> str:
    """Say which groups end before a month; a group of all is no name."""
    ended = join_words([name or "all" for name in names])
    return f"Nobody was followed for {months:g} months: {ended}."


def hazard_compared(
    event: str, level: str, reference: str, hr: float, lower: float, upper: float
) -> str:
    """Say a hazard ratio, to follow "the": "hazard of death with cTACE was 0.92 times that ..."."""
    return (
        f"hazard of {event} with {level} was {hr:.2f} times that with {reference} "
        f"(95% CI {lower:.2f}-{upper:.2f})"
    )
