"""A Figure becomes a picture, without a browser and without the internet."""

from __future__ import annotations

from threading import Lock
from typing import Any, Protocol

import vl_convert

# vl-convert runs one JavaScript engine a process, and is not safe to call from two threads.
_ONE_AT_A_TIME = Lock()
_NO_DOWNLOADS: list[str] = []


class Drawable(Protocol):
    """What can be drawn: a Figure, or anything that gives a self-contained Vega-Lite spec."""

    def filled(self) -> dict[str, Any]:
        """Give a Vega-Lite spec that holds its data and its theme."""


def png(figure: Drawable, dpi: int = 300) -> bytes:
    """Draw a PNG picture.

    Parameters
    ----------
    figure : Drawable
        What to draw.
    dpi : int
        Dots per inch; an inch is 72 of the spec's pixels. The file states it.

    Returns
    -------
    bytes
    """
    with _ONE_AT_A_TIME:
        picture: bytes = vl_convert.vegalite_to_png(
            figure.filled(), ppi=dpi, allowed_base_urls=_NO_DOWNLOADS
        )
    return picture


def svg(figure: Drawable) -> str:
    """Draw an SVG picture.

    Parameters
    ----------
    figure : Drawable
        What to draw.

    Returns
    -------
    str
    """
    with _ONE_AT_A_TIME:
        picture: str = vl_convert.vegalite_to_svg(figure.filled(), allowed_base_urls=_NO_DOWNLOADS)
    return picture
