"""A trial as a plain table of times and statuses, a row a patient."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.intake.round_trip.export import Export
from tests.intake.round_trip.files import BOOKS, LONE
from tests.intake.round_trip.styles import NUMBERS, Style, styles
from tests.intake.round_trip.truth import Truth

STATUSES = {
    "event": (1, 0), "status": ("Event", "Censored"), "CNSR": (0, 1),
    "censored": ("yes", "no"), "death": ("dead", "alive"),
}  # fmt: skip
TIMES = {"{}_days": ("days", 1.0), "{} (months)": ("months", 1.0), "{} in weeks": ("days", 7.0)}
MORE = {"age": "age", "sex": "sex", "who_grade": "WHO grade", "site": "site"}


@st.composite
def written(draw: st.DrawFn, truth: Truth) -> Export:
    export = Export("Time and status table", draw(LONE | BOOKS))
    endpoint = draw(st.sampled_from(["OS", "PFS", "hPFS", "DFS"]))
    header = draw(st.sampled_from(list(TIMES)))
    unit, per = TIMES[header]
    word = draw(st.sampled_from([one for one in STATUSES if one != "death" or endpoint == "OS"]))
    pair = STATUSES[word][::-1] if word == "censored" else STATUSES[word]
    typed = draw(st.sampled_from(list(NUMBERS)))
    own = {"patient_id": "id", "arm": "arm", **MORE}
    grid = export.table(
        "table", "patients", truth["patients"], own,
        {name: draw(styles("patients", name, headers=False)) for name in own}, decorate=False,
    )  # fmt: skip
    status = f"{endpoint}_{word}"
    grid.styles[header.format(endpoint)] = Style(typed, lambda t: NUMBERS[typed](t / per))
    grid.styles[status] = Style(word, lambda event: pair[0] if event else pair[1])
    for at, row in enumerate(truth["patients"]):
        time, event = float(draw(st.integers(1, 4000))) * per, draw(st.booleans())
        grid.rows[at] |= {header.format(endpoint): time, status: event}
        given = {"patient_id": row["patient_id"], "endpoint": endpoint, unit: time, "event": event}
        place = export.expect("time_to_event", given, ["endpoint", unit, "event"])
        export.place("time_to_event", place, unit, grid, at, header.format(endpoint))
        export.place("time_to_event", place, "event", grid, at, status)
    return export
