"""Amounts of money, with the currency where it is printed."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from typing import Final

from docuextract_desktop.templates.models import DecimalMark, Locale
from docuextract_desktop.templates.types.base import AUTO_LOCALE, BaseType, Parsed, Span
from docuextract_desktop.templates.types.currency import (
    FIRST_LETTERS,
    IN_LETTERS,
    LONGEST,
    PATTERN,
    SYMBOLS,
    currency_of,
    sign_before,
    vote_currency,
)
from docuextract_desktop.templates.types.lines import Lines
from docuextract_desktop.templates.types.number import negate
from docuextract_desktop.templates.types.numerals import (
    ATOM,
    JOINT_GROUP,
    chains,
    display_number,
    read_numeral,
    same_number,
)

__all__ = ["MoneyType", "vote_currency"]

_MINUS: Final = "-−–"
_DASH: Final = r"\-−–"  # the same inside a character class
_SIGN = rf"[+{_DASH}(]"
_SIGNS: Final = "+-−–("
# What may stand behind them: ",-" or ".--" for no cents, sign, bracket, credit or debit, currency.
_BEHIND = re.compile(
    rf"(?:[.,] ?[{_DASH}]{{1,2}})?(?: ?(?P<close>\)))?(?: ?(?P<mark>[{_DASH}](?![\w{_DASH}])))?"
    rf"(?: ?(?P<currency>(?:{PATTERN})(?![^\W\d_])))?(?: ?(?P<side>(?:CR|Cr|cr|DR|Dr|dr)(?![^\W\d_])\.?))?"
    r"(?: ?(?P<close2>\)))?"
)
_BEHIND_STARTS: Final = frozenset({*_MINUS, *").,CcDd", *FIRST_LETTERS})
"""What `_BEHIND` can begin with, a space aside."""
_BEFORE_ENDS: Final = frozenset({*_SIGNS, *SYMBOLS, "."})
"""What a sign or a currency before an amount can end with, letters and a space aside."""
_WHOLE = re.compile(
    rf"\s*(?P<s1>{_SIGN})?\s?(?:(?P<c1>{PATTERN}|[Ss](?=\s?\d))(?:(?<=[^\W\d_])\.|:)?)?\s?(?P<s2>{_SIGN})?\s?"
    r"(?P<number>[0-9OoIlSB.,][0-9OoIlSB.,'’´`  \u00a0\u202f]*?)"
    rf"(?P<none>[.,]\s?[{_DASH}]{{1,2}})?\s?(?P<close>\))?\s?(?P<s3>[{_DASH}])?\s?(?P<c2>{PATTERN})?\s?"
    r"(?P<side>CR|DR)?\.?\s?(?P<close2>\))?[*:;]?\s*",
    re.IGNORECASE,
)
# The amounts that `_WHOLE` reads in one way only: most of those on paper
_PLAIN = re.compile(r"(\$?)([0-9](?:[0-9.,]*[0-9])?)")
_MAX_LENGTH: Final = 60
_CENTS = re.compile(r"[.,]\s?[0-9OoIlSB]{2}\Z")


class MoneyType(BaseType):
    """An amount of money."""

    name = "money"
    needs_digit = True

    def recognise(self, text: str) -> list[Span]:
        """Numbers that can be amounts, with sign and currency where these stand beside them.

        Whole numbers without currency are offered too, unless they look like a part of a date, a code or a postal
        address ("12/03", "AB-12", "0123").
        """
        spans = []
        for start, end in chains(text):
            span = self._span(text, start, end)
            if span is not None:
                spans.append(span)
        return spans

    def recognise_all(self, lines: Lines) -> list[tuple[int, int]]:
        """As `recognise` in each line: word by word, and with its line only where the words beside it matter."""
        text, words, word_at = lines.text, lines.words, lines.word_at
        places: list[tuple[int, int]] = []
        to_look_at: list[int] = []
        for i in lines.with_digit:
            word = words[i]
            spans, matters = _amounts_of(word)
            if not matters:
                continue
            at = word_at[i]
            end = at + len(word)
            behind = matters & _role(words[i + 1]) if text[end : end + 1] == " " else 0
            if behind & ~_BEFORE:
                if behind & ~_BEFORE != _PRICE or not matters & _DECIMALS:
                    to_look_at.append(i)
                    continue
                if spans and spans[-1].end == end - at:  # "2 $50.00": the sign belongs to one or the other
                    spans = spans[:-1]
            if (
                matters & _BEFORE
                and text[at - 1 : at] == " "
                and not text[at - 2].isdecimal()  # cheaper to ask, and true of most
                and _role(words[i - 1]) & _BEFORE
            ):
                to_look_at.append(i)
                continue
            for a, b in spans:
                places.append((at + a, at + b))
        places += self._in_their_lines(lines, to_look_at)
        return list(dict.fromkeys(places))

    def _in_their_lines(self, lines: Lines, words: list[int]) -> Iterator[tuple[int, int]]:
        """The amounts that begin in some words, seen in the lines of these."""
        begin, stop, line = 0, 0, ""
        numbers: tuple[tuple[int, int], ...] = ()
        for i in words:
            if lines.word_at[i] >= stop:
                begin, stop = lines.around(i)
                line = lines.text[begin:stop]
                numbers = chains(line)
            at = lines.word_at[i] - begin
            end = at + len(lines.words[i])
            for a, b in numbers[bisect_left(numbers, (at, 0)) : bisect_left(numbers, (end, 0))]:
                span = self._span(line, a, b)
                if span is not None:
                    yield begin + span.start, begin + span.end

    @staticmethod
    def _span(text: str, start: int, end: int) -> Span | None:
        left = text[start - 1] if start else " "
        right = text[end] if end < len(text) else " "
        # Parts of dates ("12/30/19"), which are most of the numbers on some pages, need no closer look.
        if left in "/_" or right in "/_":
            return None
        digits = text[start:end]
        if read_numeral(digits) is None:
            return None
        cents = ("." in digits or "," in digits) and _CENTS.search(digits) is not None
        before = left if left != " " or start < 2 else text[start - 2]
        currency = False
        if before in _BEFORE_ENDS or before.isalpha():
            start, currency = _before(text, start)
            left = text[start - 1] if start else " "
        following = right if right != " " else text[end + 1 : end + 2]
        if following in _BEHIND_STARTS:
            behind = _BEHIND.match(text, end)
            if behind is not None and behind.end() > end:
                currency = currency or behind["currency"] is not None
                end = behind.end()
                right = text[end] if end < len(text) else " "
        if right == "%" or text[end : end + 2] == " %":
            return None
        if not currency and not cents:
            glued = left.isalnum() or left in "-/.:#,_" or right.isalnum() or right in "-/:_"
            if glued or (digits[0] == "0" and len(digits) > 1) or (len(digits) > 7 and digits.isdigit()):
                return None
        elif right.isdigit() or left.isdigit() or left in "/_" or right in "/_":
            return None
        return Span(start, end)

    def parse(self, text: str, locale: Locale = AUTO_LOCALE) -> Parsed | None:
        """Read an amount; brackets, a minus on either side and "CR" make it negative."""
        return _read(text, locale.decimal, locale.currency)

    def same(self, a: str, b: str) -> bool:
        """Equal as numbers: "20" and "20.00" are the same."""
        return same_number(a, b)

    def display(self, value: str, locale: Locale = AUTO_LOCALE, currency: str | None = None) -> str:
        """With groups of three, the decimal mark of the locale, and the currency's code behind it where given."""
        shown = display_number(value, locale.decimal)
        return f"{shown} {currency}" if currency else shown


