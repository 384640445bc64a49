"""Cells of a found table as values with evidence, confidence and, where a person should look, the reason in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from docuextract_desktop.documents.models import Box, Page
from docuextract_desktop.extraction.models import Alternative, Evidence, FieldValue
from docuextract_desktop.extraction.tables.arithmetic import Check
from docuextract_desktop.extraction.tables.labels import NUMERIC_TYPES
from docuextract_desktop.extraction.tables.readings import Reading
from docuextract_desktop.extraction.tables.sheet import Look, Sheet
from docuextract_desktop.templates.models import Column, Locale
from docuextract_desktop.templates.types import Parsed, type_of

PRODUCT_DOUBT: Final = "Quantity × price is not the amount."
READING_DOUBT: Final = "The print allows several readings of this number."
COLUMN_DOUBT: Final = "No printed column name says that this is the right column."
LEGIBILITY_DOUBT: Final = "The words are hard to read."
MISSING: Final = "It is required, but was not found in this row."
UNREADABLE: Final = "What is printed here does not read as this type of value."
ROW_DOUBT: Final = "It is not sure that these lines are one row."

_HYPHENS: Final = ("\u00ad", "\ufffe")


@dataclass(frozen=True, slots=True)
class Trust:
    """What is known about one row before its cells are made.

    Attributes:
        check: of quantity × price = amount.
        rows_sum: whether the amounts add up to a printed total; None where that could not be tried.
        fit: how well the row fits the table, 0..1.
    """

    check: Check
    rows_sum: bool | None
    fit: float


def absent(column: Column) -> FieldValue:
    """A cell that the row does not have."""
    reasons = (MISSING,) if column.required else ()
    return FieldValue(column.name, column.type, confidence=0.0, needs_review=bool(reasons), reasons=reasons)


def evidence_of(page: Page, sheet: Sheet, words: Sequence[int]) -> Evidence:
    """Where words stand; one part per line where there are several."""
    lines: list[list[int]] = []
    for i in words:
        if lines and page.line_of[lines[-1][-1]] == page.line_of[i]:
            lines[-1].append(i)
        else:
            lines.append([i])
    boxes = [sheet.box(line) for line in lines]
    return Evidence(
        page_index=page.index,
        box=Box.around(boxes),
        method=page.method,
        parts=tuple(boxes) if len(boxes) > 1 else (),
        words=tuple(int(i) for i in words),
    )


def join_lines(sheet: Sheet, words: Sequence[int]) -> str:
    """Words of one cell as text; words that were parted at a line's end are put together again."""
    page = sheet.page
    text = ""
    before: int | None = None
    for i in words:
        word = page.texts[i]
        broken = before is not None and page.line_of[before] != page.line_of[i]
        if not text:
            text = word
        elif broken and text.endswith(_HYPHENS):
            text = text[:-1] + word
        elif broken and text.endswith("-") and len(text) > 1 and text[-2].isalpha():
            text = text[:-1] + word if word[:1].islower() else text + word
        else:
            text = f"{text} {word}"
        before = i
    for mark in _HYPHENS:
        text = text.replace(mark + " ", "").replace(mark, "")
    return re.sub(r"\s+", " ", text).strip()


def number_cell(
    page: Page, sheet: Sheet, column: Column, role: str, reading: Reading, sure: float, trust: Trust, locale: Locale,
    threshold: float,
) -> FieldValue:  # fmt: skip
    """A cell of a numeric column."""
    value = reading.value
    others = reading.others
    index = {"quantity": 0, "unit_price": 1, "amount": 2}.get(role)
    part_of_product = index is not None and trust.check.good is not None
    if part_of_product and trust.check.values is not None and index is not None:
        value = trust.check.values[index]
        others = tuple(o for o in reading.all() if o != value)
    text = " ".join(page.texts[i] for i in reading.words)
    shown = type_of(column).parse(text, locale)
    currency = (shown.currency if shown is not None else None) or (locale.currency if column.type == "money" else None)
    reasons: list[str] = []
    confidence = sure
    if part_of_product:
        if trust.check.good:
            confidence = 1 - (1 - confidence) * (0.15 if trust.check.telling else 0.5)
        else:
            confidence *= 0.75
            reasons.append(PRODUCT_DOUBT)
    if role == "amount" and trust.rows_sum:
        confidence = 1 - (1 - confidence) * 0.3
    settled = part_of_product and trust.check.good and trust.check.telling
    if others and not settled:
        confidence *= 0.85
        reasons.append(READING_DOUBT)
    confidence *= trust.fit
    confidence, doubts = _legible(page, reading.words, confidence)
    if confidence < threshold:
        reasons.extend(doubts)
        if not reasons:
            reasons.append(COLUMN_DOUBT if sure < 0.85 else ROW_DOUBT)
    else:
        reasons = [r for r in reasons if r == PRODUCT_DOUBT]
    evidence = evidence_of(page, sheet, reading.words)
    return FieldValue(
        column.name,
        column.type,
        value=_plain(value, column.type),
        text=text,
        confidence=round(min(confidence, 0.995), 5),
        needs_review=bool(reasons),
        reasons=tuple(reasons),
        evidence=evidence,
        currency=currency if column.type == "money" else None,
        alternatives=tuple(
            Alternative(_plain(o, column.type), text, round(0.5 * (1 - confidence), 5), evidence, currency)
            for o in others[:4]
        ),
    )


