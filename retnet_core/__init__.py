"""RETNET without a browser: exports become a trial, and a trial becomes numbers.

Examples
--------
Open an export, narrow it to a cohort, and estimate hepatic progression-free survival by arm:

>>> from retnet_core import Cohort, load_export
>>> from retnet_core.analysis import survival, time_to_event
>>> trial = load_export("data/demo/retnet_demo_export.xlsx")
>>> cohort = trial.select(Cohort(arms=("TAE", "cTACE"), who_grades=("G1", "G2")))
>>> survival.kaplan_meier(time_to_event.derive(cohort, "hpfs"), by="arm").medians
"""

from retnet_core.intake.findings import ExportError
from retnet_core.intake.load import load_export
from retnet_core.trial import Cohort, Trial

__all__ = ["Cohort", "ExportError", "Trial", "load_export"]