@lru_cache(maxsize=8192)  # the same amounts stand all over a page
def _read(text: str, decimal: DecimalMark, currency: str | None) -> Parsed | None:
    if len(text) > _MAX_LENGTH:
        return None
    plain = _PLAIN.fullmatch(text)
    if plain is not None:
        return _amount(plain[2], plain[1], decimal, currency)
    match = _WHOLE.fullmatch(text)
    if match is None:
        return None
    signs = [match[name] or "" for name in ("s1", "s2", "s3")]
    brackets = "(" in signs and bool(match["close"] or match["close2"])
    negative = brackets or any(s and s in _MINUS for s in signs) or (match["side"] or "").upper() == "CR"
    return _amount(match["number"], match["c1"] or match["c2"], decimal, currency, negative=negative)


def _amount(
    number: str, sign: str | None, decimal: DecimalMark, hint: str | None, *, negative: bool = False
) -> Parsed | None:
    numeral = read_numeral(number, decimal)
    if numeral is None:
        return None
    currency = (currency_of(sign, hint) if sign else None) or hint
    quality = numeral.quality
    if sign in ("S", "s"):  # an "$" misread
        currency = hint
        quality *= 0.7
    if not sign and not _CENTS.search(number.strip()):
        quality *= 0.8
    value, others = numeral.value, numeral.alternatives
    if negative:
        value, others = negate(value), tuple(negate(a) for a in others)
    return Parsed(value, currency, others, round(quality, 3))


_BEFORE, _BEHIND_IT, _PRICE, _NO_CENTS, _THREE, _DECIMALS, _TWO = 1, 2, 4, 8, 16, 32, 64
"""What the word beside an amount can be for it: a part of it before or behind it, a price of its own, a dash for no
cents, or digits that go on with it."""
_ANY_BEHIND: Final = _BEHIND_IT | _PRICE
_REACHES_END: Final = _ANY_BEHIND | _DECIMALS | _THREE
# Words that hold most of the digits on paper: a whole number, an amount, a time; and a day and a percentage
_USUAL = re.compile(
    r"\$?([1-9][0-9]{0,6}(?:\.[0-9])?|0|[0-9]{1,3}(?:,[0-9]{3}){0,4}\.[0-9]{2})|([0-9]{0,2}:[0-9]{2})|"
    r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}|[0-9]{1,3}%"
)
# Words whose numbers are glued to something, unless what they are glued to is a currency or an account's side
_GLUED = re.compile(r"[A-Za-z0-9:/\-]+")
_CAPITALS = re.compile(r"[A-Z]+")
_FOUR_LETTERS = re.compile(r"[A-Za-z]{4}")
_BESIDE_DIGITS: Final = IN_LETTERS | {"CR", "DR"}
"""Words that can belong to the number they are glued to, in capitals."""


