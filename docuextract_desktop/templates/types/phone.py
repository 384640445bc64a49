"""Telephone and fax numbers."""

from __future__ import annotations

import re

from docuextract_desktop.templates.models import Locale
from docuextract_desktop.templates.types.base import AUTO_LOCALE, BaseType, Parsed, Span, collapse

_PHONE = re.compile(r"(?<![\w.,/\-])(?:\+ ?|00 ?|\()?\d[\d ()/.\-–]{4,24}\d(?![\w]|[.,]\d)")
_DIGITS = re.compile(r"\d")
_NOT_PHONE = re.compile(
    r"\d{1,2}[./\-]\d{1,2}[./\-](?:19|20)?\d{2}|(?:19|20)\d{2}-\d{2}-\d{2}|\d{1,3}(?:[.,]\d{3})*[.,]\d{2}"
)


class PhoneType(BaseType):
    """A telephone number as printed, its spaces collapsed; compared by its digits."""

    name = "phone"
    needs_digit = True

    def recognise(self, text: str) -> list[Span]:
        """Runs of six to fifteen digits with the marks of telephone numbers between them."""
        return [Span(m.start(), m.end()) for m in _PHONE.finditer(text) if self.parse(m.group()) is not None]

    def parse(self, text: str, locale: Locale = AUTO_LOCALE) -> Parsed | None:  # noqa: ARG002
        """Read a number; lower quality without any mark or country code."""
        value = collapse(text[:60])
        digits = len(_DIGITS.findall(value))
        if not 6 <= digits <= 15 or any(c.isalpha() for c in value) or _NOT_PHONE.fullmatch(value):
            return None
        return Parsed(value, quality=1.0 if value.startswith(("+", "(", "0")) else 0.6)

    def same(self, a: str, b: str) -> bool:
        """The same digits; a leading + counts as 00."""
        return self._key(a) == self._key(b)

    @staticmethod
    def _key(value: str) -> str:
        digits = "".join(_DIGITS.findall(value.replace("(0)", "")))
        return f"00{digits}" if value.lstrip().startswith("+") else digits
