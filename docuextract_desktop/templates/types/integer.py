"""Whole numbers: counts, pieces, pages."""

from __future__ import annotations

from docuextract_desktop.templates.models import Locale
from docuextract_desktop.templates.types.base import AUTO_LOCALE, Parsed
from docuextract_desktop.templates.types.number import NumberType, read_signed


class IntegerType(NumberType):
    """A whole number; "3,00" counts as 3, "3,50" is none."""

    name = "integer"

    def parse(self, text: str, locale: Locale = AUTO_LOCALE) -> Parsed | None:
        """Read a whole number; the reading as a grouping comes first where "1.471" could be either."""
        parsed = read_signed(text, locale, money=True)
        if parsed is None:
            return None
        for value in (parsed.value, *parsed.alternatives):
            whole, _, part = value.partition(".")
            if not part.strip("0"):
                return Parsed("0" if whole == "-0" else whole, None, (), parsed.quality)
        return None

    def display(self, value: str, locale: Locale = AUTO_LOCALE, currency: str | None = None) -> str:  # noqa: ARG002
        """The digits alone: a whole number needs no marks."""
        return value
