"""Yes or no: checkboxes and the words for them."""

from __future__ import annotations

import re
from typing import Final

from docuextract_desktop.templates.models import Locale
from docuextract_desktop.templates.types.base import AUTO_LOCALE, BaseType, Parsed, Span

_TRUE_WORDS: Final = "yes y true ja oui si sí sì sim vero wahr vrai verdadero verdadeiro waar x on ✓ ✔ ☑ ☒ 🗹 ⊠ 🗷"
_FALSE_WORDS: Final = "no n false nein non não nao nee falso falsch faux onwaar off ☐ □ ▢"
_TRUE: Final = frozenset(_TRUE_WORDS.split(" "))
_FALSE: Final = frozenset(_FALSE_WORDS.split(" "))
_MARK = re.compile(r"[✓✔☑☒🗹⊠🗷☐□▢]|[\[(]\s?[xX✓✔vV]?\s?[\])]")
_WORD = re.compile(r"(?<![^\W_])(?:yes|no|true|false|ja|nein|oui|non|s[iíì]|sim|n[ãa]o|nee|x)(?![^\W_])", re.IGNORECASE)
_BOX = re.compile(r"[\[(]\s?([xX✓✔vV])?\s?[\])]")


class BooleanType(BaseType):
    """A checkbox or a word for yes or no; "true" or "false"."""

    name = "boolean"

    def recognise(self, text: str) -> list[Span]:
        """Boxes, ticked or not, and words for yes and no."""
        boxes = [Span(m.start(), m.end()) for m in _MARK.finditer(text)]
        in_boxes = {at for box in boxes for at in range(box.start, box.end)}  # "[x]" is no word
        words = [Span(m.start(), m.end()) for m in _WORD.finditer(text) if m.start() not in in_boxes]
        return boxes + words

    def parse(self, text: str, locale: Locale = AUTO_LOCALE) -> Parsed | None:  # noqa: ARG002
        """Read a box or a word."""
        word = text.strip().strip(".:;,").casefold()
        box = _BOX.fullmatch(word)
        if box is not None:
            return Parsed("true" if box[1] else "false", quality=0.9)
        if word in _TRUE:
            return Parsed("true")
        if word in _FALSE:
            return Parsed("false")
        return None

    def display(self, value: str, locale: Locale = AUTO_LOCALE, currency: str | None = None) -> str:  # noqa: ARG002
        """Yes or no."""
        return {"true": "yes", "false": "no"}.get(value, value)
