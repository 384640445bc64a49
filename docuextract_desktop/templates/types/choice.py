"""One of a few given words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from rapidfuzz import fuzz

from docuextract_desktop.templates.models import Locale
from docuextract_desktop.templates.types.base import AUTO_LOCALE, Parsed, Span, collapse
from docuextract_desktop.templates.types.currency import CODES, SIGN, currency_of
from docuextract_desktop.templates.types.text import TextType

_CLOSE_ENOUGH: Final = 84.0
"""Of 100: one wrong letter in a word of seven still counts, another word does not."""
_LONGEST_SIGN: Final = 8
"""Longer texts are no sign of a currency."""


class ChoiceType(TextType):
    """One of `choices`, found and read with tolerance for case, spaces and slips; without choices: any text.

    Where the choices are codes of currencies, their signs are read too: "€" is EUR.
    """

    name = "choice"

    def __init__(self, choices: Sequence[str] = ()) -> None:
        self.choices = tuple(choices)
        self._exact = {collapse(c).casefold(): c for c in self.choices}
        longest = max(map(len, self._exact), default=0)
        # A longer text shares too few of its letters with any choice to be close: `ratio` is 200 × shared / all.
        self._longest_close = int(longest * (200 / _CLOSE_ENOUGH - 1)) + 1
        self._currencies = bool(self.choices) and CODES.issuperset(self.choices)
        words = sorted((re.escape(collapse(c)) for c in self.choices if c.strip()), key=len, reverse=True)
        self._pattern = re.compile(rf"(?<![^\W_])(?:{'|'.join(words)})(?![^\W_])", re.IGNORECASE) if words else None

    def recognise(self, text: str) -> list[Span]:
        """The choices where they are printed, and the parts of the line that are close to one."""
        if self._pattern is None:
            return super().recognise(text)
        found = dict.fromkeys(Span(m.start(), m.end()) for m in self._pattern.finditer(text))
        if self._currencies:
            signs = (Span(m.start(), m.end()) for m in SIGN.finditer(text))
            found.update(dict.fromkeys(s for s in signs if currency_of(text[s.start : s.end]) in self.choices))
        for span in super().recognise(text):
            if span not in found and self.parse(text[span.start : span.end]) is not None:
                found[span] = None
        return list(found)

    def parse(self, text: str, locale: Locale = AUTO_LOCALE) -> Parsed | None:
        """The choice that `text` is, exactly or nearly; None where it is none."""
        if not self.choices:
            return super().parse(text, locale)
        word = collapse(text[:300]).casefold()
        exact = self._exact.get(word)
        if exact is not None:
            return Parsed(exact)
        if len(word) > self._longest_close and len(text) > _LONGEST_SIGN:
            return None
        scored = sorted(((fuzz.ratio(word, key), choice) for key, choice in self._exact.items()), reverse=True)
        best, choice = scored[0]
        if best < _CLOSE_ENOUGH:
            code = currency_of(text) if len(text) <= _LONGEST_SIGN else None
            return Parsed(code, quality=0.9) if code in self.choices else None  # "€" where the choices are currencies
        others = tuple(c for score, c in scored[1:] if score >= _CLOSE_ENOUGH)
        return Parsed(choice, None, others, round(best / 100 * (0.6 if others else 0.9), 3))
