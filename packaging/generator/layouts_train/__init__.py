"""The train family: one composing engine whose every part has many variants, drawn once per issuer."""

from __future__ import annotations

from generator.canvas import Canvas
from generator.layouts_train.closing import draw_closing, draw_footers
from generator.layouts_train.head import draw_head
from generator.layouts_train.receipt import draw_receipt
from generator.layouts_train.style import Style
from generator.layouts_train.table import draw_table
from generator.sheet import Sheet
from generator.voice import Voice


def draw(sheet: Sheet, voice: Voice) -> Canvas:
    """Lay out a document in the issuer's style."""
    if sheet.kind == "receipt":
        return draw_receipt(sheet, voice)
    style = Style.of(voice)
    width, height = (612.0, 792.0) if voice.country == "US" else (595.3, 841.9)
    canvas = Canvas(width, height, style.family, word_by_word=style.word_by_word)
    y = draw_head(canvas, sheet, style)
    for runs in sheet.intro:
        y = canvas.paragraph(style.left, y, runs, style.size, width - style.left - style.right, style.leading)
    y = draw_table(canvas, sheet, style, y + style.size * 0.8)
    draw_closing(canvas, sheet, style, y)
    draw_footers(canvas, sheet, style)
    return canvas
