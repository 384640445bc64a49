"""Numbers and codes that name something: invoice numbers, VAT ids, IBANs, contract numbers."""

from __future__ import annotations

import re
from typing import Final

from docuextract_desktop.templates.models import Locale
from docuextract_desktop.templates.types.base import AUTO_LOCALE, BaseType, Parsed, Span, collapse

_DIGIT = re.compile(r"\d")
_TOKEN = re.compile(r"\S+")
_EDGE_LEFT: Final = "([{<\"'`*,;:.=~_-–"
_EDGE_RIGHT: Final = ")]}>\"'`*,;:.=~_-–#"
_IDLIKE = re.compile(r"[\w#№°º&+./\\\-–()*:]*\d[\w#№&+./\\\-–()*:]*")
_AMOUNT = re.compile(r"[$€£]?[-+(]?\d{1,3}(?:[.,']\d{3})*[.,]\d{2}\)?[-€$£%]?|\d+(?:[.,]\d+)?%")
_DATE = re.compile(
    r"\d{1,2}([./\-])\d{1,2}\1(?:\d{4}|\d{2})|\d{4}([./\-])\d{1,2}\2\d{1,2}|\d{1,2}:\d{2}(?::\d{2})?(?:[ap]m)?",
    re.IGNORECASE,
)
# A label glued to its value: "Nr.471102", "No:12345", "Invoice#123"; NFKC makes "No" of "Nº" and "№"
_GLUED = re.compile(r"[^\W\d_]{2,}[.:#=]+(?=[\w]*\d)|[^\W\d_]*\.?[:#№=°º]+(?=\w)|(?i:no|nr)\.?(?=\d)")
# Capitals before digits can belong to the code ("DE 136 695 976"), unless they are a label.
_PREFIX = re.compile(
    r"(?!(?:IBAN|BIC|NR|NO|VAT|TEL|FAX|REG|GST|SST|INV|PO|ID|TAX|BLZ|KTO|HRB|HRA|TVA|IVA|BTW)\b)[A-Z]{1,4}"
)
_JOIN = re.compile(rf"[-/.–]{{1,2}}|{_PREFIX.pattern}")


_BRACKET = re.compile(r" \([^()]{1,16}\)")
_IBAN = re.compile(r"(?<![^\W_])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?![^\W_])")
_IBAN_SHAPE = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_IBAN_LENGTHS: Final = {
    "AD": 24, "AE": 23, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20,
    "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IS": 26, "IT": 27,
    "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24,
    "SE": 24, "SI": 19, "SK": 24, "SM": 27, "TR": 26,
}  # fmt: skip
# VAT ids of the EU, Switzerland, Norway and the United Kingdom, printed in groups or in one run
_VAT = re.compile(
    r"(?<![^\W_])(?:"
    r"(?:AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK|XI) ?"
    r"[A-Z]{0,2} ?\d(?:[ .\-]?\d){5,11}(?:B\d\d|[A-Z]{1,2})?|NO ?\d{3} ?\d{3} ?\d{3}|"
    r"CHE[- ]?\d{3}[. ]?\d{3}[. ]?\d{3}(?: (?:MWST|TVA|IVA))?"
    r")(?![^\W_])"
)
_MAX_RUN: Final = 8
_MAX_LENGTH: Final = 80


def _joins(text: str, start: int, end: int) -> bool:
    """Whether a word without digits can stand inside a run: a mark, or a few capitals."""
    return end - start <= 4 and not text[start].islower() and _JOIN.fullmatch(text, start, end) is not None


def iban_valid(text: str) -> bool:
    """Whether `text`, spaces aside, is an IBAN: its length for the country, and its check digits (ISO 7064, mod 97)."""
    compact = text.replace(" ", "").upper()
    if not compact.isascii() or _IBAN_SHAPE.fullmatch(compact) is None:
        return False
    if _IBAN_LENGTHS.get(compact[:2], len(compact)) != len(compact):
        return False
    turned = compact[4:] + compact[:4]
    return int("".join(str(int(c, 36)) for c in turned)) % 97 == 1


