"""What a printed code is by its form: a VAT id of some country, a bank account, a company's number in a register."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from docuextract_desktop.templates.types.id import iban_valid

PLAIN, VAT, VAT_SUFFIXED, ACCOUNT, NATIONAL, REGISTER, TAX_OFFICE = range(7)

# How each country writes its VAT ids, blanks and stops aside (EU VIES, HMRC and the Swiss UID register describe them).
_VAT_FORMS: Final = {
    "AT": r"U\d{8}", "BE": r"[01]?\d{9}", "BG": r"\d{9,10}", "CY": r"\d{8}[A-Z]", "CZ": r"\d{8,10}", "DE": r"\d{9}",
    "DK": r"\d{8}", "EE": r"\d{9}", "EL": r"\d{9}", "ES": r"[A-Z]\d{7}[A-Z\d]|\d{8}[A-Z]", "FI": r"\d{8}",
    "FR": r"[A-Z\d]{2}\d{9}", "GB": r"\d{9}(?:\d{3})?", "HR": r"\d{11}", "HU": r"\d{8}",
    "IE": r"\d[A-Z\d+*]\d{5}[A-Z]{1,2}",
    "IT": r"\d{11}", "LT": r"\d{9}(?:\d{3})?", "LU": r"\d{8}", "LV": r"\d{11}", "MT": r"\d{8}", "NL": r"\d{9}B\d\d",
    "PL": r"\d{10}", "PT": r"\d{9}", "RO": r"\d{2,10}", "SE": r"\d{12}", "SI": r"\d{8}", "SK": r"\d{10}",
    "XI": r"\d{9}(?:\d{3})?", "CHE": r"\d{9}", "NO": r"\d{9}(?:MVA)?",
}  # fmt: skip
_ANY_VAT = "|".join(f"{country}(?:{form})" for country, form in _VAT_FORMS.items())
_VAT = re.compile(_ANY_VAT)
_VAT_SUFFIXED = re.compile(rf"(?:{_ANY_VAT})(?:MWST|TVA|IVA|VAT|BTW|UST)")
_VAT_BEGINNINGS = frozenset(country[:2] for country in _VAT_FORMS)
_SEPARATORS = re.compile(r"[ .\-]")
_NATIONAL = re.compile(r"[A-HJNP-SUVW]-?\d{7}[A-Z\d]|\d{8}-?[A-Z]|\d{11}")  # Spain; Italy
_REGISTER = re.compile(r"\d{3} ?\d{3} ?\d{3} ?\d{5}|HR[AB] ?\d{3,6}|[01]?\d{3}\.\d{3}\.\d{3}|\d{3} \d{3} \d{3}")
_TAX_OFFICE = re.compile(r"\d{2,3} ?/ ?\d{3,4} ?/ ?\d{4,5}|\d\d-\d{7}")  # Germany; United States

_SHORTEST_NUMBER = 9  # characters of the shortest form above that begins with a digit


@lru_cache(maxsize=32768)
def code_form(text: str) -> int:
    """Which of the forms above the whole of `text` has; `PLAIN` where none."""
    if len(text) < 6:
        return PLAIN
    if text[0].isdigit():
        if len(text) < _SHORTEST_NUMBER:
            return PLAIN
    else:
        compact = _SEPARATORS.sub("", text)
        if compact[:2] in _VAT_BEGINNINGS:
            if _VAT.fullmatch(compact):
                return ACCOUNT if iban_valid(compact) else VAT
            if _VAT_SUFFIXED.fullmatch(compact):
                return VAT_SUFFIXED
        if compact[:2].isalpha() and iban_valid(compact):
            return ACCOUNT
    if _NATIONAL.fullmatch(text):
        return NATIONAL
    if _REGISTER.fullmatch(text):
        return REGISTER
    return TAX_OFFICE if _TAX_OFFICE.fullmatch(text) else PLAIN
