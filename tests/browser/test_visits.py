"""Visits as people make them: deep links, filters, copied links, downloads, dark mode, rubbish."""

from __future__ import annotations

import io
import re

import pandas as pd
import pytest
from openpyxl import load_workbook
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.exports import workbook

SCREENS = {
    "": "RETNET at a glance",
    "survival": "Hepatic progression-free survival by arm",
    "safety": "Adverse events: patients by worst CTCAE grade",
    "quality_of_life": "Global health status/QoL: mean score by visit",
    "upload": "Bring an export",
    "methods": "Methods",
}


def open_screen(page: Page, address: str, heading: str) -> None:
    page.goto(address)
    expect(page.get_by_role("heading", name=heading)).to_be_visible(timeout=30_000)
    expect(page.get_by_test_id("stException")).to_have_count(0)


@pytest.mark.parametrize("screen", SCREENS)
def test_any_page_opened_first_on_a_fresh_server_passes_the_door(
    page: Page, fresh_server: str, screen: str
) -> None:
    open_screen(page, f"{fresh_server}/{screen}", SCREENS[screen])
    expect(page.get_by_role("note")).to_have_text("SYNTHETIC DEMONSTRATION DATA")
    expect(page.get_by_role("button", name="cTACE", exact=True)).to_be_visible()
    expect(page.get_by_text("page not found", exact=False)).to_have_count(0)


def test_filters_hold_across_pages_and_in_a_copied_link(
    page: Page, browser: Browser, app_server: str
) -> None:
    open_screen(page, f"{app_server}/survival", SCREENS["survival"])
    page.get_by_role("button", name="G3", exact=True).click()
    page.get_by_role("button", name="unknown", exact=True).click()
    chosen = page.get_by_text(re.compile(r"TAE and cTACE, G1-G2: \d+ of 162 patients")).first
    expect(chosen).to_be_visible()
    said = chosen.inner_text().split(";")[0]
    page.get_by_role("radio", name="PFS", exact=True).click()
    expect(page.get_by_role("heading", name="Progression-free survival by arm")).to_be_visible()
    expect(page).to_have_url(re.compile(r"endpoint=PFS"))

    page.get_by_role("link", name="Safety").first.click()
    expect(page.get_by_text(re.compile(r"G1-G2: \d+ of 162 patients;")).first).to_be_visible()
    expect(page).to_have_url(re.compile(r"/safety\?.*data="))
    page.go_back()
    if "/safety" in page.url:  # Streamlit drops "data" at a change of page; its return is an entry
        page.go_back()
    expect(page.get_by_text(said).first).to_be_visible()

    page.reload()
    expect(page.get_by_text(said).first).to_be_visible()
    copied = browser.new_page()
    copied.goto(page.url)
    expect(copied.get_by_text(said).first).to_be_visible(timeout=30_000)
    copied.close()


def test_the_address_holds_the_choices_and_nothing_of_the_data(page: Page, app_server: str) -> None:
    for screen in SCREENS:
        open_screen(page, f"{app_server}/{screen}", SCREENS[screen])
        assert re.fullmatch(r".*/[a-z_]*\?data=[0-9a-f]{12}", page.url)
    page.get_by_role("link", name="Survival").first.click()
    page.get_by_role("radio", name="Subgroups", exact=True).click()
    expect(page.get_by_role("heading", name="Hazard ratio by subgroup")).to_be_visible()
    assert re.fullmatch(r".*/survival\?data=[0-9a-f]{12}&view=Subgroups", page.url)


def test_a_link_to_an_export_that_is_not_open_says_so(page: Page, app_server: str) -> None:
    page.goto(f"{app_server}/survival?data=0123456789ab")
    expect(page.get_by_text("not kept here")).to_be_visible(timeout=30_000)
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(0)


def test_downloads_carry_their_origin(page: Page, app_server: str) -> None:
    open_screen(page, f"{app_server}/survival", SCREENS["survival"])
    page.get_by_role("tab", name="Downloads").click()
    files = {}
    for label in ("PNG (300 dpi)", "SVG", "XLSX (numbers)"):
        with page.expect_download() as download:
            page.get_by_role("button", name=label).click()
        files[label] = download.value.path().read_bytes()
    picture = Image.open(io.BytesIO(files["PNG (300 dpi)"]))
    assert round(picture.info["dpi"][0]) == 300
    assert b"SYNTHETIC DEMONSTRATION DATA" in files["SVG"]
    book = load_workbook(io.BytesIO(files["XLSX (numbers)"]))
    source = {row[0].value: row[1].value for row in book["Source"].iter_rows(max_col=2)}
    assert source["Patients"] == "TAE and cTACE: 152 of 162 patients"
    assert source["File"] == "retnet_demo_export.xlsx"
    assert any("SYNTHETIC" in str(value) for value in source.values())


def test_a_bad_file_says_why_and_changes_nothing(page: Page, app_server: str) -> None:
    open_screen(page, f"{app_server}/upload", SCREENS["upload"])
    page.locator("input[type=file]").set_input_files(
        {"name": "holiday.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 not a table"}
    )
    expect(page.get_by_text("holiday.pdf was not opened.", exact=False)).to_be_visible()
    expect(page.get_by_role("heading", name="retnet_demo_export.xlsx")).to_be_visible()


@pytest.mark.parametrize("chosen", [None, "cTACE", "TAE"])
def test_uploading_clears_filters_of_the_other_export(
    page: Page, app_server: str, chosen: str | None
) -> None:
    open_screen(page, f"{app_server}/upload", SCREENS["upload"])
    if chosen:
        page.get_by_role("button", name=chosen, exact=True).click()
        expect(page).to_have_url(re.compile("arm="))
    patients = pd.DataFrame({"patient_id": ["1", "2"], "arm": ['A <b> & "c"', "TAE"]})
    page.locator("input[type=file]").set_input_files(
        {
            "name": "two.xlsx",
            "mimeType": "application/octet-stream",
            "buffer": workbook({"patients": patients}),
        }
    )
    expect(page.get_by_role("heading", name="two.xlsx")).to_be_visible()
    expect(page.get_by_role("note")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("arm="))
    page.get_by_role("link", name="Overview").click()
    expect(page.get_by_role("cell", name='A <b> & "c"', exact=True)).to_be_visible()
    expect(page.get_by_text("All patients: 2 of 2").first).to_be_visible()
    page.get_by_role("link", name="Data", exact=True).first.click()
    page.get_by_role("button", name="Back to the synthetic export").click()
    expect(page.get_by_role("heading", name="retnet_demo_export.xlsx")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="two.xlsx")).to_be_visible()
    page.get_by_role("link", name="Overview").first.click()
    expect(page.get_by_text("All patients: 2 of 2").first).to_be_visible()


def test_dark_mode_draws_text_that_can_be_read(browser: Browser, app_server: str) -> None:
    context = browser.new_context(color_scheme="dark", viewport={"width": 1280, "height": 720})
    page = context.new_page()
    open_screen(page, f"{app_server}/survival", SCREENS["survival"])
    number = page.get_by_test_id("stVegaLiteChart").locator("text", has_text="74").first
    expect(number).to_be_visible()
    red, green, blue = (
        int(part)
        for part in re.findall(r"\d+", number.evaluate("node => getComputedStyle(node).fill"))[:3]
    )
    assert min(red, green, blue) > 180
    context.close()
