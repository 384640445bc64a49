"""Calendar days in the spellings of documents, in seven languages, with the slips of text recognition.

"03/04/2025" has two readings. The locale decides; where it says "auto", the day comes first and the other reading is
kept as an alternative. `vote_date_order` finds out what a document's own dates say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Final

from docuextract_desktop.templates.models import Locale
from docuextract_desktop.templates.types.base import AUTO_LOCALE, BaseType, Parsed, Span
from docuextract_desktop.templates.types.date_lines import find_in_lines
from docuextract_desktop.templates.types.date_spellings import Order, find_dates
from docuextract_desktop.templates.types.lines import Lines

_MAX_LENGTH: Final = 80
_SURE_ENOUGH: Final = 0.5
"""Dates printed worse than this do not vote on the order: they may be numbers of something."""


class DateType(BaseType):
    """A calendar day; a time behind it is passed over."""

    name = "date"
    needs_digit = True

    def recognise(self, text: str) -> list[Span]:
        """Every date of the line; both dates of a range."""
        return sorted(Span(found.start, found.end) for found in find_dates(text))

    def recognise_all(self, lines: Lines) -> list[tuple[int, int]]:
        """As `recognise` in each line."""
        return [(at + found.start, at + found.end) for at, found in find_in_lines(lines.text)]

    def parse(self, text: str, locale: Locale = AUTO_LOCALE) -> Parsed | None:
        """Read the first date of `text` as ISO 8601.

        Where day and month can change places, the locale's order decides ("auto": the day first) and the other day is
        an alternative. Where the locale's order is impossible, the other one is taken, at lower quality.
        """
        if len(text) > _MAX_LENGTH:
            return None
        found = min(find_dates(text), key=lambda f: f.start, default=None)
        if found is None:
            return None
        quality = found.quality
        readings = found.readings
        if len(readings) == 2:
            wanted = "month-first" if locale.dates == "month-first" else "day-first"
            chosen, other = sorted(readings, key=lambda r: r[0] != wanted)
            if locale.dates == "auto":
                quality *= 0.7
            return Parsed(chosen[1].isoformat(), None, (other[1].isoformat(),), round(quality, 3))
        order, day = readings[0]
        if order is not None and locale.dates not in ("auto", order):
            quality *= 0.6
        return Parsed(day.isoformat(), None, (), round(quality, 3))

    def same(self, a: str, b: str) -> bool:
        """The same ISO date."""
        return a.strip() == b.strip()

    def display(self, value: str, locale: Locale = AUTO_LOCALE, currency: str | None = None) -> str:  # noqa: ARG002
        """By the order of the locale: 25/05/2018 or 05/25/2018; ISO 8601 for "auto"."""
        try:
            day = date.fromisoformat(value)
        except ValueError:
            return value
        if locale.dates == "day-first":
            return f"{day.day:02d}/{day.month:02d}/{day.year:04d}"
        if locale.dates == "month-first":
            return f"{day.month:02d}/{day.day:02d}/{day.year:04d}"
        return day.isoformat()


_DAY_FIRST_HINT = re.compile(
    r"€|£|\bRM ?\d|\bEUR\b|\bGBP\b|\bCHF\b|\bMYR\b|\bSdn\b|MwSt|USt|\bTVA\b|\bIVA\b|\bBTW\b|\bGST\b|\bRechnung|"
    r"\bFacture\b|\bFactura\b|\bFattura\b|\bFactuur\b|\bFatura\b|\bIBAN\b",
    re.IGNORECASE,
)
_MONTH_FIRST_HINT = re.compile(
    r"\bUSD\b|US\$|\bU\.S\.|\b(?:A[LKZR]|C[AOT]|D[CE]|FL|GA|HI|I[DLNA]|K[SY]|LA|M[EDAINSOT]|N[EVHJMYCD]|O[HKR]|PA|RI|S[CD]|"
    r"T[NX]|UT|V[TA]|W[AVIY])\.?,? \d{5}(?:-\d{4})?\b|(?<!\w)\(\d{3}\) ?\d{3}-\d{4}\b|\$ ?\d"
)


def vote_date_order(texts: Iterable[str]) -> Order | None:
    """Whether a document writes the day or the month first.

    Dates that can be read one way only decide (a day over 12). Without any, dotted dates and words of European and
    Malaysian papers speak for the day, US addresses, telephone numbers and dollars for the month.

    Args:
        texts: lines of the document.

    Returns:
        None where nothing speaks for either, or as much for both.
    """
    lines = list(texts)
    votes: dict[Order, float] = {"day-first": 0.0, "month-first": 0.0}
    ambiguous = dotted = False
    text = "\n".join(lines)
    for at, found in find_in_lines(text):
        if found.quality < _SURE_ENOUGH:
            continue
        if len(found.readings) == 2:
            ambiguous = True
            dotted = dotted or "." in text[at + found.start : at + found.end]
        elif found.readings[0][0] is not None:
            votes[found.readings[0][0]] += found.quality
    if votes["day-first"] != votes["month-first"]:
        return "day-first" if votes["day-first"] > votes["month-first"] else "month-first"
    if votes["day-first"] or not ambiguous:
        return None
    if dotted:
        return "day-first"
    day_hints = sum(_DAY_FIRST_HINT.search(line) is not None for line in lines)
    month_hints = sum(_MONTH_FIRST_HINT.search(line) is not None for line in lines)
    if day_hints == month_hints:
        return None
    return "day-first" if day_hints > month_hints else "month-first"
