"""The documents for statisticians: their code runs, their names and columns are the code's."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
import shutil
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from retnet_core.protocol import EndpointRules
from retnet_core.tables import SCHEMAS

ROOT = Path(__file__).resolve().parents[1]
DEMO = Path("data/demo/retnet_demo_export.xlsx")
API = "docs/api.md"
TEXT = (ROOT / API).read_text(encoding="utf-8")

BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^### `(.+\(.*\))`$", re.MULTILINE)
TABLE = re.compile(
    r"^\*\*`(?P<what>[^`]+)`\*\*[^|]*?\n\n\| (?:column|switch) \|.*\n\|[-|]+\|\n"
    r"(?P<rows>(?:\|.*\n)+)",
    re.MULTILINE,
)
TABLES = {found["what"]: found["rows"] for found in TABLE.finditer(TEXT)}
HEADINGS = HEADING.findall(TEXT)


def run_blocks(document: str) -> dict[str, Any]:
    """Run the Python blocks of a document one after another, and give the names they leave."""
    text = (ROOT / document).read_text(encoding="utf-8")
    names: dict[str, Any] = {}
    for found in BLOCK.finditer(text):
        # Blank lines before it, so that an error names the line of the document.
        block = "\n" * text.count("\n", 0, found.start(1)) + found[1]
        exec(compile(block, document, "exec"), names)
    return names


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the demonstration, where the documents' code may write files."""
    folder = tmp_path_factory.mktemp("documents")
    (folder / DEMO.parent).mkdir(parents=True)
    shutil.copy(ROOT / DEMO, folder / DEMO)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield folder


@pytest.fixture(scope="module")
def names(elsewhere: Path) -> dict[str, Any]:
    return run_blocks(API)


def first_cells(rows: str) -> list[str]:
    return [row.split("|")[1].strip().strip("`") for row in rows.splitlines()]


def test_code_of_the_readme_runs(elsewhere: Path) -> None:
    assert run_blocks("README.md")["trial"].source.synthetic


def test_the_files_that_the_page_writes_are_there(names: dict[str, Any], elsewhere: Path) -> None:
    kinds = {path.suffix: path.read_bytes()[:4] for path in elsewhere.glob("hpfs.*")}
    assert kinds.keys() == {".xlsx", ".png", ".svg"}
    assert kinds[".xlsx"] == b"PK\x03\x04"
    assert kinds[".png"] == b"\x89PNG"
    assert kinds[".svg"] == b"<svg"


@pytest.mark.parametrize("what", [what for what in TABLES if what != "EndpointRules"])
def test_columns_in_print_are_those_of_the_code(names: dict[str, Any], what: str) -> None:
    assert first_cells(TABLES[what]) == list(eval(what, names).columns)


def test_every_frame_of_a_result_has_its_columns_in_print(names: dict[str, Any]) -> None:
    results = (
        "tte", "km", "follow_up", "test", "ratios", "hazards", "means", "causes", "incidence",
        "gray", "forest", "grades", "scores", "quality",
        "changed", "estimated",
    )  # fmt: skip
    frames = {
        f"{name}.{field.name}"
        for name in results
        for field in dataclasses.fields(names[name])
        if field.type == "pd.DataFrame"
    }
    assert frames <= TABLES.keys()


@pytest.mark.parametrize("heading", HEADINGS)
def test_signatures_in_print_are_those_of_the_code(names: dict[str, Any], heading: str) -> None:
    call = ast.parse(heading, mode="eval").body
    assert isinstance(call, ast.Call)
    required = [ast.unparse(argument) for argument in call.args]
    defaults = {one.arg: ast.literal_eval(one.value) for one in call.keywords}
    found = inspect.signature(eval(ast.unparse(call.func), names)).parameters.values()
    assert required == [one.name for one in found if one.default is one.empty]
    assert defaults == {one.name: one.default for one in found if one.default is not one.empty}


def test_switches_in_print_are_those_of_the_rules() -> None:
    rows = [row.split("|")[1:3] for row in TABLES["EndpointRules"].splitlines()]
    printed = {name.strip(" `"): ast.literal_eval(values.replace("`", "")) for name, values in rows}
    hints = typing.get_type_hints(EndpointRules)
    assert list(printed) == [field.name for field in dataclasses.fields(EndpointRules)]
    for name, values in printed.items():
        assert values[0] == getattr(EndpointRules(), name)
        assert set(values) == set(allowed(hints[name]))


def allowed(hint: Any) -> Iterator[str | None]:
    """Give the values of a Literal, or of one that may be None."""
    for one in typing.get_args(hint):
        if typing.get_args(one):
            yield from typing.get_args(one)
        else:
            yield None if one is type(None) else one


@pytest.mark.parametrize("document", [API, "README.md"])
def test_documents_name_every_table(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    assert [table for table in SCHEMAS if f"`{table}`" not in text] == []


@pytest.mark.parametrize("document", [API, "README.md"])
def test_links_lead_somewhere(document: str) -> None:
    here = ROOT / document
    links = re.findall(r"\]\((?!\w+://)([^)#]*)#?([^)]*)\)", here.read_text(encoding="utf-8"))
    assert links
    for path, anchor in links:
        target = here.parent / path if path else here
        assert target.is_file(), path
        assert not anchor or anchor in anchors(target)


def anchors(path: Path) -> list[str]:
    """Give the anchors of a page's plain headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return [title.lower().replace(" ", "-") for title in titles]
