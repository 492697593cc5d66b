"""Writes the synthetic export: ``python -m retnet_core.demo [path]``."""

from __future__ import annotations

import argparse
from pathlib import Path

from retnet_core.demo import export

PATH = Path(__file__).parents[2] / "data" / "demo" / "retnet_demo_export.xlsx"


def main() -> None:
    """Write the export to the path of the command line."""
    parser = argparse.ArgumentParser(description="Write the synthetic demonstration export.")
    parser.add_argument("path", nargs="?", type=Path, default=PATH, help="the file to write")
    path: Path = parser.parse_args().path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(export())


if __name__ == "__main__":
    main()
