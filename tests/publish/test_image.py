import io
import struct
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from PIL import Image

from retnet_core.charts.theme import PRINT_CONFIG
from retnet_core.publish.image import png, svg


@dataclass(frozen=True)
class Picture:
    """A figure of one word, 144 x 72 pixels."""

    text: str

    def filled(self) -> dict[str, Any]:
        return {
            "data": {"name": "words"},
            "datasets": {"words": [{"word": self.text}]},
            "mark": {"type": "text", "fontSize": 30},
            "encoding": {"text": {"field": "word", "type": "nominal"}},
            "width": 144,
            "height": 72,
            "padding": 0,
            "config": {**PRINT_CONFIG, "view": {"stroke": None}},
        }


def dots_per_metre(content: bytes) -> tuple[int, int, int]:
    """Read the pHYs chunk of a PNG: dots across, dots down, unit (1 is the metre)."""
    place = content.index(b"pHYs") + 4
    return struct.unpack(">IIB", content[place : place + 9])


def dark_pixels(content: bytes) -> int:
    grey = np.asarray(Image.open(io.BytesIO(content)).convert("L"))
    return int((grey < 100).sum())


def test_png_is_300_dpi_and_says_so():
    content = png(Picture("hPFS"))
    assert dots_per_metre(content) == (11811, 11811, 1)  # 300 / 0.0254
    assert Image.open(io.BytesIO(content)).size == (600, 300)  # 2 x 1 inch


@pytest.mark.parametrize("dpi", [72, 150])
def test_png_takes_another_resolution(dpi):
    assert Image.open(io.BytesIO(png(Picture("x"), dpi=dpi))).size == (2 * dpi, dpi)


def test_png_holds_the_text():
    # A font that is not in the package draws nothing at all, without a word of warning.
    assert dark_pixels(png(Picture("TAE"))) > 1000
    assert dark_pixels(png(Picture(""))) == 0


def test_svg_holds_the_text_escaped():
    drawn = svg(Picture('A <b> & "c"'))
    assert drawn.startswith("<svg")
    assert "A &lt;b&gt; &amp;" in drawn


def test_nothing_is_fetched():
    class Fetching(Picture):
        def filled(self) -> dict[str, Any]:
            return {**super().filled(), "data": {"url": "https://example.com/data.json"}}

    with pytest.raises(ValueError, match="not allowed"):
        svg(Fetching("x"))


def test_several_visitors_may_ask_at_once():
    with ThreadPoolExecutor(4) as pool:
        drawn = list(pool.map(lambda n: svg(Picture(f"arm {n}")), range(8)))
    assert [f"arm {n}" in picture for n, picture in enumerate(drawn)] == [True] * 8
