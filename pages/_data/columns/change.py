"""Change how one of our columns is read: its header, unit, order of dates, codes."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages._data.said import Said
from pages._ui.text import escape
from retnet_core.intake import readings
from retnet_core.intake.mapping import DATE_ORDERS, Reading
from retnet_core.intake.questions import Question
from retnet_core.intake.typed import ARMS, UNITS
from retnet_core.intake.understanding import kind, meanings
from retnet_core.tables import SCHEMAS, about
from retnet_core.trial import join_words

AS_FOUND = "as the program finds it"
_AS_READ, _NO_VALUE = "as it is read", "no value"
ORDERS = {AS_FOUND: "", "day first: 31/12/2019": "day first",
          "month first: 12/31/2019": "month first",
          "year first: 19-12-31": "year first"}  # fmt: skip


_NEW_COLUMN = (
    "Its codes, and what each means, can be said once the file was read this way: press the button "
    "below, then come back to this column."
)


def show(said: Said, table: str, asked: Sequence[Question]) -> None:
    """Take what the user says of one column of a table; it waits until the file is read by it."""
    with st.container(border=True):
        names = list(SCHEMAS[table].columns)
        first = next((one.column for one in asked if one.table == table), names[0])
        name = st.selectbox(
            "Change how this column is read", names, names.index(first),
            key=said.place(f"of_{table}"),
        )  # fmt: skip
        st.caption(escape(SCHEMAS[table].columns[name].description or ""))
        before = said.mapping
        header = _header(said, table, name)
        told = before.readings.get((table, name), Reading())
        reading = _reading(said, table, name, told)
        if (header, reading) != (before.columns.get(table, {}).get(name), told):
            said.change(before.with_column(table, name, header, reading))


def _header(said: Said, table: str, name: str) -> str | None:
    found = said.draft.understood
    mine = found.columns.query("table == @table and sheet != ''")
    sheets = dict.fromkeys(mine["sheet"]) or [sheet.name for sheet in said.draft.opened.sheets]
    headers = [header for sheet in sheets for header in found.headers(sheet)]
    told = said.mapping.columns.get(table, {}).get(name)
    options = [AS_FOUND, *dict.fromkeys([*([told] if told else []), *headers])]
    picked = st.selectbox(
        "Column of the file", options, options.index(told) if told else 0,
        key=said.key(f"header_{table}_{name}"),
    )  # fmt: skip
    if picked != (said.draft.mapping.columns.get(table, {}).get(name) or AS_FOUND) and (
        kind(table, name) in ("coded", "yes_no") or name in ARMS
    ):
        st.caption(_NEW_COLUMN)
    if picked == AS_FOUND:
        return None
    others = readings.also_read_as(found, said.mapping, table, name, picked)
    if others:
        st.warning(
            f"'{escape(picked)}' is read as {escape(join_words(others))} so far. A column of the "
            f"file is one of ours in a table: it is then read as {escape(name)} alone."
        )
    return picked


def _reading(said: Said, table: str, name: str, told: Reading) -> Reading:
    if name == "patient_id":
        st.caption("Ids are always taken as they stand.")
        return told
    holds = kind(table, name)
    codes, unit, order = dict(told.codes), told.unit, told.dates
    if holds == "date":
        at = list(ORDERS.values()).index(told.dates)
        picked = st.segmented_control(
            "Dates that can be read in several ways are", list(ORDERS), default=list(ORDERS)[at],
            required=True, key=said.key(f"{table}_{name}_dates"),
        )  # fmt: skip
        order = DATE_ORDERS[ORDERS[picked or AS_FOUND]]
    elif holds == "number":
        unit = _unit(said, table, name, told)
    if holds != "date" and not about(table, name).unit:
        codes = _codes(said, table, name, told)
    missing = cells_of(
        "Cells that mean no value, separated by semicolons", told.missing,
        said.key(f"{table}_{name}_missing"),
    )  # fmt: skip
    return Reading(codes, unit, order, missing)


def cells_of(label: str, told: Sequence[str], key: str) -> tuple[str, ...]:
    """Ask for cells, separated by semicolons; what was told stays as it is if nobody types."""
    before = "; ".join(told)
    text = st.text_input(label, before, placeholder="for example -99; 999", key=key)
    return tuple(told) if text == before else tuple(filter(None, map(str.strip, text.split(";"))))


def _unit(said: Said, table: str, name: str, told: Reading) -> str:
    ours = about(table, name).unit
    known = UNITS.get((table, name), {})
    if not known:
        st.caption(f"Numbers are in {ours}." if ours else "Numbers have no unit.")
        return told.unit
    options = list(dict.fromkeys(["", ours, *known, told.unit]))
    return st.selectbox(
        "Unit of the numbers in the file", options, options.index(told.unit),
        format_func=lambda one: one or f"{AS_FOUND}: {ours}, or as cell or header says",
        key=said.key(f"{table}_{name}_unit"),
    )  # fmt: skip


def _codes(said: Said, table: str, name: str, told: Reading) -> dict[str, str]:
    """Show the different cells with what each was read as, and take what each means."""
    found = readings.read_as(said.draft.understood, table, name)
    rows = [*found.itertuples(index=False, name=None),
            *((cell, 0, "") for cell in told.codes if cell not in set(found["cell"]))]  # fmt: skip
    if not rows:
        return dict(told.codes)
    for column, title in zip(_grid(), ("Cell", "Rows", "Read as", "Means"), strict=True):
        column.markdown(f":small[:gray[{title}]]")
    codes = {}
    for at, (cell, size, words) in enumerate(rows):
        left, middle, right, last = _grid()
        left.markdown(escape(cell))
        middle.markdown(f"{size:,}")
        right.markdown(escape(words))
        key = said.key(f"code_{at}_{table}_{name}")
        with last:
            own = (cell,) if name in ARMS else ()
            allowed = (*meanings(table, name), *own)
            meaning = _meaning(cell, allowed, told.codes.get(cell), key)
        if meaning is not None:
            codes[cell] = meaning
    return codes


def _grid() -> Sequence[st.delta_generator.DeltaGenerator]:
    return st.columns([4, 2, 4, 5], gap="small", vertical_alignment="center")


def _meaning(cell: str, allowed: Sequence[str], told: str | None, key: str) -> str | None:
    """Take what a cell means: None leaves it to the program, "" is no value."""
    words: dict[str | None, str | None] = {_AS_READ: None, **{one: one for one in allowed}}
    words[_NO_VALUE] = ""
    if told:
        words.setdefault(told, told)
    picked = st.selectbox(
        f"'{escape(cell)}' means", list(words), list(words.values()).index(told), key=key,
        accept_new_options=not allowed, label_visibility="collapsed",
    )  # fmt: skip
    return words.get(picked, picked)
