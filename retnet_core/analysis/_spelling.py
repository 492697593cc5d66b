"""Names that differ only in case or blanks are one name."""

from __future__ import annotations

import pandas as pd


def one_spelling(names: pd.Series) -> dict[str, str]:
    """Map each name to its most frequent spelling, case and blanks apart; blanks trimmed.

    Otherwise a patient with "Nausea" and "nausea" would count twice, and a visit would be two.
    """
    seen = names.dropna().value_counts()
    chosen: dict[str, str] = {}
    mapped = {}
    for name in sorted(seen.index, key=lambda name: (-seen[name], name)):
        plain = " ".join(name.split())
        mapped[name] = chosen.setdefault(plain.casefold(), plain)
    return mapped
