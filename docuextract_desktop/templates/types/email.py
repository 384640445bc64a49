"""E-mail addresses."""

from __future__ import annotations

import re

from docuextract_desktop.templates.models import Locale
from docuextract_desktop.templates.types.base import AUTO_LOCALE, BaseType, Parsed, Span

# Parts are bounded (RFC 5321: 64 before the @, 255 behind), so that a long odd line costs no more than its length.
_EMAIL = re.compile(r"(?<![\w.+\-])[\w.+\-]{1,64} ?@ ?[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,8}")
_GAP = re.compile(r" ?@ ?")


class EmailType(BaseType):
    """An e-mail address; its domain in lower case."""

    name = "email"

    def recognise(self, text: str) -> list[Span]:
        """Every address of the line."""
        return [Span(m.start(), m.end()) for m in _EMAIL.finditer(text)] if "@" in text else []

    def parse(self, text: str, locale: Locale = AUTO_LOCALE) -> Parsed | None:  # noqa: ARG002
        """Read an address; spaces around the @ are an error of recognition."""
        if "@" not in text or len(text) > 400:
            return None
        match = _EMAIL.search(text)
        if match is None:
            return None
        printed = match.group()
        local, domain = _GAP.split(printed, maxsplit=1)
        local, domain = local.lstrip("."), domain.rstrip("-_.")
        if not local or "." not in domain:
            return None
        return Parsed(f"{local}@{domain.lower()}", quality=0.7 if " " in printed else 1.0)
