"""Bring an export: what was dropped is read, and opened where nothing has to be asked."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages._data import draft as drafts
from pages._data import personal
from pages._data.draft import Draft
from pages._data.said import Said
from pages._ui import kept, session
from pages._ui.findings import show_findings
from pages._ui.text import escape
from retnet_core import ExportError, Trial
from retnet_core.intake.files import bundle
from retnet_core.intake.load import read_file, understand
from retnet_core.intake.mapping import ExportMapping, from_yaml
from retnet_core.intake.questions import asked
from retnet_core.intake.understanding import PersonalDataError
from retnet_core.store import Record, StoreError, listing

SHOW_FINDINGS = "show_findings"
"""Where a visit notes that a file was just opened: the page turns to its findings."""
_MAPPING_FILES = (".yaml", ".yml")


def take() -> None:
    """Take files, and open them where nothing has to be asked."""
    number = st.session_state.setdefault("uploads", 0)
    files = st.file_uploader(
        "Export", accept_multiple_files=True, key=f"upload_{number}", label_visibility="collapsed"
    )
    if not files:
        return
    dismiss()
    drafts.put(None)
    try:
        draft = _read([(file.name, file.getvalue()) for file in files])
        drafts.put(draft)
        if draft.understood.trial:
            _open(draft)
    except (ExportError, StoreError) as problem:
        names = ", ".join(file.name for file in files)
        st.session_state["refused"] = f"{names} was not opened. {problem}"
    except Exception:  # a fault of the program: the next file shall not meet it
        st.session_state["uploads"] += 1
        raise
    st.session_state["uploads"] += 1  # the box is empty, or the next file would be read with these
    st.rerun()


def answer() -> None:
    """Say what became of the files, and ask what has to be asked."""
    key, said = st.session_state.get("arrived", ("", ""))
    draft = drafts.current()
    if refused := st.session_state.get("refused"):
        _banner(st.error, refused)
    if draft and not draft.replaces:
        _ask(draft)
    elif said and key == session.current_key():
        _banner(st.info, said)


def open_draft(draft: Draft) -> None:
    """Keep and show what opened; where it cannot be kept, nothing changes and why is said."""
    dismiss()
    try:
        _open(draft)
    except StoreError as problem:
        st.session_state["refused"] = (
            f"{draft.opened.name} was not opened, because it could not be kept. {problem}"
        )
    st.rerun()


def dismiss() -> None:
    """Forget what was said of the files before."""
    st.session_state["refused"] = ""
    st.session_state["arrived"] = ("", "")


def _open(draft: Draft) -> None:
    """Keep and show what opened, and say what of it needs the user's attention."""
    trial = drafts.finish(draft)
    before = None if draft.replaces else _before(trial)
    said = listing.arrival(trial, before, draft.remembered, asked(draft.understood))
    st.session_state["arrived"] = (session.key_of(trial), said)
    st.session_state[SHOW_FINDINGS] = True


def _before(trial: Trial) -> Record | None:
    """Find the version of an export that was brought before it."""
    try:
        records = kept.store().list()
    except StoreError:  # the export is kept, and open; whoever asks the store next is told
        return None
    return listing.version_before(records, trial.source.key)


def _banner(draw: Callable[[str], object], said: str) -> None:
    """Say something until the next file, or until it is dismissed."""
    text, button = st.columns([10, 1], vertical_alignment="center")
    with text:
        draw(escape(said))
    button.button(
        "Dismiss", on_click=dismiss, type="tertiary", key=f"dismiss_{draw.__name__}"
    )  # fmt: skip


def _read(files: list[tuple[str, bytes]]) -> Draft:
    """Read files, by their own mapping or the one kept with the last export of this make."""
    bar = st.progress(0.0, f"Reading {escape(', '.join(name for name, _ in files))}")
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
        waits = bool(Said(draft).waiting)
        why = "Changes wait below: read the file by them, or drop them." if waits else None
        if st.button("Open it", type="primary", disabled=waits, help=why):
            open_draft(draft)
        return
    st.error(f"{escape(draft.opened.name)} was not opened. {escape(str(error))}")
    st.button("Let go of this file", on_click=drafts.put, args=(None,))
    if isinstance(error, PersonalDataError):
        personal.show(draft, error.personal)
    elif len(error.findings) > 1:  # the first is the sentence itself
        show_findings(error.findings, "rejected")
