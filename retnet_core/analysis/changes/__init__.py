"""What changed between two exports of the trial: rows, cells and estimates."""

from retnet_core.analysis.changes.estimates import Estimates, estimates
from retnet_core.analysis.changes.summary import summary
from retnet_core.analysis.changes.tables import Tables, tables

__all__ = ["Estimates", "Tables", "estimates", "summary", "tables"]
