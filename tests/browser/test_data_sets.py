"""A data set from its upload to the next start of the program, as a data manager lives it."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import serve
from tests.exports import workbook

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def export(**columns: object) -> bytes:
    size = 12
    patients = pd.DataFrame(
        {
            "patient_id": [f"P-{n:02d}" for n in range(size)],
            "arm": ["TAE", "cTACE"] * (size // 2),
            "first_embolization_date": "2020-01-10",
            "hepatic_progression_date": [f"2020-{n % 9 + 2:02d}-01" for n in range(size)],
            "last_imaging_date": "2021-01-10",
            **columns,
        }
    )
    return workbook({"patients": patients})


def drop(page: Page, name: str, content: bytes) -> None:
    file = {"name": name, "mimeType": MIME, "buffer": content}
    page.locator("input[type=file]").first.set_input_files(file)


def test_a_data_set_outlives_the_program_without_its_personal_column(
    page: Page, tmp_path: Path
) -> None:
    named = export(**{"Patient name": ["Doe, Jane", "Roe, Richard", "Poe, Ann"] * 4})
    with serve(tmp_path / "first.txt") as address:
        page.goto(f"{address}/upload")
        expect(page.get_by_text("Open now: retnet_demo_export.xlsx")).to_be_visible(timeout=30_000)
        drop(page, "visit.xlsx", named)
        expect(page.get_by_text("Columns that look personal were found")).to_be_visible()
        page.get_by_role("button", name="Go on").click()
        page.get_by_role("button", name="Open it").click()
        expect(page.get_by_text("Open now: visit.xlsx")).to_be_visible()
        expect(page).to_have_url(re.compile(r"data=[0-9a-f]{12}"))
        link = page.url.split("?")[1]
    with serve(tmp_path / "second.txt") as address:
        page.goto(f"{address}/survival?{link}")
        expect(page.get_by_text("12 of 12").first).to_be_visible(timeout=30_000)
        page.goto(f"{address}/upload?{link}")
        drop(page, "next.xlsx", export(**{"Patient name": "Doe, Jane", "arm": "TAE"}))
        expect(page.get_by_text("Open now: next.xlsx")).to_be_visible()
        expect(page.get_by_text("Read by the mapping of 'visit.xlsx'")).to_be_visible()
        page.get_by_role("radio", name="What changed").click()
        expect(page.get_by_text(re.compile("the data of 6 patients changed"))).to_be_visible()
        page.get_by_role("radio", name="Data sets").click()
        expect(page.get_by_text("Tick a data set to open, rename or delete it.")).to_be_visible()
        expect(page.get_by_test_id("stException")).to_have_count(0)


def tick(page: Page, row: int) -> None:
    """Tick a row of the list of data sets, which is drawn on a canvas."""
    page.get_by_text("Tick a data set to open, rename or delete it.").wait_for()
    page.get_by_test_id("stDataFrame").click(position={"x": 17, "y": 51 + 33 * row})


def cells(page: Page) -> Locator:
    """The cells of the list as a screen reader is told them."""
    return page.get_by_test_id("stDataFrame").locator("td")


def test_data_sets_are_brought_compared_renamed_and_deleted(page: Page, tmp_path: Path) -> None:
    with serve(tmp_path / "output.txt") as address:
        page.goto(f"{address}/upload?part=Data+sets")
        expect(page.get_by_text("Open now: retnet_demo_export.xlsx")).to_be_visible(timeout=30_000)
        drop(page, "letter.xlsx", b"Dear editor")
        expect(page.get_by_text("letter.xlsx was not opened")).to_be_visible()
        drop(page, "one.xlsx", export(site="north"))
        expect(page.get_by_text("Open now: one.xlsx")).to_be_visible()
        expect(page.get_by_text("letter.xlsx")).to_have_count(0)
        expect(page.get_by_role("radio", name="Findings")).to_be_checked()
        drop(page, "two.xlsx", export(site="south"))
        expect(page.get_by_text("It is a new version of one.xlsx")).to_be_visible()

        page.get_by_role("radio", name="What changed").click()
        expect(page.get_by_text(re.compile("the data of 12 patients changed"))).to_be_visible()
        expect(page).to_have_url(re.compile(r"compared=[0-9a-f]{12}"))
        page.reload()
        expect(page.get_by_text(re.compile("the data of 12 patients changed"))).to_be_visible()

        page.get_by_role("radio", name="Data sets").click()
        tick(page, 1)
        page.get_by_label("Name", exact=True).fill("Export of January")
        page.get_by_role("button", name="Rename").click()  # at once, from within the field
        expect(cells(page).filter(has_text="Export of January")).to_have_count(1)
        page.get_by_role("button", name="Delete").click()
        expect(cells(page).filter(has_text="Export of January")).to_have_count(0)
        page.get_by_text("Deleted (1)").click()
        expect(page.get_by_text(re.compile("Export of January, .* deleted on"))).to_be_visible()
        page.get_by_role("button", name="Bring back").click()
        expect(cells(page).filter(has_text="Export of January")).to_have_count(1)
        expect(page.get_by_test_id("stException")).to_have_count(0)
