"""The stamp on everything that leaves the program: which data, of whom, by which method."""

from __future__ import annotations

from dataclasses import dataclass

from retnet_core.trial import Source, Trial
from retnet_core.version import __version__

SYNTHETIC = "SYNTHETIC DEMONSTRATION DATA"
PROGRAM = f"RETNET dashboard {__version__}"
_HASH_LENGTH = 12


@dataclass(frozen=True)
class Stamp:
    """Where numbers come from; made by `stamp`.

    Attributes
    ----------
    title : str
        What is shown.
    source : Source
        The file it was made from.
    population : str
        Who is looked at, in words, and n of N.
    method : str
        How it was computed, in a sentence.
    notes : tuple of str
        Remarks a reader needs.
    """

    title: str
    source: Source
    population: str
    method: str
    notes: tuple[str, ...] = ()

    def rows(self) -> list[tuple[str, str]]:
        """Give label and value pairs, for a sheet or a page at the end of a document.

        Data called synthetic say so in the first pair.

        Returns
        -------
        list of (str, str)
        """
        warning = f"{SYNTHETIC}: no real patient, no result of RETNET."
        return [
            *([("Warning", warning)] if self.source.synthetic else []),
            ("Shown", self.title),
            ("Patients", self.population),
            ("Data cut", self._data_cut("the latest date in the file; the file states none")),
            ("File", self.source.name),
            ("File hash (SHA-256)", self.source.sha256[:_HASH_LENGTH]),
            *([("Read by", f"a mapping ({key})")] if (key := self._mapping()) else []),
            ("Method", self.method),
            *(("Note", note) for note in self.notes),
            ("Program", PROGRAM),
        ]

    def line(self) -> str:
        """Give one short line, for the foot of a chart."""
        mapping = self._mapping()
        told = f", read by the mapping {mapping}" if mapping else ""
        parts = [
            f"{self.source.name} ({self.source.sha256[:_HASH_LENGTH]}{told})",
            f"data cut {self._data_cut('assumed')}",
            self.population,
            PROGRAM,
        ]
        return " · ".join([SYNTHETIC, *parts] if self.source.synthetic else parts)

    def _mapping(self) -> str:
        """Name the data set where a mapping says how the file is read: one file has many."""
        is_alone = self.source.key == self.source.sha256
        return "" if is_alone else self.source.key[:_HASH_LENGTH]

    def _data_cut(self, if_assumed: str) -> str:
        cut = self.source.data_cut
        if cut is None:
            return "not known"
        day = cut.isoformat()
        return day if self.source.data_cut_stated else f"{day} ({if_assumed})"


def stamp(
    trial: Trial,
    method: str,
    *,
    title: str,
    population: str | None = None,
    notes: tuple[str, ...] = (),
) -> Stamp:
    """Make the stamp of a result.

    Parameters
    ----------
    trial : Trial
        The trial as it was narrowed for the result.
    method : str
        The result's method.
    title : str
        What is shown.
    population : str, optional
        Who is looked at, where the analysis takes fewer patients than the cohort; the cohort in
        words with n of N if not given.
    notes : tuple of str
        The result's notes.

    Returns
    -------
    Stamp
    """
    return Stamp(title, trial.source, population or trial.population, method, notes)
