"""What the Survival screen has chosen, handed to the view that draws it."""

from __future__ import annotations

from dataclasses import dataclass

from streamlit.delta_generator import DeltaGenerator

from pages._ui.session import View
from retnet_core import Trial, wording
from retnet_core.analysis.time_to_event import TimeToEvent


def population(trial: Trial, tte: TimeToEvent) -> str:
    """Say whose times these are, and by which rules if they are not the default."""
    switched = ", ".join(tte.switched)
    return f"{trial.population}; rules switched: {switched}" if switched else trial.population


@dataclass(frozen=True, eq=False)
class Choice:
    """An endpoint of a cohort, what divides it, and where a view puts its own options.

    ``title`` holds what is over the first figure, ``tools`` the popovers beside it, of which
    ``options`` has the rules. ``whole`` is the endpoint from its start, ``tte`` from the landmark
    at month ``months_from``; they are the same where that is 0.
    """

    view: View
    trial: Trial
    whole: TimeToEvent
    tte: TimeToEvent
    by: str
    title: DeltaGenerator
    tools: DeltaGenerator
    options: DeltaGenerator
    reference: str | None = None
    months_from: int = 0

    @property
    def divided(self) -> str:
        """Say what divides the patients."""
        return (
            f"{self.by_what}, from month {self.months_from}" if self.months_from else self.by_what
        )

    @property
    def by_what(self) -> str:
        """Say what divides the patients, whatever the landmark."""
        return f"by {wording.column(self.by)}"

    @property
    def population(self) -> str:
        """Say who is looked at, and by which rules if they are not the default."""
        return population(self.trial, self.tte)

    @property
    def as_designed(self) -> bool:
        """Say whether the design's hazard ratio speaks of these patients, times and rules."""
        return not (self.months_from or self.tte.switched or self.trial.cohort.concurrent_with)

    @property
    def name(self) -> str:
        """Give the start of a file's name."""
        since = f"_from_month_{self.months_from}" if self.months_from else ""
        rules = "_rules_switched" if self.tte.switched else ""
        return f"{self.tte.endpoint.code}_by_{self.by}{since}{rules}"
