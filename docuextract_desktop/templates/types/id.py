"""Numbers and codes that name something: invoice numbers, VAT ids, IBANs, contract numbers."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from docuextract_desktop.templates.models import Locale
from docuextract_desktop.templates.types.base import AUTO_LOCALE, BaseType, Parsed, Span, collapse
from docuextract_desktop.templates.types.lines import Lines

_DIGIT = re.compile(r"\d")
_EDGE_LEFT: Final = "([{<\"'`*,;:.=~_-–"
_EDGE_RIGHT: Final = ")]}>\"'`*,;:.=~_-–#"
_IDLIKE = re.compile(r"[\w#№°º&+./\\\-–()*:]*\d[\w#№&+./\\\-–()*:]*")
# Amounts and percentages, dates and times
_NO_CODE = re.compile(
    r"[$€£]?[-+(]?\d{1,3}(?:[.,']\d{3})*[.,]\d{2}\)?[-€$£%]?|\d+(?:[.,]\d+)?%|"
    r"\d{1,2}([./\-])\d{1,2}\1(?:\d{4}|\d{2})|\d{4}([./\-])\d{1,2}\2\d{1,2}|\d{1,2}:\d{2}(?::\d{2})?(?:(?i:[ap]m))?"
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
_CAPITALS = re.compile(r"[A-Z][A-Z]")
# How the word looks that an IBAN or a VAT id begins in
_KNOWN_BEGINS = re.compile(
    r"(?<![^\W_])(?:[A-Z]{2}\d{2}|"
    r"(?:AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK|XI)[A-Z]{0,2}(?:\d|\Z)|"
    r"NO(?:\d|\Z)|CHE(?:[-\d]|\Z))"
)
# What every IBAN and every VAT id holds: a cheap look that spares most lines the two patterns above
_MAYBE_KNOWN = re.compile(r"[A-Z](?:\d\d|[ -]{0,2}\d(?:[ .\-]?\d){5})")
_SHORTEST_IBAN: Final = 15
_MAX_RUN: Final = 8
_MAX_LENGTH: Final = 80


class _Word(NamedTuple):
    """What is known of one word, wherever it stands; offsets are within it.

    Attributes:
        start, end: its edges without punctuation around it; the whole word where nothing else is left.
        good: whether it can be a code or a part of one.
        mark: one letter for what decides whether it is a part of a run, see `_mark`.
        alone: edges of the values that lie within it: the word, and what stands behind a label glued to the value.
    """

    start: int
    end: int
    good: bool
    mark: str
    alone: tuple[tuple[int, int], ...] = ()


_JOINS, _GOOD, _OPENS, _CUT_LEFT, _CUT_RIGHT, _KNOWN = 1, 2, 4, 8, 16, 32


_FIRST_MARK: Final = 0xC0  # the first of 64 letters that mean nothing in a pattern


def _mark(flags: int) -> str:
    """A letter for what is known of a word: so that a pattern finds the runs of all words of a document.

    Args:
        flags: whether the word can stand inside a run (one that is good, a mark, or a few capitals), is good, can begin
            a run, has punctuation to its left or right, which ends runs, and whether an IBAN or a VAT id can begin in
            it.
    """
    return chr(_FIRST_MARK + flags)


def _marks(wanted: int, unwanted: int = 0) -> str:
    """A set of a pattern: the marks with some flags and without others."""
    return f"[{''.join(_mark(f) for f in range(64) if f & wanted == wanted and not f & unwanted)}]"


_FIRST, _INNER, _LAST = _marks(_JOINS, _CUT_RIGHT), _marks(_JOINS, _CUT_LEFT | _CUT_RIGHT), _marks(_JOINS, _CUT_LEFT)
_RUN = re.compile(f"{_FIRST}{_INNER}{{0,{_MAX_RUN - 2}}}{_LAST}")
_KNOWN_MARK = re.compile(_marks(_KNOWN))
_FIRST_OF_LINE: Final = {_mark(f): _mark(f | _CUT_LEFT) for f in range(64)}
"""Nothing to the left belongs to the same run."""
_NOTHING: Final = _mark(0)
_CODE: Final = _mark(_JOINS | _GOOD | _OPENS)


@lru_cache(maxsize=16384)  # times, quantities and labels stand all over a document and on the next one
def _look_at(text: str) -> _Word:
    start, end = 0, len(text)
    if text.isalpha():
        if end > 4 or not text.isupper():  # most words
            return _Word(0, end, False, _NOTHING)
        good = False
    elif text.isdecimal() and end <= _MAX_LENGTH:
        return _Word(0, end, True, _CODE, ((0, end),))
    else:
        if text[0] in _EDGE_LEFT or text[-1] in _EDGE_RIGHT:
            start, end = _trim(text, 0, end)
            if end <= start:
                start, end = 0, len(text)
        word = text[start:end]
        good = _DIGIT.search(word) is not None
        if good and _NO_CODE.fullmatch(word) is not None:  # no capitals either
            return _Word(start, end, False, _mark(_CUT_LEFT * (start > 0) | _CUT_RIGHT * (end < len(text))))
        good = good and end - start <= _MAX_LENGTH and _IDLIKE.fullmatch(word) is not None
    known = _CAPITALS.search(text) is not None and _KNOWN_BEGINS.search(text) is not None
    flags = _CUT_LEFT * (start > 0) | _CUT_RIGHT * (end < len(text)) | _KNOWN * known
    if not good:
        if end - start <= 4 and not text[start].islower() and _JOIN.fullmatch(text, start, end) is not None:
            flags |= _JOINS | _OPENS * (_PREFIX.fullmatch(text, start, end) is not None)
        return _Word(start, end, False, _mark(flags))
    mark = _mark(flags | _JOINS | _GOOD | _OPENS)
    glued = _GLUED.match(text, start, end)
    if glued is None:
        return _Word(start, end, True, mark, ((start, end),))
    whole = not any(c in "°º№" for c in glued.group())  # these belong to labels only: "n°2023/045"
    alone: tuple[tuple[int, int], ...] = ((start, end),) if whole else ()
    if glued.end() < end:
        alone += (_trim(text, glued.end(), end),)
    return _Word(start, end, True, mark, alone)


@lru_cache(maxsize=4096)  # there are not many different ones
def _parts_of_run(marks: str) -> tuple[tuple[int, int], ...]:
    """The values in a run of words, each as its first word and one past its last; `marks` are those of the words."""
    flags = [ord(mark) - _FIRST_MARK for mark in marks]
    first, last = 0, len(flags)
    while last > first and not flags[last - 1] & _GOOD:
        last -= 1
    while first < last and not flags[first] & _OPENS:
        first += 1
    if last - first < 2:
        return ()
    parts = {(first, last)}
    inner = next((k for k in range(first, last) if flags[k] & _GOOD), last)
    for a in (first, inner):
        parts.update((a, b) for b in range(a + 2, min(last, a + 3) + 1) if flags[b - 1] & _GOOD)
    return tuple(sorted(parts))


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
        words = text.split()
        starts: list[int] = []
        firsts: list[int] = []  # words that do not follow another at one space
        end = -1
        for i, word in enumerate(words):
            at = text.index(word, end + 1)
            if at != end + 1 or not i:
                firsts.append(i)
            starts.append(at)
            end = at + len(word)
        places, known = self._found(text, list(map(_look_at, words)), starts, firsts, range(len(words)))
        spans = {Span(*place) for place in places}
        if known:
            self._known(text, spans)
        return sorted(spans)

    def recognise_all(self, lines: Lines) -> list[tuple[int, int]]:
        """As `recognise` in each line."""
        looked = list(map(_look_at, lines.words))
        places, known = self._found(lines.text, looked, lines.word_at, lines.line_start[:-1], lines.with_digit)
        for begin, end in {lines.around(word) for word in known}:
            spans: set[Span] = set()
            self._known(lines.text[begin:end], spans)
            places += [(begin + a, begin + b) for a, b in spans]
        return list(dict.fromkeys(places))

    @staticmethod
    def _found(
        text: str, looked: list[_Word], starts: Sequence[int], firsts: Sequence[int], with_digit: Sequence[int]
    ) -> tuple[list[tuple[int, int]], list[int]]:
        """Values that are words, runs of words, or have a bracket; and words that IBANs and VAT ids can begin in."""
        places = [(starts[i] + begin, starts[i] + end) for i in with_digit for begin, end in looked[i].alone]
        for bracket in _BRACKET.finditer(text):  # "1234567 (Rev 2)"
            i = bisect_right(starts, bracket.start()) - 1
            word = looked[i]
            if word.good and starts[i] + word.end == bracket.start() and "\n" not in bracket.group():
                places.append((starts[i] + word.start, bracket.end()))
        marks = [word.mark for word in looked]
        for i in firsts:
            marks[i] = _FIRST_OF_LINE[marks[i]]
        row = "".join(marks)
        for run in _RUN.finditer(row):
            at = run.start()
            for first, stop in _parts_of_run(run.group()):
                i, j = at + first, at + stop - 1
                places.append((starts[i] + looked[i].start, starts[j] + looked[j].end))
        return places, [known.start() for known in _KNOWN_MARK.finditer(row)]

    @staticmethod
    def _known(text: str, spans: set[Span]) -> None:
        if _MAYBE_KNOWN.search(text) is None:
            return
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
    whole = len(text) <= 2 * _MAX_LENGTH and text.isprintable() and "  " not in text  # nothing to collapse
    value = text.strip() if whole else collapse(text[: 2 * _MAX_LENGTH])
    if value and (value[0] in _EDGE_LEFT or value[-1] in _EDGE_RIGHT):
        start, end = _trim(value, 0, len(value))
        if end < len(value) and value[end] == ")" and "(" in value[start:end]:
            end += 1
        value = value[start:end].strip()
    if not any(map(str.isalnum, value)):
        return None
    if len(value) >= _SHORTEST_IBAN and iban_valid(value):
        return Parsed(value)
    quality = 0.9
    if _DIGIT.search(value) is None and not any(map(str.isdigit, value)):
        quality = 0.2
    elif _NO_CODE.fullmatch(value) is not None:
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
