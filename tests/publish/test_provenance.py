import datetime as dt

import pandas as pd

from retnet_core import tables
from retnet_core.intake.findings import as_frame
from retnet_core.publish.provenance import PROGRAM, stamp
from retnet_core.trial import Cohort, Source, Trial
from retnet_core.version import __version__

SHA256 = "ab12cd34ef56" + "0" * 52


def trial(synthetic=True, data_cut=dt.date(2023, 6, 30), stated=True) -> Trial:
    frames = {name: tables.empty(name) for name in tables.SCHEMAS}
    frames["patients"] = frames["patients"].reindex(range(3)).assign(
        patient_id=["1", "2", "3"], arm=["TAE", "cTACE", "DEB-TACE"]
    )  # fmt: skip
    source = Source("export.xlsx", SHA256, "RETNET", data_cut, stated, 3, 3, 0, synthetic)
    nothing = pd.DataFrame(columns=["table", "column", "patient_id"])
    return Trial.of(frames, as_frame([]), nothing, source)


def test_line_says_file_cut_population_and_version():
    chosen = trial().select(Cohort(arms=("TAE", "cTACE")))
    assert stamp(chosen, "Kaplan-Meier.", title="hPFS").line() == (
        "SYNTHETIC DEMONSTRATION DATA · export.xlsx (ab12cd34ef56) · data cut 2023-06-30 · "
        f"TAE and cTACE: 2 of 3 patients · RETNET dashboard {__version__}"
    )


def test_rows_hold_everything_a_reader_must_know():
    rows = stamp(trial(), "Kaplan-Meier.", title="hPFS by arm", notes=("Few events.", "Closed."))
    assert rows.rows() == [
        ("Warning", "SYNTHETIC DEMONSTRATION DATA: no real patient, no result of RETNET."),
        ("Shown", "hPFS by arm"),
        ("Patients", "All patients: 3 of 3"),
        ("Data cut", "2023-06-30"),
        ("File", "export.xlsx"),
        ("File hash (SHA-256)", "ab12cd34ef56"),
        ("Method", "Kaplan-Meier."),
        ("Note", "Few events."),
        ("Note", "Closed."),
        ("Program", PROGRAM),
    ]


def test_a_real_export_is_not_called_synthetic():
    made = stamp(trial(synthetic=False), "m", title="t")
    assert "SYNTHETIC" not in made.line()
    assert "Warning" not in dict(made.rows())


def test_a_data_cut_that_was_assumed_says_so():
    made = stamp(trial(stated=False), "m", title="t")
    assert "data cut 2023-06-30 (assumed)" in made.line()
    assert dict(made.rows())["Data cut"] == (
        "2023-06-30 (the latest date in the file; the file states none)"
    )
    assert "data cut not known" in stamp(trial(data_cut=None), "m", title="t").line()


def test_population_of_the_analysis_replaces_the_cohorts():
    made = stamp(trial(), "m", title="t", population="treated patients: 2 of 3")
    assert dict(made.rows())["Patients"] == "treated patients: 2 of 3"
    assert "treated patients: 2 of 3" in made.line()


def test_a_reading_by_a_mapping_is_told_from_another_of_the_same_file():
    read = trial()
    object.__setattr__(read.source, "key", "cd" * 32)
    made = stamp(read, "Kaplan-Meier.", title="hPFS")
    assert "(ab12cd34ef56, read by the mapping cdcdcdcdcdcd)" in made.line()
    assert ("Read by", "a mapping (cdcdcdcdcdcd)") in made.rows()
    assert "Read by" not in dict(stamp(trial(), "Kaplan-Meier.", title="hPFS").rows())
