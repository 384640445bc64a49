"""The test family: layouts drawn each by its own code, none of it shared with the train family."""

from __future__ import annotations

from collections.abc import Callable

from generator.canvas import Canvas
from generator.layouts_test.cards import draw_cards, draw_strip
from generator.layouts_test.form import draw_form, draw_wide
from generator.layouts_test.printout import draw_printout, draw_two_line
from generator.layouts_test.receipt import draw_till
from generator.layouts_test.sidebar import draw_letter, draw_sidebar
from generator.sheet import Sheet
from generator.voice import Voice

_LAYOUTS: tuple[Callable[[Sheet, Voice], Canvas], ...] = (
    draw_form, draw_wide, draw_sidebar, draw_letter, draw_printout, draw_two_line, draw_cards, draw_strip,
)  # fmt: skip


def draw(sheet: Sheet, voice: Voice) -> Canvas:
    """Lay out a document; the issuer decides which layout."""
    if sheet.kind == "receipt":
        return draw_till(sheet, voice)
    return voice.rng("test layout").choice(_LAYOUTS)(sheet, voice)
