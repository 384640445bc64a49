"""Names of companies and persons."""

from __future__ import annotations

import re

from docuextract_desktop.templates.models import Locale
from docuextract_desktop.templates.types.base import AUTO_LOCALE, Parsed, Span, collapse
from docuextract_desktop.templates.types.text import TextType, spans_of_pieces, trimmed

LEGAL_FORM = re.compile(
    r"(?<![^\W_])(?:"
    r"GmbH(?: ?& ?Co\.? ?KG)?|mbH|gGmbH|UG(?: ?\(haftungsbeschränkt\))?|AG(?: ?& ?Co\.? ?KG)?|KGaA|OHG|GbR|e\. ?K\.|"
    r"e\. ?V\.|eG|SE|Ltd\.?|Limited|LLC|L\.L\.C\.|LLP|Inc\.?|Corp\.?|Corporation|Company|Co\.,? ?Ltd\.?|PLC|plc|"
    r"Pty\.? ?Ltd\.?|S\.?A\.?S\.?U?|S\.?A\.?R\.?L\.?|EURL|SNC|SCI|S\.?A\.?|S\.?L\.?U?\.?|S\.?p\.?A\.?|S\.?r\.?l\.?s?|S\.?n\.?c\.?|"
    r"B\.?V\.?|N\.?V\.?|V\.?O\.?F\.?|Lda\.?|Ltda\.?|Unipessoal|Sdn\.? ?Bhd\.?|S/B|Bhd\.?|Enterprise|Trading|A/S|ApS|"
    r"AB|Oy|AS|s\.r\.o\.|a\.s\.|Sp\. ?z ?o\.? ?o\.?|Kft\.?|PAC|Committee"
    r")(?![^\W_])",
    re.IGNORECASE,
)
"""Legal forms of companies, as printed at the end of their names."""

_NOT_NAMES = re.compile(r"https?:|www\.|@|\d{6,}|[€$£%]\s?\d|\d[.,]\d\d\b", re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d_]{2,}")
# A short word behind the legal form can belong to the name ("Example AG Centre"), a bracket as well ("(123456-X)").
_AFTER_FORM = re.compile(r"[\s,.]*")


class NameType(TextType):
    """The name of a company or a person: its spaces collapsed, otherwise as printed."""

    name = "name"

    def recognise(self, text: str) -> list[Span]:
        """The line and its parts where they hold words, and the parts that end with a legal form."""
        spans = [s for s in spans_of_pieces(text) if _WORDS.search(text, s.start, s.end)]
        extra: list[Span] = []
        for span in spans:
            form = None
            for form in LEGAL_FORM.finditer(text, span.start, span.end):  # noqa: B007
                pass
            if form is not None and form.start() > span.start:
                rest = _AFTER_FORM.match(text, form.end(), span.end)
                if rest is not None and rest.end() < span.end:
                    cut = trimmed(text, span.start, form.end())
                    if cut is not None:
                        extra.append(cut)
        return list(dict.fromkeys(spans + extra))

    def parse(self, text: str, locale: Locale = AUTO_LOCALE) -> Parsed | None:  # noqa: ARG002
        """The name; lower quality where it holds amounts, addresses of the web, or hardly a letter."""
        value = collapse(text[:300])
        letters = sum(c.isalpha() for c in value)
        if letters < 2:
            return None
        quality = 1.0 if LEGAL_FORM.search(value) else 0.8
        if _NOT_NAMES.search(value):
            quality *= 0.4
        if letters < 0.5 * len(value):
            quality *= 0.6
        if len(value) > 80:
            quality *= 0.5
        return Parsed(value, quality=round(quality, 3))
