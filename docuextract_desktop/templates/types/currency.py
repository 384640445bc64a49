"""Signs and codes of currencies, as printed, and what they stand for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

_CODE_WORDS: Final = (
    "EUR USD GBP CHF MYR SGD AUD CAD NZD JPY CNY HKD INR IDR THB PHP VND KRW TWD SEK NOK DKK ISK PLN CZK HUF RON BGN "
    "HRK RSD UAH RUB TRY ILS AED SAR QAR KWD BHD OMR JOD EGP MAD TND ZAR NGN KES GHS BRL MXN ARS CLP COP PEN UYU "
    "DEM FRF ITL ESP ATS BEF NLG PTE IEP FIM LUF"
)
CODES: Final = frozenset(_CODE_WORDS.split(" "))
"""ISO 4217 codes that we know, those of the currencies before the euro included."""

_SIGNS: Final[dict[str, str]] = {
    "US$": "USD",
    "U$S": "USD",
    "USD$": "USD",
    "CA$": "CAD",
    "CAD$": "CAD",
    "C$": "CAD",
    "AU$": "AUD",
    "AUD$": "AUD",
    "A$": "AUD",
    "NZ$": "NZD",
    "S$": "SGD",
    "SG$": "SGD",
    "HK$": "HKD",
    "NT$": "TWD",
    "R$": "BRL",
    "MX$": "MXN",
    "RM": "MYR",
    "$": "$",
    "€": "EUR",
    "£": "GBP",
    "¥": "¥",
    "₹": "INR",
    "₺": "TRY",
    "₽": "RUB",
    "₩": "KRW",
    "₫": "VND",
    "฿": "THB",
    "₱": "PHP",
    "₪": "ILS",
    "₴": "UAH",
    "Rp": "IDR",
    "Rs": "INR",
    "Rs.": "INR",
    "SFr.": "CHF",
    "SFr": "CHF",
    "sFr.": "CHF",
    "Fr.": "CHF",
    "kr": "kr",
    "kr.": "kr",
    "Kr": "kr",
    "Kr.": "kr",
    "zł": "PLN",
    "Kč": "CZK",
    "Ft": "HUF",
    "lei": "RON",
    "Euro": "EUR",
    "EURO": "EUR",
    "euro": "EUR",
    "euros": "EUR",
    "Euros": "EUR",
    "DM": "DEM",
}
_SHARED: Final[dict[str, tuple[str, ...]]] = {
    # Ringgit were once written with a dollar sign, and tills of the country print it to this day.
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "ARS", "CLP", "COP", "UYU", "MYR"),
    "¥": ("JPY", "CNY"),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
}

PATTERN: Final = "|".join(
    [re.escape(s) for s in sorted(_SIGNS, key=len, reverse=True)] + sorted(CODES) + ["[Ee]ur", "[Uu]sd", "[Rr]m"]
)
"""Alternatives of a regular expression that match any sign or code; longer ones first."""

_AMOUNT: Final = r"-?\d[\d.,']{0,12}[.,]\d{2}(?!\d)"
_BESIDE_AMOUNTS = re.compile(
    rf"(?<![^\W\d_])({PATTERN}) ?{_AMOUNT}|(?<=[.,]\d\d) ?({PATTERN})(?![^\W\d_])|([€£]) ?\d|\d ?([€£])"
)
_HEADED = re.compile(rf"(?:[(\[]|:|\b(?:in|en|em)) ?({PATTERN})(?![^\W\d_])")
SIGN: Final = re.compile(rf"(?<![^\W\d_])(?:{PATTERN})(?![^\W\d_])")
"""A sign or a code that is no part of a longer word."""


def currency_of(sign: str, hint: str | None = None) -> str | None:
    """The ISO 4217 code that a printed sign or code stands for.

    Args:
        sign: such as "RM", "$", "EUR", "US$".
        hint: code of the locale; decides signs that several currencies share.

    Returns:
        The code; None for an unknown sign, and for a shared one (such as "kr") that the hint does not decide. A bare
        "$" without a hint is the US dollar, a bare "¥" the yen.
    """
    word = sign.strip()
    if word.upper() in CODES:
        return word.upper()
    code = _SIGNS.get(word) or _SIGNS.get(word.upper())
    if code in _SHARED:
        if hint in _SHARED[code]:
            return hint
        return None if code == "kr" else _SHARED[code][0]
    return code


SYMBOLS: Final = frozenset(s for s in _SIGNS if len(s) == 1 and not s.isalpha())
"""Signs of one character that is no letter."""
LONGEST: Final = 5
"""Letters of the longest sign that is a word."""
FIRST_LETTERS: Final = frozenset(s[0] for s in (*_SIGNS, *CODES, "eur", "usd", "rm"))
"""What `PATTERN` can begin with."""
IN_LETTERS: Final = frozenset(s.upper() for s in (*_SIGNS, *CODES) if s.isalpha())
"""Signs and codes that are words, in capitals."""


def sign_before(text: str, end: int) -> int:
    """Where the sign or code that ends at `end` begins; `end` where there is none. `text[result:end]` is the sign."""
    if not end:
        return end
    start = end
    before = text[end - 1]
    if before in SYMBOLS or before == ".":
        start -= 1
    elif not before.isalpha():
        return end
    lowest = max(0, end - LONGEST)
    while start > lowest and text[start - 1].isalpha():
        start -= 1
    if start and text[start - 1].isalpha():
        return end  # a longer word
    word = text[start:end]
    if word in _SIGNS or word.upper() in CODES or word.upper() == "RM":
        return start
    return end - 1 if before in SYMBOLS else end


def vote_currency(texts: Iterable[str]) -> str | None:
    """The currency that a document prints most often, or None.

    Signs and codes beside amounts count; only without any, those in brackets or behind "in" ("Amounts in EUR"). A bare
    "$" counts only where nothing clearer stands.

    Args:
        texts: lines of the document.
    """
    lines = list(texts)
    for pattern in (_BESIDE_AMOUNTS, _HEADED):
        clear: Counter[str] = Counter()
        shared: Counter[str] = Counter()
        for line in lines:
            for match in pattern.finditer(line):
                sign = match[match.lastindex or 0]
                code = currency_of(sign)
                if code is not None:
                    (shared if _SIGNS.get(sign) in _SHARED else clear)[code] += 1
        best = (clear or shared).most_common(1)
        if best:
            return best[0][0]
    return None
