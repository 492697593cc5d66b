"""Bring an export: what was dropped is read, and opened where nothing has to be asked."""

from __future__ import annotations

import streamlit as st

from pages._data import draft as drafts
from pages._data import personal
from pages._data.draft import Draft
from pages._ui import kept, session
from pages._ui.findings import show_findings
from pages._ui.text import escape
from retnet_core import ExportError
from retnet_core.intake.files import bundle
from retnet_core.intake.load import read_file, understand
from retnet_core.intake.mapping import ExportMapping, from_yaml
from retnet_core.intake.understanding import PersonalDataError
from retnet_core.store import StoreError

_MAPPING_FILES = (".yaml", ".yml")


def take() -> None:
    """Take files, and open them where nothing has to be asked."""
    number = st.session_state.setdefault("uploads", 0)
    files = st.file_uploader(
        "Export", accept_multiple_files=True, key=f"upload_{number}", label_visibility="collapsed"
    )
    dropped = tuple(file.file_id for file in files)
    # A file that cannot be read stays in the box: it is told again, but not read again.
    if st.session_state.get("dropped", ()) == dropped:
        return
    st.session_state["dropped"] = dropped
    st.session_state["refused"] = ""
    if not files:  # taken out of the box, or gone with a change of page
        waiting = drafts.current()
        if waiting and not waiting.replaces:
            drafts.put(None)
        return
    names = ", ".join(file.name for file in files)
    drafts.put(None)
    try:
        draft = _read([(file.name, file.getvalue()) for file in files], names)
    except (ExportError, StoreError) as problem:
        st.session_state["refused"] = f"{names} was not opened. {problem}"
        return
    drafts.put(draft)
    if draft.understood.trial:
        open_draft(draft)


def answer() -> None:
    """Say what became of the files, and ask what has to be asked."""
    key, said = st.session_state.get("said", ("", ""))
    draft = drafts.current()
    if draft and not draft.replaces:
        _ask(draft)
    elif said and key == session.current_key():
        st.success(escape(said))
    elif refused := st.session_state.get("refused"):
        st.error(escape(refused))


def open_draft(draft: Draft) -> None:
    """Keep and show what opened; where it cannot be kept, nothing changes and why is said."""
    try:
        drafts.finish(draft)
    except StoreError as problem:
        st.error(f"The export was not opened, because it could not be kept. {escape(str(problem))}")
        return
    if draft.remembered:
        said = (
            f"Read by the mapping of '{draft.remembered}', whose sheets and headers are the same. "
            "Columns shows it."
        )
        st.session_state["said"] = (session.current_key(), said)
    let_go()
    st.rerun()


def let_go() -> None:
    """Forget the files that were dropped, and empty the box."""
    drafts.put(None)
    st.session_state["uploads"] += 1
    st.session_state["dropped"] = ()
    st.session_state["refused"] = ""


def _read(files: list[tuple[str, bytes]], names: str) -> Draft:
    """Read files, by their own mapping or the one kept with the last export of this make."""
    bar = st.progress(0.0, f"Reading {escape(names)}")
    try:
        mapping, content, name = _content(files)
        opened = read_file(content, name, bar.progress)
        understood = understand(opened, mapping, bar.progress)
        earlier = None if mapping else kept.store().latest_mapping(understood.fingerprint)
        if earlier is None:
            return Draft(content, opened, understood)
        understood = understand(opened, kept.mapping_of(earlier), bar.progress)
        return Draft(content, opened, understood, remembered=earlier.name)
    finally:
        bar.empty()


def _content(files: list[tuple[str, bytes]]) -> tuple[ExportMapping | None, bytes, str]:
    """Tell a mapping file from the files of the export, and pack several of those into one."""
    mappings = [one for one in files if one[0].casefold().endswith(_MAPPING_FILES)]
    tables = [one for one in files if one not in mappings]
    if len(mappings) > 1 or not tables:
        raise ExportError("Drop an export together with one mapping file at most.")
    mapping = from_yaml(mappings[0][1]) if mappings else None
    if len(tables) == 1:
        return mapping, tables[0][1], tables[0][0]
    return mapping, bundle(tables), ", ".join(name for name, _ in tables)


def _ask(draft: Draft) -> None:
    """Say why a file did not open, and ask what would let it."""
    error = draft.understood.error
    if error is None:
        st.success("The export can be read now.")
        if st.button("Open it", type="primary"):
            open_draft(draft)
        return
    st.error(f"{escape(draft.opened.name)} was not opened. {escape(str(error))}")
    st.button("Let go of this file", on_click=let_go)
    if isinstance(error, PersonalDataError):
        personal.show(draft, error.personal)
    elif len(error.findings) > 1:  # the first is the sentence itself
        show_findings(error.findings, "rejected")