def _plain(value: Decimal, kind: str) -> str:
    if kind == "integer" and value == value.to_integral_value():
        return str(int(value))
    return f"{value:f}"


def text_cell(
    page: Page, sheet: Sheet, column: Column, words: Sequence[int], sure: float, trust: Trust, locale: Locale,
    threshold: float,
) -> FieldValue:  # fmt: skip
    """A cell of any other column: text, dates, identifiers."""
    text = join_lines(sheet, words)
    parsed = type_of(column).parse(text, locale)
    if parsed is None and column.type in ("date", "percent", *NUMERIC_TYPES):
        words, text, parsed = _part_that_reads(sheet, column, words, locale)
    confidence = sure * trust.fit
    reasons: list[str] = []
    if parsed is None:
        evidence = evidence_of(page, sheet, words)
        return FieldValue(
            column.name, column.type, None, text, 0.3, needs_review=True, reasons=(UNREADABLE,), evidence=evidence
        )
    if column.type == "date":
        confidence *= 0.6 + 0.4 * parsed.quality
    confidence, doubts = _legible(page, words, confidence)
    if confidence < threshold:
        reasons.extend(doubts or [COLUMN_DOUBT if sure < 0.85 else ROW_DOUBT])
    return FieldValue(
        column.name,
        column.type,
        value=parsed.value,
        text=text,
        confidence=round(min(confidence, 0.99), 5),
        needs_review=bool(reasons),
        reasons=tuple(reasons),
        evidence=evidence_of(page, sheet, words),
        currency=parsed.currency,
    )


def _part_that_reads(
    sheet: Sheet, column: Column, words: Sequence[int], locale: Locale
) -> tuple[Sequence[int], str, Parsed | None]:
    """The longest run of the cell's words that reads as the column's type."""
    kind = type_of(column)
    for size in range(min(len(words), 5), 0, -1):
        for start in range(len(words) - size + 1):
            part = words[start : start + size]
            if size == 1 and sheet.looks[part[0]] == Look.SIGN:
                continue
            text = join_lines(sheet, part)
            parsed = kind.parse(text, locale)
            if parsed is not None:
                return part, text, parsed
    return words, join_lines(sheet, words), None


def _legible(page: Page, words: Sequence[int], confidence: float) -> tuple[float, list[str]]:
    """Lower the confidence by how surely the words were recognised."""
    if page.method != "ocr":
        return confidence, []
    lowest = min(float(page.confidences[i]) for i in words)
    doubts = [LEGIBILITY_DOUBT] if lowest < 0.85 else []
    return confidence * (0.55 + 0.45 * lowest), doubts


def description_words(
    sheet: Sheet, main: int, lines: Sequence[tuple[dict[int, list[int]], float, float]], number_line: int
) -> list[int]:
    """The words that name the item: its first block of lines, without the notes set apart below.

    Args:
        sheet: the page.
        main: the column of the descriptions.
        lines: of the row: cells, top and bottom.
        number_line: index in `lines` of the line with the numbers; text there always counts.
    """
    picked: list[int] = []
    labelled = False
    bottom: float | None = None
    em = sheet.em
    pitch: float | None = None
    for at, (cells, top, low) in enumerate(lines):
        words = cells.get(main)
        if not words:
            continue
        if bottom is not None:
            gap = top - bottom
            if at > number_line and gap > max(0.55 * em, (pitch if pitch is not None else 0.0) + 0.4 * em):
                break
            if at > number_line and not labelled and _is_detail(sheet, words):
                break
            if pitch is None and gap > -0.5 * em:
                pitch = max(gap, 0.0)
        labelled = labelled or sheet.page.texts[words[-1]].endswith(":") or (not picked and _is_detail(sheet, words))
        picked.extend(words)
        bottom = low
    return picked


_LABELLED = re.compile(r"^[^\d:]{2,40}:\s*\S")


def _is_detail(sheet: Sheet, words: Sequence[int]) -> bool:
    """Whether a line under an item's name is a labelled detail of it, such as "Gross price: 9.90"."""
    text = " ".join(sheet.page.texts[i] for i in words)
    if text.endswith(":"):
        return True
    match = _LABELLED.match(text)
    if match is None:
        return False
    rest = text[text.index(":") + 1 :]
    return any(c.isdigit() for c in rest)
