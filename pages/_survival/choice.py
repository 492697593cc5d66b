"""What the Survival screen has chosen, handed to the view that draws it."""

from __future__ import annotations

from dataclasses import dataclass

from streamlit.delta_generator import DeltaGenerator

from pages._ui.session import View
from retnet_core import Trial
from retnet_core.analysis.time_to_event import TimeToEvent


@dataclass(frozen=True, eq=False)
class Choice:
    """An endpoint of a cohort, what divides it, and where a view puts its own options."""

    view: View
    trial: Trial
    tte: TimeToEvent
    by: str
    options: DeltaGenerator

    @property
    def divided(self) -> str:
        """Say what divides the patients."""
        return "by arm" if self.by == "arm" else "by WHO grade"

    @property
    def name(self) -> str:
        """Give the start of a file's name."""
        return f"{self.tte.endpoint.code}_by_{self.by}"
