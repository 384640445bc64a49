"""Numbers, integers' parent and amounts' cousin: quantities, rates, weights."""

from __future__ import annotations

import re
from typing import Final

from docuextract_desktop.templates.models import Locale
from docuextract_desktop.templates.types.base import AUTO_LOCALE, BaseType, Parsed, Span
from docuextract_desktop.templates.types.numerals import (
    chains,
    display_number,
    read_numeral,
    same_number,
    vote_decimal_mark,
)

__all__ = ["NumberType", "vote_decimal_mark"]

_MINUS: Final = "-−–"
_DASH: Final = r"\-−–"  # the same inside a character class
_UNIT = r"[^\W\d_]{1,12}\.?[²³]?"
# Sign, number, an optional unit behind ("5 ST", "308,500 KG", "3 m²", "10x") or a sign behind ("12-").
_NUMBER = re.compile(
    rf"\s*(?P<sign>[+{_DASH}])?\s?(?P<number>[0-9OoIlSB][0-9OoIlSB.,'’´`  \u00a0\u202f]*?)"
    rf"\s?(?P<behind>[{_DASH}](?!\w))?\s?(?:{_UNIT}|%|°C)?\s*"
)
_MAX_LENGTH: Final = 60


def read_signed(text: str, locale: Locale, *, money: bool = False) -> Parsed | None:
    """Read a number with an optional sign before or behind it, and an optional unit behind it."""
    if len(text) > _MAX_LENGTH:
        return None
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    numeral = read_numeral(match["number"], locale.decimal, money=money)
    if numeral is None:
        return None
    negative = (match["sign"] or "+") in _MINUS or match["behind"] is not None
    if not negative:
        return Parsed(numeral.value, None, numeral.alternatives, numeral.quality)
    return Parsed(negate(numeral.value), None, tuple(negate(a) for a in numeral.alternatives), numeral.quality)


def negate(value: str) -> str:
    """The normalised number with its sign turned; zero stays as it is."""
    if value.startswith("-"):
        return value[1:]
    return value if not value.strip("0.") else f"-{value}"


class NumberType(BaseType):
    """A number, with or without decimals."""

    name = "number"
    needs_digit = True

    def recognise(self, text: str) -> list[Span]:
        """Every run of digits and marks, and runs joined over spaces where they may be one number."""
        spans = []
        for begin, end in chains(text):
            before = text[begin - 1] if begin else " "
            after = text[end] if end < len(text) else " "
            if before.isalnum() or before in "./:_" or after in "/:_" or self._unit_too_long(text, end):
                continue
            if read_numeral(text[begin:end]) is None:
                continue
            start = begin
            if before in _MINUS and (start < 2 or text[start - 2] == " "):
                start -= 1
            elif before in _MINUS or (after in _MINUS and text[end + 1 : end + 2].isalnum()):
                continue  # a part of something longer: "2013-471102"
            spans.append(Span(start, end))
        return spans

    @staticmethod
    def _unit_too_long(text: str, end: int) -> bool:
        """Whether letters are glued to the number that are no unit: "10KG" is a number, "10KGX2018" is none."""
        stop = end
        while stop < len(text) and text[stop].isalnum():
            stop += 1
        return stop - end > 3

    def parse(self, text: str, locale: Locale = AUTO_LOCALE) -> Parsed | None:
        """Read a number; a unit behind it is passed over."""
        return read_signed(text, locale)

    def same(self, a: str, b: str) -> bool:
        """Equal as numbers: "2" and "2.0000" are the same."""
        return same_number(a, b)

    def display(self, value: str, locale: Locale = AUTO_LOCALE, currency: str | None = None) -> str:  # noqa: ARG002
        """With groups of three and the decimal mark of the locale."""
        return display_number(value, locale.decimal)
