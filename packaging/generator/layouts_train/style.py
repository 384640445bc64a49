"""What an issuer's paper looks like: every choice that the composing engine knows."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

from generator.canvas import BLACK, WHITE, Canvas, Colour
from generator.sheet import Entry
from generator.voice import Voice

LogoPlace = Literal["left", "right", "center"]
MetaShape = Literal["pairs", "grid", "strip", "lines", "boxed", "sentence"]
Rules = Literal["none", "header", "rows", "grid", "zebra", "frame", "columns"]
TotalsShape = Literal["pairs", "boxed", "table", "filled", "leaders", "left"]


@dataclass(frozen=True)
class Style:
    """One issuer's choices; lengths in points, colours as RGB fractions."""

    family: str
    size: float
    left: float
    right: float
    bottom: float
    leading: float
    accent: Colour
    header_fill: Colour | None
    header_ink: Colour
    logo: LogoPlace
    sender_lines: Literal["under-logo", "opposite", "footer-only"]
    return_line: bool
    recipient_right: bool
    recipient_label: bool
    meta: MetaShape
    meta_right: bool
    title_size: float
    title_number: bool
    title_first: bool
    rules: Rules
    repeat_header: bool
    header_upper: bool
    numbers_align: Literal["right", "right", "left", "center"]
    row_gap: float
    valign_last: bool
    carried: bool
    totals: TotalsShape
    tax_table: Literal["before", "after", "beside"]
    bank: Literal["block", "footer", "sentence"]
    footer_columns: int
    page_numbers: Literal["none", "bottom", "top"]
    colon: str
    labels_bold: bool
    word_by_word: bool
    small_print: bool

    @staticmethod
    def of(voice: Voice) -> Style:
        """The style that belongs to an issuer."""
        rng: random.Random = voice.rng("train style")
        size = rng.choice([8.0, 8.5, 9.0, 9.5, 10.0, 10.5])
        accent = rng.choice([BLACK, (0.1, 0.2, 0.5), (0.5, 0.1, 0.1), (0.1, 0.4, 0.25), (0.25, 0.25, 0.3)])
        fill = rng.choice([None, None, (0.9, 0.9, 0.9), (0.85, 0.9, 0.96), accent if accent != BLACK else None])
        return Style(
            family=rng.choice(["helvetica", "helvetica", "helvetica", "vera", "times", "times", "courier"]),
            size=size, left=rng.choice([40.0, 50.0, 57.0, 70.0]), right=rng.choice([36.0, 45.0, 57.0]),
            bottom=rng.choice([90.0, 105.0, 120.0]), leading=size * rng.choice([1.2, 1.3, 1.45]), accent=accent,
            header_fill=fill, header_ink=WHITE if fill == accent and fill is not None else BLACK,
            logo=rng.choice(["left", "left", "right", "center"]),
            sender_lines=rng.choice(["under-logo", "under-logo", "opposite", "footer-only"]),
            return_line=(voice.language == "de" and rng.random() < 0.7) or rng.random() < 0.1,
            recipient_right=rng.random() < (0.6 if voice.language == "fr" else 0.15),
            recipient_label=rng.random() < (0.25 if voice.language == "de" else 0.75),
            meta=rng.choice(["pairs", "pairs", "pairs", "grid", "strip", "lines", "boxed", "sentence"]),
            meta_right=rng.random() < 0.7, title_size=rng.choice([12.0, 14.0, 16.0, 20.0, 24.0]),
            title_number=rng.random() < 0.2, title_first=rng.random() < 0.35,
            rules=rng.choice(["none", "header", "header", "rows", "grid", "grid", "zebra", "frame", "columns"]),
            repeat_header=rng.random() < 0.7, header_upper=rng.random() < 0.15,
            numbers_align=rng.choice(["right", "right", "right", "right", "left", "center"]),
            row_gap=rng.choice([1.0, 3.0, 5.0, 8.0]), valign_last=rng.random() < 0.08, carried=rng.random() < 0.4,
            totals=rng.choice(["pairs", "pairs", "boxed", "table", "filled", "leaders", "left"]),
            tax_table=rng.choice(["before", "after", "beside"]),
            bank=rng.choice(["block", "footer", "footer", "sentence"]), footer_columns=rng.choice([2, 3, 4]),
            page_numbers=rng.choice(["none", "bottom", "top"]), colon=voice.colon, labels_bold=rng.random() < 0.3,
            word_by_word=rng.random() < 0.3,
            small_print=voice.rng("small print").random() < (0.5 if voice.language == "fr" else 0.25),
        )  # fmt: skip


def label_of(entry: Entry, style: Style) -> str:
    """The label with the issuer's colon."""
    return f"{entry.label}{style.colon}"


def pairs(canvas: Canvas, entries: list[Entry], style: Style, at: tuple[float, float, float], *, right: bool) -> float:
    """Label and value side by side; `at` is (x of labels, x of values, first baseline). Gives the next baseline.

    With `right` the values end at their x.
    """
    x, value_x, y = at
    for entry in entries:
        canvas.text(x, y, label_of(entry, style), style.size, bold=style.labels_bold or entry.strong)
        room = canvas.width - 12 - value_x if not right else value_x - x
        wide = canvas.measure(entry.value, style.size, bold=entry.strong)
        size = style.size * min(1.0, room / wide) if wide else style.size
        canvas.text(value_x, y, entry.value, size, tag=entry.tag, bold=entry.strong, align="right" if right else "left")
        y += style.leading
    return y