@lru_cache(maxsize=8192)
def _amounts_of(word: str) -> tuple[tuple[Span, ...], int]:
    """The amounts within a word that stands alone, and what would matter beside it; 0: nothing at all."""
    length = len(word)
    usual = _USUAL.fullmatch(word)
    if usual is not None:
        if usual.lastindex is None:
            return (), 0
        if usual.lastindex == 2:  # beside a currency the minutes are taken for an amount
            return (), _BEFORE | _REACHES_END
        return (Span(0, length),), _BEFORE | _REACHES_END
    numbers = chains.__wrapped__(word)  # what is known of words is remembered here: its cache is for lines
    if not numbers:
        return (), 0
    begin, end = numbers[-1]
    if _GLUED.fullmatch(word) is not None and not any(
        (a == 0 or (a == 1 and word[0] == "-")) and (b == length or (b == length - 1 and word[b] == "-"))
        for a, b in numbers
    ):
        edges = [0, *chain.from_iterable(numbers), length]
        between = " ".join([word[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)])
        if _BESIDE_DIGITS.isdisjoint(_CAPITALS.findall(between.upper())):
            before = _BEFORE * (numbers[0][0] < 2)
            return (), before | (_REACHES_END if end == length else _ANY_BEHIND * (word[end:] == "-"))
    spans = []
    matters = 0
    for a, b in numbers:
        if not _parted(word, a, b):
            matters = _BEFORE
            span = MoneyType._span(word, a, b)
            if span is not None:
                spans.append(span)
    if not _parted(word, begin, end):
        if end == length:
            matters |= _REACHES_END
        elif end == length - 1 and word[end] in ".,":
            matters |= _NO_CENTS | _TWO
        else:
            behind = _BEHIND.match(word, end)
            if behind is not None and behind.end() == length:
                matters |= _ANY_BEHIND
    return tuple(spans), matters


def _parted(text: str, start: int, end: int) -> bool:
    """Whether a number can be no amount, whatever else stands around it: a part of a date ("12/30/19") or of a code."""
    return (start > 0 and text[start - 1] in "/_") or (end < len(text) and text[end] in "/_")


@lru_cache(maxsize=16384)
def _role(word: str) -> int:
    """What a word can be for an amount that it stands beside."""
    first, last = word[0], word[-1]
    role = 0
    if first.isdecimal():
        begun = ATOM.match(word)
        if begun is not None and begun.end() == 2:
            role = _TWO
        elif JOINT_GROUP.match(word) is not None:
            role = _THREE
    elif first in ".,":
        role = _DECIMALS
    elif first == "%":
        role = _BEHIND_IT
    elif first in SYMBOLS and word[1:2].isdecimal():
        role = _PRICE
    elif first in _BEHIND_STARTS and (_FOUR_LETTERS.match(word) is None or word[:4].lower() == "euro"):
        behind = _BEHIND.match(f" {word}")
        role = _BEHIND_IT * (behind is not None and behind.end() > 0) | _NO_CENTS * (first in _MINUS)
    if word.isalpha():
        before = len(word) <= LONGEST and word.upper() in IN_LETTERS
    else:
        before = not last.isdecimal() and (word in _SIGNS or sign_before(word, len(word)) < len(word))
    return role | _BEFORE * before


def _before(text: str, start: int) -> tuple[int, bool]:
    """Where an amount whose digits begin at `start` begins, sign and currency in either order; whether one is there."""
    at = _sign_before(text, start)
    gap = at - 1 if at and text[at - 1] == " " else at
    found = sign_before(text, gap)
    if found < gap:
        return _sign_before(text, found), True
    return at, False


def _sign_before(text: str, start: int) -> int:
    """Where a minus, plus or bracket before `start` stands, or `start` where none belongs to the amount."""
    spaced = start > 0 and text[start - 1] == " "
    at = start - 2 if spaced else start - 1
    if at < 0 or text[at] not in _SIGNS:
        return start
    before = text[at - 1] if at else " "
    if spaced:
        # A dash between two numbers ("12/30/19 - 5.00") parts them; behind a word it is a sign.
        apart = before == " " and not text[max(0, at - 2)].isdigit()
        return at if apart else start
    return at if not before.isalnum() or sign_before(text, at) < at else start
