"""Numbers and codes that name something: invoice numbers, VAT ids, IBANs, contract numbers."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from docuextract_desktop.templates.models import Locale
from docuextract_desktop.templates.types.base import AUTO_LOCALE, BaseType, Parsed, Span, collapse

_DIGIT = re.compile(r"\d")
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
# What every IBAN and every VAT id holds: a cheap look that spares most lines the two patterns above
_MAYBE_KNOWN = re.compile(r"[A-Z](?:\d\d|[ -]{0,2}\d(?:[ .\-]?\d){5})")
_MAX_RUN: Final = 8
_MAX_LENGTH: Final = 80


class _Word(NamedTuple):
    """What is known of one word, wherever it stands; offsets are within it.

    Attributes:
        start, end: its edges without punctuation around it; the whole word where nothing else is left.
        good: whether it can be a code or a part of one.
        joins: whether it can stand inside a run of such words: one itself, a mark, or a few capitals.
        opens: whether it can begin a run.
        whole: whether it can be a value alone.
        behind: edges of what stands behind a label that is glued to the value.
    """

    start: int
    end: int
    good: bool
    joins: bool
    opens: bool
    whole: bool = False
    behind: tuple[int, int] | None = None


@lru_cache(maxsize=16384)  # times, quantities and labels stand all over a document and on the next one
def _look_at(text: str) -> _Word:
    length = len(text)
    start, end = (0, length) if text.isalpha() else _trim(text, 0, length)
    if end <= start:
        start, end = 0, length
        good = False
    else:
        word = text[start:end]
        good = (
            end - start <= _MAX_LENGTH
            and _IDLIKE.fullmatch(word) is not None
            and _AMOUNT.fullmatch(word) is None
            and _DATE.fullmatch(word) is None
        )
    joins = good or (end - start <= 4 and not text[start].islower() and _JOIN.fullmatch(text, start, end) is not None)
    opens = good or _PREFIX.fullmatch(text, start, end) is not None
    if not good:
        return _Word(start, end, good, joins, opens)
    glued = _GLUED.match(text, start, end)
    whole = glued is None or not any(c in "°º№" for c in glued.group())  # these belong to labels only: "n°2023/045"
    behind = _trim(text, glued.end(), end) if glued is not None and glued.end() < end else None
    return _Word(start, end, good, joins, opens, whole, behind)


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
        if _DIGIT.search(text) is None:
            return []
        spans: set[Span] = set()
        words: list[_Word] = []
        starts: list[int] = []
        end = 0
        for printed in text.split():
            at = text.index(printed, end)
            end = at + len(printed)
            word = _look_at(printed)
            words.append(word)
            starts.append(at)
            if word.good:
                if word.whole:
                    spans.add(Span(at + word.start, at + word.end))
                if word.behind is not None:
                    spans.add(Span(at + word.behind[0], at + word.behind[1]))
                if text.startswith(" (", at + word.end):
                    bracket = _BRACKET.match(text, at + word.end)
                    if bracket is not None:  # "1234567 (Rev 2)"
                        spans.add(Span(at + word.start, bracket.end()))
        self._runs(words, starts, spans)
        if _MAYBE_KNOWN.search(text) is not None:
            self._known(text, spans)
        return sorted(spans)

    @staticmethod
    def _runs(words: list[_Word], starts: list[int], spans: set[Span]) -> None:
        count = len(words)
        i = 0
        while i < count:
            if not words[i].joins:
                i += 1
                continue
            j = i + 1
            while (
                j < count
                and j - i < _MAX_RUN
                and words[j].joins
                and starts[j] + words[j].start - starts[j - 1] - words[j - 1].end == 1
            ):
                j += 1
            first, last = i, j
            while last > first and not words[last - 1].good:
                last -= 1
            while first < last and not words[first].opens:
                first += 1
            if last - first > 1:
                spans.add(Span(starts[first] + words[first].start, starts[last - 1] + words[last - 1].end))
                inner = next((k for k in range(first, last) if words[k].good), last)
                for a in {first, inner}:
                    for b in range(a + 2, min(last, a + 3) + 1):
                        if words[b - 1].good:
                            spans.add(Span(starts[a] + words[a].start, starts[b - 1] + words[b - 1].end))
            i = j

    @staticmethod
    def _known(text: str, spans: set[Span]) -> None:
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
                spans.add(Span(match.start(), end))
        for match in _VAT.finditer(text):
            if sum(c.isdigit() for c in match.group()) >= 7:
                spans.add(Span(match.start(), match.end()))

    def parse(self, text: str, locale: Locale = AUTO_LOCALE) -> Parsed | None:  # noqa: ARG002
        """The code with its spaces collapsed and without punctuation around it.

        Lower quality without a digit, for amounts and dates, and for many words.
        """
        return _read(text)

    def same(self, a: str, b: str) -> bool:
        """Equal but for case, spaces and "#"."""
        return _key(a) == _key(b)


@lru_cache(maxsize=8192)  # the same short ones stand all over a page and on the next document
def _read(text: str) -> Parsed | None:
    value = collapse(text[: 2 * _MAX_LENGTH])
    start, end = _trim(value, 0, len(value))
    if end < len(value) and value[end] == ")" and "(" in value[start:end]:
        end += 1
    value = value[start:end].strip()
    if not any(map(str.isalnum, value)):
        return None
    if iban_valid(value):
        return Parsed(value)
    quality = 0.9
    if not any(map(str.isdigit, value)):
        quality = 0.2
    elif _AMOUNT.fullmatch(value) or _DATE.fullmatch(value):
        quality = 0.3
    elif value.count(" ") > 2:
        quality = 0.6
    elif len(value) < 3:
        quality = 0.4
    return Parsed(value, quality=quality)


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _EDGE_LEFT:
        start += 1
    while end > start and text[end - 1] in _EDGE_RIGHT:
        end -= 1
    return start, end


def _key(value: str) -> str:
    return "".join(value.split()).replace("#", "").casefold()
