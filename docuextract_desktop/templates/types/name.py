"""Names of companies and persons."""

from __future__ import annotations

import re
from typing import Final

from docuextract_desktop.templates.models import Locale
from docuextract_desktop.templates.types.base import AUTO_LOCALE, Parsed, Span, collapse
from docuextract_desktop.templates.types.text import TextType, spans_of_pieces, trimmed

# Short ones count in capitals only, since "as", "se" and "ab" are words of many languages.
_LONG_FORMS: Final = (
    r"GmbH(?: ?& ?Co\.? ?KG)?|mbH|gGmbH|UG(?: ?\(haftungsbeschränkt\))|KGaA|"
    r"Ltd\.?|Limited|LLC|L\.L\.C\.|LLP|Inc\.?|Corp\.?|Corporation|Co\.,? ?Ltd\.?|PLC|Pty\.? ?Ltd\.?|"
    r"SARL|S\.A\.R\.L\.?|SASU|S\.A\.S\.U?\.?|EURL|S\.p\.A\.?|SpA|S\.r\.l\.s?\.?|SRLS?|S\.n\.c\.?|S\.A\.?|S\.L\.U?\.?|"
    r"B\.V\.?|N\.V\.?|V\.O\.F\.?|Lda\.?|Ltda\.?|Unipessoal|Sdn\.? ?Bhd\.?|S/B|Bhd\.?|Enterprise|Trading|"
    r"A/S|ApS|s\.r\.o\.|a\.s\.|Sp\. ?z ?o\.? ?o\.?|Kft\.?|Committee"
)
_SHORT_FORMS: Final = (
    r"AG(?: ?& ?Co\.? ?KG)?|KG|OHG|GbR|e\. ?K\.|e\. ?V\.|eG|SE|UG|SAS|SNC|SCI|SA|SL|SLU|BV|NV|VOF|AB|Oy|AS|PAC|Co\."
)
LEGAL_FORM: Final = re.compile(rf"(?<![^\W_])(?:(?i:{_LONG_FORMS})|{_SHORT_FORMS})(?![^\W_])")
"""Legal forms of companies, as printed at the end of their names."""

_FORM_LIST: Final = (
    "GMBH MBH GGMBH UG KGAA LTD LIMITED LLC LLP INC CORP CORPORATION CO PLC SARL SASU SAS EURL SPA SRL SRLS SNC SA SL "
    "SLU BV NV VOF LDA LTDA UNIPESSOAL BHD SDNBHD S/B ENTERPRISE TRADING A/S APS SRO AS OO KFT COMMITTEE AG KG OHG GBR "
    "K V EK EV EG SE SCI AB OY PAC"
)
_FORM_WORDS: Final = frozenset(_FORM_LIST.split(" "))


_GLUE: Final = str.maketrans({".": "", ",": " ", "(": " ", ")": " "})


def has_legal_form(text: str) -> bool:
    """Whether a legal form of a company stands in `text`. A look at the words spares most texts the long pattern."""
    words = text.upper().translate(_GLUE).split()
    return not _FORM_WORDS.isdisjoint(words) and LEGAL_FORM.search(text) is not None


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
        for span in spans if has_legal_form(text) else ():
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
        quality = 1.0 if has_legal_form(value) else 0.8
        if _NOT_NAMES.search(value):
            quality *= 0.4
        if letters < 0.5 * len(value):
            quality *= 0.6
        if len(value) > 80:
            quality *= 0.5
        return Parsed(value, quality=round(quality, 3))
