"""Percentages: tax rates, discounts. "19 %" is 19, not 0.19."""

from __future__ import annotations

import re

from docuextract_desktop.templates.models import Locale
from docuextract_desktop.templates.types.base import AUTO_LOCALE, BaseType, Parsed, Span
from docuextract_desktop.templates.types.number import read_signed
from docuextract_desktop.templates.types.numerals import display_number, same_number

_PERCENT = re.compile(r"(?<![\w.,])(?:[-−–+] ?)?\d{1,4}(?:[.,]\d{1,4})? ?%|% ?\d{1,4}(?:[.,]\d{1,4})?(?![\d.,])")
_BARE = re.compile(r"(?<![\w.,/\-:])\d{1,3}(?:[.,]\d{1,3})?(?![\w.,/\-:]|\s?%)")


class PercentType(BaseType):
    """A percentage, with its sign or, in a column of rates, without."""

    name = "percent"
    needs_digit = True

    def recognise(self, text: str) -> list[Span]:
        """Numbers with a percent sign; plain numbers of at most 100 follow, for columns headed "%"."""
        spans = [Span(m.start(), m.end()) for m in _PERCENT.finditer(text)]
        signed = [(s.start, s.end) for s in spans]
        for match in _BARE.finditer(text):
            if any(a < match.end() and match.start() < b for a, b in signed):
                continue
            parsed = self.parse(match.group())
            if parsed and len(parsed.value.split(".")[0]) <= 3 and float(parsed.value) <= 100:
                spans.append(Span(match.start(), match.end()))
        return spans

    def parse(self, text: str, locale: Locale = AUTO_LOCALE) -> Parsed | None:
        """Read a percentage; lower quality without the sign."""
        stripped = text.strip()
        bare = stripped.strip("% ")
        if not bare or not bare[-1].isdigit():
            return None
        # Three digits behind the mark are decimals here: nobody prints a rate in thousands.
        parsed = read_signed(bare, Locale(decimal="auto" if locale.decimal == "auto" else locale.decimal))
        if parsed is None:
            return None
        value, others = parsed.value, parsed.alternatives
        if others and len(value) > 3 and "." not in value:
            value, others = others[0], ()
        return Parsed(value, None, others, parsed.quality * (1.0 if "%" in stripped else 0.6))

    def same(self, a: str, b: str) -> bool:
        """Equal as numbers: "19" and "19.00" are the same."""
        return same_number(a, b)

    def display(self, value: str, locale: Locale = AUTO_LOCALE, currency: str | None = None) -> str:  # noqa: ARG002
        """The number with a percent sign."""
        return f"{display_number(value, locale.decimal)} %"
