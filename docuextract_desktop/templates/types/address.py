"""Postal addresses, of one line or of several."""

from __future__ import annotations

import re

from docuextract_desktop.templates.models import Locale
from docuextract_desktop.templates.types.base import AUTO_LOCALE, Parsed, Span, collapse
from docuextract_desktop.templates.types.text import TextType, spans_of_pieces

_STREET = re.compile(
    r"str(?:aße|asse|\.)|\b(?:street|st\.?|road|rd\.?|avenue|ave\.?|av\.|lane|ln\.?|drive|dr\.?|boulevard|blvd\.?|bd\.?|"
    r"highway|hwy\.?|suite|ste\.?|floor|plaza|square|court|way|building|tower|unit|level|block|lot|"
    r"weg|allee|platz|gasse|ring|ufer|damm|chaussee|markt|hof|postfach|"
    r"rue|place|chemin|quai|impasse|route|allée|cours|cedex|"
    r"calle|c/|plaza|paseo|avda\.?|avenida|carrera|"
    r"via|viale|piazza|corso|largo|strada|"
    r"straat|laan|plein|gracht|kade|weg|"
    r"rua|av\.?|travessa|praça|estrada|"
    r"jalan|jln\.?|jl\.?|lorong|taman|persiaran|kampung|kg\.?|lebuh|lebuhraya|bandar|seksyen|no\.?|p\.?o\.? ?box)\b|"
    r"(?:weg|allee|platz|gasse|ring|straat|laan|plein|gracht|kade)\b",
    re.IGNORECASE,
)
_POSTCODE = re.compile(
    r"\b(?:[A-Z]{1,3}-)?\d{5}(?:-\d{4})?\b|\b\d{4} ?[A-Z]{2}\b|\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b|"
    r"\b(?:[A-Z]{1,2}-)?\d{4}\b(?= [^\W\d])|\b\d{4}-\d{3}\b"
)
_NUMBERED = re.compile(r"[^\W\d_]{3,}\.? ?\d{1,4} ?[a-z]?\b|\b\d{1,4}[a-z]?,? [^\W\d_]{3,}", re.IGNORECASE)
_NOT_ADDRESS = re.compile(
    r"https?:|www\.|@|\b(?:tel|fax|phone|gst|vat|iban|bic|invoice|receipt|date|total|cash)\b|[€$£%]|\d[.,]\d\d\b|\d{1,2}:\d{2}",
    re.IGNORECASE,
)


def looks_like_address(text: str) -> float:
    """How much a line looks like a part of a postal address, 0..1."""
    score = 0.0
    if _POSTCODE.search(text):
        score += 0.45
    if _STREET.search(text):
        score += 0.35
    if _NUMBERED.search(text):
        score += 0.2
    if text.count(",") >= 1:
        score += 0.1
    if _NOT_ADDRESS.search(text):
        score *= 0.25
    return min(1.0, round(score, 3))


class AddressType(TextType):
    """A postal address: its lines joined by spaces, otherwise as printed."""

    name = "address"

    def recognise(self, text: str) -> list[Span]:
        """The line and its parts that hold letters; lines of one address are joined by the extraction."""
        return [s for s in spans_of_pieces(text) if sum(c.isalpha() for c in text[s.start : s.end]) >= 2]

    def parse(self, text: str, locale: Locale = AUTO_LOCALE) -> Parsed | None:  # noqa: ARG002
        """The address; its quality says how much it looks like one."""
        value = collapse(text[:600])
        if sum(c.isalpha() for c in value) < 2:
            return None
        return Parsed(value, quality=round(0.3 + 0.7 * looks_like_address(value), 3))
