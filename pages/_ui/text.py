"""Names from an export, made safe for Markdown."""

from __future__ import annotations

import re

_SPECIAL = re.compile(r"([\\`*_\[\]<>$:~#&|.@]|^[-+=])")


def escape(text: str) -> str:
    """Make any text show as it is, in one line, where Streamlit reads Markdown."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split("\n")))
