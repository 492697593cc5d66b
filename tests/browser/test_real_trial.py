"""A real trial, from its workbook to the numbers on the page, in a real browser.

The colon cancer trial (Moertel et al., NEJM 1990; R's ``survival::colon``, shipped by greenwood)
is written as an export, uploaded, and read off the screen. The expected numbers are R's:
``survfit(Surv(time, status) ~ rx, conf.type = "log-log")``, ``survdiff`` and
``coxph(ties = "efron")`` on etype 1 (recurrence) and 2 (death), in tests/references/survival.
"""

from __future__ import annotations

from pathlib import Path

import greenwood
import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from retnet_core.protocol import DAYS_PER_MONTH
from tests.exports import workbook

REFERENCES = Path(__file__).resolve().parents[1] / "references" / "survival"
ENDPOINTS = {1: "Recurrence", 2: "OS"}
DATASETS = {"Recurrence": "colon_recur_rx", "OS": "colon_death_rx"}
ARMS = ("Obs", "Lev", "Lev+5FU")
# references: coxph(Surv(time, status) ~ rx), unadjusted, reference Obs
HAZARD_RATIOS = {
    "Recurrence": {
        "Lev": (0.984990494, 0.798526962, 1.214995009),
        "Lev+5FU": (0.599239984, 0.474926703, 0.756092584),
    },
    "OS": {
        "Lev": (0.973714185, 0.784405383, 1.208710870),
        "Lev+5FU": (0.689553994, 0.546367290, 0.870265698),
    },
}


@pytest.fixture(scope="module")
def colon() -> bytes:
    data = greenwood.load_dataset("colon", backend="pandas")
    data["rx"] = pd.Categorical(data["rx"], ARMS)
    patients = data.sort_values(["rx", "id"]).drop_duplicates("id")
    return workbook(
        {
            "patients": pd.DataFrame(
                {
                    "patient_id": patients["id"].map("C-{:04d}".format),
                    "arm": patients["rx"].astype(str),
                    "age": patients["age"],
                }
            ),
            "time_to_event": pd.DataFrame(
                {
                    "patient_id": data["id"].map("C-{:04d}".format),
                    "endpoint": data["etype"].map(ENDPOINTS),
                    "days": data["time"],
                    "event": data["status"].map({0: "no", 1: "yes"}),
                }
            ),
        }
    )


@pytest.fixture
def survival_page(page: Page, app_server: str, colon: bytes) -> Page:
    """The survival page, with the trial uploaded by hand."""
    page.goto(f"{app_server}/upload")
    page.locator("input[type=file]").set_input_files(
        {"name": "colon.xlsx", "mimeType": "application/octet-stream", "buffer": colon}
    )
    expect(page.get_by_role("heading", name="colon.xlsx")).to_be_visible()
    page.get_by_role("link", name="Survival").click()
    expect(page.get_by_role("radio", name="Recurrence")).to_be_visible()
    return page


def rows(page: Page, header: str) -> list[list[str]]:
    """The cells of the table that has this column."""
    table = page.locator("table").filter(has_text=header).first
    expect(table).to_be_visible()
    return [row.locator("td").all_inner_texts() for row in table.locator("tbody tr").all()]


def reference(file: str, endpoint: str, **where: object) -> pd.DataFrame:
    frame = pd.read_csv(REFERENCES / file)
    frame = frame[frame["dataset"] == DATASETS[endpoint]]
    for column, value in where.items():
        frame = frame[frame[column] == value]
    return frame


def shown_limit(days: float) -> str:
    return "not reached" if pd.isna(days) else f"{days / DAYS_PER_MONTH:.1f}"


@pytest.mark.parametrize("endpoint", DATASETS)
def test_the_page_shows_what_r_computes(survival_page: Page, endpoint: str) -> None:
    page = survival_page
    page.get_by_role("radio", name=endpoint).click()
    expect(page.get_by_role("radio", name=endpoint)).to_be_checked()
    expect(page.get_by_test_id("stMain").get_by_role("heading", level=4)).to_contain_text(
        "Recurrence" if endpoint == "Recurrence" else "Overall survival"
    )

    medians = {row[0]: row[1:] for row in rows(page, "Median, months")}
    quantiles = reference("km_quantiles.csv", endpoint, conf_type="log-log", p=0.5)
    for expected in quantiles.itertuples():
        shown = medians[expected.group][1]
        value, lower, upper = (
            shown_limit(x) for x in (expected.quantile, expected.lower, expected.upper)
        )
        if value == "not reached":
            assert shown.startswith("not reached")
            assert lower in shown
        else:
            assert shown.startswith(value)
            assert lower in shown
            assert upper in shown

    ratios = {row[0]: row[1] for row in rows(page, "Hazard ratio")}
    for arm, (hr, lower, upper) in HAZARD_RATIOS[endpoint].items():
        assert ratios[f"{arm} over Obs"] == f"{hr:.2f} ({lower:.2f}-{upper:.2f})"

    logrank = reference("logrank_survdiff.csv", endpoint, rho=0).iloc[0]
    expect(page.get_by_text(f"chi-square {logrank['chisq']:.2f}, df 2")).to_be_visible()

    page.get_by_role("tab", name="Numbers under the curve").click()
    at_risk = {(row[0], row[1]): row[2] for row in rows(page, "At risk")}
    for expected in reference("km_landmarks.csv", endpoint, conf_type="log-log").itertuples():
        month = round(expected.time / DAYS_PER_MONTH)
        if month % 12 == 0:
            assert int(at_risk[expected.group, str(month)]) == expected.n_risk