class IdType(BaseType):
    """A number or code that names something; spaces and case do not matter when two are compared."""

    name = "id"
    needs_digit = True

    def recognise(self, text: str) -> list[Span]:
        """Words with digits, runs of such words, IBANs and VAT ids; amounts and dates are left out."""
        spans: dict[Span, None] = {}
        tokens: list[tuple[int, int, bool]] = []
        if _DIGIT.search(text) is None:
            return []
        for match in _TOKEN.finditer(text):
            if match.group().isalpha():
                tokens.append((match.start(), match.end(), False))
                continue
            start, end = _trim(text, match.start(), match.end())
            if end <= start:
                tokens.append((match.start(), match.end(), False))
                continue
            word = text[start:end]
            good = (
                end - start <= _MAX_LENGTH
                and _IDLIKE.fullmatch(word) is not None
                and _AMOUNT.fullmatch(word) is None
                and _DATE.fullmatch(word) is None
            )
            tokens.append((start, end, good))
            if good:
                self._one(text, start, end, spans)
        self._runs(text, tokens, spans)
        self._known(text, spans)
        return sorted(spans)

    @staticmethod
    def _one(text: str, start: int, end: int, spans: dict[Span, None]) -> None:
        glued = _GLUED.match(text, start, end)
        if glued is None or not any(c in "°º№" for c in glued.group()):  # these belong to labels only: "n°2023/045"
            spans[Span(start, end)] = None
        if glued is not None and glued.end() < end:
            spans[Span(*_trim(text, glued.end(), end))] = None
        bracket = _BRACKET.match(text, end)
        if bracket is not None:  # "1234567 (Rev 2)"
            spans[Span(start, bracket.end())] = None

    @staticmethod
    def _runs(text: str, tokens: list[tuple[int, int, bool]], spans: dict[Span, None]) -> None:
        i = 0
        while i < len(tokens):
            j = i
            while (
                j < len(tokens)
                and j - i < _MAX_RUN
                and (tokens[j][2] or _joins(text, *tokens[j][:2]))
                and (j == i or tokens[j][0] - tokens[j - 1][1] == 1)
            ):
                j += 1
            first, last = i, j
            while last > first and not tokens[last - 1][2]:
                last -= 1
            while first < last and not (tokens[first][2] or _PREFIX.fullmatch(text, *tokens[first][:2])):
                first += 1
            if last - first > 1:
                spans[Span(tokens[first][0], tokens[last - 1][1])] = None
                inner = next((k for k in range(first, last) if tokens[k][2]), last)
                for a in {first, inner}:
                    for b in range(a + 2, min(last, a + 3) + 1):
                        if tokens[b - 1][2]:
                            spans[Span(tokens[a][0], tokens[b - 1][1])] = None
            i = max(j, i + 1)

    @staticmethod
    def _known(text: str, spans: dict[Span, None]) -> None:
        for match in _IBAN.finditer(text):
            end = match.end()
            length = _IBAN_LENGTHS.get(text[match.start() : match.start() + 2])
            if length is not None:  # words behind the IBAN may look like a part of it
                seen = 0
                for end in range(match.start(), match.end() + 1):
                    if seen == length:
                        break
                    seen += end < len(text) and text[end] != " "
            if iban_valid(text[match.start() : end]):
                spans[Span(match.start(), end)] = None
        for match in _VAT.finditer(text):
            if sum(c.isdigit() for c in match.group()) >= 7:
                spans[Span(match.start(), match.end())] = None

    def parse(self, text: str, locale: Locale = AUTO_LOCALE) -> Parsed | None:  # noqa: ARG002
        """The code with its spaces collapsed and without punctuation around it.

        Lower quality without a digit, for amounts and dates, and for many words.
        """
        value = collapse(text[: 2 * _MAX_LENGTH])
        start, end = _trim(value, 0, len(value))
        if end < len(value) and value[end] == ")" and "(" in value[start:end]:
            end += 1
        value = value[start:end].strip()
        if not any(c.isalnum() for c in value):
            return None
        if iban_valid(value):
            return Parsed(value)
        quality = 0.9
        if not any(c.isdigit() for c in value):
            quality = 0.2
        elif _AMOUNT.fullmatch(value) or _DATE.fullmatch(value):
            quality = 0.3
        elif value.count(" ") > 2:
            quality = 0.6
        elif len(value) < 3:
            quality = 0.4
        return Parsed(value, quality=quality)

    def same(self, a: str, b: str) -> bool:
        """Equal but for case, spaces and "#"."""
        return _key(a) == _key(b)


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _EDGE_LEFT:
        start += 1
    while end > start and text[end - 1] in _EDGE_RIGHT:
        end -= 1
    return start, end


def _key(value: str) -> str:
    return "".join(value.split()).replace("#", "").casefold()
