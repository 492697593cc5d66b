"""What the Survival screen has chosen, handed to the view that draws it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from streamlit.delta_generator import DeltaGenerator

from pages._ui.session import View
from retnet_core import Trial
from retnet_core.analysis.time_to_event import TimeToEvent


@dataclass(frozen=True, eq=False)
class Choice:
    """An endpoint of a cohort, what divides it, and where a view puts its own options.

    ``title`` holds what is over the first figure, ``tools`` the popovers beside it, of which
    ``options`` has the rules.
    """

    view: View
    trial: Trial
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
        by = "by arm" if self.by == "arm" else "by WHO grade"
        return f"{by}, from month {self.months_from}" if self.months_from else by

    @property
    def name(self) -> str:
        """Give the start of a file's name."""
        return f"{self.tte.endpoint.code}_by_{self.by}"

    def from_month(self, tte: TimeToEvent, months: int) -> Choice:
        """Look at the patients who got as far as a landmark."""
        return replace(self, tte=tte, months_from=months)
